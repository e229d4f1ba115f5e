//! From an address to connections: which servers there are, and two connections to each: one that speaks, one that listens.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use ::redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _, ProtocolVersion, PushInfo, RedisConnectionInfo,
    ServerError, TlsCertificates, Value, aio::MultiplexedConnection, io::tcp::TcpSettings,
};
use rand::seq::SliceRandom as _;
use secrecy::ExposeSecret as _;
use tokio::sync::mpsc::{self, UnboundedReceiver};

use super::{
    Away, RedisConfig,
    address::Kind,
    names::{SLOTS, slot_of_tag},
    outbox::Routes,
    values::{Found, error, items, number, text},
};

/// An answer that takes longer means that Redis is away.
pub(super) const ANSWER: Duration = Duration::from_millis(1_000);
/// Bytes that came and were not looked at yet. More than that would be a listening thread that stands still.
const HEARD_BOUND: usize = 64 << 20;

/// The servers of an installation, connected.
pub(super) struct Servers {
    pub lines: Vec<Line>,
    pub routes: Routes,
}

/// One server.
pub(super) struct Line {
    /// Writes, and questions.
    pub voice: MultiplexedConnection,
    /// Subscriptions.
    pub ear: MultiplexedConnection,
    pub pushes: Pushes,
    /// Redis 7 and later tell only those servers of a cluster that have the slot.
    pub sharded: bool,
}

/// What comes without being asked for.
pub(super) struct Pushes {
    receiver: UnboundedReceiver<PushInfo>,
    waiting: Arc<AtomicUsize>,
}

impl Pushes {
    /// Ends with an error when the connection does, and when too much waits.
    pub(super) async fn next(&mut self) -> Result<PushInfo, Away> {
        let push = self.receiver.recv().await.ok_or(Away::Closed)?;
        let waiting = self.waiting.fetch_sub(size(&push), Ordering::AcqRel);
        if waiting > HEARD_BOUND { Err(Away::Overrun) } else { Ok(push) }
    }
}

fn size(push: &PushInfo) -> usize {
    let bytes = |value: &Value| if let Value::BulkString(bytes) = value { bytes.len() } else { 0 };
    64 + push.data.iter().map(bytes).sum::<usize>()
}

pub(super) async fn connect(config: &RedisConfig) -> Result<Servers, Away> {
    match &config.address.kind {
        Kind::Single => one(config, config.address.servers.first().ok_or(Away::Nobody)?).await,
        Kind::Sentinel(name) => one(config, &master(config, name).await?).await,
        Kind::Cluster => cluster(config).await,
    }
}

async fn one(config: &RedisConfig, server: &(String, u16)) -> Result<Servers, Away> {
    Ok(Servers { lines: vec![line(config, server).await?], routes: Routes::default() })
}

/// Asks one sentinel after the other.
async fn master(config: &RedisConfig, name: &str) -> Result<(String, u16), Away> {
    let mut sentinels = config.address.servers.clone();
    sentinels.shuffle(&mut rand::rng());
    let mut why = Away::Nobody;
    for sentinel in &sentinels {
        let asked = async {
            // Sentinels have no databases and, as a rule, no users: what the URL says is the master's.
            let mut sentinel = connection(config, sentinel, RedisConnectionInfo::default(), quiet()).await?;
            let answer = sentinel.send_packed_command(::redis::cmd("SENTINEL").arg("GET-MASTER-ADDR-BY-NAME").arg(name)).await?;
            let parts = items(&answer)?;
            match (parts.first().and_then(text), parts.get(1).and_then(text).and_then(|port| port.parse().ok())) {
                (Some(host), Some(port)) => Ok((host.to_owned(), port)),
                _ => Err(Away::Nobody),
            }
        };
        match asked.await {
            Ok(master) => return Ok(master),
            Err(error) => why = error,
        }
    }
    Err(why)
}

async fn cluster(config: &RedisConfig) -> Result<Servers, Away> {
    let (masters, routes) = map(config).await?;
    let mut lines = Vec::with_capacity(masters.len());
    for master in &masters {
        lines.push(line(config, master).await?);
    }
    Ok(Servers { lines, routes })
}

/// A connection for what has nothing to do with the bus, to the server whose keys have this in braces.
pub async fn voice(config: &RedisConfig, tag: &str) -> Result<MultiplexedConnection, String> {
    let found = async {
        let server = match &config.address.kind {
            Kind::Single => config.address.servers.first().cloned().ok_or(Away::Nobody)?,
            Kind::Sentinel(name) => master(config, name).await?,
            Kind::Cluster => {
                let (masters, routes) = map(config).await?;
                let index = routes.get(usize::from(slot_of_tag(tag))).copied().ok_or(Away::Uncovered)?;
                masters.get(usize::from(index)).cloned().ok_or(Away::Uncovered)?
            }
        };
        connection(config, &server, who(config), quiet()).await
    };
    found.await.map_err(|away: Away| away.to_string())
}

/// Asks one server of the cluster after the other who has what.
async fn map(config: &RedisConfig) -> Result<(Vec<(String, u16)>, Routes), Away> {
    let mut seeds = config.address.servers.clone();
    seeds.shuffle(&mut rand::rng());
    let mut why = Away::Nobody;
    for seed in &seeds {
        match masters(config, seed).await {
            Ok(found) => return Ok(found),
            Err(error) => why = error,
        }
    }
    Err(why)
}

