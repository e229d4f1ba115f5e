//! The rendered example: selectors meet labels, ports have their names, pods run as the image does and are allowed little, settings are
//! taken by the program, and there is time enough to drain.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use tandem_actors::{LiveConfig, measures::MEASURES};

use crate::{
    files,
    image::Image,
    kustomize::rendered,
    settings::{self, SECRET},
};

const SERVER: &str = "overlays/example/server";
const MIGRATE: &str = "overlays/example/migrate";

/// The only document of a kind.
fn one<'a>(documents: &'a [Value], kind: &str) -> &'a Value {
    let found: Vec<_> = documents.iter().filter(|document| document["kind"] == kind).collect();
    assert_eq!(found.len(), 1, "{kind}");
    found[0]
}

fn pod(documents: &[Value]) -> &Value {
    let with_pods: Vec<_> = documents.iter().filter(|document| !document["spec"]["template"].is_null()).collect();
    assert_eq!(with_pods.len(), 1);
    &with_pods[0]["spec"]["template"]
}

fn container(documents: &[Value]) -> &Value {
    let containers = pod(documents)["spec"]["containers"].as_array().unwrap();
    assert_eq!(containers.len(), 1);
    &containers[0]
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn selects(selector: &Value, labels: &Value) -> bool {
    let selector = selector.as_object().unwrap();
    !selector.is_empty() && selector.iter().all(|(name, value)| labels[name] == *value)
}

#[test]
fn selectors_meet_the_servers_and_not_the_migration() {
    let (documents, migration) = (rendered(SERVER), rendered(MIGRATE));
    let (servers, job) = (&pod(&documents)["metadata"]["labels"], &pod(&migration)["metadata"]["labels"]);
    let spread = list(&pod(&documents)["spec"]["topologySpreadConstraints"]);
    assert_eq!(spread.len(), 2);
    let selectors = [
        &one(&documents, "Deployment")["spec"]["selector"]["matchLabels"],
        &one(&documents, "Service")["spec"]["selector"],
        &one(&documents, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        &one(&documents, "NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
        &spread[0]["labelSelector"]["matchLabels"],
        &spread[1]["labelSelector"]["matchLabels"],
    ];
    for selector in selectors {
        assert!(selects(selector, servers) && !selects(selector, job), "{selector}");
    }
    let alone = &one(&migration, "NetworkPolicy")["spec"];
    assert!(selects(&alone["podSelector"]["matchLabels"], job) && alone["ingress"].is_null());
    // Prometheus finds the same pods by the same labels.
    let prometheus = files::documents(&files::text(&files::path("docker/kubernetes/monitoring/prometheus.yaml"))).remove(0);
    let discovery = &prometheus["scrape_configs"][0]["kubernetes_sd_configs"][0];
    let asked = discovery["selectors"][0]["label"].as_str().unwrap();
    assert!(asked.split(',').map(|pair| pair.split_once('=').unwrap()).all(|(name, value)| servers[name] == value), "{asked}");
    assert_eq!(discovery["namespaces"]["names"][0], one(&documents, "Deployment")["metadata"]["namespace"]);
}

#[test]
fn ports_have_names_and_the_names_lead_to_the_images_port() {
    let documents = rendered(SERVER);
    let container = container(&documents);
    let ports = list(&container["ports"]);
    assert_eq!((ports.len(), &ports[0]["containerPort"]), (1, &Image::read().port.into()));
    let name = &ports[0]["name"];
    for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
        assert_eq!(container[probe]["httpGet"]["port"], *name, "{probe}");
    }
    assert_eq!(container["readinessProbe"]["httpGet"]["path"], "/readyz");
    assert_eq!(container["livenessProbe"]["httpGet"]["path"], "/healthz", "an absent database must not restart servers");
    let service = one(&documents, "Service");
    assert_eq!(service["spec"]["ports"][0]["targetPort"], *name);
    let ingress = &one(&documents, "Ingress")["spec"];
    let rules = list(&ingress["rules"]);
    assert_eq!(rules.len(), 1);
    let backend = &rules[0]["http"]["paths"][0]["backend"]["service"];
    assert_eq!((&backend["name"], &backend["port"]["name"]), (&service["metadata"]["name"], &service["spec"]["ports"][0]["name"]));
    assert_eq!(one(&documents, "NetworkPolicy")["spec"]["ingress"][0]["ports"][0]["port"], *name);
    // The certificate is for the host that people are told.
    assert_eq!(ingress["tls"][0]["hosts"][0], rules[0]["host"]);
    let url = one(&documents, "ConfigMap")["data"]["TANDEM_PUBLIC_URL"].as_str().unwrap();
    assert_eq!(url, format!("https://{}", rules[0]["host"].as_str().unwrap()));
}

#[test]
fn pods_run_as_the_image_does_and_may_do_nothing_else() {
    let image = Image::read();
    for folder in [SERVER, MIGRATE] {
        let documents = rendered(folder);
        let (spec, container) = (&pod(&documents)["spec"], container(&documents));
        let pod_rules = &spec["securityContext"];
        assert_eq!((&pod_rules["runAsUser"], &pod_rules["runAsNonRoot"]), (&image.user.into(), &true.into()), "{folder}");
        assert_eq!(pod_rules["seccompProfile"]["type"], "RuntimeDefault", "{folder}");
        let rules = &container["securityContext"];
        assert_eq!((&rules["readOnlyRootFilesystem"], &rules["allowPrivilegeEscalation"]), (&true.into(), &false.into()), "{folder}");
        assert_eq!(rules["capabilities"]["drop"], serde_json::json!(["ALL"]), "{folder}");
        assert!(rules["capabilities"]["add"].is_null() && rules["privileged"].is_null(), "{folder}");
        assert_eq!((&spec["automountServiceAccountToken"], &spec["enableServiceLinks"]), (&false.into(), &false.into()), "{folder}");
        assert_eq!(spec["serviceAccountName"], one(&documents, "ServiceAccount")["metadata"]["name"], "{folder}");
        assert!(
            !container["resources"]["limits"]["memory"].is_null() && container["resources"]["limits"]["cpu"].is_null() || folder == MIGRATE
        );
    }
    let namespace = rendered(SERVER);
    assert_eq!(one(&namespace, "Namespace")["metadata"]["labels"]["pod-security.kubernetes.io/enforce"], "restricted");
}

/// The variables of the only container, and the text of the file that TANDEM_CONFIG names in it.
fn told(documents: &[Value]) -> (BTreeMap<String, String>, String) {
    let (container, config) = (container(documents), one(documents, "ConfigMap"));
    let pair = |name: &Value, value: &Value| (name.as_str().unwrap().to_owned(), value.as_str().unwrap().to_owned());
    assert_eq!(container["envFrom"], serde_json::json!([{ "configMapRef": { "name": config["metadata"]["name"] } }]));
    let mut variables = Image::read().variables;
    variables.extend(config["data"].as_object().unwrap().iter().map(|(name, value)| pair(&Value::from(name.as_str()), value)));
    variables.extend(list(&container["env"]).iter().map(|variable| pair(&variable["name"], &variable["value"])));

    let secret = one(documents, "Secret");
    let volumes = list(&pod(documents)["spec"]["volumes"]);
    let volume = volumes.iter().find(|volume| volume["secret"]["secretName"] == secret["metadata"]["name"]).unwrap();
    let mount = list(&container["volumeMounts"]).iter().find(|mount| mount["name"] == volume["name"]).unwrap();
    let key = variables["TANDEM_CONFIG"].strip_prefix(mount["mountPath"].as_str().unwrap()).unwrap().trim_start_matches('/');
    let toml = STANDARD.decode(secret["data"][key].as_str().unwrap()).unwrap();
    (variables, String::from_utf8(toml).unwrap())
}

#[test]
fn every_setting_is_one_of_the_programs_and_the_template_of_secrets_is_refused() {
    for (folder, argument) in [(SERVER, "serve"), (MIGRATE, "migrate")] {
        let documents = rendered(folder);
        assert_eq!(container(&documents)["args"], serde_json::json!([argument]));
        let (mut variables, template) = told(&documents);
        assert_eq!(settings::strangers(variables.keys()), Vec::<&String>::new(), "{folder}");
        variables.remove("TANDEM_CONFIG");
        let refusal = settings::load(&variables, &template).unwrap_err();
        assert!(refusal.contains("must have 32 characters or more"), "{folder}: {refusal}");
        let loaded = settings::accepted(&variables, &template.replace("change-me", SECRET));
        assert_eq!(loaded.config.redis.is_some(), folder == SERVER, "several servers need a bus, a migration does not");
    }
}

#[test]
fn servers_do_not_know_the_owner_of_the_database() {
    let (_, servers) = told(&rendered(SERVER));
    let (_, migration) = told(&rendered(MIGRATE));
    let url = |toml: &str| toml.lines().find_map(|line| line.strip_prefix("database_url = ")).unwrap().to_owned();
    assert!(!url(&servers).contains('@') && url(&migration).contains('@'));
}

#[test]
fn there_is_time_enough_to_drain() {
    let documents = rendered(SERVER);
    let (spec, container) = (&pod(&documents)["spec"], container(&documents));
    let pause = container["lifecycle"]["preStop"]["sleep"]["seconds"].as_u64().unwrap();
    // Longer than the readiness probe needs to see that a server leaves, were the endpoint to wait for it.
    let probe = &container["readinessProbe"];
    assert!(probe["timeoutSeconds"].as_u64().unwrap() > 2, "/readyz gives its parts two seconds");
    let drain = longest_drain();
    let patience = spec["terminationGracePeriodSeconds"].as_u64().unwrap();
    assert!(patience >= pause + drain + 10, "{patience} s are less than {pause} s and {drain} s and some more");
    let rolling = &one(&documents, "Deployment")["spec"]["strategy"]["rollingUpdate"];
    assert_eq!((&rolling["maxUnavailable"], &rolling["maxSurge"]), (&0.into(), &1.into()));
}

/// What a stop may take at most: being unready for balancers to see, sending people away a few at a time (and waiting for slow ones),
/// the journal and the rooms before and after that, then requests that still run.
pub fn longest_drain() -> u64 {
    let live = LiveConfig::default();
    (live.drain_notice + live.drain_longest + 6 * live.shutdown_wait).as_secs() + 5
}

#[test]
fn a_server_asks_for_what_was_computed_from_measurements() {
    let documents = rendered(SERVER);
    let plan: Value = serde_json::from_str(&files::text(&files::path("docs/scale.json"))).unwrap();
    let design = |name: &str| plan["design"][name]["value"].as_u64().unwrap().to_string();
    let resources = &container(&documents)["resources"];
    assert_eq!(resources["requests"]["cpu"], design("server_cores"));
    assert_eq!(resources["limits"]["memory"].as_str().unwrap(), format!("{}Mi", design("server_memory_mib")));
    let target = &one(&documents, "HorizontalPodAutoscaler")["spec"]["metrics"][0]["pods"]["target"];
    assert_eq!(target["averageValue"], design("people_per_server"));
}

#[test]
fn the_autoscaler_counts_what_the_servers_count() {
    let documents = rendered(SERVER);
    let (scaler, deployment) = (&one(&documents, "HorizontalPodAutoscaler")["spec"], one(&documents, "Deployment"));
    assert_eq!(
        (&scaler["scaleTargetRef"]["kind"], &scaler["scaleTargetRef"]["name"]),
        (&"Deployment".into(), &deployment["metadata"]["name"])
    );
    assert!(deployment["spec"]["replicas"].is_null(), "it would set back what the autoscaler chose");
    assert!(scaler["minReplicas"].as_u64().unwrap() >= 2);
    let metric = scaler["metrics"][0]["pods"]["metric"]["name"].as_str().unwrap();
    assert!(MEASURES.iter().any(|measure| measure.name == metric), "{metric}");
    let adapter = files::documents(&files::text(&files::path("docker/kubernetes/monitoring/prometheus-adapter.yaml"))).remove(0);
    let rule = &adapter["rules"]["custom"][0];
    assert!(rule["seriesQuery"].as_str().unwrap().starts_with(metric));
    assert_eq!(rule["name"]["as"], metric);
    // The labels that the adapter asks for are those that Prometheus was told to set.
    let prometheus = files::documents(&files::text(&files::path("docker/kubernetes/monitoring/prometheus.yaml"))).remove(0);
    let set: Vec<_> =
        list(&prometheus["scrape_configs"][0]["relabel_configs"]).iter().filter_map(|rule| rule["target_label"].as_str()).collect();
    assert!(rule["resources"]["overrides"].as_object().unwrap().keys().all(|label| set.contains(&label.as_str())), "{set:?}");
    // A share of the CPU that was asked for is a share of nothing where nothing was.
    assert!(!container(&documents)["resources"]["requests"]["cpu"].is_null());
}
