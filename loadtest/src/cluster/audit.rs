//! What lease takers were told, and whether all of it can be true.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use tandem_protocol::{TaskId, rest::Assignment};
use tokio::time::Instant;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Granted,
    Renewed,
    Released,
    /// Asked for; no answer came.
    PerhapsReleased,
}

/// An answer that said yes, or the lack of one.
#[derive(Clone, Debug)]
pub struct Told {
    pub who: usize,
    pub task: TaskId,
    pub token: i64,
    pub deed: Deed,
    pub asked: Instant,
    pub answered: Instant,
    pub assigned_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

impl Told {
    pub fn new(who: usize, deed: Deed, asked: Instant, lease: &Assignment) -> Self {
        let &Assignment { task_id: task, fencing_token: token, assigned_at, expires_at, .. } = lease;
        Self { who, task, token, deed, asked, answered: Instant::now(), assigned_at, expires_at }
    }
}

/// A lease as its holder knows it.
struct Lease<'a> {
    grant: &'a Told,
    all: Vec<&'a Told>,
}

/// What cannot be. All times of day are the database's; the others are this program's.
pub fn check(told: &[Told]) -> Vec<String> {
    let mut leases: BTreeMap<(TaskId, i64), Lease<'_>> = BTreeMap::new();
    let mut broken = Vec::new();
    for one in told {
        let lease = leases.entry((one.task, one.token)).or_insert_with(|| Lease { grant: one, all: Vec::new() });
        if lease.grant.who != one.who {
            broken.push(format!("token {} was given to takers {} and {}", one.token, lease.grant.who, one.who));
        }
        lease.all.push(one);
    }
    let all: Vec<&Lease<'_>> = leases.values().collect();
    for (index, old) in all.iter().enumerate() {
        for new in all.iter().skip(index + 1).take_while(|new| new.grant.task == old.grant.task) {
            broken.extend(overlap(old, new));
        }
    }
    broken
}

fn overlap(old: &Lease<'_>, new: &Lease<'_>) -> Option<String> {
    let pair = || {
        format!(
            "task {}: takers {} (token {}) and {} (token {})",
            old.grant.task, old.grant.who, old.grant.token, new.grant.who, new.grant.token
        )
    };
    if old.all.iter().any(|deed| deed.deed != Deed::PerhapsReleased && deed.asked > new.grant.answered) {
        return Some(format!("{}: the older token still wrote", pair()));
    }
    let given_back =
        old.all.iter().any(|deed| matches!(deed.deed, Deed::Released | Deed::PerhapsReleased) && deed.asked < new.grant.answered);
    let until = old.all.iter().filter(|deed| deed.deed != Deed::PerhapsReleased).map(|deed| deed.expires_at).max()?;
    (!given_back && until > new.grant.assigned_at).then(|| format!("{}: both held it at once", pair()))
}

/// Rows that say the same of the database: two active leases of one step, or one that began well before the other ended (times are those
/// of transactions, which may have waited for each other for as long as locks may be waited for).
pub const DOUBLE: &str = "SELECT count(*) FROM assignments a JOIN assignments b
    ON b.task_id = a.task_id AND b.step = a.step AND b.slot = a.slot AND b.fencing_token > a.fencing_token
    WHERE coalesce(a.ended_at, 'infinity') > b.assigned_at + interval '15 seconds'";

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::TimeDelta;

    use super::*;

    fn told(who: usize, token: i64, deed: Deed, at: u64, task: TaskId) -> Told {
        let (start, day) = (Instant::now(), DateTime::<Utc>::UNIX_EPOCH);
        let asked = start + Duration::from_secs(at);
        let seconds = |n: u64| day + TimeDelta::seconds(n.try_into().unwrap());
        Told { who, task, token, deed, asked, answered: asked, assigned_at: seconds(at), expires_at: seconds(at + 30) }
    }

    #[test]
    fn leases_one_after_the_other_are_fine() {
        let task = TaskId::new();
        let fine = [
            told(1, 1, Deed::Granted, 0, task),
            told(1, 1, Deed::Renewed, 10, task),
            told(1, 1, Deed::Released, 20, task),
            told(2, 2, Deed::Granted, 21, task),
            // Ran out.
            told(3, 3, Deed::Granted, 60, task),
        ];
        assert_eq!(check(&fine), Vec::<String>::new());
    }

    #[test]
    fn two_holders_and_a_late_write_are_found() {
        let task = TaskId::new();
        let twice = [told(1, 1, Deed::Granted, 0, task), told(2, 2, Deed::Granted, 10, task)];
        assert!(check(&twice)[0].contains("both held it"));
        let late = [told(1, 1, Deed::Granted, 0, task), told(2, 2, Deed::Granted, 40, task), told(1, 1, Deed::Renewed, 50, task)];
        assert!(check(&late)[0].contains("still wrote"));
        let same = [told(1, 1, Deed::Granted, 0, task), told(2, 1, Deed::Granted, 40, task)];
        assert!(check(&same)[0].contains("given to takers 1 and 2"));
    }
}
