//! "Exactly N answers by N people, and none of them lost", for every order in which people, servers, clocks and failures can come.
//!
//! A model beside the code, and an explorer of ours instead of a crate: what must hold is "from every state the step can still be
//! completed", which `stateright` 0.31 cannot say (its `eventually` is about every way, and misses ways that go in circles), and it
//! brings a web server along.

mod alike;
mod explore;
mod model;

use explore::{Visited, visit};
use model::{Action, Broken, Leases, REAL, Rules};

/// What a slow machine visits in some seconds without optimisation.
const MOST: usize = 120_000;

fn all(slots: u8, people: u8, rounds: u8, rules: Rules) -> Visited<Leases> {
    let visited = visit(&Leases { slots, people, rounds, rules }, MOST, None);
    println!("{slots} slots, {people} people, {rounds} rounds: {} states", visited.states);
    visited
}

#[track_caller]
fn holds(visited: &Visited<Leases>) {
    assert!(visited.broken.is_empty(), "broken: {:#?}", visited.broken);
    assert!(visited.stuck.is_none(), "nothing leads on from here: {:#?}", visited.stuck);
}

/// A shortest way to break `rule` without one of the others.
#[track_caller]
fn breaks(rounds: u8, rules: Rules, rule: Broken) -> Vec<Action> {
    let visited = visit(&Leases { slots: 2, people: 3, rounds, rules }, MOST, Some(rule));
    println!("{rule:?}: {:?}", visited.broken.get(&rule));
    visited.broken.get(&rule).cloned().unwrap_or_else(|| panic!("{rules:?} does not break {rule:?}, so the model notices nothing"))
}

#[test]
fn n_answers_by_n_people_whatever_happens_in_which_order() {
    for (slots, people, rounds) in [(2, 4, 1), (3, 3, 1), (3, 4, 1), (2, 3, 2)] {
        holds(&all(slots, people, rounds, REAL));
    }
}

#[test]
fn the_locks_alone_keep_the_slots() {
    holds(&all(2, 3, 1, Rules { one_answer_a_slot: false, one_slot_a_person: false, ..REAL }));
}

#[test]
fn the_indexes_alone_keep_the_slots_from_a_claim_that_forgets_to_lock() {
    let broken = all(2, 3, 1, Rules { claim_locks: false, ..REAL }).rules();
    assert_eq!(broken, [Broken::TokensShrank], "a later token may be committed first; nothing else comes of it");
}

#[test]
fn without_locks_and_the_slots_index_two_people_are_on_one_slot() {
    let way = breaks(1, Rules { claim_locks: false, one_answer_a_slot: false, ..REAL }, Broken::TwoOnOneSlot);
    assert_eq!(way.len(), 4, "two who look, two who take: {way:#?}");
}

#[test]
fn without_locks_and_the_persons_index_one_person_answers_twice() {
    breaks(1, Rules { claim_locks: false, one_answer_a_slot: false, one_slot_a_person: false, ..REAL }, Broken::TwoAnswersOfOnePerson);
}

#[test]
fn a_claim_that_forgets_to_lock_may_land_in_a_round_that_is_over() {
    breaks(2, Rules { claim_locks: false, ..REAL }, Broken::HolderOfAnotherRound);
}

#[test]
fn a_skip_that_is_for_good_can_leave_nobody_to_complete_the_step() {
    let visited = all(2, 3, 1, Rules { cool_off: false, ..REAL });
    assert!(visited.broken.is_empty() && visited.stuck.is_some(), "the model does not notice an end without an answer");
}

#[test]
fn without_fencing_a_stale_token_submits() {
    breaks(1, Rules { fencing: false, ..REAL }, Broken::StaleTokenSubmitted);
}

#[test]
fn an_answer_that_leaves_before_the_commit_is_lost() {
    breaks(1, Rules { answer_after_commit: false, ..REAL }, Broken::AcknowledgedAnswerLost);
}
