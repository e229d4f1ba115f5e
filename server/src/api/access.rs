//! May they? One check for all routes: what a person is not in does not exist for them (404); what they are in but may not do is
//! refused by name (403).

use serde_json::json;
use tandem_domain::{
    identity::Identity,
    permission::{Action, permits, permits_workspace},
};
use tandem_protocol::{ProjectId, ProjectRole, TaskId, UserId, WorkspaceRole};
use tandem_store::{
    TenantTx,
    pg::{projects, tasks},
};

use super::problem::{Kind, Refusal};

/// The caller's role in `project`, if it is there, they are in it, and their role allows `action`.
pub async fn project(tx: &mut TenantTx, identity: &Identity, project: ProjectId, action: Action) -> Result<ProjectRole, Refusal> {
    below(tx, identity, project, action, || Refusal::not_found("project", project)).await
}

/// The same for something that belongs to `project`; `hidden` is what a stranger is told of it.
pub async fn below(
    tx: &mut TenantTx,
    identity: &Identity,
    project: ProjectId,
    action: Action,
    hidden: impl Fn() -> Refusal,
) -> Result<ProjectRole, Refusal> {
    let membership = projects::membership(tx, project, identity.user_id()).await?;
    // A workspace admin is in every project, but only in those there are.
    if membership.is_none() && identity.workspace_role == WorkspaceRole::Admin && !projects::exists(tx, project).await? {
        return Err(hidden());
    }
    in_project(identity, membership, action, hidden)
}

/// The same for a project that was read as the caller sees it, role and all: who is in none of it has got a 404 by then.
pub fn within(identity: &Identity, role: ProjectRole, action: Action) -> Result<(), Refusal> {
    if identity.may(action, Some(role)) { Ok(()) } else { Err(forbidden(action, needed(action), role.as_str(), "in this project")) }
}

/// The same for a person whose membership was read together with what they ask for, in a project that is there: the role that counts, if it allows
/// `action`.
pub fn in_project(
    identity: &Identity,
    membership: Option<ProjectRole>,
    action: Action,
    hidden: impl FnOnce() -> Refusal,
) -> Result<ProjectRole, Refusal> {
    let role = identity.effective_role(membership).ok_or_else(hidden)?;
    if identity.may(action, membership) { Ok(role) } else { Err(forbidden(action, needed(action), role.as_str(), "in this project")) }
}

/// For whom a task is read by somebody of this role: from labelers it may be withheld.
pub fn labeler(identity: &Identity, role: ProjectRole) -> Option<UserId> {
    (role == ProjectRole::Labeler).then(|| identity.user_id())
}

/// What a task shows, if its step lets the caller see it before they have accepted the task.
pub async fn content(tx: &mut TenantTx, identity: &Identity, role: ProjectRole, project: ProjectId, task: TaskId) -> Result<(), Refusal> {
    if role == ProjectRole::Labeler && !tasks::withheld(tx, project, &[task], identity.user_id()).await?.is_empty() {
        return Err(not_accepted());
    }
    Ok(())
}

/// The refusal of what is shown only to whoever accepts it.
pub fn not_accepted() -> Refusal {
    let detail = "The task's step shows what is in it only to whoever has accepted it: take the task and accept it first.";
    Refusal::new(Kind::NotAccepted, detail).with_details(json!({ "rule": "content_after_accepting" }))
}

/// Whether the caller may do `action` in their workspace.
pub fn in_workspace(identity: &Identity, action: Action) -> Result<(), Refusal> {
    if identity.may(action, None) {
        return Ok(());
    }
    let least = [WorkspaceRole::Member, WorkspaceRole::Admin].into_iter().find(|role| permits_workspace(*role, action));
    Err(forbidden(action, least.map_or("none", WorkspaceRole::as_str), identity.workspace_role.as_str(), "in this workspace"))
}

/// The lowest role that may.
fn needed(action: Action) -> &'static str {
    [ProjectRole::Labeler, ProjectRole::Reviewer, ProjectRole::Admin]
        .into_iter()
        .find(|role| permits(*role, action))
        .map_or("none", ProjectRole::as_str)
}

fn forbidden(action: Action, needs: &str, role: &str, place: &str) -> Refusal {
    let detail = format!("\"{}\" ({}) needs the role {needs} {place}; yours is {role}.", action.meaning(), action.name());
    Refusal::new(Kind::Forbidden, detail).with_details(json!({ "action": action.name(), "needs": needs, "role": role }))
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use tandem_protocol::{UserId, WorkspaceId, rest::UserSummary};

    use super::*;

    fn person(workspace_role: WorkspaceRole) -> Identity {
        let user = UserSummary { id: UserId::new(), name: "Ada".into(), email: "ada@example.org".into(), color: "#2563eb".into() };
        Identity { user, workspace_id: WorkspaceId::new(), workspace_role, issued_at: Utc::now(), expires_at: DateTime::<Utc>::MAX_UTC }
    }

    fn answer(identity: &Identity, membership: Option<ProjectRole>, action: Action) -> Result<ProjectRole, Kind> {
        in_project(identity, membership, action, || Refusal::not_found("project", "x")).map_err(|refusal| refusal.kind())
    }

    #[test]
    fn a_stranger_is_told_nothing_and_a_member_what_is_missing() {
        let member = person(WorkspaceRole::Member);
        assert_eq!(answer(&member, None, Action::ProjectUpdate), Err(Kind::NotFound));
        assert_eq!(answer(&member, Some(ProjectRole::Labeler), Action::ProjectUpdate), Err(Kind::Forbidden));
        assert_eq!(answer(&member, Some(ProjectRole::Admin), Action::ProjectUpdate), Ok(ProjectRole::Admin));
    }

    #[test]
    fn a_workspace_admin_is_admin_of_every_project() {
        assert_eq!(answer(&person(WorkspaceRole::Admin), None, Action::ProjectUpdate), Ok(ProjectRole::Admin));
        assert_eq!(in_workspace(&person(WorkspaceRole::Member), Action::ProjectCreate).map_err(|r| r.kind()), Err(Kind::Forbidden));
    }
}
