//! docker/compose.yaml, its load balancer and the secrets that its script makes.

use std::{collections::BTreeMap, process::Command};

use serde_json::{Map, Value};

use crate::{
    files::{self, Folder},
    image::Image,
    kubernetes::longest_drain,
    settings,
};

fn compose() -> Value {
    files::documents(&files::text(&files::path("docker/compose.yaml"))).remove(0)
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn names(value: &Value) -> Vec<&str> {
    value.as_array().map(Vec::as_slice).unwrap_or_default().iter().filter_map(Value::as_str).collect()
}

/// `${NAME:-default}` as it is where nobody set NAME.
fn by_default(text: &str) -> String {
    match text.split_once("${") {
        Some((before, rest)) => {
            let (variable, after) = rest.split_once('}').unwrap();
            format!("{before}{}{}", variable.split_once(":-").unwrap().1, by_default(after))
        }
        None => text.to_owned(),
    }
}

/// Ours, by service.
fn ours(compose: &Value) -> Vec<(String, Value)> {
    object(&compose["services"]).into_iter().filter(|(_, service)| !service["build"].is_null()).collect()
}

#[test]
fn services_wait_for_services_and_read_secrets_that_exist() {
    let compose = compose();
    let (services, secrets) = (object(&compose["services"]), object(&compose["secrets"]));
    let made = Secrets::made();
    for (name, service) in &services {
        for (other, how) in object(&service["depends_on"]) {
            let other = &services[&other];
            let condition = how["condition"].as_str().unwrap();
            // Ours have their health check from the image.
            let checked = !other["healthcheck"]["test"].is_null() || !other["build"].is_null();
            assert!(condition != "service_healthy" || checked, "{name} waits for a health that nobody checks");
        }
        for secret in names(&service["secrets"]) {
            assert!(secrets.contains_key(secret), "{name}: {secret}");
        }
        for network in names(&service["networks"]) {
            assert!(object(&compose["networks"]).contains_key(network), "{name}: {network}");
        }
        for volume in names(&service["volumes"]) {
            let source = volume.split(':').next().unwrap();
            let there = match source.strip_prefix("./") {
                Some(file) => files::path("docker").join(file).exists(),
                None => object(&compose["volumes"]).contains_key(source),
            };
            assert!(there, "{name}: {volume}");
        }
    }
    for (name, secret) in &secrets {
        let file = secret["file"].as_str().unwrap();
        assert_eq!(file, format!("./compose/secrets/{name}"));
        assert!(made.0.0.join(name).exists(), "secrets.sh makes no {name}");
    }
}

#[test]
fn ours_are_two_servers_and_a_migration_and_their_settings_are_taken() {
    let compose = compose();
    let (services, made) = (ours(&compose), Secrets::made());
    assert_eq!(services.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["migrate", "tandem-1", "tandem-2"]);
    for (name, service) in services {
        let mut variables = Image::read().variables;
        let text = |value: &Value| by_default(value.as_str().expect("text, not a number"));
        variables.extend(object(&service["environment"]).iter().map(|(name, value)| (name.clone(), text(value))));
        assert_eq!(settings::strangers(variables.keys()), Vec::<&String>::new(), "{name}");
        let file = variables.remove("TANDEM_CONFIG").unwrap();
        let secret = file.strip_prefix("/run/secrets/").unwrap();
        assert!(names(&service["secrets"]).contains(&secret), "{name}");
        let loaded = settings::accepted(&variables, &made.text(secret));
        assert!(loaded.config.redis.is_some());
        assert_eq!((&service["read_only"], names(&service["cap_drop"])), (&true.into(), vec!["ALL"]), "{name}");
        // The owner's password is the migration's alone.
        assert_eq!(made.text(secret).contains(&made.text("postgres-owner").trim().to_owned()), name == "migrate");
        if name != "migrate" {
            let patience = service["stop_grace_period"].as_str().unwrap().trim_end_matches('s').parse::<u64>().unwrap();
            assert!(patience >= longest_drain() + 5, "{name}");
        }
    }
}

#[test]
fn the_load_balancer_leads_to_the_servers_and_to_the_bucket() {
    let compose = compose();
    let config = files::text(&files::path("docker/compose/haproxy.cfg"));
    let servers: BTreeMap<&str, &str> = config
        .lines()
        .filter_map(|line| line.trim().strip_prefix("server "))
        .map(|line| line.split_whitespace().nth(1).unwrap().split_once(':').unwrap())
        .collect();
    let port = Image::read().port.to_string();
    assert_eq!(servers, BTreeMap::from([("tandem-1", port.as_str()), ("tandem-2", port.as_str()), ("s3", "8333")]));
    let published = compose["services"]["balancer"]["ports"][0].as_str().unwrap();
    let inside = by_default(published).split(':').nth(1).unwrap().to_owned();
    assert!(config.contains(&format!("bind :{inside}\n")));
    // Each connection is two files, one to either side, and it does not start without them.
    let most: u64 = config.lines().find_map(|line| line.trim().strip_prefix("maxconn ")).unwrap().parse().unwrap();
    assert!(compose["services"]["balancer"]["ulimits"]["nofile"]["hard"].as_u64().unwrap() >= 2 * most + 100);
    // The bucket's path is no page of ours, and is the one the servers sign.
    let (_, server) = ours(&compose).remove(1);
    let mut variables: BTreeMap<_, _> =
        object(&server["environment"]).iter().map(|(name, value)| (name.clone(), by_default(value.as_str().unwrap()))).collect();
    variables.remove("TANDEM_CONFIG");
    let config_of_server = settings::accepted(&variables, &Secrets::made().text("tandem.toml")).config;
    assert!(config.contains(&format!("path_beg /{}/", config_of_server.s3.bucket)));
    assert_eq!(config_of_server.s3.endpoint.unwrap().port(), Some(8333));
}

/// A folder that docker/compose/secrets.sh has filled.
struct Secrets(Folder);

impl Secrets {
    fn made() -> Self {
        let secrets = Self(Folder::new());
        secrets.make();
        secrets
    }

    fn make(&self) {
        let script = files::path("docker/compose/secrets.sh");
        let done = Command::new(script).arg(&self.0.0).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    fn text(&self, name: &str) -> String {
        files::text(&self.0.0.join(name))
    }
}

#[test]
fn secrets_are_made_once_and_differ_from_one_another_and_from_the_next_installations() {
    let (ours, theirs) = (Secrets::made(), Secrets::made());
    let before = ours.text("values");
    ours.make();
    assert_eq!(ours.text("values"), before, "data would be locked away by new ones");
    let values = |text: &str| text.lines().map(|line| line.split_once('=').unwrap().1.to_owned()).collect::<Vec<_>>();
    let mut all = values(&before);
    all.extend(values(&theirs.text("values")));
    let count = all.len();
    assert!(count == 16 && all.iter().all(|value| value.len() == 43), "32 bytes each: {count}");
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count);
    serde_json::from_str::<Value>(&ours.text("s3.json")).unwrap();
    assert_eq!(ours.text("redis.conf").lines().count(), 1);
}
