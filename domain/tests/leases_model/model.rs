//! Leases on the slots of one step, at the granularity of the transactions of `store/src/pg/leases` and `annotations/submit.rs`.
//!
//! A transaction that reads, decides and writes is two actions (it begins, it commits), with everything that others may do in between;
//! one that holds the task's lock from its first statement on is one. Two servers: two transactions may be open.
//!
//! The model is finite though tokens grow for ever, because only their order matters: they are renumbered. Of the leases that ended
//! otherwise than by an answer one is remembered, each of them in a state of its own: it is the slow person's, who comes with it long
//! after, and what comes of that depends on no other. Of a round that is over it is remembered how many answers it has and whose
//! sender knows. People are alike, so states that differ only in who is who are one.

use crate::explore::Model;

/// What the program and the database hold to. A variant without one of these shows that the model would notice.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// `leases::lock`: the lease of this token is active and its time is not over.
    pub fencing: bool,
    /// `find.sql`: the claim locks the task, and with it everybody else out, before it looks.
    pub claim_locks: bool,
    /// The index `assignments_one_answer`.
    pub one_answer_a_slot: bool,
    /// The index `assignments_one_answer_each`.
    pub one_slot_a_person: bool,
    /// Who skipped is offered it again after a while.
    pub cool_off: bool,
    /// `submit.rs`: the answer leaves after the commit.
    pub answer_after_commit: bool,
}

pub const REAL: Rules =
    Rules { fencing: true, claim_locks: true, one_answer_a_slot: true, one_slot_a_person: true, cool_off: true, answer_after_commit: true };

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Broken {
    TooManyAnswers,
    TwoAnswersOfOnePerson,
    TwoOnOneSlot,
    AcknowledgedAnswerLost,
    StaleTokenSubmitted,
    TokensShrank,
    /// `task_steps.free` does not say what is free.
    FreeMiscounted,
    /// Somebody works in a round that is over.
    HolderOfAnotherRound,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    Active,
    /// Active in the database, but its time is over; nobody has swept it up yet.
    RanOut,
    Submitted,
    /// Released, skipped, expired, taken away.
    Ended,
}

impl Status {
    /// As the unique indexes and the trigger `count_slots` see it.
    fn takes_a_slot(self) -> bool {
        self != Self::Ended
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lease {
    pub token: u8,
    pub user: u8,
    pub slot: u8,
    pub round: u8,
    pub status: Status,
    pub acknowledged: bool,
}

impl Lease {
    /// Nothing is decided by it any more; its person may still come with its token.
    pub fn is_past(&self) -> bool {
        self.status == Status::Ended && !self.acknowledged
    }
}

/// A transaction that has read and not yet committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Open {
    Claim { token: u8, user: u8, slot: u8, round: u8 },
    Submit { token: u8 },
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    pub round: u8,
    is_open: bool,
    free: i8,
    pub leases: Vec<Lease>,
    /// Who skipped and is not yet offered it again; a bit each.
    pub resting: u8,
    /// Of each server.
    pub open: [Option<Open>; 2],
    /// What is seen only as it happens.
    broken: Option<Broken>,
}

#[derive(Clone, Copy, Debug)]
#[allow(dead_code, reason = "the fields are read by whoever reads a counterexample")]
pub enum Action {
    Claim {
        server: usize,
        user: u8,
    },
    BeginSubmit {
        server: usize,
        token: u8,
    },
    /// `lost`: the answer does not reach the person.
    Commit {
        server: usize,
        lost: bool,
    },
    /// The connection, the server or the database, before the commit.
    Die {
        server: usize,
    },
    TimeIsOver {
        token: u8,
    },
    Expire {
        token: u8,
    },
    Release {
        token: u8,
    },
    Skip {
        token: u8,
    },
    Evict {
        token: u8,
    },
    HandOver {
        token: u8,
        to: u8,
    },
    CoolOff {
        user: u8,
    },
    /// Rework, or an admin who sends the task back while people are at it.
    Reopen,
}

pub struct Leases {
    pub slots: u8,
    pub people: u8,
    pub rounds: u8,
    pub rules: Rules,
}

impl State {
    fn lease(&self, token: u8) -> Option<&Lease> {
        self.leases.iter().find(|lease| lease.token == token)
    }

    fn set(&mut self, token: u8, status: Status) {
        if let Some(lease) = self.leases.iter_mut().find(|lease| lease.token == token) {
            lease.status = status;
        }
    }

    fn taken(&self, round: u8) -> impl Iterator<Item = &Lease> {
        self.leases.iter().filter(move |lease| lease.round == round && lease.status.takes_a_slot())
    }

    fn answers(&self, round: u8) -> usize {
        self.leases.iter().filter(|lease| lease.round == round && lease.status == Status::Submitted).count()
    }

    /// `give.sql`.
    fn first_free(&self, slots: u8) -> Option<u8> {
        (0..slots).find(|slot| self.taken(self.round).all(|lease| lease.slot != *slot))
    }

