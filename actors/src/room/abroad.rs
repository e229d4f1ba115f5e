//! The people other nodes have on this task, and what those nodes are told of ours.
//!
//! Every node numbers its people itself, so each of another node's gets a number here; who is here cannot tell them from the others. A node
//! says what it has whole when it begins to listen and every few seconds, and differences between: what a lost frame left behind is gone
//! with the next.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use tandem_protocol::{
    SessionId, UserId,
    node::{Ghost, NodeFrame, NodeId, Person},
    ws::{CloseCode, CursorAt, Peer, PeerState},
};

use super::{Dialect, Drawn, Member, Refused, Room, RoomNews, Seat, Speaker, peer_of};

#[derive(Default)]
pub struct Abroad {
    /// Nodes that have this task open: from their numbers to ours.
    nodes: BTreeMap<NodeId, BTreeMap<u32, u32>>,
    /// With the numbers they have here.
    people: BTreeMap<u32, Peer>,
    /// Their people who left since the last flush: that is nothing to tell them.
    gone: BTreeSet<u32>,
    /// Ours who drew since other nodes were told.
    drew: BTreeSet<u32>,
    /// Ours whose ghosts other nodes have.
    shown: BTreeSet<u32>,
    /// Ours whose awareness changed.
    aware: BTreeSet<u32>,
}

impl Abroad {
    fn number(&self, node: NodeId, theirs: u32) -> Option<u32> {
        self.nodes.get(&node)?.get(&theirs).copied()
    }

    fn is_theirs(&self, peer: u32) -> bool {
        self.people.contains_key(&peer) || self.gone.contains(&peer)
    }

    pub fn peers(&self) -> impl Iterator<Item = &Peer> {
        self.people.values()
    }

    pub fn drew(&mut self, peer: u32) {
        self.drew.insert(peer);
    }

    /// The ghost document was begun anew: whoever is in it no longer has to be taken back elsewhere, too.
    pub fn ghosts_reset(&mut self) {
        self.drew.extend(self.shown.iter().copied());
    }

    pub fn aware(&mut self, peer: u32) {
        self.aware.insert(peer);
    }

    /// Whether some other node is to be told anything.
    pub fn has_company(&self) -> bool {
        !self.nodes.is_empty()
    }
}

/// A stock client of another node, as the awareness of this one knows it.
fn seat_abroad(node: NodeId, theirs: u32) -> Seat {
    Seat { session: SessionId(node.0), subscription: theirs.into() }
}

impl Room {
    /// There may be other nodes.
    pub fn open_borders(&mut self, linked: bool) {
        self.abroad.get_or_insert_default();
        self.linked = linked;
    }

    /// Other nodes can (or can no longer) be reached.
    pub fn link_changed(&mut self, linked: bool) {
        if std::mem::replace(&mut self.linked, linked) != linked {
            self.send_everybody(RoomNews::Linked(linked));
        }
    }

    #[must_use]
    pub fn has_session(&self, session: SessionId) -> bool {
        self.members.keys().any(|seat| seat.session == session)
    }

    // --- what other nodes say ---

    /// All the people of another node.
    pub fn hear_people(&mut self, node: NodeId, people: &[Person]) {
        let Some(abroad) = &mut self.abroad else { return };
        let known = abroad.nodes.entry(node).or_default();
        let left: Vec<u32> = known.keys().filter(|theirs| !people.iter().any(|person| person.peer.peer == **theirs)).copied().collect();
        self.hear_left(node, &left);
        for person in people {
            self.hear_person(node, person);
        }
    }

    pub fn hear_presence(&mut self, node: NodeId, joined: &[Person], changed: &[PeerState], left: &[u32]) {
        for person in joined {
            self.hear_person(node, person);
        }
        for PeerState { peer, state } in changed {
            let Some(abroad) = &mut self.abroad else { return };
            let Some(ours) = abroad.number(node, *peer) else { continue };
            let Some(theirs) = abroad.people.get_mut(&ours) else { continue };
            theirs.state.clone_from(state);
            self.presence.changed.retain(|p| p.peer != ours);
            self.presence.changed.push(PeerState { peer: ours, state: state.clone() });
        }
        self.hear_left(node, left);
    }

