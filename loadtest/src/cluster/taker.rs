//! Somebody who takes tasks, keeps them for a while and lets them go, each time by another node; and forgets some.

use std::{cell::RefCell, collections::BTreeMap, net::SocketAddr, rc::Rc, time::Duration};

use anyhow::Context;
use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;
use tandem_protocol::{
    TaskId,
    rest::{Assignment, LeaseAction, Work},
};
use tokio::{
    sync::watch,
    time::{Instant, sleep, timeout},
};

use super::audit::{Deed, Told};
use crate::{
    chaos::person::Phase,
    fixture::Fixture,
    http::{Http, Refused},
};

const ANSWER: Duration = Duration::from_secs(5);
/// Milliseconds between two things a taker does.
const PACE: std::ops::Range<u64> = 300..4_000;

/// What all takers of a run share.
#[derive(Default)]
pub struct Book {
    pub told: Vec<Told>,
    /// How often each answer came, yes or no.
    pub counts: BTreeMap<String, u64>,
}

pub struct Taker {
    pub number: usize,
    pub fixture: Fixture,
    pub token: String,
    pub tasks: Vec<TaskId>,
    pub nodes: Vec<SocketAddr>,
    pub book: Rc<RefCell<Book>>,
    pub phase: watch::Receiver<Phase>,
}

impl Taker {
    pub async fn live(self, seed: u64) {
        let mut dice = StdRng::seed_from_u64(seed ^ (0x7a6b << 32) ^ self.number as u64);
        while !self.is_over() {
            sleep(pause(&mut dice)).await;
            let Some(task) = self.tasks.choose(&mut dice) else { return };
            let asked = Instant::now();
            let Ok(work) = self.ask::<Work>(&mut dice, "claim", &format!("/tasks/{task}/claim"), &json!({})).await else { continue };
            self.note(Deed::Granted, asked, &work.assignment);
            self.hold(&mut dice, &work.assignment).await;
        }
    }

    async fn hold(&self, dice: &mut StdRng, lease: &Assignment) {
        for _ in 0..dice.random_range(0..6) {
            sleep(pause(dice)).await;
            let asked = Instant::now();
            match self.act(dice, lease, "renew").await {
                Ok(lease) => self.note(Deed::Renewed, asked, &lease),
                // It is somebody else's; whether that may be is seen in the end.
                Err(error) if error.downcast_ref::<Refused>().is_some() => return,
                Err(_) => {}
            }
        }
        // Now and then it is left to run out.
        if dice.random_ratio(1, 3) {
            return;
        }
        let asked = Instant::now();
        match self.act(dice, lease, "release").await {
            Ok(lease) => self.note(Deed::Released, asked, &lease),
            Err(_) => {
                let mut told = Told::new(self.number, Deed::PerhapsReleased, asked, lease);
                told.answered = asked;
                self.book.borrow_mut().told.push(told);
            }
        }
    }

    async fn act(&self, dice: &mut StdRng, lease: &Assignment, what: &str) -> anyhow::Result<Assignment> {
        let body = LeaseAction { fencing_token: lease.fencing_token };
        self.ask(dice, what, &format!("/assignments/{}/{what}", lease.id), &body).await
    }

    async fn ask<T: DeserializeOwned>(&self, dice: &mut StdRng, what: &str, path: &str, body: &impl Serialize) -> anyhow::Result<T> {
        let node = self.nodes.choose(dice).context("no node")?;
        let fixture = Fixture { url: format!("http://{node}"), ..self.fixture.clone() };
        let asked = async { Http::connect(&fixture, &self.token).await?.post(path, body).await };
        let answer = timeout(ANSWER, asked).await.context("no answer").and_then(|answer| answer);
        let word = match &answer {
            Ok(_) => "yes",
            Err(error) => error.downcast_ref::<Refused>().map_or("no answer", |refused| &refused.0.code),
        };
        *self.book.borrow_mut().counts.entry(format!("{what}: {word}")).or_default() += 1;
        answer
    }

    fn note(&self, deed: Deed, asked: Instant, lease: &Assignment) {
        self.book.borrow_mut().told.push(Told::new(self.number, deed, asked, lease));
    }

    fn is_over(&self) -> bool {
        *self.phase.borrow() == Phase::Over
    }
}

fn pause(dice: &mut StdRng) -> Duration {
    Duration::from_millis(dice.random_range(PACE))
}