    /// Tokens that nobody has yet, in their order.
    pub fn drawn(&self) -> Vec<u8> {
        let claims = self.open.iter().flatten().filter_map(|open| match open {
            Open::Claim { token, .. } => Some(*token),
            Open::Submit { .. } => None,
        });
        let mut drawn: Vec<u8> = claims.collect();
        drawn.sort_unstable();
        drawn
    }

    /// The sequence: never the same twice, whatever becomes of the transaction that drew it.
    fn draw(&self) -> u8 {
        self.leases.iter().map(|lease| lease.token).chain(self.drawn()).max().map_or(0, |newest| newest + 1)
    }

    /// The trigger `count_slots`; says whether the check of the column allows it.
    fn count(&mut self, round: u8, change: i8, slots: u8) -> bool {
        if self.is_open && self.round == round {
            self.free += change;
        }
        (0..=slots.cast_signed()).contains(&self.free)
    }

    fn end(&mut self, token: u8, slots: u8) -> bool {
        let Some(lease) = self.lease(token).copied() else { return false };
        self.set(token, Status::Ended);
        self.count(lease.round, 1, slots)
    }
}

impl Leases {
    /// The row locks of the task: who wants them waits, or passes the task over.
    fn is_locked(&self, state: &State) -> bool {
        state.open.iter().flatten().any(|open| matches!(open, Open::Submit { .. }) || self.rules.claim_locks)
    }

    fn may_claim(&self, state: &State, user: u8) -> bool {
        state.is_open && state.free > 0 && state.taken(state.round).all(|lease| lease.user != user)
    }

    /// The two unique indexes.
    fn is_refused(&self, state: &State, lease: &Lease) -> bool {
        self.rules.one_answer_a_slot && state.taken(lease.round).any(|other| other.slot == lease.slot)
            || self.rules.one_slot_a_person && state.taken(lease.round).any(|other| other.user == lease.user)
    }

    /// The insert with what the database says to it; none: refused, rolled back.
    fn give(&self, mut state: State, lease: Lease) -> Option<State> {
        if self.is_refused(&state, &lease) {
            return None;
        }
        if state.leases.iter().any(|other| other.token > lease.token) {
            state.broken = Some(Broken::TokensShrank);
        }
        state.leases.push(lease);
        state.count(lease.round, -1, self.slots).then_some(state)
    }

    fn submit(&self, mut state: State, token: u8, lost: bool) -> Option<State> {
        let lease = *state.lease(token)?;
        let newer = |other: &Lease| (other.round, other.slot) == (lease.round, lease.slot) && other.token > token;
        let takes_anew = !lease.status.takes_a_slot();
        if takes_anew && (self.is_refused(&state, &lease) || !state.count(lease.round, -1, self.slots)) {
            return None;
        }
        if takes_anew || state.leases.iter().any(newer) {
            state.broken = Some(Broken::StaleTokenSubmitted);
        }
        state.set(token, Status::Submitted);
        if !lost {
            acknowledge(&mut state, token);
        }
        // `flow::answered`: the step closes with its last answer, in the same transaction.
        if state.is_open && lease.round == state.round && state.answers(state.round) >= usize::from(self.slots) {
            state.is_open = false;
        }
        Some(state)
    }

    fn begin(&self, state: &State, server: usize, found: &mut Vec<(Action, State)>) {
        let waits = self.is_locked(state);
        for user in 0..self.people {
            // Who holds one gets that one back; nothing changes.
            let rests = state.resting & (1 << user) != 0;
            if rests || waits && self.rules.claim_locks || !self.may_claim(state, user) {
                continue;
            }
            let Some(slot) = state.first_free(self.slots) else { continue };
            let mut after = state.clone();
            after.open[server] = Some(Open::Claim { token: state.draw(), user, slot, round: state.round });
            found.push((Action::Claim { server, user }, after));
        }
        if waits {
            return;
        }
        for lease in &state.leases {
            let mut after = state.clone();
            if lease.status == Status::Submitted {
                // Asked again: the answer of the first time.
                acknowledge(&mut after, lease.token);
            } else if lease.status == Status::Active || !self.rules.fencing {
                after.open[server] = Some(Open::Submit { token: lease.token });
                if !self.rules.answer_after_commit {
                    acknowledge(&mut after, lease.token);
                }
            } else {
                continue;
            }
            found.push((Action::BeginSubmit { server, token: lease.token }, after));
        }
    }

    fn finish(&self, state: &State, server: usize, open: Open, found: &mut Vec<(Action, State)>) {
        let mut without = state.clone();
        without.open[server] = None;
        for lost in [false, true] {
            let done = match open {
                Open::Claim { token, user, slot, round } => {
                    let lease = Lease { token, user, slot, round, status: Status::Active, acknowledged: false };
                    self.give(without.clone(), lease)
                }
                Open::Submit { token } => self.submit(without.clone(), token, lost),
            };
            found.extend(done.map(|after| (Action::Commit { server, lost }, after)));
        }
        found.push((Action::Die { server }, without));
    }