    fn hear_person(&mut self, node: NodeId, person: &Person) {
        let Some(abroad) = &mut self.abroad else { return };
        let known = abroad.nodes.entry(node).or_default();
        let ours = *known.entry(person.peer.peer).or_insert_with(|| {
            self.last_peer += 1;
            self.last_peer
        });
        let peer = Peer { peer: ours, ..person.peer.clone() };
        let before = abroad.people.insert(ours, peer.clone());
        if before.is_none_or(|before| before != peer) {
            self.presence.left.retain(|p| *p != ours);
            self.presence.joined.retain(|p| p.peer != ours);
            if !person.stock {
                self.awareness.bridge(ours, &peer.user);
            }
            self.presence.joined.push(peer);
        }
        if let Some(shown) = &person.awareness {
            self.awareness.mirror(Speaker { seat: seat_abroad(node, person.peer.peer), user: person.peer.user.id }, shown);
        }
        self.cursors.set(ours, person.at);
        self.hear_ghost(ours, person.ghost.as_deref());
    }

    fn hear_left(&mut self, node: NodeId, left: &[u32]) {
        for theirs in left {
            let Some(abroad) = &mut self.abroad else { return };
            let Some(ours) = abroad.nodes.get_mut(&node).and_then(|known| known.remove(theirs)) else { continue };
            abroad.people.remove(&ours);
            abroad.gone.insert(ours);
            self.ghosts_reset |= self.ghosts.remove(ours) == Drawn::Reset;
            self.cursors.forget(ours);
            self.awareness.leave(seat_abroad(node, *theirs));
            self.awareness.unbridge(ours);
            self.presence.joined.retain(|p| p.peer != ours);
            self.presence.changed.retain(|p| p.peer != ours);
            self.presence.left.push(ours);
        }
    }

    /// A node has died, stopped, or closed this task. Returns whether it was known to have it open.
    pub fn lose_node(&mut self, node: NodeId) -> bool {
        let Some(known) = self.abroad.as_ref().and_then(|abroad| abroad.nodes.get(&node)) else { return false };
        let all: Vec<u32> = known.keys().copied().collect();
        self.hear_left(node, &all);
        if let Some(abroad) = &mut self.abroad {
            abroad.nodes.remove(&node);
        }
        true
    }

    pub fn hear_cursors(&mut self, node: NodeId, cursors: &[CursorAt]) {
        for CursorAt { peer, at } in cursors {
            if let Some(ours) = self.abroad.as_ref().and_then(|abroad| abroad.number(node, *peer)) {
                self.cursors.set(ours, *at);
            }
        }
    }

    pub fn hear_ghosts(&mut self, node: NodeId, ghosts: &[Ghost]) {
        for Ghost { peer, shape } in ghosts {
            if let Some(ours) = self.abroad.as_ref().and_then(|abroad| abroad.number(node, *peer)) {
                self.hear_ghost(ours, shape.as_deref());
            }
        }
    }

    fn hear_ghost(&mut self, ours: u32, shape: Option<&str>) {
        let drawn = match shape {
            Some(shape) => self.ghosts.show(ours, shape),
            None => self.ghosts.remove(ours),
        };
        self.ghosts_reset |= drawn == Drawn::Reset;
    }

    pub fn hear_awareness(&mut self, node: NodeId, shown: &[(u32, Bytes)]) {
        for (theirs, update) in shown {
            let Some(ours) = self.abroad.as_ref().and_then(|abroad| abroad.number(node, *theirs)) else { continue };
            let Some(user) = self.abroad.as_ref().and_then(|abroad| abroad.people.get(&ours)).map(|theirs| theirs.user.id) else {
                continue;
            };
            self.awareness.mirror(Speaker { seat: seat_abroad(node, *theirs), user }, update);
        }
    }

    /// A session of ours goes on with another node.
    pub fn hear_resumed(&mut self, session: SessionId, user: UserId) {
        let Some(seat) = self.members.iter().find(|(seat, m)| seat.session == session && m.user.id == user).map(|(seat, _)| *seat) else {
            return;
        };
        let why = Refused::new("resumed", "this connection was continued by another one");
        self.send(seat, RoomNews::Out { close: Some(CloseCode::Normal), why });
        self.leave(seat);
    }

    // --- what they are told ---

    #[must_use]
    pub fn has_company(&self) -> bool {
        self.abroad.as_ref().is_some_and(Abroad::has_company)
    }

