//! A room: the people on one task, their document and their ghosts. A plain class; the actor around it is `task/`.
//!
//! What comes in changes state at once; what goes out is gathered until `flush`: one frame per recipient and kind, however much
//! happened in between. Only acknowledgements and refusals go to their one recipient directly.

mod abroad;
mod answers;
mod awareness;
mod cursors;
mod editing;
mod ghosts;
mod inflight;
mod news;
mod outgoing;
mod presence;
mod rights;
mod stock;

use std::{collections::HashMap, sync::Arc};

use actix::Recipient;
use bytes::Bytes;
use tandem_domain::{identity::Identity, permission::Action};
use tandem_protocol::{
    LineageId, ProjectRole, SessionId,
    node::NodeFrame,
    rest::{LeaseView, ProjectStatus, TaskStatus, UserSummary},
    ws::{Base64, CloseCode, Peer, PresenceState, TaskJoined},
};
use yrs::StateVector;

pub use awareness::{Awareness, AwarenessLimits, Heard, Speaker};
pub use cursors::Cursors;
pub use editing::{Author, Edited};
pub use ghosts::{Drawn, GhostError, Ghosts};
pub use inflight::{Entry, InFlight, Settled};
pub use news::{Joined, PresenceChange, Refused, RoomEvent, RoomNews, Seat};

use crate::{
    config::RoomConfig,
    desk::{Desk, Mail},
    document::{Kept, LiveDoc, Refusal, decode_state_vector, join_updates},
    measures,
    mutant::mutant,
    roll::Present,
    task::Leave,
};
use abroad::Abroad;
use answers::Answers;
use outgoing::Outgoing;

/// Which protocol a member speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Tandem,
    /// y-websocket.
    Stock,
}

/// Somebody who wants in.
#[derive(Clone)]
pub struct Newcomer {
    pub seat: Seat,
    pub user: UserSummary,
    pub role: ProjectRole,
    pub read_only: Option<&'static str>,
    pub dialect: Dialect,
    /// Was in before the room crashed: a stock client must be sent what it may have missed.
    pub again: bool,
    /// The Desk of the session's thread.
    pub desk: Desk,
    /// The session this one continues.
    pub resume: Option<SessionId>,
    /// The copy the client holds.
    pub lineage: Option<LineageId>,
    pub state_vector: Option<Bytes>,
    /// Counts among those at work; given on entering.
    pub present: Option<Arc<Present>>,
}

/// Why somebody may not edit a task, if so.
#[must_use]
pub fn read_only(who: &Identity, membership: Option<ProjectRole>, project: ProjectStatus) -> Option<&'static str> {
    if !who.may(Action::DocumentWrite, membership) {
        Some("role")
    } else if project == ProjectStatus::Archived {
        Some("project_archived")
    } else {
        None
    }
}

struct Member {
    peer: u32,
    user: UserSummary,
    role: ProjectRole,
    read_only: Option<&'static str>,
    dialect: Dialect,
    desk: Desk,
    state: PresenceState,
    /// Dropped with the member: they have left.
    present: Option<Arc<Present>>,
    /// How often everybody's ghosts were thrown away because of what they sent.
    spoiled: u8,
    answers: Answers,
}

impl Member {
    /// They did something: their lease is renewed.
    fn touch(&self) {
        if let Some(present) = &self.present {
            present.touch();
        }
    }
}

pub struct Room {
    config: RoomConfig,
    lineage: LineageId,
    kept: Kept,
    members: HashMap<Seat, Member>,
    /// Peer numbers are never used twice.
    last_peer: u32,
    ghosts: Ghosts,
    ghosts_reset: bool,
    cursors: Cursors,
    awareness: Awareness,
    status: TaskStatus,
    lease: Option<LeaseView>,
    durable: bool,
    /// Other nodes, if there are any, can be reached.
    linked: bool,
    /// Edits since the last flush, with who made them.
    edits: Vec<(Seat, Bytes)>,
    /// Other nodes, if there may be any.
    abroad: Option<Abroad>,
    presence: PresenceChange,
    outgoing: Outgoing,
    pub refused: u64,
}

impl Room {
    #[must_use]
    pub fn new(config: RoomConfig, lineage: LineageId, kept: Kept, status: TaskStatus, lease: Option<LeaseView>, durable: bool) -> Self {
        let ghosts = Ghosts::new(config.limits, config.max_ghosts);
        Self {
            config,
            lineage,
            kept,
            members: HashMap::new(),
            last_peer: 0,
            ghosts,
            ghosts_reset: false,
            cursors: Cursors::default(),
            awareness: Awareness::default(),
            status,
            lease,
            durable,
            linked: true,
            edits: Vec::new(),
            abroad: None,
            presence: PresenceChange::default(),
            outgoing: Outgoing::default(),
            refused: 0,
        }
    }

