//! The same room on other nodes: what this one tells them, hears of them, and asks the disk for.
//!
//! An edit is told to other nodes once it is on disk, never before: so whatever a node has of another one is on disk, an edit that builds
//! on it cannot be acknowledged while its cause may still be lost, and whatever the bus loses can be read from Postgres
//! (docs/decisions/0031). What people merely see of each other goes at once, and is said again whole every few seconds.

use std::{collections::HashMap, sync::Arc, time::Duration};

use actix::{ActorFutureExt, AsyncContext, Context, Handler, Message, SpawnHandle, StreamHandler, WrapFuture};
use bytes::Bytes;
use futures_util::stream;
use rand::Rng as _;
use tandem_protocol::node::{Event, NodeFrame, NodeId, Topic};
use tandem_store::{
    bus::{Ear, Heard, Link},
    documents::{Changes, LogError, Seen},
};
use tokio::time::Instant;

use super::{Phase, TaskActor, TaskNews, arrivals::Until};
use crate::{
    document::{ApplyError, Refusal},
    room::{Newcomer, Refused},
    watchdog::handling,
};

/// How often our people are said again, whole.
const REFRESH: Duration = Duration::from_secs(10);
/// A node that said nothing of this task for so long has closed it.
const SILENT: Duration = Duration::from_secs(35);
/// Whoever has lost their company goes on telling their edits for so long. To lose one another takes seconds, and each notices alone: what is kept to
/// oneself meanwhile the other does not miss.
const LINGER: Duration = Duration::from_secs(120);
/// How often the disk is asked what else it has: with company, and while other nodes cannot be reached.
const ANTI_ENTROPY: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(60));
const UNLINKED: (Duration, Duration) = (Duration::from_secs(3), Duration::from_secs(6));
/// Rooms that are told of a gap all at once ask one after the other.
const SPREAD: Duration = Duration::from_millis(400);
const ASK_AGAIN: Duration = Duration::from_secs(1);
/// Nobody is kept waiting longer for what the disk says.
const CATCH_UP: Duration = Duration::from_millis(500);

#[derive(Default)]
pub(super) struct Replica {
    ear: Option<Ear>,
    /// Of a room that is not called as its task is: what happens to the task is said to the task.
    task_ear: Option<Ear>,
    link: Option<Link>,
    heard: HashMap<NodeId, Met>,
    /// When a node that had this task open was last lost.
    lost: Option<Instant>,
    asked_who: Option<Instant>,
    anti_entropy: Option<SpawnHandle>,
    pub seen: Seen,
    asking_disk: bool,
    /// Questions to the disk so far.
    asked: u64,
    asking_soon: bool,
    /// It must be asked once more, when that can be.
    stale: bool,
}

/// Another node that has this task open.
#[derive(Clone, Copy)]
struct Met {
    /// When it was heard last.
    at: Instant,
    /// It knows that it has company and tells its edits: it said its people without asking, and nothing was missed since.
    tells: bool,
}

/// What the bus says of this task.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct FromNodes(pub Heard);

/// What became of a node.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub enum NodeNews {
    /// It died or stopped.
    Gone(NodeId),
    /// It was silent for a while and is back: it has forgotten us, as we have it.
    Back,
}

fn between((least, most): (Duration, Duration)) -> Duration {
    rand::rng().random_range(least..=most)
}

impl TaskActor {
    /// From before the document is loaded, so that nothing falls between the two.
    pub(super) fn listen(&mut self, ctx: &mut Context<Self>) {
        let link = self.deps.bus.link();
        if *link.borrow() == Link::Alone {
            return;
        }
        self.replica.link = Some(*link.borrow());
        ctx.add_stream(stream::unfold(link, |mut link| async move {
            link.changed().await.ok()?;
            let now = *link.borrow_and_update();
            Some((now, link))
        }));
        let me = ctx.address();
        let listener = Box::new(move |heard| me.try_send(FromNodes(heard)).is_ok());
        let room = self.key.room();
        self.replica.ear = Some(self.deps.bus.listen(Topic::Task(room), listener));
        if room != self.key.task {
            let me = ctx.address();
            let listener = Box::new(move |heard| match &heard {
                Heard::Said { frame, .. } if matches!(&**frame, NodeFrame::Happened(_)) => me.try_send(FromNodes(heard)).is_ok(),
                _ => true,
            });
            self.replica.task_ear = Some(self.deps.bus.listen(Topic::Task(self.key.task), listener));
        }
        ctx.run_interval(REFRESH, Self::refresh);
        self.plan_anti_entropy(ctx);
    }

