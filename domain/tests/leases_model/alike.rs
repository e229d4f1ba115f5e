//! Which states are one: what differs only in who is who, in which server it is, or in what decides nothing any more.

use crate::model::{Lease, Leases, Open, State, Status};

/// Who answered in a round that is over: the first of them.
const SOMEBODY: u8 = 100;

impl Leases {
    /// One state for all that differ in nothing that matters.
    pub fn simplify(&self, state: &mut State) {
        let round = state.round;
        let settled = |lease: &Lease| lease.status == Status::Submitted && lease.round < round;
        let drawn = state.drawn();
        // Which of two leases was first decides nothing; which was before a token that is drawn and not yet given does.
        state.leases.sort_unstable_by_key(|lease| match lease {
            lease if settled(lease) => (0, lease.round, u8::from(lease.acknowledged), 0),
            lease if lease.is_past() => (1, 0, 0, 0),
            lease => (2 + drawn.iter().filter(|token| **token < lease.token).count(), lease.round, lease.slot, lease.token),
        });
        for (lease, number) in state.leases.iter_mut().filter(|lease| settled(lease)).zip(0..) {
            (lease.user, lease.slot) = (SOMEBODY + number, number);
        }
        self.rename(state);
        renumber(state);
        // Nor which server does what.
        state.open.sort_unstable_by_key(|open| match open {
            Some(Open::Claim { token, .. }) => *token,
            Some(Open::Submit { token }) => 50 + token,
            None => 100,
        });
    }

    /// People in the order in which they come first.
    fn rename(&self, state: &mut State) {
        let mut names: Vec<u8> = Vec::with_capacity(usize::from(self.people));
        let claiming = state.open.iter().flatten().filter_map(|open| match open {
            Open::Claim { user, .. } => Some(*user),
            Open::Submit { .. } => None,
        });
        let resting = (0..self.people).filter(|user| state.resting & (1 << user) != 0);
        let users = |past: bool| state.leases.iter().filter(move |l| l.is_past() == past && l.user < SOMEBODY).map(|lease| lease.user);
        for user in users(false).chain(claiming).chain(resting).chain(users(true)).chain(0..self.people) {
            if !names.contains(&user) {
                names.push(user);
            }
        }
        let name = |user: u8| names.iter().zip(0..).find(|(was, _)| **was == user).map_or(user, |(_, is)| is);
        state.resting = (0..self.people).filter(|user| state.resting & (1 << user) != 0).map(|user| 1 << name(user)).sum();
        for lease in &mut state.leases {
            lease.user = name(lease.user);
        }
        for open in state.open.iter_mut().flatten() {
            if let Open::Claim { user, .. } = open {
                *user = name(*user);
            }
        }
    }
}

/// Only the order of tokens matters: of leases as they stand now, and of what is drawn among them.
fn renumber(state: &mut State) {
    let drawn = state.drawn();
    let mut order: Vec<u8> = Vec::with_capacity(state.leases.len() + drawn.len());
    let mut left = drawn.iter().peekable();
    for lease in &state.leases {
        while let Some(token) = left.next_if(|token| !lease.is_past() && lease.user < SOMEBODY && **token < lease.token) {
            order.push(*token);
        }
        order.push(lease.token);
    }
    order.extend(left);
    let rank = |token: u8| order.iter().zip(0..).find(|(was, _)| **was == token).map_or(token, |(_, is)| is);
    for lease in &mut state.leases {
        lease.token = rank(lease.token);
    }
    for open in state.open.iter_mut().flatten() {
        match open {
            Open::Claim { token, .. } | Open::Submit { token } => *token = rank(*token),
        }
    }
}