    // --- coming and going ---

    /// Let somebody in and tell them everything. What is gathered for the others must have been flushed before, or the newcomer
    /// would get it twice.
    pub fn join(&mut self, newcomer: Newcomer) -> Result<(), Refused> {
        if self.members.len() >= self.config.max_members {
            measures::limit("max_members");
            let most = format!("at most {} may be here (max_members)", self.config.max_members);
            return Err(Refused::new("room_full", most).field("topic", "max_members").retryable());
        }
        let have = self.known_part(&newcomer)?;
        // A stock client asks for what it lacks itself.
        let asks = newcomer.dialect == Dialect::Stock && !newcomer.again;
        let sync = if asks { Some(Bytes::new()) } else { self.kept.lacking(&have) }.ok_or_else(Refused::unavailable)?;
        let (peer, state) = self.take_over(&newcomer);
        let Newcomer { seat, user, role, read_only, dialect, desk, present, .. } = newcomer;
        let answers = Answers::new(self.config.limits.max_document);
        let member = Member { peer, user, role, read_only, dialect, desk, state, present, spoiled: 0, answers };
        self.presence.joined.retain(|p| p.peer != peer);
        self.presence.left.retain(|p| *p != peer);
        self.presence.joined.push(peer_of(&member));
        if dialect == Dialect::Tandem {
            self.awareness.bridge(peer, &member.user);
        }
        self.outgoing.sit(&member.desk, seat);
        self.members.insert(seat, member);
        let joined = self.joined(seat, sync);
        self.send(seat, RoomNews::Joined(Arc::new(joined)));
        if let Some(cursors) = self.cursors.all() {
            self.send(seat, RoomNews::Cursors(cursors));
        }
        Ok(())
    }

    /// A copy of another lineage counts as none: the client sets it aside and starts from what it is sent.
    fn known_part(&self, newcomer: &Newcomer) -> Result<StateVector, Refused> {
        let vector = match &newcomer.state_vector {
            Some(bytes) => {
                decode_state_vector(bytes).map_err(|e| Refused::new("bad_request", e.to_string()).field("state_vector", "malformed"))?
            }
            None => StateVector::default(),
        };
        Ok(if newcomer.lineage == Some(self.lineage) { vector } else { StateVector::default() })
    }

    /// A reconnect takes over the seat of the connection it replaces, if that is still there.
    fn take_over(&mut self, newcomer: &Newcomer) -> (u32, PresenceState) {
        let old = newcomer.resume.and_then(|old| {
            self.members.iter().find(|(seat, m)| seat.session == old && m.user.id == newcomer.user.id).map(|(seat, _)| *seat)
        });
        let Some(old) = old else {
            self.last_peer += 1;
            return (self.last_peer, PresenceState::default());
        };
        let why = Refused::new("resumed", "this connection was continued by another one");
        self.send(old, RoomNews::Out { close: Some(CloseCode::Normal), why });
        let Some(member) = self.members.remove(&old) else { return (0, PresenceState::default()) };
        self.outgoing.rise(&member.desk, old);
        self.drop_ghost(member.peer);
        // It may have left the image meanwhile; who still points says so again.
        self.cursors.set(member.peer, None);
        self.awareness.leave(old);
        (member.peer, member.state)
    }

    fn joined(&self, seat: Seat, sync: Bytes) -> Joined {
        let me = &self.members[&seat];
        let task = TaskJoined {
            lineage: self.lineage,
            state_vector: Base64(self.kept.state_vector()),
            peer: me.peer,
            peers: self.members.values().map(peer_of).chain(self.abroad.iter().flat_map(Abroad::peers).cloned()).collect(),
            ghost_epoch: self.ghosts.epoch,
            role: me.role,
            read_only: me.read_only.map(str::to_owned),
            status: self.status,
            lease: self.lease.clone(),
            durable: self.durable,
            linked: self.linked,
        };
        Joined { task, sync, ghosts: self.ghosts.all().map(Bytes::from), awareness: self.awareness.all() }
    }