    /// Whether there may be other nodes.
    pub(super) fn is_linked(&self) -> Option<bool> {
        self.replica.link.map(|link| link == Link::Up)
    }

    pub(super) fn say(&self, frame: NodeFrame) {
        self.deps.bus.say(Topic::Task(self.key.room()), frame);
    }

    /// Edits that reached the disk.
    pub(super) fn say_edits(&mut self, updates: Vec<Bytes>) {
        let Phase::Live(room) = &self.phase else { return };
        let listened = room.has_company() || self.replica.lost.is_some_and(|at| at.elapsed() < LINGER);
        let Some(document) = self.document.filter(|_| listened && !updates.is_empty()) else { return };
        self.say(NodeFrame::Edits { document, updates });
    }

    pub(super) fn say_people(&mut self, answer: bool) {
        let Phase::Live(room) = &mut self.phase else { return };
        let people = room.people();
        self.say(NodeFrame::People { people, answer });
    }

    fn refresh(&mut self, ctx: &mut Context<Self>) {
        let Phase::Live(room) = &self.phase else { return };
        let now = Instant::now();
        let silent = |node: &NodeId| self.replica.heard.get(node).is_none_or(|met| now - met.at > SILENT);
        for node in room.nodes().into_iter().filter(silent).collect::<Vec<_>>() {
            self.lose(node, ctx);
        }
        let alone = matches!(&self.phase, Phase::Live(room) if !room.has_company());
        self.say_people(alone);
    }

    /// A node has died, stopped, or closed this task. What it stored with its last breath it may have told nobody, and without company
    /// nothing else asks the disk for it.
    fn lose(&mut self, node: NodeId, ctx: &mut Context<Self>) {
        self.replica.heard.remove(&node);
        let Phase::Live(room) = &mut self.phase else { return };
        if room.lose_node(node) {
            self.replica.lost = Some(Instant::now());
            self.ask_disk_soon(ctx);
        }
    }

    fn plan_anti_entropy(&mut self, ctx: &mut Context<Self>) {
        if let Some(planned) = self.replica.anti_entropy.take() {
            ctx.cancel_future(planned);
        }
        let wait = between(if self.is_linked() == Some(true) { ANTI_ENTROPY } else { UNLINKED });
        let planned = ctx.run_later(wait, |task, ctx| {
            let company = matches!(&task.phase, Phase::Live(room) if room.has_company());
            if company || task.is_linked() == Some(false) {
                task.ask_disk(ctx);
            }
            task.plan_anti_entropy(ctx);
        });
        self.replica.anti_entropy = Some(planned);
    }

    /// Read what other nodes have put on the disk.
    pub(super) fn ask_disk(&mut self, ctx: &mut Context<Self>) {
        let ready = self.waking.is_none() && matches!(self.phase, Phase::Live(_));
        if !ready || self.replica.asking_disk {
            self.replica.stale = true;
            return;
        }
        (self.replica.asking_disk, self.replica.stale) = (true, false);
        self.replica.asked += 1;
        let (log, key, seen) = (Arc::clone(&self.deps.log), Arc::clone(&self.key), self.replica.seen.clone());
        let asking = async move { log.changes(&key, &seen).await };
        ctx.spawn(asking.into_actor(self).map(|changes, task, ctx| task.disk_says(changes, ctx)));
    }

