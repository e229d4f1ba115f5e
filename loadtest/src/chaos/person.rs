//! A client that lives through everything: it edits with and without a connection, keeps what was not acknowledged, comes back and
//! sends it again.

use std::{cell::RefCell, net::SocketAddr, rc::Rc, time::Duration};

use anyhow::{Context, bail};
use rand::{Rng, SeedableRng, rngs::StdRng};
use tandem_protocol::UserId;
use tokio::{
    sync::watch,
    time::{Instant, Interval, MissedTickBehavior, interval, sleep, sleep_until, timeout},
};

use super::{ledger::Ledger, view::View};
use crate::{
    client::{self, Client, NOTHING},
    dialect::{News, Speech, heartbeat},
    net::Message,
    target::Target,
};

/// A server that takes longer is as good as gone.
const PATIENCE: Duration = Duration::from_secs(15);
/// Nothing heard for this long: the connection is dead.
const SILENCE: Duration = Duration::from_secs(35);
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How often somebody who is told to stay away looks whether that is over.
const LOOK: Duration = Duration::from_millis(100);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    Editing,
    /// Everybody gets done with what they have.
    Settling,
    Over,
}

/// Where a client knocks, and how long it waits there.
#[derive(Clone)]
pub struct Doors {
    /// Behind a load balancer: who is turned away at one comes in by another.
    pub addresses: Vec<SocketAddr>,
    /// Until a connection stands. A partition answers nothing.
    pub dialing: Duration,
    /// Until the document is there; longer and the server is as good as gone.
    pub entering: Duration,
    /// Nothing heard for this long: the connection is dead.
    pub silence: Duration,
    /// The longest pause before knocking again, and up to as much at random.
    pub pause: Duration,
    /// How often to say something, so that there is an answer to miss.
    pub ping: Duration,
}

impl Doors {
    pub fn one(address: SocketAddr) -> Self {
        Self { addresses: vec![address], dialing: PATIENCE, entering: PATIENCE, silence: SILENCE, pause: LONGEST_PAUSE, ping: SILENCE }
    }
}

/// What the coordinator sees of a client, and asks of it.
#[derive(Clone, Default)]
pub struct Sight {
    pub pending: usize,
    pub connected: bool,
    /// Which door it came in by.
    pub door: usize,
    /// When it was connected first since this was cleared.
    pub back: Option<Instant>,
    /// Gone without a word, until this is cleared.
    pub away: bool,
    /// Come in by this door now.
    pub hop: Option<usize>,
    pub me: Option<UserId>,
    /// Whether a ghost of its own is out.
    pub draws: bool,
    /// Everybody it sees on the task, and everybody who draws there; while settling.
    pub people: Vec<UserId>,
    pub drawers: Vec<Option<UserId>>,
    pub deaf_until: Option<Instant>,
    pub returns: u64,
    /// Why the last connection ended, or did not begin.
    pub why: String,
    pub cut: u64,
    pub digest: u64,
}

