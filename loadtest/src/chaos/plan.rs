//! What goes wrong and when: decided by the seed alone, before anything starts.

use std::time::Duration;

use rand::{Rng, SeedableRng, rngs::StdRng};

use super::memory::COMPARABLE;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// kill -9, and started again after a pause.
    KillServer {
        down: Duration,
    },
    /// kill -9; the server starts it again.
    KillPostgres,
    /// SIGSTOP, SIGCONT.
    PauseServer {
        pause: Duration,
    },
    PausePostgres {
        pause: Duration,
    },
    /// A client stops reading.
    Deafen {
        person: usize,
        time: Duration,
    },
}

/// When each act is due after the start, in order.
pub type Plan = Vec<(Duration, Act)>;

/// Seconds between two acts against a process.
pub fn draw(seed: u64, length: Duration, people: usize, every: (f64, f64)) -> Plan {
    let mut dice = StdRng::seed_from_u64(seed);
    let mut plan = Vec::new();
    let mut at = Duration::from_secs_f64(every.0.min(3.0));
    // In turn, so that a short run has some of each.
    let mut turn = dice.random_range(0..4);
    if turn == 0 {
        // Lives are compared with the first one.
        at = at.max(COMPARABLE.min(length / 8));
    }
    while at < length {
        plan.push((at, blow(&mut dice, turn)));
        turn += 1;
        at += Duration::from_secs_f64(dice.random_range(every.0..=every.1));
    }
    at = Duration::from_secs(1);
    while at < length {
        let (person, ms) = (dice.random_range(0..people.max(1)), dice.random_range(2_000..15_000));
        plan.push((at, Act::Deafen { person, time: Duration::from_millis(ms) }));
        at += Duration::from_millis(dice.random_range(500..3_000));
    }
    plan.sort_by_key(|(at, _)| *at);
    plan
}

fn blow(dice: &mut StdRng, turn: u32) -> Act {
    let mut between = |from, to| Duration::from_millis(dice.random_range(from..to));
    match turn % 4 {
        0 => Act::KillServer { down: between(100, 2_000) },
        1 => Act::PausePostgres { pause: between(500, 8_000) },
        2 => Act::KillPostgres,
        _ => Act::PauseServer { pause: between(500, 8_000) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH: Duration = Duration::from_secs(600);

    #[test]
    fn a_seed_decides_everything() {
        assert_eq!(draw(7, LENGTH, 50, (20.0, 60.0)), draw(7, LENGTH, 50, (20.0, 60.0)));
        assert_ne!(draw(7, LENGTH, 50, (20.0, 60.0)), draw(8, LENGTH, 50, (20.0, 60.0)));
    }

    #[test]
    fn the_first_life_is_long_enough_to_be_compared_with() {
        for seed in 0..40 {
            let plan = draw(seed, LENGTH, 50, (20.0, 60.0));
            let first = plan.iter().find(|(_, act)| matches!(act, Act::KillServer { .. }));
            assert!(first.is_some_and(|(at, _)| *at >= COMPARABLE), "seed {seed}: {first:?}");
        }
    }

    #[test]
    fn acts_are_in_order_and_there_are_some_of_each() {
        let plan = draw(1, LENGTH, 50, (20.0, 60.0));
        assert!(plan.is_sorted_by_key(|(at, _)| *at) && plan.iter().all(|(at, _)| *at < LENGTH));
        let some = |kind: fn(&Act) -> bool| plan.iter().filter(|(_, act)| kind(act)).count();
        assert!(some(|act| matches!(act, Act::KillServer { .. })) >= 2);
        assert!(some(|act| matches!(act, Act::KillPostgres)) >= 2);
        assert!(some(|act| matches!(act, Act::PauseServer { .. })) >= 2);
        assert!(some(|act| matches!(act, Act::PausePostgres { .. })) >= 2);
        assert!(some(|act| matches!(act, Act::Deafen { person, .. } if *person < 50)) > 100);
    }
}