    /// Returns whether somebody was there.
    pub fn leave(&mut self, seat: Seat) -> bool {
        let Some(member) = self.members.remove(&seat) else { return false };
        self.outgoing.rise(&member.desk, seat);
        self.drop_ghost(member.peer);
        self.cursors.forget(member.peer);
        self.awareness.leave(seat);
        self.awareness.unbridge(member.peer);
        let unannounced = self.presence.joined.iter().position(|p| p.peer == member.peer);
        self.presence.changed.retain(|p| p.peer != member.peer);
        match unannounced {
            // Came and went between two flushes: nobody knows, except those whose `joined` named it. Saying that
            // somebody unknown left is harmless.
            Some(index) => {
                self.presence.joined.remove(index);
                self.presence.left.push(member.peer);
            }
            None => self.presence.left.push(member.peer),
        }
        true
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    #[must_use]
    pub fn has(&self, seat: Seat) -> bool {
        self.members.contains_key(&seat)
    }

    // --- what members do ---

    /// Returns why not, for the one who drew. Ghosts of another epoch are void, which is no error: its news were under way.
    pub fn draw(&mut self, seat: Seat, epoch: u32, bytes: &[u8]) -> Option<Refused> {
        let member = self.members.get(&seat)?;
        if let Some(reason) = member.read_only {
            return Some(Refused::read_only(reason));
        }
        if epoch != self.ghosts.epoch {
            return None;
        }
        match self.ghosts.apply(member.peer, bytes) {
            Ok(drawn) => {
                let peer = member.peer;
                member.touch();
                self.drawn(peer, &drawn);
                None
            }
            Err(error) => Some(self.ghost_refused(seat, &error)),
        }
    }

    /// What spoils everybody's ghosts may be a mistake once; who goes on with it is put out.
    fn ghost_refused(&mut self, seat: Seat, error: &GhostError) -> Refused {
        self.refused += 1;
        let rule = match error {
            GhostError::Refused(refusal) => refusal.rule(),
            GhostError::NotYours => "own_peer_only",
            GhostError::Broken => Refusal::Malformed("").rule(),
        };
        let why = Refused::new("ghost_refused", error.to_string()).field("ghost", rule);
        if !matches!(error, GhostError::Refused(_)) {
            self.ghosts_reset = true;
            let spoiled = self.members.get_mut(&seat).map_or(0, |member| {
                member.spoiled = member.spoiled.saturating_add(1);
                member.spoiled
            });
            if spoiled > self.config.may_spoil {
                measures::limit("may_spoil");
                self.send(seat, RoomNews::Out { close: Some(CloseCode::BadFrame), why: why.clone() });
                self.leave(seat);
            }
        }
        why
    }

    fn drop_ghost(&mut self, peer: u32) {
        if mutant("keep-ghosts") {
            return;
        }
        let drawn = self.ghosts.remove(peer);
        self.drawn(peer, &drawn);
    }

    fn drawn(&mut self, peer: u32, drawn: &Drawn) {
        self.ghosts_reset |= *drawn == Drawn::Reset;
        if let Some(abroad) = &mut self.abroad {
            abroad.drew(peer);
            if *drawn == Drawn::Reset {
                abroad.ghosts_reset();
            }
        }
    }

    /// Returns whether anything changed.
    pub fn point(&mut self, seat: Seat, at: Option<(i32, i32)>) -> bool {
        let Some(member) = self.members.get(&seat) else { return false };
        let moved = self.cursors.set(member.peer, at);
        if moved {
            member.touch();
        }
        moved
    }

    // --- what happens outside ---

    pub fn task_changed(&mut self, status: TaskStatus, lease: Option<LeaseView>) {
        if self.status == status && self.lease == lease {
            return;
        }
        self.status = status;
        self.lease.clone_from(&lease);
        self.send_everybody(RoomNews::Task { status, lease });
    }

    pub fn durability_changed(&mut self, durable: bool) {
        if std::mem::replace(&mut self.durable, durable) != durable {
            self.send_everybody(RoomNews::Durability(durable));
        }
    }

    #[must_use]
    pub fn durable(&self) -> bool {
        self.durable
    }

    // --- what goes out ---

    /// Whether a flush would send anything.
    #[must_use]
    pub fn is_dirty(&mut self) -> bool {
        !self.edits.is_empty()
            || !self.presence.is_empty()
            || self.ghosts_reset
            || self.cursors.is_dirty()
            || self.ghosts.is_dirty()
            || self.awareness.is_dirty()
    }

    /// Whether edits are among what was gathered.
    #[must_use]
    pub fn has_edits(&self) -> bool {
        !self.edits.is_empty()
    }

    /// Whether most people have moved since the last flush: more waiting would only replace what was not sent yet.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.missing_until_full() == 0
    }

    /// How many more must move; none need to, if it is full.
    #[must_use]
    pub fn until_full(&self) -> usize {
        match self.missing_until_full() {
            0 => usize::MAX,
            missing => missing,
        }
    }

    fn missing_until_full(&self) -> usize {
        (self.members.len() * 3).div_ceil(4).saturating_sub(self.cursors.moved().max(self.awareness.fresh()))
    }

