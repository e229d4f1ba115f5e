//! How often somebody is told what their copy lacks.
//!
//! A question is a few bytes, its answer costs the room as much work as the document is large. So an answer is paid by the document's size: all of the
//! largest document at once, and a quarter of that a second. Who asks for more waits, and only their newest question is answered: a copy
//! only grows, so that answer has all they need.

use std::time::Duration;

use tokio::time::Instant;
use yrs::StateVector;

pub struct Answers {
    per_second: f64,
    burst: f64,
    credit: f64,
    at: Instant,
    waiting: Option<StateVector>,
}

impl Answers {
    pub fn new(max_document: usize) -> Self {
        let burst = max_document as f64;
        Self { per_second: burst / 4.0, burst, credit: burst, at: Instant::now(), waiting: None }
    }

    /// The question, if it may be answered at once.
    pub fn ask(&mut self, have: StateVector, cost: usize, now: Instant) -> Option<StateVector> {
        self.waiting = Some(have);
        self.due(cost, now)
    }

    /// The question that waited, if it may be answered now. What there is may be overdrawn once, so that each is answered in the end.
    pub fn due(&mut self, cost: usize, now: Instant) -> Option<StateVector> {
        let earned = now.saturating_duration_since(self.at).as_secs_f64() * self.per_second;
        (self.credit, self.at) = ((self.credit + earned).min(self.burst), now);
        if self.credit < 0.0 {
            return None;
        }
        let have = self.waiting.take()?;
        self.credit -= cost as f64;
        Some(have)
    }

    /// When the question that waits may be answered.
    pub fn next(&self, now: Instant) -> Option<Instant> {
        self.waiting.as_ref()?;
        let missing = Duration::try_from_secs_f64(-self.credit / self.per_second).unwrap_or_default();
        Some(now.max(self.at + missing) + Duration::from_millis(1))
    }
}

#[cfg(test)]
mod tests {
    use yrs::ClientID;

    use super::*;

    fn copy(clock: u32) -> StateVector {
        let mut vector = StateVector::default();
        vector.set_max(ClientID::new(1), clock);
        vector
    }

    #[test]
    fn who_asks_again_and_again_gets_one_answer_to_the_newest_question_when_it_is_time() {
        let (start, cost) = (Instant::now(), 600);
        let mut answers = Answers::new(1_000);
        assert!(answers.ask(copy(1), cost, start).is_some());
        assert!(answers.ask(copy(2), cost, start).is_some(), "overdrawn");
        assert_eq!(answers.next(start), None);
        for clock in 3..100 {
            assert_eq!(answers.ask(copy(clock), cost, start), None);
        }
        let at = answers.next(start).unwrap();
        assert!(at > start + Duration::from_millis(790) && at < start + Duration::from_millis(810), "{:?}", at - start);
        assert_eq!(answers.due(cost, at - Duration::from_millis(10)), None);
        assert_eq!(answers.due(cost, at), Some(copy(99)));
        assert_eq!((answers.due(cost, at + Duration::from_secs(60)), answers.next(at)), (None, None));
    }
}
