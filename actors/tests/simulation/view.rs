//! What a client of our protocol sees of the others: people, pointers and ghosts, kept as the SDK keeps them.

use std::collections::{BTreeMap, BTreeSet};

use tandem_protocol::{
    UserId,
    ws::{CursorAt, Peer, PeerState, PresenceDiff, PresenceState, TaskJoined},
};
use yrs::{Any, Doc, Map, Out, Transact};

use crate::truth::{Truth, apply, promise};

pub struct View {
    pub me: u32,
    pub peers: BTreeMap<u32, (UserId, PresenceState)>,
    pub cursors: BTreeMap<u32, (i32, i32)>,
    pub epoch: u32,
    pub ghosts: Doc,
    /// My ghost is in the document of this epoch.
    pub drawn: bool,
}

impl View {
    pub fn new(truth: &mut Truth) -> Self {
        Self { me: 0, peers: BTreeMap::new(), cursors: BTreeMap::new(), epoch: 0, ghosts: truth.fresh_doc(), drawn: false }
    }

    pub fn joined(&mut self, task: &TaskJoined, truth: &mut Truth) {
        self.me = task.peer;
        self.peers = task.peers.iter().map(entry).collect();
        self.cursors.clear();
        self.reset(task.ghost_epoch, truth);
    }

    pub fn parted(&mut self, truth: &mut Truth) {
        self.peers.clear();
        self.cursors.clear();
        self.reset(0, truth);
    }

    pub fn reset(&mut self, epoch: u32, truth: &mut Truth) {
        self.epoch = epoch;
        self.ghosts = truth.fresh_doc();
        self.drawn = false;
    }

    pub fn people_changed(&mut self, diff: &PresenceDiff) {
        for peer in &diff.left {
            self.peers.remove(peer);
            self.cursors.remove(peer);
        }
        self.peers.extend(diff.joined.iter().map(entry));
        for PeerState { peer, state } in &diff.changed {
            if let Some((_, known)) = self.peers.get_mut(peer) {
                known.clone_from(state);
            }
        }
    }

    pub fn pointed(&mut self, cursors: &[CursorAt]) {
        for CursorAt { peer, at } in cursors.iter().filter(|cursor| cursor.peer != self.me) {
            match at {
                Some(at) => self.cursors.insert(*peer, *at),
                None => self.cursors.remove(peer),
            };
        }
    }

    pub fn drew(&mut self, epoch: u32, bytes: &[u8], truth: &mut Truth) {
        if epoch != self.epoch {
            return;
        }
        if let Err(error) = apply(&self.ghosts, bytes) {
            truth.broken(promise::SOUND, format!("a ghost frame: {error}"));
        }
    }

    /// Write or erase my own ghost. None: there is nothing to say.
    pub fn draw(&mut self, ghost: Option<&str>, whole: bool) -> Option<Vec<u8>> {
        let map = self.ghosts.get_or_insert_map("ghosts");
        let mut txn = self.ghosts.transact_mut();
        let me = self.me.to_string();
        match ghost {
            Some(ghost) => {
                map.insert(&mut txn, me, Any::from(ghost));
            }
            None if self.drawn => {
                map.remove(&mut txn, &me);
            }
            None => return None,
        }
        txn.commit();
        let update = txn.encode_update_v1();
        drop(txn);
        self.drawn = ghost.is_some();
        if whole {
            let all = yrs::ReadTxn::encode_state_as_update_v1(&self.ghosts.transact(), &yrs::StateVector::default());
            return Some(all);
        }
        Some(update)
    }

    /// Who draws, and what; me included.
    pub fn drawings(&self) -> BTreeMap<String, String> {
        let map = self.ghosts.get_or_insert_map("ghosts");
        let txn = self.ghosts.transact();
        let text = |value: Out| match value {
            Out::Any(any) => any.to_string(),
            other => format!("{other:?}"),
        };
        map.iter(&txn).map(|(peer, value)| (peer.to_owned(), text(value))).collect()
    }

    /// Who draws and is not there.
    pub fn ghosts_of_nobody(&self) -> BTreeSet<String> {
        self.drawings().into_keys().filter(|peer| !peer.parse().is_ok_and(|peer: u32| self.peers.contains_key(&peer))).collect()
    }
}

fn entry(peer: &Peer) -> (u32, (UserId, PresenceState)) {
    (peer.peer, (peer.user.id, peer.state.clone()))
}