/// The masters of a cluster as one of its servers sees them, and which of them has each slot.
async fn masters(config: &RedisConfig, seed: &(String, u16)) -> Result<(Vec<(String, u16)>, Routes), Away> {
    let mut connection = connection(config, seed, who(config), quiet()).await?;
    let answer = connection.send_packed_command(::redis::cmd("CLUSTER").arg("SLOTS")).await?;
    let mut masters: Vec<(String, u16)> = Vec::new();
    let mut routes = vec![u16::MAX; usize::from(SLOTS)];
    for range in items(&answer)? {
        let [first, last, master, ..] = items(range)? else { return Err(Away::strange("CLUSTER SLOTS")) };
        let [host, port, ..] = items(master)? else { return Err(Away::strange("CLUSTER SLOTS")) };
        // A server that does not know its own name is the one that was asked.
        let host = text(host).filter(|host| !host.is_empty() && *host != "?").unwrap_or(&seed.0).to_owned();
        let port = number(port).and_then(|port| u16::try_from(port).ok()).ok_or_else(|| Away::strange("CLUSTER SLOTS"))?;
        let index = masters.iter().position(|known| *known == (host.clone(), port)).unwrap_or_else(|| {
            masters.push((host, port));
            masters.len() - 1
        });
        let slot = |value| number(value).and_then(|slot| usize::try_from(slot).ok()).ok_or_else(|| Away::strange("CLUSTER SLOTS"));
        let range = routes.get_mut(slot(first)?..=slot(last)?).ok_or_else(|| Away::strange("CLUSTER SLOTS"))?;
        range.fill(u16::try_from(index).unwrap_or(u16::MAX));
    }
    if routes.contains(&u16::MAX) { Err(Away::Uncovered) } else { Ok((masters, routes.into())) }
}

async fn line(config: &RedisConfig, server: &(String, u16)) -> Result<Line, Away> {
    let voice = connection(config, server, who(config), quiet()).await?;
    let (sender, receiver) = mpsc::unbounded_channel();
    let waiting = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&waiting);
    let hear = move |push: PushInfo| {
        let size = size(&push);
        // What is over the bound is dropped here and makes the reader end the connection, so that everybody is told.
        if counted.fetch_add(size, Ordering::AcqRel) > HEARD_BOUND { Ok(()) } else { sender.send(push) }
    };
    let ear = connection(config, server, who(config), quiet().set_push_sender(hear)).await?;
    let mut line = Line { voice, ear, pushes: Pushes { receiver, waiting }, sharded: true };
    check_role(&mut line.voice).await?;
    let answer = line.voice.send_packed_command(::redis::cmd("SPUBLISH").arg(format!("{}probe", config.prefix)).arg("")).await?;
    line.sharded = !error(&answer).is_some_and(is_unknown);
    Ok(line)
}

fn is_unknown(error: &ServerError) -> bool {
    error.details().is_some_and(|text| text.contains("unknown command"))
}

/// A master? A server that was demoted still takes what is published, and tells nobody.
pub(super) async fn check_role(voice: &mut MultiplexedConnection) -> Result<(), Away> {
    let answer = voice.send_packed_command(&::redis::cmd("ROLE")).await?;
    let role = match error(&answer) {
        // Somebody who may not ask finds out when writing.
        Some(error) if error.code() == "NOPERM" || is_unknown(error) => return Ok(()),
        Some(error) => return Err(Away::refused(error)),
        None => items(&answer)?.first().and_then(text).unwrap_or_default(),
    };
    if role == "master" { Ok(()) } else { Err(Away::NoMaster) }
}

pub(super) async fn ping(connection: &mut MultiplexedConnection) -> Result<(), Away> {
    let answer = connection.send_packed_command(&::redis::cmd("PING")).await?;
    error(&answer).map_or(Ok(()), |error| Err(Away::refused(error)))
}

fn quiet() -> AsyncConnectionConfig {
    AsyncConnectionConfig::new().set_connection_timeout(Some(ANSWER)).set_response_timeout(Some(ANSWER))
}

/// As whom we sign in.
fn who(config: &RedisConfig) -> RedisConnectionInfo {
    let address = &config.address;
    let mut who = RedisConnectionInfo::default().set_db(address.database);
    if let Some(user) = &address.user {
        who = who.set_username(user);
    }
    if let Some(password) = &address.password {
        who = who.set_password(password.expose_secret());
    }
    who
}

async fn connection(
    config: &RedisConfig,
    (host, port): &(String, u16),
    who: RedisConnectionInfo,
    settings: AsyncConnectionConfig,
) -> Found<MultiplexedConnection> {
    let address = if config.address.tls {
        ConnectionAddr::TcpTls { host: host.clone(), port: *port, insecure: false, tls_params: None }
    } else {
        ConnectionAddr::Tcp(host.clone(), *port)
    };
    let info: ConnectionInfo = address.into_connection_info()?;
    // RESP3: one connection may subscribe and be pinged.
    let info = info.set_redis_settings(who.set_protocol(ProtocolVersion::RESP3)).set_tcp_settings(TcpSettings::default().set_nodelay(true));
    let client = match &config.ca {
        Some(ca) if config.address.tls => {
            Client::build_with_tls(info, TlsCertificates { client_tls: None, root_cert: Some(ca.clone().into_bytes()) })?
        }
        _ => Client::open(info)?,
    };
    Ok(client.get_multiplexed_async_connection_with_config(&settings).await?)
}