    /// A gap was told, or something does not fit.
    fn ask_disk_soon(&mut self, ctx: &mut Context<Self>) {
        if !std::mem::replace(&mut self.replica.asking_soon, true) {
            ctx.run_later(rand::rng().random_range(Duration::ZERO..SPREAD), |task, ctx| {
                task.replica.asking_soon = false;
                task.ask_disk(ctx);
            });
        }
    }

    fn disk_says(&mut self, changes: Result<Changes, LogError>, ctx: &mut Context<Self>) {
        self.replica.asking_disk = false;
        match changes {
            Ok(changes) => self.take_changes(changes, ctx),
            // Who waits for it is let in all the same: work goes on without the disk.
            Err(error) => {
                tracing::debug!(task = %self.key.task, %error, "what other nodes stored cannot be read yet");
                ctx.run_later(ASK_AGAIN, Self::ask_disk);
            }
        }
        let asked = self.replica.asked;
        let waited = self.arrivals.ready(|until| matches!(until, Until::Read(number) if number <= asked));
        self.admit_all(waited, ctx);
        self.ask_disk_if_stale(ctx);
    }

    /// Somebody whose copy has what this room has not: edits of theirs that another node acknowledged, perhaps, which then are on the disk.
    /// On coming back one is told what one was told before, whichever node one comes to.
    pub(super) fn catch_up_with(&mut self, newcomer: Newcomer, ctx: &mut Context<Self>) -> Result<(), Refused> {
        let seat = newcomer.seat;
        // Not the answer that is on its way: the question was asked before they came.
        self.arrivals.hold(Until::Read(self.replica.asked + 1), newcomer)?;
        self.ask_disk(ctx);
        ctx.run_later(CATCH_UP, move |task, ctx| {
            let late = task.arrivals.take(seat);
            task.admit_all(late.into_iter().collect(), ctx);
        });
        Ok(())
    }

    pub(super) fn ask_disk_if_stale(&mut self, ctx: &mut Context<Self>) {
        if self.replica.stale {
            self.ask_disk(ctx);
        }
    }

    fn take_changes(&mut self, changes: Changes, ctx: &mut Context<Self>) {
        let Phase::Live(room) = &mut self.phase else { return };
        if self.waking.is_some() {
            // Lent since it was asked. It is asked again, for the same.
            self.replica.stale = true;
            return;
        }
        for stored in changes.snapshot.iter().chain(&changes.updates) {
            if let Err(why) = room.hear_snapshot(stored) {
                tracing::error!(task = %self.key.task, why, "what is stored does not fit what is here, loading it anew");
                self.say_lost();
                return self.retire(ctx);
            }
        }
        self.replica.seen = changes.seen;
        self.touched(ctx);
        self.check_waiters();
    }

    pub(super) fn hear_edits(&mut self, updates: &[Bytes], ctx: &mut Context<Self>) {
        if self.waking.is_some() {
            return self.ask_disk(ctx);
        }
        for update in updates {
            let Phase::Live(room) = &mut self.phase else { return };
            match room.hear_edit(update) {
                Ok(_) => self.tail += 1,
                // Something before it was lost on its way; or a limit that this node has and the other has not.
                Err(ApplyError::Refused(refusal)) => {
                    if !matches!(refusal, Refusal::MissingCauses) {
                        tracing::warn!(task = %self.key.task, %refusal, "another node's edit is read from the disk instead");
                    }
                    return self.ask_disk_soon(ctx);
                }
                Err(ApplyError::Broken(why)) => {
                    tracing::error!(task = %self.key.task, why, "another node's edit broke the document, loading it anew");
                    self.say_lost();
                    return self.retire(ctx);
                }
            }
        }
        self.touched(ctx);
        self.check_waiters();
    }

