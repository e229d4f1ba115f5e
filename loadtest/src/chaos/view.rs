//! What a client sees of the others on its task: who is there, and what they are drawing.

use std::collections::BTreeMap;

use tandem_protocol::{
    UserId,
    ws::{Peer, TaskJoined},
};
use yrs::{Any, Doc, Map, Transact, Update, updates::decoder::Decode};

use crate::dialect::Seen;

#[derive(Default)]
pub struct View {
    pub me: u32,
    people: BTreeMap<u32, UserId>,
    pub epoch: u32,
    ghosts: Doc,
}

impl View {
    pub fn join(&mut self, joined: &TaskJoined) {
        self.me = joined.peer;
        self.people = joined.peers.iter().map(entry).collect();
        self.begin(joined.ghost_epoch);
    }

    fn begin(&mut self, epoch: u32) {
        self.epoch = epoch;
        self.ghosts = Doc::new();
    }

    /// Returns whether a ghost of mine has to be drawn again.
    pub fn take(&mut self, seen: &Seen) -> anyhow::Result<bool> {
        match seen {
            Seen::People(diff) => {
                for peer in &diff.left {
                    self.people.remove(peer);
                }
                self.people.extend(diff.joined.iter().map(entry));
            }
            Seen::Ghost(epoch, bytes) if *epoch == self.epoch => {
                self.ghosts.transact_mut().apply_update(Update::decode_v1(bytes)?)?;
            }
            Seen::Ghost(..) => {}
            Seen::NoGhosts(epoch) => {
                self.begin(*epoch);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The update that shows or takes away my ghost.
    pub fn draw(&self, shown: bool, x: u32) -> Vec<u8> {
        let ghosts = self.ghosts.get_or_insert_map("ghosts");
        let mut txn = self.ghosts.transact_mut();
        let me = self.me.to_string();
        if shown {
            ghosts.insert(&mut txn, me, Any::from(f64::from(x)));
        } else {
            ghosts.remove(&mut txn, &me);
        }
        txn.encode_update_v1()
    }

    /// Everybody who is there, in order; twice who is there twice.
    pub fn people(&self) -> Vec<UserId> {
        let mut people: Vec<UserId> = self.people.values().copied().collect();
        people.sort_unstable();
        people
    }

    pub fn user(&self) -> Option<UserId> {
        self.people.get(&self.me).copied()
    }

    /// Who draws; none in the place of one who is not there.
    pub fn drawers(&self) -> Vec<Option<UserId>> {
        let ghosts = self.ghosts.get_or_insert_map("ghosts");
        let txn = self.ghosts.transact();
        let user = |peer: &str| self.people.get(&peer.parse().ok()?).copied();
        let mut drawers: Vec<_> = ghosts.keys(&txn).map(user).collect();
        drawers.sort_unstable();
        drawers
    }
}

fn entry(peer: &Peer) -> (u32, UserId) {
    (peer.peer, peer.user.id)
}
