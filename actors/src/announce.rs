//! What happened, brought to whoever shows it: to the actors of this node that are up, and to other nodes.

use std::sync::Arc;

use tandem_protocol::{
    ProjectId, TaskId, UserId,
    node::{NodeFrame, Topic},
};
use tandem_store::bus::Bus;

use crate::{
    ports::DomainEvent,
    project::{JobsMoved, ProgressMoved, ProjectActor},
    registry::Registry,
    scopes::Scopes,
    task::{TaskActor, TaskNews},
    user::{LeaseHappened, RecheckRights, TokensRevoked, Told, UserActor},
};

/// Brings events to other nodes: to those where somebody cares.
pub(crate) fn tell_nodes(bus: &dyn Bus, event: &DomainEvent) {
    let say = |topic| bus.say(topic, NodeFrame::Happened(event.clone()));
    match event {
        DomainEvent::TaskChanged { project, task, .. } => {
            say(Topic::Task(*task));
            say(Topic::Project(*project));
        }
        DomainEvent::LeaseChanged { user, .. } | DomainEvent::Notified { user, .. } | DomainEvent::TokensRevoked { user, .. } => {
            say(Topic::User(*user))
        }
        DomainEvent::RightsChanged { user: Some(user), .. } => say(Topic::User(*user)),
        DomainEvent::ProgressChanged { project, .. }
        | DomainEvent::JobChanged { project, .. }
        | DomainEvent::RightsChanged { project, user: None, .. } => say(Topic::Project(*project)),
    }
}

/// Brings events to the actors that are up; the others will read the database when they start.
pub(crate) struct Announcer {
    pub tasks: Arc<Registry<TaskId, TaskActor>>,
    pub scopes: Scopes,
    pub projects: Arc<Registry<ProjectId, ProjectActor>>,
    pub users: Arc<Registry<UserId, UserActor>>,
}

impl Announcer {
    /// Events are few, and each matters: they go beyond a mailbox's capacity if need be.
    pub fn publish(&self, event: DomainEvent) {
        match event {
            DomainEvent::TaskChanged { project, task, status, lease, .. } => {
                for room in self.scopes.rooms(task).iter().filter_map(|room| self.tasks.get(room)) {
                    room.recipient().do_send(TaskNews { status, lease: lease.clone() });
                }
                self.progress_moved(project);
            }
            DomainEvent::LeaseChanged { user, event, lease, .. } => {
                if let Some(actor) = self.users.get(&user) {
                    actor.recipient().do_send(LeaseHappened { event, lease });
                }
            }
            DomainEvent::Notified { user, notification, .. } => {
                if let Some(actor) = self.users.get(&user) {
                    actor.recipient().do_send(Told(notification));
                }
            }
            DomainEvent::ProgressChanged { project, .. } => self.progress_moved(project),
            DomainEvent::JobChanged { project, .. } => {
                if let Some(actor) = self.projects.get(&project) {
                    actor.recipient().do_send(JobsMoved);
                }
            }
            DomainEvent::TokensRevoked { user, .. } => {
                if let Some(actor) = self.users.get(&user) {
                    actor.recipient().do_send(TokensRevoked);
                }
            }
            DomainEvent::RightsChanged { project, user: Some(user), .. } => {
                if let Some(actor) = self.users.get(&user) {
                    actor.recipient().do_send(RecheckRights(project));
                }
            }
            DomainEvent::RightsChanged { project, user: None, .. } => {
                for actor in self.users.all() {
                    actor.recipient().do_send(RecheckRights(project));
                }
            }
        }
    }

    fn progress_moved(&self, project: ProjectId) {
        if let Some(actor) = self.projects.get(&project) {
            actor.recipient().do_send(ProgressMoved);
        }
    }
}
