//! Rights that change while somebody is connected. They take effect on the open subscriptions: a role is another one, `read_only` is
//! set or cleared, a subscription ends with its reason. The connection itself ends only if its token is void.
//!
//! A lease is such a right: it may be on another document of the task than the one that is open.

use std::time::Duration;

use actix::{ActorFutureExt, AsyncContext, WrapFuture};
use tandem_domain::permission::Action;
use tandem_protocol::{
    ProjectId, ProjectRole, TaskId,
    rest::{LeaseView, TaskStatus},
    ws::{CloseCode, LeaseEvent},
};

use super::{Channel, Ctx, SessionActor};
use crate::{
    ports::{DirectoryError, ProjectRecord, TaskRecord},
    room::{Refused, Seat, read_only},
    task::{ChangeRights, RoomInput},
};

/// While the database cannot say what somebody may: ask again.
const ASK_AGAIN: Duration = Duration::from_secs(1);

impl SessionActor {
    /// Rights in a project changed, or in all.
    pub(super) fn recheck(&mut self, project: Option<ProjectId>, ctx: &mut Ctx) {
        if crate::mutant::mutant("ignore-rights") {
            return;
        }
        let of = |id: ProjectId| project.is_none_or(|changed| changed == id);
        let mut tasks = Vec::new();
        let mut projects = Vec::new();
        for (number, channel) in &mut self.channels {
            match channel {
                Channel::Task(task) => match &task.record {
                    Some(record) if of(record.key.project) => tasks.push(*number),
                    Some(_) => {}
                    // Nobody knows yet which project it is; what the join under way was told may be of before.
                    None => task.rights_stale = true,
                },
                Channel::Project { id, .. } if of(*id) => projects.push(*number),
                Channel::Project { .. } | Channel::User { .. } => {}
            }
        }
        tasks.into_iter().for_each(|channel| self.ask_rights(channel, ctx));
        projects.into_iter().for_each(|channel| self.ask_project_rights(channel, ctx));
    }

    /// A lease of this person. Who is at a task has it open, maybe in the document of the step before, or in another's.
    pub(super) fn lease_happened(&mut self, event: LeaseEvent, task: TaskId, ctx: &mut Ctx) {
        if event != LeaseEvent::Given {
            return;
        }
        let mut open = Vec::new();
        for (number, channel) in &mut self.channels {
            match channel {
                Channel::Task(channel) if channel.id == task => match &channel.record {
                    Some(_) => open.push(*number),
                    None => channel.rights_stale = true,
                },
                Channel::Task(_) | Channel::Project { .. } | Channel::User { .. } => {}
            }
        }
        open.into_iter().for_each(|channel| self.ask_rights(channel, ctx));
    }

    /// The task went on, maybe to a step with another document. Who looks on goes with it, since that is where the work is now.
    pub(super) fn task_moved(&mut self, channel: u32, status: TaskStatus, lease: Option<LeaseView>, ctx: &mut Ctx) {
        let Some(task) = self.task(channel) else { return };
        let Some(record) = &mut task.record else {
            task.rights_stale = true;
            return;
        };
        let id = |lease: &Option<LeaseView>| lease.as_ref().map(|lease| lease.assignment_id);
        // A lease that was only renewed moves nothing. Without one the task may be between steps that nobody works on.
        let is_renewed = lease.is_some() && id(&lease) == id(&record.lease) && status == record.status;
        (record.status, record.lease) = (status, lease);
        if !is_renewed {
            self.follow(channel, ctx);
        }
    }

    /// Go to where the task's document is now, if it is another. Nobody is sent out for it: that is for [`Self::ask_rights`].
    fn follow(&mut self, channel: u32, ctx: &mut Ctx) {
        let Some(who) = self.who.clone() else { return };
        let live = self.live.clone();
        let Some(task) = self.task(channel) else { return };
        let (subscription, id) = (task.subscription, task.id);
        let ask = async move { live.inner().directory.task(&who, id).await };
        ctx.spawn(ask.into_actor(self).map(move |record, session, ctx| {
            if !session.is_current(channel, subscription) {
                return;
            }
            match record {
                Ok(there) => {
                    let here = session.task(channel).and_then(|task| task.record.as_ref());
                    if here.is_some_and(|here| here.key != there.key) && !there.is_apart {
                        session.end_subscription(channel, &Refused::document_moved());
                    }
                }
                Err(DirectoryError::Unavailable) => {
                    ctx.run_later(ASK_AGAIN, move |session, ctx| session.follow(channel, ctx));
                }
                Err(DirectoryError::NotFound | DirectoryError::NotAccepted) => {}
            }
        }));
    }