    /// What is done to one lease under the task's lock from beginning to end.
    fn act(&self, state: &State, lease: &Lease, found: &mut Vec<(Action, State)>) {
        let token = lease.token;
        let mut ended = state.clone();
        if !ended.end(token, self.slots) {
            return;
        }
        found.push((Action::Evict { token }, ended.clone()));
        if lease.status == Status::RanOut {
            found.push((Action::Expire { token }, ended));
            return;
        }
        found.push((Action::Release { token }, ended.clone()));
        let mut skipped = ended.clone();
        skipped.resting |= 1 << lease.user;
        found.push((Action::Skip { token }, skipped));
        for to in (0..self.people).filter(|to| *to != lease.user && self.may_claim(&ended, *to)) {
            let Some(slot) = ended.first_free(self.slots) else { continue };
            let given = Lease { token: ended.draw(), user: to, slot, round: ended.round, status: Status::Active, acknowledged: false };
            found.extend(self.give(ended.clone(), given).map(|after| (Action::HandOver { token, to }, after)));
        }
    }

    fn reopen(&self, state: &State) -> State {
        let mut after = state.clone();
        for lease in after.leases.iter_mut().filter(|lease| matches!(lease.status, Status::Active | Status::RanOut)) {
            lease.status = Status::Ended;
        }
        after.round += 1;
        after.is_open = true;
        after.free = self.slots.cast_signed();
        after
    }
}

fn acknowledge(state: &mut State, token: u8) {
    if let Some(lease) = state.leases.iter_mut().find(|lease| lease.token == token) {
        lease.acknowledged = true;
    }
}

impl Model for Leases {
    type State = State;
    type Action = Action;
    type Rule = Broken;

    fn start(&self) -> State {
        State { round: 0, is_open: true, free: self.slots.cast_signed(), leases: Vec::new(), resting: 0, open: [None; 2], broken: None }
    }

    fn next(&self, state: &State, found: &mut Vec<(Action, State)>) {
        for (server, open) in state.open.iter().enumerate() {
            match open {
                Some(open) => self.finish(state, server, *open, found),
                None => self.begin(state, server, found),
            }
        }
        for lease in state.leases.iter().filter(|lease| lease.status == Status::Active) {
            let mut after = state.clone();
            after.set(lease.token, Status::RanOut);
            found.push((Action::TimeIsOver { token: lease.token }, after));
        }
        for user in (0..self.people).filter(|user| self.rules.cool_off && state.resting & (1 << user) != 0) {
            let mut after = state.clone();
            after.resting &= !(1 << user);
            found.push((Action::CoolOff { user }, after));
        }
        if !self.is_locked(state) {
            for lease in state.leases.iter().filter(|lease| matches!(lease.status, Status::Active | Status::RanOut)) {
                self.act(state, lease, found);
            }
            if state.round + 1 < self.rounds {
                found.push((Action::Reopen, self.reopen(state)));
            }
        }
        for (action, state) in std::mem::take(found) {
            let past: Vec<u8> = state.leases.iter().filter(|lease| lease.is_past()).map(|lease| lease.token).collect();
            for slow in past.iter().map(Some).chain(past.is_empty().then_some(None)) {
                let mut state = state.clone();
                state.leases.retain(|lease| !lease.is_past() || Some(&lease.token) == slow);
                self.simplify(&mut state);
                found.push((action, state));
            }
        }
    }

    fn broken(&self, state: &State) -> Vec<Broken> {
        let mut broken: Vec<Broken> = state.broken.into_iter().collect();
        for round in 0..self.rounds {
            let taken: Vec<&Lease> = state.taken(round).collect();
            let twice = |same: &dyn Fn(&Lease, &Lease) -> bool| taken.iter().any(|a| taken.iter().any(|b| a.token < b.token && same(a, b)));
            let answered = |lease: &Lease| lease.status == Status::Submitted;
            let rules = [
                (state.answers(round) > usize::from(self.slots), Broken::TooManyAnswers),
                (twice(&|a, b| a.user == b.user && answered(a) && answered(b)), Broken::TwoAnswersOfOnePerson),
                (twice(&|a, b| a.slot == b.slot), Broken::TwoOnOneSlot),
                (
                    state.is_open
                        && round == state.round
                        && usize::from(state.free.unsigned_abs()) + taken.len() != usize::from(self.slots),
                    Broken::FreeMiscounted,
                ),
                (taken.iter().any(|lease| !answered(lease) && (round != state.round || !state.is_open)), Broken::HolderOfAnotherRound),
            ];
            broken.extend(rules.into_iter().filter_map(|(is_broken, rule)| is_broken.then_some(rule)));
        }
        // A submit that is under way may still make it true; one that died may not.
        let under_way = |token: u8| state.open.iter().flatten().any(|open| matches!(open, Open::Submit { token: t } if *t == token));
        let lost = |lease: &&Lease| lease.acknowledged && lease.status != Status::Submitted && !under_way(lease.token);
        broken.extend(state.leases.iter().find(lost).map(|_| Broken::AcknowledgedAnswerLost));
        broken
    }

    fn is_done(&self, state: &State) -> bool {
        !state.is_open && state.answers(state.round) == usize::from(self.slots)
    }
}
