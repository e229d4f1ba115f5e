//! Whether everybody is there, has everything acknowledged, holds the same, and sees exactly those who are there and what they draw.

use std::{cell::RefCell, time::Duration};

use tokio::time::{Instant, sleep};

use crate::chaos::person::Sight;

const LOOK: Duration = Duration::from_millis(50);

/// Returns how long it took and what was missing last, or what was still missing at the end.
pub async fn settle(
    sights: &RefCell<Vec<Sight>>,
    document: impl Fn(usize) -> usize,
    limit: Duration,
) -> Result<(Duration, String), String> {
    let began = Instant::now();
    let mut last = String::new();
    loop {
        let missing = missing(&sights.borrow(), &document);
        match missing {
            None => return Ok((began.elapsed(), last)),
            Some(missing) if began.elapsed() >= limit => return Err(missing),
            Some(missing) => last = missing,
        }
        sleep(LOOK).await;
    }
}

/// What is not yet as it should be; the first found, with how many there are like it.
fn missing(sights: &[Sight], document: &impl Fn(usize) -> usize) -> Option<String> {
    let here = || sights.iter().enumerate().filter(|(_, sight)| !sight.away);
    let count = |what: &str, wrong: &dyn Fn(&Sight) -> bool| {
        let all: Vec<usize> = here().filter(|(_, sight)| wrong(sight)).map(|(number, _)| number).collect();
        let first = *all.first()?;
        Some(format!(
            "{} of {} {what}, e.g. person {first} at node {}, who last lost one because: {}",
            all.len(),
            sights.len(),
            sights[first].door + 1,
            sights[first].why
        ))
    };
    count("are not connected", &|sight| !sight.connected)
        .or_else(|| count("have edits that are not acknowledged", &|sight| sight.pending > 0))
        .or_else(|| count("have not looked yet", &|sight| sight.digest == 0))
        .or_else(|| here().find_map(|(number, sight)| compare(sights, document, number, sight)))
}

/// Those away have vanished: nobody may see them.
fn compare(sights: &[Sight], document: &impl Fn(usize) -> usize, number: usize, sight: &Sight) -> Option<String> {
    let who = || format!("person {number} at node {} on document {}", sight.door + 1, document(number));
    let others: Vec<&Sight> =
        sights.iter().enumerate().filter(|(other, s)| document(*other) == document(number) && !s.away).map(|(_, s)| s).collect();
    if let Some(other) = others.iter().find(|other| other.digest != sight.digest) {
        return Some(format!("{} and one at node {} hold different documents", who(), other.door + 1));
    }
    let mut people: Vec<_> = others.iter().filter_map(|other| other.me).collect();
    people.sort_unstable();
    if people != sight.people {
        return Some(format!("{} sees {} people where there are {}", who(), sight.people.len(), people.len()));
    }
    let mut drawers: Vec<_> = others.iter().filter(|other| other.draws).map(|other| other.me).collect();
    drawers.sort_unstable();
    if drawers != sight.drawers {
        let nobodys = sight.drawers.iter().filter(|drawer| !drawers.contains(drawer)).count();
        return Some(format!(
            "{} sees {} ghosts where there are {}, {nobodys} of them nobody's",
            who(),
            sight.drawers.len(),
            drawers.len()
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use tandem_protocol::UserId;

    use super::*;

    fn two() -> Vec<Sight> {
        let mut users = [UserId::new(), UserId::new()];
        users.sort_unstable();
        let sight = |me| Sight { connected: true, digest: 7, me: Some(me), people: users.to_vec(), ..Sight::default() };
        users.map(sight).to_vec()
    }

    #[test]
    fn it_is_settled_when_all_see_the_same() {
        assert_eq!(missing(&two(), &|_| 0), None);
    }

    #[test]
    fn somebody_who_is_gone_and_still_seen_is_found() {
        let mut sights = two();
        sights[1].away = true;
        assert!(missing(&sights, &|_| 0).unwrap().contains("sees 2 people where there are 1"));
        sights[0].people = vec![sights[0].me.unwrap()];
        assert_eq!(missing(&sights, &|_| 0), None);
        sights[0].drawers = vec![None];
        assert!(missing(&sights, &|_| 0).unwrap().contains("1 of them nobody's"));
    }
}
