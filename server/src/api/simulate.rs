//! What would become of many tasks, before people are asked to work on them.

use actix_web::{post, web::Json};
use tandem_domain::{
    permission::Action,
    workflow::simulate::{Assumptions, SimulateError, simulate},
};
use tandem_protocol::{Problem, WorkflowId, rest::Simulated};
use tandem_store::pg::flow;
use tokio::sync::Semaphore;

use super::{
    access,
    call::Call,
    problem::{Kind, Refusal},
};

/// Tasks in one simulation: what a release build walks through in a few seconds.
const TASKS: u32 = 20_000;
/// Seconds it may take.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(20);
/// Each takes a processor for as long as it lasts; who asks beside these waits for one of them.
static TURNS: Semaphore = Semaphore::const_new(2);

/// Simulate a workflow.
///
/// `tasks` synthetic tasks (at most 20,000) go through it with the stated chances, durations and people; the same `seed` gives the same answer.
/// The body is described in docs/workflows.md, "Simulation". It ends after 20 seconds at the latest, and when the caller hangs up.
#[utoipa::path(
    tag = "projects",
    operation_id = "simulateWorkflow",
    params(("workflow_id" = WorkflowId, Path)),
    request_body = serde_json::Value,
    responses(
        (status = 200, description = "Paths, work by step, time to finish, bottleneck", body = Simulated),
        (status = 422, description = "An assumption is wrong; `errors` names it", body = Problem, content_type = "application/problem+json"),
    ),
    extensions(("x-action" = json!(Action::WorkflowRead.name()))),
)]
#[post("/workflows/{workflow_id}/simulate")]
pub async fn simulate_workflow(mut call: Call) -> Result<Json<Simulated>, Refusal> {
    let id = call.path::<WorkflowId>()?;
    let body = call.body().await?;
    let hidden = || Refusal::not_found("workflow", id);
    let mut tx = call.begin().await?;
    let project = flow::project_of(&mut tx, id).await?.ok_or_else(hidden)?;
    access::below(&mut tx, &call.identity, project, Action::WorkflowRead, hidden).await?;
    let assumptions = body.parse::<Assumptions>()?;
    if assumptions.tasks > TASKS {
        return Err(Refusal::field("tasks", "range", format!("must be 1 to {TASKS}; it is {}", assumptions.tasks)));
    }
    let flow = flow::flow_of(&mut tx, id).await?;
    drop(tx);
    // Whoever waits here and hangs up is not served.
    let _turn = TURNS.acquire().await.map_err(Refusal::internal)?;
    // Dropped with the request: whoever hangs up ends it.
    let (alive, wanted) = std::sync::mpsc::channel::<()>();
    let began = std::time::Instant::now();
    let run = tokio::task::spawn_blocking(move || {
        let go_on = || began.elapsed() < PATIENCE && !matches!(wanted.try_recv(), Err(std::sync::mpsc::TryRecvError::Disconnected));
        simulate(&flow, &assumptions, &|_| go_on())
    });
    let simulated = run.await.map_err(Refusal::internal)?;
    drop(alive);
    match simulated {
        Ok(simulated) => Ok(Json(Simulated(serde_json::to_value(simulated).map_err(Refusal::internal)?))),
        Err(SimulateError::Assumption { path, reason }) => Err(Refusal::field(&path, "assumption", reason)),
        Err(SimulateError::Cancelled) => {
            Err(Refusal::new(Kind::NotNow, "The simulation took longer than 20 seconds: ask for fewer tasks."))
        }
    }
}
