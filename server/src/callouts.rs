//! Calls that workflows make: a webhook, a model's prediction. Each is a row in the database until its end was told, so a call is made at least once
//! and counted once, whatever dies in between (`tandem_store::pg::flow`). Only hosts that the operator named are called: who writes a workflow must
//! not be able to make the server talk to what only the server can reach.

use std::{collections::HashMap, time::Duration};

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, future::LocalBoxFuture, stream::FuturesUnordered};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::{Value, json};
use tandem_actors::{DomainEvent, HistoryError, Live};
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
/// Of them at once, and of those to one host: one that is slow must not keep the calls of others waiting.
const AT_ONCE: usize = 64;
const TO_ONE_HOST: usize = 16;
/// When a call is looked at again whose host has as many as it may.
const LATER: Duration = Duration::from_secs(2);
/// One call, at most.
const LONGEST: Duration = Duration::from_secs(30);
/// Until another node may take a call whose node has not come back; longer than a call.
const LEASE: Duration = Duration::from_secs(90);
/// Bytes of an answer.
const LARGEST: usize = 1 << 20;

/// Makes due calls until the house closes.
pub async fn run(store: Store, live: Live, hosts: Vec<String>) {
    let mut failures = 0_u32;
    let mut under_way: FuturesUnordered<LocalBoxFuture<'_, String>> = FuturesUnordered::new();
    let mut busy = Busy::default();
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            Some(host) = under_way.next(), if !under_way.is_empty() => {
                busy.end(&host);
                continue;
            }
            _ = ticks.tick() => {}
        }
        // What is due now is another node's, or the next start's.
        if live.ready().closing {
            while under_way.next().await.is_some() {}
            return;
        }
        match take(&store, &hosts, &mut busy).await {
            Ok(calls) => {
                failures = 0;
                let (store, live, hosts) = (&store, &live, &hosts);
                let begin = |(host, call): (String, Call)| async move {
                    make(store, live, hosts, &call).await;
                    host
                };
                under_way.extend(calls.into_iter().map(|call| begin(call).boxed_local()));
            }
            Err(error) => {
                failures += 1;
                if failures.is_power_of_two() {
                    tracing::warn!(%error, failures, "calls of workflows cannot be made");
                }
            }
        }
    }
}

/// How many calls each host has.
#[derive(Default)]
struct Busy(HashMap<String, usize>);

impl Busy {
    fn begin(&mut self, host: &str) -> bool {
        let calls = self.0.entry(host.to_owned()).or_default();
        let has_room = *calls < TO_ONE_HOST;
        *calls += usize::from(has_room);
        has_room
    }

    fn end(&mut self, host: &str) {
        if let Some(calls) = self.0.get_mut(host) {
            *calls -= 1;
            if *calls == 0 {
                self.0.remove(host);
            }
        }
    }

    fn all(&self) -> usize {
        self.0.values().sum()
    }
}

/// Calls to make now, each with its host.
async fn take(store: &Store, hosts: &[String], busy: &mut Busy) -> Result<Vec<(String, Call)>, StoreError> {
    let room = AT_ONCE.saturating_sub(busy.all());
    let mut calls = Vec::new();
    for (workspace, project, task, step) in flow::due_calls(store, u32::try_from(room).unwrap_or_default()).await? {
        let Some(call) = flow::claim_call(store, workspace, project, task, &step, LEASE).await? else { continue };
        // What is never sent anywhere is nobody's burden, and is over at once.
        let host = address(hosts, &call).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
        if busy.begin(&host) {
            calls.push((host, call));
        } else {
            flow::put_back(store, &call, LATER).await?;
        }
    }
    Ok(calls)
}

async fn make(store: &Store, live: &Live, hosts: &[String], call: &Call) {
    let told = match answer(hosts, call).await {
        Ok(output) => match tell(store, live, call, Ok(output)).await {
            // What cannot be taken now cannot be taken when it is asked for again.
            Err(error) if !error.is_retryable() => tell(store, live, call, Err(json!(error.to_string()))).await,
            told => told,
        },
        Err(Unmade::Never(error)) => tell(store, live, call, Err(json!(error))).await,
        Err(Unmade::Later(error)) => flow::fail_call(store, call, &error).await.map_err(Untold::from),
    };
    let Err(error) = told else { return };
    tracing::warn!(task = %call.task, step = call.step, %error, "what came of a call could not be told");
    // Of what may be better later the call is made again when its lease is over.
    if !error.is_retryable()
        && let Err(error) = flow::drop_call(store, call, &error.to_string()).await
    {
        tracing::warn!(task = %call.task, step = call.step, %error, "nor is the task held for it");
    }
}

#[derive(Debug, thiserror::Error)]
enum Untold {
    #[error(transparent)]
    Flow(#[from] FlowError),
    #[error(transparent)]
    Suggest(#[from] SuggestError),
}

impl Untold {
    fn is_retryable(&self) -> bool {
        match self {
            Self::Flow(error) => error.is_retryable(),
            Self::Suggest(SuggestError::Store(error)) => error.is_retryable(),
            Self::Suggest(SuggestError::Document(error)) => !matches!(error, HistoryError::Full),
        }
    }
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
            // The step may have given up waiting, and people may be at what they were suggested since.
            let mut tx = Tenant { workspace, user: None }.begin(store).await?;
            if !flow::is_waited_for(&mut tx, call).await? {
                return Ok(());
            }
            drop(tx);
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
    let answer = serde_json::from_slice(&body).map_err(|error| Unmade::Never(format!("the answer is no JSON: {error}")))?;
    if has_zero(&answer) { Err(Unmade::Never("the answer has the character U+0000, which is not kept".to_owned())) } else { Ok(answer) }
}

fn has_zero(answer: &Value) -> bool {
    match answer {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(has_zero),
        Value::Object(entries) => entries.iter().any(|(key, value)| key.contains('\0') || has_zero(value)),
        _ => false,
    }
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