    /// Send what was gathered: edits before ghosts, so that a ghost becomes solid without a gap. Returns what other nodes are told; `unsettled`:
    /// edits of this room are on their way to the disk.
    pub fn flush(&mut self, unsettled: bool) -> Vec<NodeFrame> {
        let mut abroad = Vec::new();
        abroad.extend(self.tell_presence());
        if !self.presence.is_empty() {
            let mut change = std::mem::take(&mut self.presence);
            if mutant("forget-leavers") {
                change.left.clear();
            }
            self.outgoing.add(RoomNews::Presence(Arc::new(change)), None);
        }
        self.flush_edits();
        if std::mem::take(&mut self.ghosts_reset) {
            self.outgoing.add(RoomNews::GhostsReset(self.ghosts.epoch), None);
        }
        if let Some(bytes) = self.ghosts.take() {
            self.outgoing.add(RoomNews::Ghost { epoch: self.ghosts.epoch, bytes: bytes.into() }, None);
        }
        abroad.extend(self.tell_ghosts(unsettled));
        abroad.extend(self.flush_cursors());
        abroad.extend(self.tell_awareness_abroad());
        self.flush_awareness();
        self.outgoing.send();
        self.told_abroad();
        abroad
    }

    fn flush_cursors(&mut self) -> Option<NodeFrame> {
        let cursors = self.cursors.take().filter(|_| !mutant("lose-pointers"))?;
        let abroad = self.tell_cursors(&cursors);
        for cursor in cursors.iter() {
            self.awareness.point(cursor.peer, cursor.at);
        }
        if self.awareness.has_bridges() {
            // Who points alone need not be told.
            let only = match &*cursors {
                [one] => self.seat_of(one.peer),
                _ => None,
            };
            self.outgoing.add(RoomNews::Cursors(cursors), only);
        }
        abroad
    }

    /// Of everybody to everybody, the senders included: for a provider alone in a room its echo is the sign of life.
    fn flush_awareness(&mut self) {
        if !self.members.values().any(|member| member.dialect == Dialect::Stock) {
            return self.awareness.drop_news();
        }
        for frame in self.awareness.take() {
            self.outgoing.add(RoomNews::Awareness(frame), None);
        }
    }

    fn flush_edits(&mut self) {
        let edits = std::mem::take(&mut self.edits);
        let Some((first, _)) = edits.first() else { return };
        if mutant("drop-broadcast") {
            return;
        }
        let only = edits.iter().all(|(seat, _)| seat == first).then_some(*first);
        for bytes in gathered(edits) {
            self.outgoing.add(RoomNews::Update(bytes), only);
        }
    }

    fn seat_of(&self, peer: u32) -> Option<Seat> {
        self.members.iter().find(|(_, member)| member.peer == peer).map(|(seat, _)| *seat)
    }

    pub fn send(&self, seat: Seat, news: RoomNews) {
        if let Some(member) = self.members.get(&seat) {
            member.desk.post(Mail::To(seat, news));
        }
    }

    /// At once. Dialects that have no word for it say nothing.
    pub fn send_everybody(&mut self, news: RoomNews) {
        self.outgoing.add(news, None);
        self.outgoing.send();
    }

    /// Whether some thread has not even read what was sent last: more would only pile up there.
    #[must_use]
    pub fn is_congested(&self) -> bool {
        self.outgoing.is_congested()
    }

    /// Whom to tell of sessions that end while they are let in.
    pub fn set_exit(&mut self, exit: Recipient<Leave>) {
        self.outgoing.exit = Some(exit);
    }

    #[must_use]
    pub fn lineage(&self) -> LineageId {
        self.lineage
    }

    #[must_use]
    pub fn kept(&self) -> &Kept {
        &self.kept
    }

    /// The document that was sent as bytes so far.
    pub fn build(&mut self, doc: LiveDoc) {
        self.kept.build(doc);
    }

    /// Whether what somebody lacks can be told by the document alone: they have a copy of this very one, or there are no bytes to send.
    #[must_use]
    pub fn needs_document(&self, newcomer: &Newcomer) -> bool {
        let compares = newcomer.lineage == Some(self.lineage) && newcomer.state_vector.is_some();
        compares || !self.kept.can_be_sent()
    }

    /// Whether they hold something that is not here.
    #[must_use]
    pub fn is_behind(&self, newcomer: &Newcomer) -> bool {
        let have = self.known_part(newcomer).unwrap_or_default();
        self.kept.doc().is_some_and(|doc| !doc.contains(&have))
    }

    #[must_use]
    pub fn drawers(&self) -> Vec<String> {
        self.ghosts.drawers()
    }
}

/// One frame for all of them, if they can be merged.
fn gathered(edits: Vec<(Seat, Bytes)>) -> Vec<Bytes> {
    if edits.len() > 1 {
        let parts: Vec<&[u8]> = edits.iter().map(|(_, bytes)| bytes.as_ref()).collect();
        if let Some(merged) = join_updates(&parts) {
            return vec![merged.into()];
        }
    }
    edits.into_iter().map(|(_, bytes)| bytes).collect()
}

fn peer_of(member: &Member) -> Peer {
    Peer { peer: member.peer, user: member.user.clone(), role: member.role, state: member.state.clone() }
}
