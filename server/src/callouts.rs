//! Calls that workflows make: a webhook, a model's prediction. Each is a row in the database until its end was told, so a call is made at least once
//! and counted once, whatever dies in between (`tandem_store::pg::flow`). Only hosts that the operator named are called: who writes a workflow must
//! not be able to make the server talk to what only the server can reach.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::{Value, json};
use tandem_actors::{DomainEvent, Live};
use tandem_protocol::ws::LeaseEvent;
use tandem_store::{
    Store, StoreError, Tenant,
    pg::{
        flow::{self, Call, FlowError},
        tasks,
    },
};
use url::Url;

use crate::{predictions, suggesting::SuggestError};

/// How often due calls are looked for.
const TICK: Duration = Duration::from_secs(1);
/// Of them at once.
const AT_ONCE: u32 = 16;
/// One call, at most.
const LONGEST: Duration = Duration::from_secs(30);
/// Until another node may take a call whose node has not come back; longer than a call.
const LEASE: Duration = Duration::from_secs(90);
/// Bytes of an answer.
const LARGEST: usize = 1 << 20;

/// Makes due calls until the house closes.
pub async fn run(store: Store, live: Live, hosts: Vec<String>) {
    let mut failures = 0_u32;
    loop {
        tokio::time::sleep(TICK).await;
        // What is due now is another node's, or the next start's.
        if live.ready().closing {
            return;
        }
        match round(&store, &live, &hosts).await {
            Ok(()) => failures = 0,
            Err(error) => {
                failures += 1;
                if failures.is_power_of_two() {
                    tracing::warn!(%error, failures, "calls of workflows cannot be made");
                }
            }
        }
    }
}

async fn round(store: &Store, live: &Live, hosts: &[String]) -> Result<(), StoreError> {
    let due = flow::due_calls(store, AT_ONCE).await?;
    let mut calls = Vec::new();
    for (workspace, project, task, step) in due {
        calls.extend(flow::claim_call(store, workspace, project, task, &step, LEASE).await?);
    }
    futures_util::future::join_all(calls.iter().map(|call| make(store, live, hosts, call))).await;
    Ok(())
}

async fn make(store: &Store, live: &Live, hosts: &[String], call: &Call) {
    let told = match answer(hosts, call).await {
        Ok(output) => tell(store, live, call, Ok(output)).await,
        Err(Unmade::Never(error)) => tell(store, live, call, Err(json!(error))).await,
        Err(Unmade::Later(error)) => flow::fail_call(store, call, &error).await.map_err(Untold::from),
    };
    if let Err(error) = told {
        // The call is made again when its lease is over; a task that does not wait for it any more says so here.
        tracing::warn!(task = %call.task, step = call.step, %error, "what came of a call could not be told");
    }
}