pub struct Person {
    pub number: usize,
    pub document: usize,
    pub ledger: Ledger,
    view: View,
    doors: Doors,
    door: usize,
    draws: bool,
    /// The copy is not the one that the digest is of.
    changed: bool,
    digest: u64,
    /// When the coordinator was shown everything last.
    shown: Instant,
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
        (doors, door): (Doors, usize),
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
        Ok(Self {
            number,
            document,
            ledger: Ledger::default(),
            view: View::default(),
            doors,
            door,
            draws: false,
            changed: true,
            digest: 0,
            shown: Instant::now(),
            target: target.clone(),
            speech,
            dice,
            edits,
            sights,
            phase,
        })
    }

    /// Until it is over; the ledger tells what happened.
    pub async fn live(mut self) -> Self {
        let mut pause = FIRST_PAUSE;
        loop {
            let began = Instant::now();
            let Err(error) = self.session().await else { return self };
            self.see(|sight| {
                sight.connected = false;
                sight.returns += 1;
                sight.why = format!("{error:#}");
            });
            if began.elapsed() > LONGEST_PAUSE {
                pause = FIRST_PAUSE;
            }
            let wait = pause.mul_f64(self.dice.random_range(1.0..2.0));
            pause = (pause * 2).min(self.doors.pause);
            self.choose();
            if self.wait(wait).await {
                return self;
            }
        }
    }

    /// The door to try next.
    fn choose(&mut self) {
        let asked = self.sights.borrow_mut().get_mut(self.number).and_then(|sight| sight.hop.take());
        let doors = self.doors.addresses.len();
        self.door = match asked {
            Some(door) => door,
            None if doors > 1 => (self.door + self.dice.random_range(1..doors)) % doors,
            None => self.door,
        };
    }

    fn see(&self, change: impl FnOnce(&mut Sight)) {
        if let Some(sight) = self.sights.borrow_mut().get_mut(self.number) {
            change(sight);
        }
    }

    /// Without a connection, work goes on. Returns whether it is over.
    async fn wait(&mut self, time: Duration) -> bool {
        let mut until = Instant::now() + time;
        loop {
            let phase = *self.phase.borrow();
            tokio::select! {
                () = sleep_until(until) => {
                    if !self.sights.borrow()[self.number].away {
                        return false;
                    }
                    until += LOOK;
                }
                _ = self.edits.tick(), if phase == Phase::Editing => {
                    self.act();
                }
                // The coordinator outlives us.
                _ = self.phase.changed() => if *self.phase.borrow() == Phase::Over { return true },
            }
        }
    }

    /// One connection. Ok: it is over.
    async fn session(&mut self) -> anyhow::Result<()> {
        let mut client = timeout(self.doors.entering, self.enter()).await.context("nobody answers")??;
        let mut heard = Instant::now();
        let mut ping = heard + self.doors.ping;
        loop {
            let phase = *self.phase.borrow();
            self.show(phase);
            let (deaf_until, told_off) = {
                let sight = &self.sights.borrow()[self.number];
                (sight.deaf_until.filter(|until| *until > Instant::now()), sight.away || sight.hop.is_some())
            };
            if told_off {
                // Dropped, not closed: as a laptop that is shut.
                bail!("told to go");
            }
            let speech = Rc::clone(&self.speech);
            let (ledger, view, changed) = (&mut self.ledger, &mut self.view, &mut self.changed);
            let (sights, number) = (&self.sights, self.number);
            let mut redraw = false;
            let mut on = |message: Message<'_>| match message {
                Message::Binary(payload) => match speech.read(payload)? {
                    News::Seen(seen) => {
                        redraw |= view.take(&seen)?;
                        Ok(())
                    }
                    news => {
                        *changed |= matches!(news, News::Update(_) | News::Sync(_));
                        take(ledger, news)
                    }
                },
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
                () = sleep_until(ping) => {
                    ping = Instant::now() + self.doors.ping;
                    if let Some(beat) = heartbeat(self.target.protocol).filter(|_| !client.line.is_blocked()) {
                        client.line.send(&beat)?;
                    }
                }
                () = sleep_until(deaf_until.unwrap_or(heard + self.doors.silence)) => match deaf_until {
                    Some(_) => heard = Instant::now(),
                    None => bail!("nothing is heard any more"),
                },
                _ = self.edits.tick(), if phase == Phase::Editing => {
                    let update = self.act();
                    if client.line.is_blocked() {
                        // As a browser would: what is not sent now is sent on coming back.
                        bail!("the server does not read");
                    }
                    client.line.send(&self.speech.update(self.ledger.send(), &update))?;
                    // Now and then somebody begins or ends drawing something.
                    if self.dice.random_ratio(1, 4) {
                        self.draws = !self.draws;
                        self.draw(&client)?;
                    }
                }
                // The coordinator outlives us.
                _ = self.phase.changed() => if *self.phase.borrow() == Phase::Over { return Ok(()) },
                () = sleep(LOOK), if phase == Phase::Settling && deaf_until.is_none() => {}
            }
            if redraw && self.draws {
                self.draw(&client)?;
            }
        }
    }

    fn act(&mut self) -> Vec<u8> {
        self.changed = true;
        self.ledger.act(self.dice.random())
    }

    fn draw(&mut self, client: &Client) -> anyhow::Result<()> {
        let ghost = self.view.draw(self.draws, self.dice.random_range(0..1_000));
        Ok(client.line.send(&Speech::ghost(self.view.epoch, ghost))?)
    }

    /// What the coordinator may know; all of it only while it asks.
    fn show(&mut self, phase: Phase) {
        let settling = phase == Phase::Settling;
        let pending = self.ledger.pending();
        // A digest reads all of a document: hundreds of people who made one with each frame would have time for nothing else.
        let due = settling && self.shown.elapsed() >= LOOK;
        if due {
            self.shown = Instant::now();
            if std::mem::take(&mut self.changed) {
                self.digest = self.ledger.paper.digest();
            }
        }
        let digest = if settling && !self.changed { self.digest } else { 0 };
        self.see(|sight| {
            sight.pending = pending;
            sight.connected = true;
            sight.digest = digest;
            sight.draws = self.draws;
            if due {
                sight.people = self.view.people();
                sight.drawers = self.view.drawers();
            }
        });
    }

    /// Connect and join with the copy in hand, as docs/protocol.md says.
    async fn enter(&mut self) -> anyhow::Result<Client> {
        self.target = self.target.at(self.doors.addresses[self.door]);
        let dialing = client::dial(&self.target, Rc::clone(&self.speech), self.number);
        let mut client = timeout(self.doors.dialing, dialing).await.context("no connection")??;
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
        self.changed = true;
        self.ledger.check_server(&entered.has);
        for update in [&entered.sync].into_iter().chain(&entered.updates).filter(|update| !update.is_empty()) {
            self.ledger.paper.apply(update)?;
        }
        self.ledger.reconnect();
        let lacking = self.ledger.paper.lacking(&entered.has)?;
        if self.ledger.pending() > 0 || lacking != NOTHING {
            client.line.send(&self.speech.update(self.ledger.send(), &lacking))?;
        }
        self.view.join(&joined);
        for seen in &entered.seen {
            self.view.take(seen)?;
        }
        if self.draws {
            self.draw(&client)?;
        }
        client.line.flush().await?;
        let (door, me) = (self.door, self.view.user());
        self.see(|sight| {
            sight.door = door;
            sight.me = me;
            sight.back.get_or_insert_with(Instant::now);
        });
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