    /// What this person may on a channel's task, by the database as it is now.
    pub(super) fn ask_rights(&mut self, channel: u32, ctx: &mut Ctx) {
        let Some(who) = self.who.clone() else { return };
        let live = self.live.clone();
        let Some(task) = self.task(channel) else { return };
        task.rights_asked += 1;
        let (asked, subscription, id) = (task.rights_asked, task.subscription, task.id);
        let ask = async move { live.inner().directory.task(&who, id).await };
        ctx.spawn(ask.into_actor(self).map(move |record, session, ctx| {
            let newest = session.task(channel).is_some_and(|task| task.subscription == subscription && task.rights_asked == asked);
            if newest {
                session.apply_rights(channel, record, ctx);
            }
        }));
    }

    fn apply_rights(&mut self, channel: u32, record: Result<TaskRecord, DirectoryError>, ctx: &mut Ctx) {
        let Some(who) = &self.who else { return };
        let record = match record {
            Ok(record) => record,
            Err(DirectoryError::NotFound | DirectoryError::NotAccepted) => return self.end_access(channel, "task"),
            Err(DirectoryError::Unavailable) => {
                ctx.run_later(ASK_AGAIN, move |session, ctx| session.ask_rights(channel, ctx));
                return;
            }
        };
        let Some(role) = who.effective_role(record.membership).filter(|_| who.may(Action::DocumentRead, record.membership)) else {
            return self.end_access(channel, "task");
        };
        let read_only = read_only(who, record.membership, record.project_status);
        let (session, holds) = (self.id, record.lease.as_ref().is_some_and(|lease| lease.user_id == who.user_id()));
        let Some(task) = self.task(channel) else { return };
        let key = task.record.as_ref().map_or_else(|| record.key.clone(), |record| record.key.clone());
        // What is drawn under a lease belongs in the lease's own. Whoever looks on follows the task, not their rights.
        if holds && key != record.key {
            return self.end_subscription(channel, &Refused::document_moved());
        }
        task.record = Some(TaskRecord { key, ..record });
        let change = ChangeRights { seat: Seat { session, subscription: task.subscription }, role, read_only };
        if let Some(room) = &task.room {
            room.tell(change);
        } else {
            // The room is being joined anew, with rights of before.
            task.rights_stale = true;
        }
    }

    /// The room has taken the new rights: every edit it saw before was judged by the old ones.
    pub(super) fn rights_changed(&mut self, channel: u32, role: ProjectRole) {
        if let Some(task) = self.task(channel) {
            task.role = Some(role);
        }
    }

    fn ask_project_rights(&mut self, channel: u32, ctx: &mut Ctx) {
        let Some(who) = self.who.clone() else { return };
        let Some(Channel::Project { subscription, id, .. }) = self.channels.get(&channel) else { return };
        let (subscription, id, live) = (*subscription, *id, self.live.clone());
        let ask = async move {
            let record = live.inner().directory.project(&who, id).await;
            record.map(|ProjectRecord { membership }| who.may(Action::ProjectRead, membership))
        };
        ctx.spawn(ask.into_actor(self).map(move |may, session, ctx| match may {
            _ if !session.is_current(channel, subscription) => {}
            Ok(true) => {}
            Ok(false) | Err(DirectoryError::NotFound | DirectoryError::NotAccepted) => session.end_access(channel, "project"),
            Err(DirectoryError::Unavailable) => {
                ctx.run_later(ASK_AGAIN, move |session, ctx| session.ask_project_rights(channel, ctx));
            }
        }));
    }

    fn end_access(&mut self, channel: u32, what: &str) {
        let why = Refused::new("access_ended", format!("you may no longer see this {what}")).field("channel", "member");
        self.end_subscription(channel, &why);
    }

    /// Edits that wait here are refused one by one: the client keeps what it made and can tell its person.
    fn end_subscription(&mut self, channel: u32, why: &Refused) {
        let waiting = self.task(channel).map(|task| std::mem::take(&mut task.backlog)).unwrap_or_default();
        self.unsubscribe(channel);
        for input in waiting {
            if let RoomInput::Update { seq: seq @ Some(_), .. } = input {
                self.error(Some(channel), seq, why.clone());
            }
        }
        self.error(Some(channel), None, why.clone());
    }

    /// Whether the token is still good, after somebody revoked one.
    pub(super) fn check_token(&mut self, ctx: &mut Ctx) {
        if let Some(who) = &self.who
            && self.live.inner().authenticator.is_void(who)
        {
            self.close(CloseCode::Unauthorized, "this session was revoked; sign in again", ctx);
        }
    }
}