#[derive(Debug, thiserror::Error)]
enum Untold {
    #[error(transparent)]
    Flow(#[from] FlowError),
    #[error(transparent)]
    Suggest(#[from] SuggestError),
}

impl From<StoreError> for Untold {
    fn from(error: StoreError) -> Self {
        Self::Flow(error.into())
    }
}

async fn tell(store: &Store, live: &Live, call: &Call, end: Result<Value, Value>) -> Result<(), Untold> {
    let (workspace, project, task) = (call.workspace, call.project, call.task);
    let unusable = |error: String| json!(format!("the model's answer cannot be used: {error}"));
    let end = match end {
        Ok(output) if call.kind == "model" && predictions::are_suggested(call) => {
            predictions::show(store, live, call, &output).await?.map(|()| output).map_err(unusable)
        }
        end => end,
    };
    let mut tx = Tenant { workspace, user: None }.begin(store).await?;
    let end = match end {
        Ok(output) if call.kind == "model" && !predictions::are_suggested(call) => {
            predictions::keep(&mut tx, call, &output).await?.map(|()| output).map_err(unusable)
        }
        end => end,
    };
    if !flow::answer_call(&mut tx, call, end).await? {
        return Ok(());
    }
    let found = tasks::get_in(&mut tx, project, task).await?;
    let closed = tx.take_closed();
    tx.commit().await?;
    if let Some(found) = found {
        live.publish(DomainEvent::TaskChanged { workspace, project, task, status: found.task.status, lease: found.task.lease });
    }
    for lease in &closed {
        live.publish(DomainEvent::of_lease(workspace, LeaseEvent::Reassigned, lease));
    }
    Ok(())
}

/// Why there is no answer.
#[derive(Debug, PartialEq)]
enum Unmade {
    /// And never will be.
    Never(String),
    /// The network, or the other side, may be better later.
    Later(String),
}

async fn answer(hosts: &[String], call: &Call) -> Result<Value, Unmade> {
    let url = address(hosts, call)?;
    let request = http::Request::post(url.as_str())
        .header(http::header::CONTENT_TYPE, "application/json")
        // The same for every attempt of one call, and another for the step's next visit: whoever is called can tell a repetition.
        .header("idempotency-key", format!("{}/{}/{}", call.task, call.step, call.since.timestamp_micros()))
        .body(Full::new(Bytes::from(body(call).to_string())))
        .map_err(|error| Unmade::Never(error.to_string()))?;
    tokio::time::timeout(LONGEST, send(request)).await.map_err(|_| Unmade::Later("no answer within 30 s".to_owned()))?
}

fn body(call: &Call) -> Value {
    json!({ "task_id": call.task, "project_id": call.project, "step": call.step, "config": call.input["config"], "input": call.input["input"] })
}

/// The address that the step names, if its host is one of those that may be called.
fn address(hosts: &[String], call: &Call) -> Result<Url, Unmade> {
    let handler = call.input["handler"].as_str().unwrap_or_default();
    let named = call.input["config"]["url"].as_str().unwrap_or(handler);
    if !matches!(call.kind.as_str(), "webhook" | "model") {
        return Err(Unmade::Never(format!("this server has no handler {handler:?}")));
    }
    let url = Url::parse(named).map_err(|error| Unmade::Never(format!("{named:?} is no address: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Unmade::Never(format!("{named:?} is neither http nor https")));
    }
    let host = url.host_str().unwrap_or_default();
    let with_port = url.port().map(|port| format!("{host}:{port}"));
    if hosts.iter().any(|allowed| allowed == host || Some(allowed) == with_port.as_ref()) {
        Ok(url)
    } else {
        Err(Unmade::Never(format!("the operator lets workflows call {}, not {host:?}", allowed(hosts))))
    }
}

fn allowed(hosts: &[String]) -> String {
    if hosts.is_empty() { "no host (set call_hosts)".to_owned() } else { hosts.join(", ") }
}

async fn send(request: http::Request<Full<Bytes>>) -> Result<Value, Unmade> {
    let later = |error: &dyn std::fmt::Display| Unmade::Later(error.to_string());
    let connector = hyper_rustls::HttpsConnectorBuilder::new()
        .with_native_roots()
        .map_err(|error| later(&error))?
        .https_or_http()
        .enable_http1()
        .build();
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build(connector);
    let response = client.request(request).await.map_err(|error| later(&error))?;
    let status = response.status();
    let body = Limited::new(response.into_body(), LARGEST).collect().await.map_err(|error| later(&error))?.to_bytes();
    if status.is_server_error() || status == http::StatusCode::TOO_MANY_REQUESTS {
        return Err(Unmade::Later(format!("the answer is {status}")));
    }
    if !status.is_success() {
        return Err(Unmade::Never(format!("the answer is {status}")));
    }
    if body.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&body).map_err(|error| Unmade::Never(format!("the answer is no JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use tandem_protocol::{ProjectId, TaskId, WorkspaceId};

    use super::*;

    fn call(kind: &str, url: &str) -> Call {
        Call {
            workspace: WorkspaceId::new(),
            project: ProjectId::new(),
            task: TaskId::new(),
            step: "hook".to_owned(),
            kind: kind.to_owned(),
            input: json!({"handler": url, "config": null, "input": {"n": 1}}),
            attempts: 1,
            since: chrono::DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn only_hosts_that_the_operator_named_are_called() {
        let hosts = ["models.example".to_owned(), "127.0.0.1:9000".to_owned()];
        assert!(address(&hosts, &call("webhook", "https://models.example/predict")).is_ok());
        assert!(address(&hosts, &call("model", "http://127.0.0.1:9000/")).is_ok());
        for (kind, url) in [
            ("webhook", "http://127.0.0.1:5432/"),
            ("webhook", "http://169.254.169.254/latest"),
            ("webhook", "file:///etc/passwd"),
            ("webhook", "https://models.example.evil.example/"),
            ("auto_process", "https://models.example/predict"),
        ] {
            assert!(matches!(address(&hosts, &call(kind, url)), Err(Unmade::Never(_))), "{url}");
        }
    }

    #[test]
    fn with_no_host_named_the_reason_says_what_to_set() {
        assert_eq!(
            address(&[], &call("webhook", "https://models.example/")),
            Err(Unmade::Never("the operator lets workflows call no host (set call_hosts), not \"models.example\"".to_owned()))
        );
    }
}
