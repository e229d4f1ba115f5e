//! A client that lives through everything: it edits with and without a connection, keeps what was not acknowledged, comes back and
//! sends it again.

use std::{cell::RefCell, rc::Rc, time::Duration};

use anyhow::{Context, bail};
use rand::{Rng, SeedableRng, rngs::StdRng};
use tokio::{
    sync::watch,
    time::{Instant, Interval, MissedTickBehavior, interval, sleep, sleep_until, timeout},
};

use super::ledger::Ledger;
use crate::{
    client::{self, Client, NOTHING},
    dialect::{News, Speech},
    net::Message,
    target::Target,
};

/// A server that takes longer is as good as gone.
const PATIENCE: Duration = Duration::from_secs(15);
/// Nothing heard for this long: the connection is dead.
const SILENCE: Duration = Duration::from_secs(35);
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    Editing,
    /// Everybody gets done with what they have.
    Settling,
    Over,
}

/// What the coordinator sees of a client.
#[derive(Clone, Default)]
pub struct Sight {
    pub pending: usize,
    pub connected: bool,
    pub deaf_until: Option<Instant>,
    pub returns: u64,
    pub cut: u64,
    pub digest: u64,
}

pub struct Person {
    pub number: usize,
    pub document: usize,
    pub ledger: Ledger,
    target: Target,
    speech: Rc<Speech>,
    dice: StdRng,
    edits: Interval,
    sights: Rc<RefCell<Vec<Sight>>>,
    phase: watch::Receiver<Phase>,
}

impl Person {
    pub fn new(
        target: &Target,
        (number, document): (usize, usize),
        seed: u64,
        period: Duration,
        sights: Rc<RefCell<Vec<Sight>>>,
        phase: watch::Receiver<Phase>,
    ) -> anyhow::Result<Self> {
        let speech = Rc::new(Speech::new(target, document, number)?);
        let mut edits = interval(period);
        edits.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let dice = StdRng::seed_from_u64(seed ^ number as u64);
        Ok(Self { number, document, ledger: Ledger::default(), target: target.clone(), speech, dice, edits, sights, phase })
    }

    /// Until it is over; the ledger tells what happened.
    pub async fn live(mut self) -> Self {
        let mut pause = FIRST_PAUSE;
        loop {
            let began = Instant::now();
            let Err(_) = self.session().await else { return self };
            self.see(|sight| {
                sight.connected = false;
                sight.returns += 1;
            });
            if began.elapsed() > LONGEST_PAUSE {
                pause = FIRST_PAUSE;
            }
            let wait = pause.mul_f64(self.dice.random_range(1.0..2.0));
            pause = (pause * 2).min(LONGEST_PAUSE);
            if self.wait(wait).await {
                return self;
            }
        }
    }

    fn see(&self, change: impl FnOnce(&mut Sight)) {
        if let Some(sight) = self.sights.borrow_mut().get_mut(self.number) {
            change(sight);
        }
    }

    /// Without a connection, work goes on. Returns whether it is over.
    async fn wait(&mut self, time: Duration) -> bool {
        let until = Instant::now() + time;
        loop {
            let phase = *self.phase.borrow();
            tokio::select! {
                () = sleep_until(until) => return false,
                _ = self.edits.tick(), if phase == Phase::Editing => {
                    self.ledger.act(self.dice.random());
                }
                // The coordinator outlives us.
                _ = self.phase.changed() => if *self.phase.borrow() == Phase::Over { return true },
            }
        }
    }

    /// One connection. Ok: it is over.
    async fn session(&mut self) -> anyhow::Result<()> {
        let mut client = timeout(PATIENCE, self.enter()).await.context("nobody answers")??;
        let mut heard = Instant::now();
        loop {
            let (pending, digest) =
                (self.ledger.pending(), if *self.phase.borrow() == Phase::Settling { self.ledger.paper.digest() } else { 0 });
            self.see(|sight| {
                sight.pending = pending;
                sight.connected = true;
                sight.digest = digest;
            });
            let deaf_until = self.sights.borrow()[self.number].deaf_until.filter(|until| *until > Instant::now());
            let phase = *self.phase.borrow();
            let speech = Rc::clone(&self.speech);
            let (ledger, sights, number) = (&mut self.ledger, &self.sights, self.number);
            let mut on = |message: Message<'_>| match message {
                Message::Binary(payload) => take(ledger, speech.read(payload)?),
                Message::Close(1013, _) => {
                    sights.borrow_mut()[number].cut += 1;
                    Ok(())
                }
                _ => Ok(()),
            };
            tokio::select! {
                came = client.ear.hear(&mut on), if deaf_until.is_none() => {
                    came?;
                    heard = Instant::now();
                }
                () = sleep_until(deaf_until.unwrap_or(heard + SILENCE)) => match deaf_until {
                    Some(_) => heard = Instant::now(),
                    None => bail!("nothing is heard any more"),
                },
                _ = self.edits.tick(), if phase == Phase::Editing => {
                    let update = self.ledger.act(self.dice.random());
                    if client.line.is_blocked() {
                        // As a browser would: what is not sent now is sent on coming back.
                        bail!("the server does not read");
                    }
                    client.line.send(&self.speech.update(self.ledger.send(), &update))?;
                }
                // The coordinator outlives us.
                _ = self.phase.changed() => if *self.phase.borrow() == Phase::Over { return Ok(()) },
                () = sleep(Duration::from_millis(500)), if phase == Phase::Settling && deaf_until.is_none() => {}
            }
        }
    }

    /// Connect and join with the copy in hand, as docs/protocol.md says.
    async fn enter(&mut self) -> anyhow::Result<Client> {
        let mut client = client::dial(&self.target, Rc::clone(&self.speech), self.number).await?;
        let have = self.ledger.lineage.map(|lineage| (lineage, self.ledger.paper.vector()));
        let entered = client.join(self.target.protocol, have).await?;
        let joined = entered.joined.context("joined, but nothing is said of the task")?;
        match self.ledger.lineage {
            Some(lineage) if lineage != joined.lineage => {
                self.ledger.broken.push("the document is another one now".to_owned());
                bail!("another document");
            }
            _ => self.ledger.lineage = Some(joined.lineage),
        }
        self.ledger.check_server(&entered.has);
        for update in [&entered.sync].into_iter().chain(&entered.updates).filter(|update| !update.is_empty()) {
            self.ledger.paper.apply(update)?;
        }
        self.ledger.reconnect();
        let lacking = self.ledger.paper.lacking(&entered.has)?;
        if self.ledger.pending() > 0 || lacking != NOTHING {
            client.line.send(&self.speech.update(self.ledger.send(), &lacking))?;
        }
        client.line.flush().await?;
        Ok(client)
    }
}

fn take(ledger: &mut Ledger, news: News<'_>) -> anyhow::Result<()> {
    match news {
        News::Update(update) | News::Sync(update) => ledger.paper.apply(update)?,
        News::Ack(seq) => ledger.acknowledge(seq),
        News::Refused { retryable: true, why, .. } => bail!("not now: {why}"),
        News::Refused { seq, why, .. } => {
            ledger.broken.push(format!("refused for good: {why} (edit {seq:?})"));
            bail!("refused: {why}");
        }
        _ => {}
    }
    Ok(())
}