    fn hear(&mut self, from: NodeId, frame: &NodeFrame, ctx: &mut Context<Self>) {
        let Phase::Live(room) = &mut self.phase else { return };
        let before = self.replica.heard.get(&from).copied();
        let (known, told) = (before.is_some(), before.is_some_and(|met| met.tells));
        // Who asks who is there may have had nobody to tell its edits to, even if we never missed it; who does not ask has us.
        let tells = if let NodeFrame::People { answer, .. } = frame { !answer } else { told };
        self.replica.heard.insert(from, Met { at: Instant::now(), tells });
        if !known {
            self.deps.neighbours.met(from);
        }
        match frame {
            NodeFrame::People { people, answer } => {
                room.hear_people(from, people);
                if *answer || !known {
                    self.say_people(false);
                }
                // What it told before we listened to each other is on the disk, and what it had nobody to tell, too.
                if !known || (tells && !told) {
                    self.ask_disk_soon(ctx);
                }
            }
            NodeFrame::Left => self.lose(from, ctx),
            NodeFrame::Edits { document, updates } => {
                if Some(*document) == self.document {
                    self.hear_edits(updates, ctx);
                }
                self.ask_who(known);
            }
            NodeFrame::Presence { joined, changed, left } => {
                room.hear_presence(from, joined, changed, left);
                self.ask_who(known);
            }
            NodeFrame::Cursors(cursors) => {
                room.hear_cursors(from, cursors);
                self.ask_who(known);
            }
            NodeFrame::Ghosts(ghosts) => {
                room.hear_ghosts(from, ghosts);
                self.ask_who(known);
            }
            NodeFrame::Awareness(shown) => {
                room.hear_awareness(from, shown);
                self.ask_who(known);
            }
            NodeFrame::Resumed { session, user } => room.hear_resumed(*session, *user),
            NodeFrame::Happened(Event::TaskChanged { status, lease, .. }) => {
                Handler::<TaskNews>::handle(self, TaskNews { status: *status, lease: lease.clone() }, ctx);
            }
            // Of other topics.
            NodeFrame::Happened(_) | NodeFrame::InProject { .. } | NodeFrame::Alive(_) | NodeFrame::Leaving => {}
        }
        self.touched(ctx);
    }

    /// A node speaks of people we were not told of.
    fn ask_who(&mut self, known: bool) {
        let now = Instant::now();
        if !known && self.replica.asked_who.is_none_or(|at| now - at > ASK_AGAIN) {
            self.replica.asked_who = Some(now);
            self.say_people(true);
        }
    }
}

impl Handler<FromNodes> for TaskActor {
    type Result = ();

    fn handle(&mut self, FromNodes(heard): FromNodes, ctx: &mut Self::Context) {
        let _handling = handling!("task", "FromNodes");
        match heard {
            Heard::Said { from, frame } => self.hear(from, &frame, ctx),
            Heard::Gap => {
                // Who forgot this node meanwhile tells it nothing until it has heard it again: the disk is read once more when they say so.
                self.replica.heard.values_mut().for_each(|met| met.tells = false);
                self.say_people(true);
                self.ask_disk_soon(ctx);
            }
        }
    }
}

impl Handler<NodeNews> for TaskActor {
    type Result = ();

    fn handle(&mut self, news: NodeNews, ctx: &mut Self::Context) {
        let _handling = handling!("task", "NodeNews");
        match news {
            NodeNews::Gone(node) => {
                self.lose(node, ctx);
                self.touched(ctx);
            }
            NodeNews::Back => {
                ctx.run_later(rand::rng().random_range(Duration::ZERO..SPREAD), |task, _| task.say_people(true));
            }
        }
    }
}

impl StreamHandler<Link> for TaskActor {
    fn handle(&mut self, link: Link, ctx: &mut Self::Context) {
        let _handling = handling!("task", "Link");
        self.replica.link = Some(link);
        if let Phase::Live(room) = &mut self.phase {
            room.link_changed(link == Link::Up);
        }
        // While they cannot be reached, other nodes still reach the disk: it is asked more often.
        self.plan_anti_entropy(ctx);
    }

    /// The bus ends with the house; until then this actor goes on.
    fn finished(&mut self, _: &mut Self::Context) {}
}

impl TaskActor {
    pub(super) fn say_left(&self) {
        if self.replica.ear.is_some() {
            self.say(NodeFrame::Left);
        }
    }
}
