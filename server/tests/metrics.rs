//! What is measured, what is documented and what the dashboard asks for are the same.
#![allow(clippy::unwrap_used, reason = "tests")]

mod support;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use serde_json::Value;
use support::{Api, http::raw, socket::Socket};
use tandem_actors::measures::MEASURES;
use tandem_protocol::{WorkspaceRole, ws::Subprotocol};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

/// The first string after each place that records something.
fn emitted() -> BTreeSet<String> {
    let mut texts = Vec::new();
    for part in ["protocol", "domain", "store", "actors", "server"] {
        sources(&repository().join(part).join("src"), &mut texts);
    }
    let mut names = BTreeSet::new();
    for text in &texts {
        for call in ["counter!(", "gauge!(", "histogram!(", " gauge("] {
            for (at, _) in text.match_indices(call) {
                let rest = text[at + call.len()..].trim_start();
                if let Some(name) = rest.strip_prefix('"').and_then(|rest| rest.split('"').next()) {
                    names.insert(name.to_owned());
                }
            }
        }
    }
    names
}

fn documented() -> BTreeSet<String> {
    MEASURES.iter().map(|measure| measure.name.to_owned()).collect()
}

#[test]
fn every_metric_is_in_the_table_and_everything_in_the_table_is_measured() {
    let (emitted, documented) = (emitted(), documented());
    let undocumented: Vec<_> = emitted.difference(&documented).collect();
    assert!(undocumented.is_empty(), "add to actors/src/measures.rs and run `make generate`: {undocumented:?}");
    let missing: Vec<_> = documented.difference(&emitted).collect();
    assert!(missing.is_empty(), "nobody measures {missing:?}");
}

fn strings<'a>(value: &'a Value, key: &str, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value.as_str() {
                    Some(text) if name == key => found.push(text),
                    _ => strings(value, key, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| strings(item, key, found)),
        _ => {}
    }
}

#[test]
fn the_dashboard_asks_for_metrics_there_are_and_shows_all_of_them() {
    let text = std::fs::read_to_string(repository().join("docker/grafana/tandem.json")).unwrap();
    let dashboard: Value = serde_json::from_str(&text).unwrap();
    let mut queries = Vec::new();
    strings(&dashboard["panels"], "expr", &mut queries);
    assert!(queries.len() > 20);
    let mut asked = BTreeSet::new();
    for query in queries {
        for word in query.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
            if word.starts_with("tandem_") || word.starts_with("process_") {
                let name = ["_bucket", "_sum", "_count"].into_iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
                asked.insert(name.to_owned());
            }
        }
    }
    assert_eq!(asked, documented());
}

/// A sample's name and value.
fn sample(line: &str) -> Option<(&str, f64)> {
    let (series, value) = line.rsplit_once(' ')?;
    Some((series, value.parse().ok()?))
}

async fn page(api: &Api) -> String {
    let answer = raw("GET", &format!("{}/metrics", api.base), &[], Vec::new()).await;
    assert_eq!(answer.status, 200);
    answer.text()
}

