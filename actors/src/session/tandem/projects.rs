//! Channels of projects and of the person.

use actix::{ActorFutureExt, AsyncContext, Handler, WrapFuture};
use tandem_domain::permission::Action;
use tandem_protocol::{
    ProjectId,
    ws::{
        JobsChanged, LeaseChanged, MyLease, Notified, ProjectDiff, ServerControl, Subscribed, Topic, TopicKind, UserLive, WorkflowDiff,
        WorkflowState,
    },
};
use tandem_store::pg::flow::WorkNow;

use super::{Channel, Ctx, SessionActor, tasks::looked_up};
use crate::{
    project::{Gone, ProjectEvent, ProjectNews, Watch, WorkChange},
    room::{Refused, Seat},
    user::UserEvent,
    watchdog::handling,
};

impl SessionActor {
    pub(super) fn watch_project(&mut self, channel: u32, ctx: &mut Ctx) {
        let Some(who) = self.who.clone() else { return };
        let Some(Channel::Project { subscription, id, what, .. }) = self.channels.get(&channel) else { return };
        let (subscription, id, what, live) = (*subscription, *id, *what, self.live.clone());
        let (seat, outlet) = (Seat { session: self.id, subscription }, ctx.address().recipient());
        let watch = async move {
            let record = live.inner().directory.project(&who, id).await.map_err(|e| looked_up(&e, "project"))?;
            if !who.may(Action::ProjectRead, record.membership) {
                return Err(Refused::not_found("project"));
            }
            for _ in 0..3 {
                let Some(actor) = live.inner().project(who.workspace_id, id).await else { break };
                if actor.send(Watch { what, seat, user: who.user.clone(), outlet: outlet.clone() }).await.is_ok() {
                    return Ok(actor);
                }
            }
            Err(Refused::overloaded())
        };
        ctx.spawn(watch.into_actor(self).map(move |watching, session, _| match watching {
            Ok(found) => match session.channels.get_mut(&channel) {
                Some(Channel::Project { subscription: of, actor, .. }) if *of == subscription => *actor = Some(found),
                _ => found.recipient().do_send(Gone(seat)),
            },
            Err(why) => session.turned_away(channel, subscription, why),
        }));
    }

    pub(super) fn watch_user(&mut self, channel: u32, id: uuid::Uuid, ctx: &mut Ctx) {
        let Some(who) = self.who.clone() else { return };
        let Some(subscription) = self.channels.get(&channel).map(Channel::subscription) else { return };
        if who.user_id().0 != id {
            let why = Refused::new("forbidden", "only one's own topic").field("topic.id", "own");
            return self.turned_away(channel, subscription, why);
        }
        let live = self.live.clone();
        let leases = async move { live.inner().directory.leases(&who).await };
        ctx.spawn(leases.into_actor(self).map(move |leases, session, _| match leases {
            Ok(leases) => session.user_joined(channel, subscription, leases),
            Err(error) => session.turned_away(channel, subscription, looked_up(&error, "person")),
        }));
    }

    pub(super) fn user_joined(&mut self, channel: u32, subscription: u64, leases: Vec<MyLease>) {
        if self.is_current(channel, subscription)
            && let Some(who) = &self.who
        {
            let topic = Topic { kind: TopicKind::User, id: who.user_id().into() };
            self.send_control(Subscribed { channel, topic, task: None, project: None, user: Some(UserLive { leases }) });
        }
    }
}

impl Handler<ProjectEvent> for SessionActor {
    type Result = ();

    fn handle(&mut self, event: ProjectEvent, ctx: &mut Ctx) {
        let _handling = handling!("session", "ProjectEvent");
        let Some(channel) = self.channel_of(event.subscription) else { return };
        match event.news {
            ProjectNews::State(state) => {
                let Some(id) = self.project_of(channel) else { return };
                let topic = Topic { kind: TopicKind::Project, id: id.into() };
                self.send_control(Subscribed { channel, topic, task: None, project: Some((*state).clone()), user: None });
            }
            ProjectNews::Diff(change) => {
                let (progress, here, left) = (change.progress, change.here.clone(), change.left.clone());
                self.send_control(ProjectDiff { channel, progress, here, left });
            }
            ProjectNews::Jobs(jobs) => self.send_control(JobsChanged { channel, jobs: (*jobs).clone() }),
            ProjectNews::Work(now) => {
                let Some(id) = self.project_of(channel) else { return };
                let topic = Topic { kind: TopicKind::Workflow, id: id.into() };
                self.send_control(Subscribed { channel, topic, task: None, project: None, user: None });
                let WorkNow { workflow_id, steps, workers } = (*now).clone();
                self.send_control(WorkflowState { channel, workflow_id, steps, workers });
            }
            ProjectNews::WorkDiff(change) => {
                let WorkChange { now, steps, began, left } = (*change).clone();
                self.send_control(WorkflowDiff { channel, workflow_id: now.workflow_id, steps, workers: began, left });
            }
            ProjectNews::Unavailable => self.turned_away(channel, event.subscription, Refused::unavailable()),
            ProjectNews::Lost => self.project_lost(channel, event.subscription, ctx),
        }
    }
}

impl SessionActor {
    /// On every channel that watches the person.
    fn send_to_users<M: Into<ServerControl>>(&mut self, message: impl Fn(u32) -> M) {
        let users = |(channel, what): (&u32, &Channel)| matches!(what, Channel::User { .. }).then_some(*channel);
        let channels: Vec<u32> = self.channels.iter().filter_map(users).collect();
        for channel in channels {
            self.send_control(message(channel));
        }
    }

    fn project_of(&self, channel: u32) -> Option<ProjectId> {
        match self.channels.get(&channel)? {
            Channel::Project { id, .. } => Some(*id),
            Channel::Task(_) | Channel::User { .. } => None,
        }
    }

    pub(super) fn project_lost(&mut self, channel: u32, subscription: u64, ctx: &mut Ctx) {
        match self.channels.get_mut(&channel) {
            Some(Channel::Project { actor, .. }) => {
                *actor = None;
                self.watch_project(channel, ctx);
            }
            Some(Channel::Task(task)) => {
                task.project = None;
                if let Some(project) = task.record.as_ref().map(|record| record.key.project) {
                    self.be_here(channel, subscription, project, ctx);
                }
            }
            Some(Channel::User { .. }) | None => {}
        }
    }
}

impl Handler<UserEvent> for SessionActor {
    type Result = ();

    fn handle(&mut self, event: UserEvent, ctx: &mut Ctx) {
        let _handling = handling!("session", "UserEvent");
        match event {
            UserEvent::Lease { event, lease } => {
                self.send_to_users(|channel| LeaseChanged { channel, event, lease: lease.clone() });
                self.lease_happened(event, lease.task_id, ctx);
            }
            UserEvent::Notified(notification) => {
                self.send_to_users(|channel| Notified { channel, notification: notification.clone() });
            }
            UserEvent::RecheckRights(project) => self.recheck(project, ctx),
            UserEvent::CheckToken => self.check_token(ctx),
            UserEvent::Lost => self.attach(ctx),
        }
    }
}
