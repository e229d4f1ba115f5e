//! What those who watch are told once a change is committed.

use tandem_actors::DomainEvent;
use tandem_protocol::{
    ProjectId, TaskId, UserId,
    rest::{Assignment, LeaseView, TaskStatus, Work},
    ws::{LeaseEvent, MyLease},
};
use tandem_store::{TenantTx, pg::tasks};

use super::{call::Call, problem::Refusal};

/// Something that happened to a lease, with how its task stands after it.
pub struct News {
    project: ProjectId,
    task: TaskId,
    status: TaskStatus,
    view: Option<LeaseView>,
    user: UserId,
    event: LeaseEvent,
    lease: MyLease,
}

impl News {
    /// Reads how the task stands, inside the transaction of the change.
    pub async fn of(tx: &mut TenantTx, event: LeaseEvent, lease: &Assignment) -> Result<Self, Refusal> {
        let shown = tasks::shown(tx, lease.project_id, lease.task_id).await?;
        let (status, view) = shown.ok_or_else(|| Refusal::internal("a leased task is not there"))?;
        Ok(Self::new(event, lease, status, view))
    }

    /// A lease just given.
    pub fn of_work(work: &Work) -> Self {
        Self::new(LeaseEvent::Given, &work.assignment, work.task.status, work.task.lease.clone())
    }

    fn new(event: LeaseEvent, lease: &Assignment, status: TaskStatus, view: Option<LeaseView>) -> Self {
        Self { project: lease.project_id, task: lease.task_id, status, view, user: lease.user_id, event, lease: lease.into() }
    }

    /// Only after the commit: what is told must be true.
    pub fn publish(self, call: &Call) {
        let (live, workspace, project) = (&call.state.live, call.identity.workspace_id, self.project);
        live.publish(DomainEvent::TaskChanged { workspace, project, task: self.task, status: self.status, lease: self.view });
        live.publish(DomainEvent::LeaseChanged { workspace, user: self.user, event: self.event, lease: self.lease });
        live.publish(DomainEvent::ProgressChanged { workspace, project });
    }
}

/// Leases ended because their step was closed. Only after the commit.
pub fn closed(call: &Call, leases: &[Assignment]) {
    for lease in leases {
        call.state.live.publish(DomainEvent::of_lease(call.identity.workspace_id, LeaseEvent::Reassigned, lease));
    }
}

/// Tasks of a project came or went.
pub fn progress_moved(call: &Call, project: ProjectId) {
    call.state.live.publish(DomainEvent::ProgressChanged { workspace: call.identity.workspace_id, project });
}

/// A person's role in a project changed, or with no person the project itself: who is connected is checked anew.
pub fn rights_changed(call: &Call, project: ProjectId, user: Option<UserId>) {
    call.state.live.publish(DomainEvent::RightsChanged { workspace: call.identity.workspace_id, project, user });
}
