//! Leases: next, accept, renew, release, skip, submit.

use tandem_domain::permission::Action;
use tandem_protocol::{
    AssignmentId, Problem, ProjectId,
    rest::{Assignment, LeaseAction, NextTask, SkipTask, SubmitTask, Submitted},
};

/// Lease the next task.
///
/// Gives back the lease I already hold in this project, if I hold one. Nothing to do is an answer: `work` is null.
#[utoipa::path(
    post, path = "/api/v1/projects/{project_id}/next", tag = "work", operation_id = "nextTask",
    params(("project_id" = ProjectId, Path)),
    responses((status = 200, description = "The work, or none", body = NextTask)),
    extensions(("x-action" = json!(Action::TaskClaim.name()))),
)]
pub fn next_task() {}

/// One lease.
#[utoipa::path(
    get, path = "/api/v1/assignments/{assignment_id}", tag = "work", operation_id = "getAssignment",
    params(("assignment_id" = AssignmentId, Path)),
    responses((status = 200, description = "The lease", body = Assignment)),
    extensions(("x-action" = json!(Action::TaskRead.name()))),
)]
pub fn get_assignment() {}

/// Begin work on a leased task.
#[utoipa::path(
    post, path = "/api/v1/assignments/{assignment_id}/accept", tag = "work", operation_id = "acceptTask",
    params(("assignment_id" = AssignmentId, Path)),
    request_body = LeaseAction,
    responses((status = 200, description = "The lease", body = Assignment), (status = 409, description = "`lease_stale`: somebody else holds the task now, `details` says who; `lease_expired`; `lease_not_active`", body = Problem, content_type = "application/problem+json")),
    extensions(("x-action" = json!(Action::TaskClaim.name()))),
)]
pub fn accept_task() {}

/// Push the end of a lease back.
#[utoipa::path(
    post, path = "/api/v1/assignments/{assignment_id}/renew", tag = "work", operation_id = "renewLease",
    params(("assignment_id" = AssignmentId, Path)),
    request_body = LeaseAction,
    responses((status = 200, description = "The lease", body = Assignment), (status = 409, description = "`lease_stale`: somebody else holds the task now, `details` says who; `lease_expired`; `lease_not_active`", body = Problem, content_type = "application/problem+json")),
    extensions(("x-action" = json!(Action::TaskClaim.name()))),
)]
pub fn renew_lease() {}

/// Give a task back.
///
/// Somebody else's lease needs `lease.override`.
#[utoipa::path(
    post, path = "/api/v1/assignments/{assignment_id}/release", tag = "work", operation_id = "releaseTask",
    params(("assignment_id" = AssignmentId, Path)),
    request_body = LeaseAction,
    responses((status = 200, description = "The lease, ended", body = Assignment), (status = 409, description = "`lease_stale`: somebody else holds the task now, `details` says who; `lease_expired`; `lease_not_active`", body = Problem, content_type = "application/problem+json")),
    extensions(("x-action" = json!(Action::TaskClaim.name()))),
)]
pub fn release_task() {}

/// Skip a task, with a reason.
#[utoipa::path(
    post, path = "/api/v1/assignments/{assignment_id}/skip", tag = "work", operation_id = "skipTask",
    params(("assignment_id" = AssignmentId, Path)),
    request_body = SkipTask,
    responses((status = 200, description = "The lease, ended", body = Assignment), (status = 409, description = "`lease_stale`: somebody else holds the task now, `details` says who; `lease_expired`; `lease_not_active`", body = Problem, content_type = "application/problem+json")),
    extensions(("x-action" = json!(Action::TaskClaim.name()))),
)]
pub fn skip_task() {}

/// Submit the work.
///
/// What counts is the live document of the task, once it holds all of `state_vector`. With `and_next` the next task is
/// leased in the same call.
#[utoipa::path(
    post, path = "/api/v1/assignments/{assignment_id}/submit", tag = "work", operation_id = "submitTask",
    params(("assignment_id" = AssignmentId, Path)),
    request_body = SubmitTask,
    responses((status = 200, description = "Submitted", body = Submitted), (status = 409, description = "`lease_stale`: somebody else holds the task now, `details` says who; `lease_expired`; `lease_not_active`", body = Problem, content_type = "application/problem+json"), (status = 422, description = "Regions break the project's rules; `errors` names each", body = Problem, content_type = "application/problem+json")),
    extensions(("x-action" = json!(Action::TaskSubmit.name()))),
)]
pub fn submit_task() {}
