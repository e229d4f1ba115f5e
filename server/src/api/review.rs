//! Reviewing: approve, reject, ask for changes; and seeing every answer to a task.

use actix_web::{get, post, web::Json};
use tandem_domain::{permission::Action, workflow::Decision};
use tandem_protocol::{
    AssignmentId, Problem, TaskId,
    rest::{Candidate, CheckpointReason, DecideReview, Decided, Page, ReviewDecision, WorkKind},
    ws::LeaseEvent,
};
use tandem_store::pg::{
    annotations::{self, Verdict},
    leases, tasks,
};

use super::{
    access,
    assignments::{accessible, next_for},
    call::Call,
    notify::{self, News},
    problem::{Kind, Refusal},
    projects,
    submit::{asked, document_of},
    validate,
};

/// Decide about submitted work.
///
/// Under one's own lease on a review. What was mended in the live document before an approval becomes a version of its own. What comes next is the
/// workflow's: a rejected task usually goes back to whoever did it. Asking again after a lost answer changes nothing.
#[utoipa::path(
    tag = "work",
    operation_id = "decideReview",
    params(("assignment_id" = AssignmentId, Path)),
    request_body = DecideReview,
    responses(
        (status = 200, description = "Decided", body = Decided),
        (status = 409, description = "`lease_stale`: somebody else holds the task now, `details` says who; `lease_expired`; `lease_not_active`; `not_now`: the task does not wait for a decision", body = Problem, content_type = "application/problem+json"),
    ),
    extensions(("x-action" = json!(Action::TaskReview.name()))),
)]
#[post("/assignments/{assignment_id}/decide")]
pub async fn decide_review(mut call: Call) -> Result<Json<Decided>, Refusal> {
    let id = call.path::<AssignmentId>()?;
    let body = call.body().await?;
    let mut tx = call.begin_point().await?;
    let (lease, _) = accessible(&mut tx, &call, id, Action::TaskReview).await?;
    let wanted = body.parse::<DecideReview>()?;
    validate::decide_review(&wanted)?;
    if lease.kind != WorkKind::Review {
        return Err(Refusal::new(Kind::NotNow, "This lease is no review: submit the work instead."));
    }
    let project = projects::read(&mut tx, &call, lease.project_id).await?;
    let mut answer = None;
    if wanted.decision == ReviewDecision::Approve && lease.status.is_active() {
        leases::lock(&mut tx, id, call.user(), wanted.fencing_token).await?;
        let asked = asked(&mut tx, project, &lease).await?;
        // Waiting for edits must neither hold a connection nor the lease's row.
        tx.rollback().await?;
        answer = Some(asked.live(&call, &lease, [&wanted.state_vector, &wanted.snapshot]).await?);
        tx = call.begin_point().await?;
    }
    let verdict = Verdict {
        assignment: id,
        user: call.user(),
        fencing_token: wanted.fencing_token,
        decision: match wanted.decision {
            ReviewDecision::Approve => Decision::Approve,
            ReviewDecision::Reject => Decision::Reject,
            ReviewDecision::RequestChanges => Decision::RequestChanges,
        },
        reason: wanted.reason.clone(),
        time_spent_ms: wanted.time_spent_ms,
        answer,
    };
    let (assignment, annotation) = annotations::decide(&mut tx, &verdict).await?;
    let news = News::of(&mut tx, LeaseEvent::Submitted, &assignment).await?;
    let next = if wanted.and_next { next_for(&mut tx, &call, lease.project_id).await? } else { None };
    let closed = tx.take_closed();
    tx.commit().await?;
    call.state.live.checkpoint_later(document_of(&call, &lease), CheckpointReason::Submit, call.user());
    news.publish(&call);
    notify::closed(&call, &closed);
    if let Some(next) = &next {
        News::of_work(next).publish(&call);
    }
    Ok(Json(Decided { assignment, annotation, next }))
}

/// Every answer to a task.
///
/// The newest version of each, with who gave it: what somebody who decides between answers looks at. Who answers the task themselves without seeing the
/// others' answers is told only their own meanwhile.
#[utoipa::path(
    tag = "work",
    operation_id = "listCandidates",
    params(("task_id" = TaskId, Path)),
    responses((status = 200, description = "All of them, by step, round and slot", body = Page<Candidate>)),
    extensions(("x-action" = json!(Action::TaskReview.name()))),
)]
#[get("/tasks/{task_id}/candidates")]
pub async fn list_candidates(call: Call) -> Result<Json<Page<Candidate>>, Refusal> {
    let task = call.path::<TaskId>()?;
    let hidden = || Refusal::not_found("task", task);
    let mut tx = call.begin().await?;
    let project = tasks::project_of(&mut tx, task).await?.ok_or_else(hidden)?;
    access::below(&mut tx, &call.identity, project, Action::TaskReview, hidden).await?;
    let given = annotations::given(&mut tx, project, task).await?;
    let answers_blind = tasks::answers_blind(&mut tx, project, task, call.user()).await?;
    let seen = given.into_iter().filter(|given| !answers_blind || given.annotation.user_id == Some(call.user()));
    let items = seen.map(|given| Candidate {
        annotation: given.annotation,
        user_name: given.user_name,
        slot: given.slot,
        round: given.round,
        reason: given.reason,
    });
    Ok(Json(Page { items: items.collect(), next_cursor: None }))
}
