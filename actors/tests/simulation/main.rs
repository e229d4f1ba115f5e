//! The live core, from the bytes of a connection to the disk, in a world that a single number decides: sessions, rooms and journal
//! are the real ones; network, disk, clocks and people are simulated. docs/ARCHITECTURE.md, "How it is proven", says what is
//! promised; `truth.rs` and `agree.rs` check it.
//!
//! Every seed runs in a process of its own, because some of what decides a run (the order of hash maps, UUIDs) belongs to the process.
#![cfg(feature = "fault-injection")]

mod agree;
mod disk;
mod line;
mod mutants;
mod net;
mod outbox;
mod plan;
mod rng;
mod runner;
mod sdk;
mod stock;
mod town;
mod truth;
mod view;
mod world;

/// What a child process runs; see `runner.rs`.
#[test]
#[ignore = "plays the one seed that the environment names"]
fn one_seed() {
    runner::child();
}

#[test]
fn promises_hold_whatever_happens() {
    runner::many();
}

#[test]
fn a_seed_plays_the_same_way_twice() {
    for seed in [3, 1_000_003] {
        let (first, second) = (runner::play(seed, None, None), runner::play(seed, None, None));
        assert_eq!(first.digest(), second.digest(), "seed {seed} differs from itself");
    }
}
