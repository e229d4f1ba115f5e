//! Connect, carry, and begin again: the life of the bus's thread.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use rand::Rng as _;
use tokio::{
    sync::{
        mpsc::{self, UnboundedReceiver, UnboundedSender},
        watch,
    },
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};

use super::{
    Away, Shared, Want,
    connect::{self, Servers},
    hearer::{Asks, Hearer},
    measures,
    names::Names,
    outbox::{Routes, route},
    speaker::Speaker,
    values::Found,
};
use crate::bus::Link;

/// The pause before connecting again: doubled each time, and shortened by chance so that nodes do not come all at once.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_millis(1_600);
/// A connection that held so long was a good one.
const LASTED: Duration = Duration::from_secs(5);
/// How soon a listener that refused something is asked again.
const RETRY: Duration = Duration::from_millis(20);
/// A bus that ends says what it still has to say for this long.
const LAST_WORDS: Duration = Duration::from_millis(500);

pub(super) async fn run(shared: Arc<Shared>, mut wants: UnboundedReceiver<Want>, mut closing: watch::Receiver<bool>) {
    let mut pause = FIRST_PAUSE;
    let mut known = false;
    shared.measures.link(false);
    loop {
        let connected = tokio::select! {
            connected = connect::connect(&shared.config) => connected,
            _ = closing.wait_for(|closing| *closing) => return,
        };
        let served = match connected {
            Ok(servers) => {
                let begun = Instant::now();
                let served = serve(&shared, servers, &mut wants, &mut closing).await;
                // One that answers and refuses what it is told (a slot on the move) is not asked again and again without a pause.
                if begun.elapsed() >= LASTED {
                    pause = FIRST_PAUSE;
                    known = false;
                }
                served
            }
            Err(away) => Err(away),
        };
        let Err(away) = served else { return };
        // Once for each time it is away, not for each try.
        if !std::mem::replace(&mut known, true) {
            tracing::warn!(%away, "Redis is away: this node and the others do not hear each other");
        }
        // Who listens is read when it is back.
        let waited = sleep(pause.mul_f64(rand::rng().random_range(0.5..1.0)));
        tokio::pin!(waited);
        loop {
            tokio::select! {
                () = &mut waited => break,
                _ = wants.recv() => {}
                _ = closing.wait_for(|closing| *closing) => return,
            }
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Carries frames until a server is away; `Ok` when the bus ends.
async fn serve(
    shared: &Arc<Shared>,
    servers: Servers,
    wants: &mut UnboundedReceiver<Want>,
    closing: &mut watch::Receiver<bool>,
) -> Found<()> {
    let routes = Arc::clone(&servers.routes);
    let mut tasks = JoinSet::new();
    shared.outbox.open(servers.lines.len(), Arc::clone(&routes));
    let hearers = start(shared, servers, &mut tasks);
    tracing::info!(servers = hearers.len(), "Redis is there");
    shared.measures.link(true);
    shared.link.send_replace(Link::Up);
    let served = carry(shared, &routes, &hearers, &mut tasks, wants, closing).await;
    shared.link.send_replace(Link::Down);
    shared.measures.link(false);
    let (kept, fleeting) = shared.outbox.close();
    measures::dropped(kept, fleeting);
    if served.is_err() {
        measures::reconnected();
    }
    tasks.shutdown().await;
    served
}

fn start(shared: &Arc<Shared>, servers: Servers, tasks: &mut JoinSet<Found<()>>) -> Vec<UnboundedSender<Want>> {
    let names = Names::new(&shared.config.prefix, shared.config.address.database);
    let mut again: Vec<VecDeque<_>> = servers.lines.iter().map(|_| VecDeque::new()).collect();
    for topic in shared.ears.topics() {
        if let Some(again) = again.get_mut(route(&servers.routes, topic)) {
            again.push_back(topic);
        }
    }
    let mut hearers = Vec::new();
    for ((index, line), again) in servers.lines.into_iter().enumerate().zip(again) {
        let (hearer, wants) = mpsc::unbounded_channel();
        hearers.push(hearer);
        let hearer = Hearer {
            shared: Arc::clone(shared),
            names: names.clone(),
            voice: line.voice.clone(),
            ear: line.ear,
            pushes: line.pushes,
            sharded: line.sharded,
            wants,
            again,
            asks: Asks::default(),
            topics: Default::default(),
        };
        tasks.spawn(hearer.run());
        let speaker = Speaker {
            line: index,
            voice: line.voice,
            sharded: line.sharded,
            names: names.clone(),
            outbox: Arc::clone(&shared.outbox),
            config: Arc::clone(&shared.config),
        };
        tasks.spawn(speaker.run());
    }
    hearers
}

async fn carry(
    shared: &Shared,
    routes: &Routes,
    hearers: &[UnboundedSender<Want>],
    tasks: &mut JoinSet<Found<()>>,
    wants: &mut UnboundedReceiver<Want>,
    closing: &mut watch::Receiver<bool>,
) -> Found<()> {
    let mut last_words: Option<Instant> = None;
    loop {
        let over = last_words.is_some_and(|until| shared.outbox.is_empty() || Instant::now() >= until);
        if over {
            return Ok(());
        }
        tokio::select! {
            ended = tasks.join_next() => match ended {
                Some(ended) => { ended??; return Err(Away::Closed) }
                None => return Err(Away::Closed),
            },
            Some(want) = wants.recv() => {
                let (Want::Begin(topic, _) | Want::End(topic)) = &want;
                if let Some(hearer) = hearers.get(route(routes, *topic)) {
                    // One that ended is noticed above.
                    let _ = hearer.send(want);
                }
            }
            () = retry(shared) => shared.ears.retry(),
            _ = closing.wait_for(|closing| *closing), if last_words.is_none() => last_words = Some(Instant::now() + LAST_WORDS),
            () = sleep_until(Instant::now() + RETRY), if last_words.is_some() => {}
        }
    }
}

/// When somebody who refused something is to be asked again; never if nobody is.
async fn retry(shared: &Shared) {
    shared.ears.refused().await;
    sleep(RETRY).await;
}
