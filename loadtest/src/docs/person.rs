//! Somebody who edits.

use std::{cell::RefCell, collections::VecDeque, rc::Rc, time::Duration};

use tokio::{
    sync::watch,
    time::{Instant, MissedTickBehavior, interval_at},
};

use super::{Desk, Phase};
use crate::{
    client::{self, Client},
    dialect::{News, Protocol, Speech, heartbeat},
    net::Message,
    paper::Paper,
    report::micros,
    target::Target,
};

const HEARTBEAT: Duration = Duration::from_secs(8);

pub struct Person {
    client: Client,
    protocol: Protocol,
    number: usize,
    ink: Ink,
}

/// What incoming messages change.
struct Ink {
    number: usize,
    paper: Paper,
    shapes: Vec<String>,
    /// How many edits of each person are here.
    seen: Vec<usize>,
    /// Sent and not acknowledged: sequence number, time, whether it counts.
    waiting: VecDeque<(u64, u64, bool)>,
    seq: u64,
}

impl Person {
    pub async fn enter(target: &Target, number: usize, shapes: Vec<String>, desk: &RefCell<Desk>) -> anyhow::Result<Self> {
        let (client, entered) = client::enter(target, 0, number).await?;
        let paper = Paper::default();
        for update in entered.updates.iter().chain([&entered.sync]).filter(|update| !update.is_empty()) {
            paper.apply(update)?;
        }
        desk.borrow_mut().edits.push((paper.id(), Vec::new()));
        let ink = Ink { number, paper, shapes, seen: Vec::new(), waiting: VecDeque::new(), seq: 0 };
        Ok(Self { client, protocol: target.protocol, number, ink })
    }

    /// Returns the digest of what this one holds in the end.
    pub async fn work(
        mut self,
        desk: Rc<RefCell<Desk>>,
        mut phase: watch::Receiver<Phase>,
        period: Duration,
        offset: Duration,
    ) -> anyhow::Result<u64> {
        self.ink.seen = vec![0; desk.borrow().edits.len()];
        let mut edits = interval_at(Instant::now() + offset, period);
        edits.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut beats = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
        let (speech, line) = (Rc::clone(&self.client.speech), Rc::clone(&self.client.line));
        let mut editing = true;
        loop {
            let ink = &mut self.ink;
            let mut on = |message: Message<'_>| {
                let Message::Binary(payload) = message else { return Ok(()) };
                if let Some(answer) = ink.hear(&speech, payload, &desk)? {
                    line.send(&answer)?;
                }
                Ok(())
            };
            tokio::select! {
                heard = self.client.ear.hear(&mut on) => heard?,
                _ = edits.tick(), if editing => {
                    // Its time and the end of the phase may come together; what is sent after the end is waited for by nobody.
                    let now = *phase.borrow();
                    if now < Phase::Quiet {
                        self.edit(&desk, now == Phase::Counted)?;
                    }
                }
                _ = beats.tick() => if let Some(beat) = heartbeat(self.protocol) { line.send(&beat)? },
                changed = phase.changed() => {
                    let now = *phase.borrow();
                    editing = now < Phase::Quiet;
                    if now == Phase::Over || changed.is_err() {
                        break;
                    }
                }
            }
        }
        self.client.leave().await;
        Ok(self.ink.paper.digest())
    }

    fn edit(&mut self, desk: &RefCell<Desk>, counts: bool) -> anyhow::Result<()> {
        let ink = &mut self.ink;
        let id = &ink.shapes[rand::random_range(0..ink.shapes.len())];
        let Some(update) = ink.paper.shift(id, rand::random()) else { return Ok(()) };
        ink.seq += 1;
        let message = self.client.speech.update(ink.seq, &update);
        let clock = ink.paper.clock(&ink.paper.id());
        let desk = &mut *desk.borrow_mut();
        let now = micros(desk.start.elapsed());
        ink.waiting.push_back((ink.seq, now, counts));
        if counts {
            desk.sent += 1;
            desk.unacknowledged += 1;
            desk.edits[self.number].1.push((clock, now));
        }
        Ok(self.client.line.send(&message)?)
    }
}

impl Ink {
    /// Returns what is to be answered.
    fn hear(&mut self, speech: &Speech, payload: &[u8], desk: &RefCell<Desk>) -> anyhow::Result<Option<Vec<u8>>> {
        let arrival = Instant::now();
        match speech.read(payload)? {
            News::Update(update) | News::Sync(update) => {
                self.paper.apply(update)?;
                self.look(&mut desk.borrow_mut(), arrival);
            }
            News::Ack(seq) => self.acknowledge(seq, speech.protocol(), &mut desk.borrow_mut(), arrival),
            News::Asked(vector) => return Ok(Some(speech.lacking(&self.paper.lacking(vector)?))),
            News::Refused { why, .. } => desk.borrow_mut().refused.push(why),
            _ => {}
        }
        Ok(None)
    }

    /// Which edits of others are here now?
    fn look(&mut self, desk: &mut Desk, arrival: Instant) {
        let now = micros(arrival.duration_since(desk.start));
        let have = self.paper.state_vector();
        let Desk { edits, to_others, arrived, .. } = desk;
        for (number, (id, edits)) in edits.iter().enumerate().filter(|(number, _)| *number != self.number) {
            let clock = have.get(id);
            let Some(seen) = self.seen.get_mut(number) else { continue };
            while let Some((_, sent)) = edits.get(*seen).filter(|(after, _)| *after <= clock) {
                to_others.saturating_record(now.saturating_sub(*sent).max(1));
                *arrived += 1;
                *seen += 1;
            }
        }
    }

    /// Ours: everything up to `seq`. Hocuspocus: one more.
    fn acknowledge(&mut self, seq: u64, protocol: Protocol, desk: &mut Desk, arrival: Instant) {
        let now = micros(arrival.duration_since(desk.start));
        let upto = if protocol == Protocol::Tandem { seq } else { self.waiting.front().map_or(0, |(seq, ..)| *seq) };
        while let Some((_, sent, counts)) = self.waiting.front().copied().filter(|(seq, ..)| *seq <= upto) {
            self.waiting.pop_front();
            if counts {
                desk.acknowledged.saturating_record(now.saturating_sub(sent).max(1));
                desk.unacknowledged -= 1;
            }
        }
    }
}