    #[must_use]
    pub fn nodes(&self) -> Vec<NodeId> {
        self.abroad.iter().flat_map(|abroad| abroad.nodes.keys().copied()).collect()
    }

    /// All of ours, for being told: whose ghost others have from here must hear of its end, too.
    #[must_use]
    pub fn people(&mut self) -> Vec<Person> {
        let people: Vec<Person> = self.members.iter().map(|(seat, member)| self.person(*seat, member)).collect();
        if let Some(abroad) = &mut self.abroad {
            abroad.shown.extend(people.iter().filter(|person| person.ghost.is_some()).map(|person| person.peer.peer));
        }
        people
    }

    fn person(&self, seat: Seat, member: &Member) -> Person {
        let stock = member.dialect == Dialect::Stock;
        Person {
            peer: peer_of(member),
            stock,
            at: self.cursors.at(member.peer),
            ghost: self.ghosts.shape(member.peer),
            awareness: if stock { self.awareness.shown_by(seat) } else { None },
        }
    }

    /// Who came, changed and left of ours. Called with what the flush is about to tell the room.
    pub(super) fn tell_presence(&self) -> Option<NodeFrame> {
        let abroad = self.abroad.as_ref().filter(|abroad| abroad.has_company())?;
        let left: Vec<u32> = self.presence.left.iter().filter(|peer| !abroad.is_theirs(**peer)).copied().collect();
        let changed: Vec<PeerState> = self.presence.changed.iter().filter(|p| !abroad.is_theirs(p.peer)).cloned().collect();
        let new = |peer: u32| !abroad.is_theirs(peer) && self.presence.joined.iter().any(|p| p.peer == peer);
        let joined: Vec<Person> =
            self.members.iter().filter(|(_, member)| new(member.peer)).map(|(seat, member)| self.person(*seat, member)).collect();
        let something = !(joined.is_empty() && changed.is_empty() && left.is_empty());
        something.then_some(NodeFrame::Presence { joined, changed, left })
    }

    pub(super) fn tell_cursors(&self, moved: &[CursorAt]) -> Option<NodeFrame> {
        let abroad = self.abroad.as_ref().filter(|abroad| abroad.has_company())?;
        let ours: Vec<CursorAt> = moved.iter().filter(|cursor| !abroad.is_theirs(cursor.peer)).copied().collect();
        (!ours.is_empty()).then_some(NodeFrame::Cursors(ours))
    }

    /// `hold`: edits are on their way to the disk, and other nodes are told of them only then: a ghost goes when its shape is there.
    pub(super) fn tell_ghosts(&mut self, hold: bool) -> Option<NodeFrame> {
        let abroad = self.abroad.as_mut()?;
        let drew = std::mem::take(&mut abroad.drew);
        if abroad.nodes.is_empty() {
            abroad.shown.clear();
            return None;
        }
        let mut ghosts = Vec::new();
        for peer in drew {
            let shape = self.ghosts.shape(peer);
            if shape.is_none() && hold {
                abroad.drew.insert(peer);
                continue;
            }
            let told = if shape.is_some() { !abroad.shown.insert(peer) } else { abroad.shown.remove(&peer) };
            if shape.is_some() || told {
                ghosts.push(Ghost { peer, shape });
            }
        }
        (!ghosts.is_empty()).then_some(NodeFrame::Ghosts(ghosts))
    }

    pub(super) fn tell_awareness_abroad(&mut self) -> Option<NodeFrame> {
        let abroad = self.abroad.as_mut()?;
        let aware = std::mem::take(&mut abroad.aware);
        if aware.is_empty() || abroad.nodes.is_empty() {
            return None;
        }
        let of = |(seat, member): (&Seat, &Member)| Some((member.peer, self.awareness.shown_by(*seat)?));
        let shown: Vec<(u32, Bytes)> = self.members.iter().filter(|(_, m)| aware.contains(&m.peer)).filter_map(of).collect();
        (!shown.is_empty()).then_some(NodeFrame::Awareness(shown))
    }

    /// After a flush.
    pub(super) fn told_abroad(&mut self) {
        if let Some(abroad) = &mut self.abroad {
            abroad.gone.clear();
        }
    }

    /// Whether a ghost that ended here is still shown elsewhere.
    #[must_use]
    pub fn owes_ghosts(&self) -> bool {
        self.abroad.as_ref().is_some_and(|abroad| !abroad.drew.is_empty())
    }
}
