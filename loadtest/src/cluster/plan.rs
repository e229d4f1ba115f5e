//! What goes wrong in which round: decided by the seed alone, before anything starts.

use std::{fmt, time::Duration};

use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// kill -9; its next life believes in a time so many seconds off.
    KillServer {
        node: usize,
        skew: i64,
    },
    /// SIGSTOP, SIGCONT.
    PauseServer {
        node: usize,
    },
    /// kill -9; it comes back empty.
    KillRedis,
    PauseRedis,
    FlushRedis,
    /// No room and nothing may go to make some.
    FillRedis,
    /// kill -9 of all its processes.
    KillPostgres,
    PausePostgres,
    Cut(Link, Way),
}

/// Between a server and what it speaks with. Servers have no links with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    Redis(usize),
    Postgres(usize),
    People(usize),
}

/// What of a link is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// What the server sends.
    Out,
    /// What is sent to it.
    In,
    Both,
}

impl Fault {
    /// As it is counted.
    pub fn name(self) -> &'static str {
        match self {
            Self::KillServer { skew: 0, .. } => "server killed",
            Self::KillServer { .. } => "server killed, clock off afterwards",
            Self::PauseServer { .. } => "server paused",
            Self::KillRedis => "Redis killed",
            Self::PauseRedis => "Redis paused",
            Self::FlushRedis => "Redis flushed",
            Self::FillRedis => "Redis full",
            Self::KillPostgres => "Postgres killed",
            Self::PausePostgres => "Postgres paused",
            Self::Cut(Link::Redis(_), way) => way.name(["server to Redis cut", "Redis to server cut", "server and Redis cut"]),
            Self::Cut(Link::Postgres(_), way) => way.name(["server to Postgres cut", "Postgres to server cut", "server and Postgres cut"]),
            Self::Cut(Link::People(_), way) => way.name(["server to people cut", "people to server cut", "server and people cut"]),
        }
    }

    /// Two faults of one round never concern the same.
    fn part(self) -> usize {
        match self {
            Self::KillServer { node, .. } | Self::PauseServer { node } => 10 + node,
            Self::KillRedis | Self::PauseRedis | Self::FlushRedis | Self::FillRedis | Self::Cut(Link::Redis(_), _) => 0,
            Self::KillPostgres | Self::PausePostgres | Self::Cut(Link::Postgres(_), _) => 1,
            Self::Cut(Link::People(node), _) => 10 + node,
        }
    }
}

impl Way {
    fn name(self, names: [&'static str; 3]) -> &'static str {
        names[self as usize]
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name())?;
        match self {
            Self::KillServer { node, skew } if *skew != 0 => write!(f, " (node {}, {skew:+} s)", node + 1),
            Self::KillServer { node, .. } | Self::PauseServer { node } => write!(f, " (node {})", node + 1),
            Self::Cut(Link::Redis(node) | Link::Postgres(node) | Link::People(node), _) => write!(f, " (node {})", node + 1),
            _ => Ok(()),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// One, or two at once.
    pub faults: Vec<Fault>,
    pub hold: Duration,
    /// Work in peace before the next one.
    pub calm: Duration,
    /// Who vanishes meanwhile and comes back only after everything was compared.
    pub away: Vec<usize>,
}

/// Kinds of faults; each comes once before any comes again, so that a short run has some of each.
const KINDS: usize = 17;

pub fn draw(seed: u64, rounds: usize, people: usize, nodes: usize) -> Vec<Round> {
    let mut dice = StdRng::seed_from_u64(seed);
    let mut bag: Vec<usize> = Vec::new();
    (0..rounds)
        .map(|_| {
            if bag.is_empty() {
                bag = (0..KINDS).collect();
                bag.shuffle(&mut dice);
            }
            let mut faults = vec![fault(&mut dice, bag.pop().unwrap_or_default(), nodes)];
            if dice.random_ratio(1, 4) {
                let kind = dice.random_range(0..KINDS);
                let other = fault(&mut dice, kind, nodes);
                if other.part() != faults[0].part() {
                    faults.push(other);
                }
            }
            let ms = if dice.random_ratio(1, 4) { dice.random_range(12_000..20_000) } else { dice.random_range(3_000..8_000) };
            let calm = Duration::from_millis(dice.random_range(1_500..4_000));
            let away = (0..people / 25).map(|_| dice.random_range(0..people)).collect();
            Round { faults, hold: Duration::from_millis(ms), calm, away }
        })
        .collect()
}

fn fault(dice: &mut StdRng, kind: usize, nodes: usize) -> Fault {
    let node = dice.random_range(0..nodes);
    let minutes: i64 = dice.random_range(60..900);
    let skew = [0, 0, minutes, -minutes][dice.random_range(0..4)];
    let way = [Way::Out, Way::In, Way::Both][kind % 3];
    match kind {
        0..3 => Fault::Cut(Link::Redis(node), way),
        3..6 => Fault::Cut(Link::Postgres(node), way),
        6..9 => Fault::Cut(Link::People(node), way),
        9 => Fault::KillRedis,
        10 => Fault::PauseRedis,
        11 => Fault::FlushRedis,
        12 => Fault::FillRedis,
        13 => Fault::KillPostgres,
        14 => Fault::PausePostgres,
        15 => Fault::PauseServer { node },
        _ => Fault::KillServer { node, skew },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_seed_decides_everything() {
        assert_eq!(draw(7, 50, 200, 3), draw(7, 50, 200, 3));
        assert_ne!(draw(7, 50, 200, 3), draw(8, 50, 200, 3));
    }

    #[test]
    fn every_kind_comes_once_before_any_comes_again() {
        let plan = draw(3, KINDS, 200, 3);
        let names: BTreeSet<_> = plan.iter().map(|round| round.faults[0].name().replace(", clock off afterwards", "")).collect();
        assert_eq!(names.len(), KINDS);
    }

    #[test]
    fn faults_of_one_round_concern_different_parts() {
        for round in draw(5, 500, 200, 3) {
            assert!(round.faults.len() == 1 || round.faults[0].part() != round.faults[1].part(), "{round:?}");
        }
    }
}