#[actix_web::test]
async fn a_limit_that_bites_is_counted_by_its_name_and_a_close_by_its_code() {
    let api = Api::with(&[("limits.max_members", "1"), ("limits.max_frame", "64KiB")]).await;
    let a = api.a();
    let hello = async |user| Socket::hello(api.server(), api.token(a.workspace, user, WorkspaceRole::Member), Subprotocol::Bincode).await;
    let mut ann = hello(a.labeler).await;
    ann.join(a.tasks[0]).await;
    let full = hello(a.reviewer).await.refused(1, a.tasks[0]).await;
    assert_eq!((full.code.as_str(), full.rule.as_deref()), ("room_full", Some("max_members")));
    ann.update(1, vec![0; 100 << 10]).await;
    let (code, reason) = ann.closed().await;
    assert!(code == 1009 && reason.contains("max_frame"), "{code} {reason}");
    let page = page(&api).await;
    for series in
        [r#"tandem_limits_total{limit="max_members"}"#, r#"tandem_limits_total{limit="max_frame"}"#, r#"tandem_closed_total{code="1009"}"#]
    {
        let counted = page.lines().filter_map(sample).any(|(name, value)| name == series && value >= 1.0);
        assert!(counted, "no {series} in {page}");
    }
    api.stop().await;
}

#[actix_web::test]
async fn prometheus_reads_what_the_server_counts() {
    let api = Api::start().await;
    let a = api.a();
    let mut ann = Socket::hello(api.server(), api.token(a.workspace, a.labeler, WorkspaceRole::Member), Subprotocol::Bincode).await;
    ann.join(a.tasks[0]).await;
    let doc = yrs::Doc::new();
    for seq in 1..=5 {
        use yrs::{Map as _, ReadTxn as _, Transact as _};
        doc.get_or_insert_map("regions").insert(&mut doc.transact_mut(), format!("k{seq}"), 1.0);
        ann.update(seq, doc.transact().encode_state_as_update_v1(&yrs::StateVector::default())).await;
    }
    ann.acked(5).await;
    api.labeler().get("/api/v1/me").await.expect(200);
    let page = page(&api).await;
    let samples: Vec<(&str, f64)> =
        page.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(|line| sample(line).unwrap()).collect();
    let value = |series: &str| samples.iter().find(|(name, _)| *name == series).unwrap_or_else(|| panic!("no {series} in {page}")).1;
    assert!(value("tandem_sessions") >= 1.0 && value("tandem_rooms") >= 1.0);
    assert!(value("tandem_journal_batch_rows_sum") >= 5.0);
    assert!(value(r#"tandem_actor_handled_total{actor="task",message="Input"}"#) >= 5.0);
    assert!(value(r#"tandem_http_request_seconds_count{method="GET",route="/api/v1/me",status="200"}"#) >= 1.0);
    assert!(value("process_resident_memory_bytes") > 1e6 && value("process_cpu_seconds_total") > 0.0);
    let documented = documented();
    for (series, _) in &samples {
        let name = series.split('{').next().unwrap();
        let base = ["_bucket", "_sum", "_count"].into_iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        assert!(documented.contains(base), "{name} is in no table");
    }
    // Nothing of a tenant is in a label.
    for secret in [a.workspace.to_string(), a.labeler.to_string(), a.tasks[0].to_string(), a.project.to_string()] {
        assert!(!page.contains(&secret), "{secret}");
    }
    api.stop().await;
}

#[actix_web::test]
async fn metrics_may_be_closed_to_whoever_has_no_token() {
    let api = Api::with(&[("metrics_token", "of the scraper")]).await;
    let ask = async |token: Option<&str>| {
        let headers: Vec<(String, String)> =
            token.map(|token| ("authorization".to_owned(), format!("Bearer {token}"))).into_iter().collect();
        raw("GET", &format!("{}/metrics", api.base), &headers, Vec::new()).await.status
    };
    assert_eq!((ask(None).await, ask(Some("guess")).await, ask(Some("of the scraper")).await), (401, 401, 200));
    api.stop().await;
}

#[actix_web::test]
async fn administrators_see_the_live_tree_of_their_own_workspace() {
    let api = Api::start().await;
    let (a, b) = (api.db().a, api.db().b);
    let mut ann = Socket::hello(api.server(), api.token(a.workspace, a.labeler, WorkspaceRole::Member), Subprotocol::Json).await;
    ann.join(a.tasks[0]).await;
    let tree = api.admin().get("/api/v1/admin/actors").await.expect(200);
    assert_eq!(tree["my_tasks"][0]["id"], a.tasks[0].to_string());
    assert_eq!((&tree["my_tasks"][0]["members"], &tree["my_tasks"][0]["state"]), (&Value::from(1), &Value::from("up")));
    assert_eq!((&tree["root"][0]["kind"], &tree["root"][1]["kind"]), (&Value::from("journal"), &Value::from("timer")));
    let theirs = api.person(&b, b.admin).get("/api/v1/admin/actors").await;
    assert!(!theirs.text().contains(&a.tasks[0].to_string()));
    let theirs = theirs.expect(200);
    assert_eq!((theirs["my_tasks"].as_array().unwrap().len(), &theirs["tasks"]), (0, &Value::from(1)));
    api.labeler().get("/api/v1/admin/actors").await.problem(403, "forbidden");
    api.stop().await;
}

#[actix_web::test]
async fn readiness_says_why_not() {
    let api = Api::start().await;
    let ask = async || raw("GET", &format!("{}/readyz", api.base), &[], Vec::new()).await;
    let well = ask().await;
    assert_eq!((well.status, well.json()["why"].as_array().unwrap().len()), (200, 0));
    api.state().store.close().await;
    let away = ask().await;
    assert_eq!(away.status, 503);
    assert!(away.json()["why"].to_string().contains("database"), "{}", away.text());
}
