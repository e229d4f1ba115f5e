//! Does the server's memory grow, from life to life or within one?
//!
//! A life ends by a kill at any moment, so what it has then says little. It is read every second, and compared at the same age: a life with its own
//! beginning, and the first one with one after all the others, of as many people on documents that are as new as the first one's were. Lives between
//! them begin with documents that were edited in all lives before, and of each value that was overwritten its place stays in the document: they say
//! how documents grow, so they are told and not judged.

use std::{cell::RefCell, rc::Rc, time::Duration};

use tokio::time::sleep;

use crate::process::Process;

/// The end of a life to its beginning.
pub const MOST_WITHIN: f64 = 1.15;
/// A life after all the others, on new documents, to the first.
pub const MOST_ACROSS: f64 = 1.15;
/// Seconds: by then everybody is back, and all documents are in memory.
const BEGUN: usize = 10;
/// Readings that make one.
const WINDOW: usize = 5;
/// So old a life can be compared.
pub const COMPARABLE: Duration = Duration::from_secs((BEGUN + WINDOW) as u64 + 1);
/// A life that is too short to be compared with itself.
const SHORT: usize = 30;
/// Fewer lives than this say more of when they ended than of memory.
const FEW: usize = 4;

#[derive(Default)]
pub struct Memory {
    process: Option<Process>,
    /// KiB, of each life one a second.
    lives: Vec<Vec<u64>>,
}

/// Until it is stopped.
pub async fn read_on(memory: Rc<RefCell<Memory>>) {
    loop {
        sleep(Duration::from_secs(1)).await;
        memory.borrow_mut().read();
    }
}

impl Memory {
    pub fn born(&mut self, process: Process) {
        self.process = Some(process);
        self.lives.push(Vec::new());
    }

    pub fn died(&mut self) {
        self.process = None;
    }

    fn read(&mut self) {
        let now = self.process.as_ref().and_then(|process| process.resident_kib().ok());
        if let (Some(now), Some(life)) = (now, self.lives.last_mut()) {
            life.push(now);
        }
    }

    /// The first life at the age at which lives are compared. None: it was too short.
    pub fn first(&self) -> Option<f64> {
        self.lives.first().and_then(|life| young(life))
    }

    /// The newest life at that age, which is no part of the others any more.
    pub fn take_newest(&mut self) -> Option<f64> {
        self.lives.pop().and_then(|life| young(&life))
    }

    pub fn most(&self) -> u64 {
        self.lives.iter().flatten().copied().max().unwrap_or(0)
    }

    /// The last third of the lives to the first, all at the same age. None: there are too few.
    pub fn across(&self) -> Option<f64> {
        let young: Vec<f64> = self.lives.iter().filter_map(|life| young(life)).collect();
        let third = Some(young.len() / 3).filter(|third| *third > 0)?;
        let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
        Some(mean(&young[young.len() - third..]) / mean(&young[..third]))
    }

    /// The end of a life to its beginning, in the mean of those that were long enough. None: too few were.
    pub fn within(&self) -> Option<f64> {
        let long = self.lives.iter().filter(|life| life.len() >= SHORT);
        let growths: Vec<f64> = long.map(|life| mean(&life[life.len() - WINDOW..]) / mean(&life[BEGUN..BEGUN + WINDOW])).collect();
        (growths.len() >= FEW).then(|| growths.iter().sum::<f64>() / growths.len() as f64)
    }
}

/// KiB at the age at which lives are compared.
fn young(life: &[u64]) -> Option<f64> {
    Some(mean(life.get(BEGUN..BEGUN + WINDOW)?))
}

fn mean(part: &[u64]) -> f64 {
    part.iter().sum::<u64>() as f64 / part.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(lives: &[(u64, u64, usize)]) -> Memory {
        let life =
            |(from, to, seconds): &(u64, u64, usize)| (0..*seconds as u64).map(|at| from + (to - from) * at / *seconds as u64).collect();
        Memory { process: None, lives: lives.iter().map(life).collect() }
    }

    #[test]
    fn growth_is_seen_from_life_to_life_and_within_one_and_steady_lives_have_none() {
        let mut steady = of(&[(100, 100, 40), (100, 100, 40), (100, 100, 20), (100, 100, 3), (100, 100, 60), (100, 100, 40)]);
        assert_eq!((steady.across(), steady.within(), steady.most()), (Some(1.0), Some(1.0), 100));
        assert_eq!((steady.first(), steady.take_newest()), (Some(100.0), Some(100.0)));
        let each_life_heavier = of(&[(100, 100, 40), (120, 120, 40), (120, 120, 40), (150, 150, 40)]);
        assert_eq!((each_life_heavier.across(), each_life_heavier.within()), (Some(1.5), Some(1.0)));
        let leaking = of(&[(1_000, 2_000, 40); 4]);
        assert!(leaking.within().unwrap() > MOST_WITHIN && leaking.across() == Some(1.0));
        let short = of(&[(1, 1, 5)]);
        assert_eq!((short.across(), short.within(), short.first()), (None, None, None));
    }
}
