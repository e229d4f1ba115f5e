//! The nodes of the installation: who they are, what they carry, who shall drain. One row a run of a server process, by the clock of the
//! database alone: a node whose clock is minutes off is judged like any other.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tandem_protocol::{NodeId, rest::NodeState};

use crate::{Store, StoreError, migrate};

/// Not heard of for so long: gone. Several heartbeats long, so that a pause of the database does not bury the living.
pub const GONE_AFTER: Duration = Duration::from_secs(15);
/// Rows of nodes that left or are gone are kept for so long, for whoever wonders what happened.
const KEPT: &str = "1 hour";

/// What does not change while a process runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub id: NodeId,
    pub host: String,
    /// Where it listens.
    pub address: String,
    pub version: String,
}

/// What a node says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sign {
    pub state: NodeState,
    pub connections: u32,
    pub rooms: u32,
    pub durable: bool,
    /// For how long it runs.
    pub up: Duration,
}

/// What it hears in answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Orders {
    /// Send your people elsewhere.
    pub drain: bool,
    /// Other nodes that take people: none, and there is no elsewhere.
    pub others: u32,
}

/// A node as the others know it.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeRow {
    pub card: Card,
    pub schema: i64,
    pub started_at: DateTime<Utc>,
    /// As it said itself, or `gone`.
    pub state: NodeState,
    pub connections: u32,
    pub rooms: u32,
    pub durable: bool,
    pub drain_requested: bool,
    /// How long ago it was heard of.
    pub silent: Duration,
}

/// Says that this node is alive. One that was taken for gone is back with this.
pub async fn beat(store: &Store, card: &Card, sign: Sign) -> Result<Orders, StoreError> {
    let row = sqlx::query!(
        r#"WITH me AS (
             INSERT INTO tandem.nodes AS n (id, host, address, version, schema, started_at, heartbeat_at, state, connections, rooms, durable)
             VALUES ($1, $2, $3, $4, $5, now() - make_interval(secs => $6), now(), $7, $8, $9, $10)
             ON CONFLICT (id) DO UPDATE SET heartbeat_at = now(), state = CASE WHEN n.state = 'left' THEN n.state ELSE $7 END,
               connections = $8, rooms = $9, durable = $10
             RETURNING n.drain_requested_at IS NOT NULL AS drain)
           SELECT me.drain AS "drain!",
                  (SELECT count(*) FROM tandem.nodes o WHERE o.id <> $1 AND o.state = 'ready' AND o.drain_requested_at IS NULL
                     AND o.heartbeat_at > now() - make_interval(secs => $11)) AS "others!"
           FROM me"#,
        card.id.0,
        card.host,
        card.address,
        card.version,
        migrate::known(),
        sign.up.as_secs_f64(),
        word(sign.state),
        count(sign.connections),
        count(sign.rooms),
        sign.durable,
        GONE_AFTER.as_secs_f64(),
    )
    .fetch_one(store.system())
    .await?;
    Ok(Orders { drain: row.drain, others: u32::try_from(row.others).unwrap_or(u32::MAX) })
}

/// Every node there is or lately was: those that take people first, then by age.
pub async fn list(store: &Store) -> Result<Vec<NodeRow>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT id, host, address, version, schema, started_at, state, connections, rooms, durable,
                  drain_requested_at IS NOT NULL AS "drain!",
                  extract(epoch FROM clock_timestamp() - heartbeat_at)::float8 AS "silent!"
           FROM tandem.nodes ORDER BY started_at, id"#
    )
    .fetch_all(store.system())
    .await?;
    let mut nodes = rows
        .into_iter()
        .map(|r| {
            let silent = Duration::try_from_secs_f64(r.silent).unwrap_or_default();
            Ok(NodeRow {
                card: Card { id: r.id.into(), host: r.host, address: r.address, version: r.version },
                schema: r.schema,
                started_at: r.started_at,
                state: as_seen(state(&r.state)?, silent),
                connections: r.connections.unsigned_abs(),
                rooms: r.rooms.unsigned_abs(),
                durable: r.durable,
                drain_requested: r.drain,
                silent,
            })
        })
        .collect::<Result<Vec<_>, StoreError>>()?;
    nodes.sort_by_key(|node| node.state);
    Ok(nodes)
}

/// Asks a node to send its people elsewhere, or to take people again; says whether there is such a node.
pub async fn ask_to_drain(store: &Store, node: NodeId, drain: bool) -> Result<bool, StoreError> {
    // Asked twice, it was asked the first time.
    let done = sqlx::query!(
        "UPDATE tandem.nodes SET drain_requested_at = CASE WHEN $2 THEN coalesce(drain_requested_at, now()) END
         WHERE id = $1 AND state <> 'left'",
        node.0,
        drain
    )
    .execute(store.system())
    .await?;
    Ok(done.rows_affected() > 0)
}

/// The node's last word: it stops, in order.
pub async fn leave(store: &Store, node: NodeId) -> Result<(), StoreError> {
    sqlx::query!("UPDATE tandem.nodes SET state = 'left', heartbeat_at = now(), connections = 0, rooms = 0 WHERE id = $1", node.0)
        .execute(store.system())
        .await?;
    Ok(())
}

/// Forgets nodes that are long gone; says how many.
pub async fn forget_gone(store: &Store) -> Result<u64, StoreError> {
    let done =
        sqlx::query!("DELETE FROM tandem.nodes WHERE heartbeat_at < now() - $1::text::interval", KEPT).execute(store.system()).await?;
    Ok(done.rows_affected())
}

/// A node that says nothing any more is gone, whatever it said last.
fn as_seen(said: NodeState, silent: Duration) -> NodeState {
    if said != NodeState::Left && silent > GONE_AFTER { NodeState::Gone } else { said }
}

fn word(state: NodeState) -> &'static str {
    match state {
        NodeState::Ready => "ready",
        NodeState::Draining => "draining",
        NodeState::Left | NodeState::Gone => "left",
    }
}

fn state(word: &str) -> Result<NodeState, StoreError> {
    match word {
        "ready" => Ok(NodeState::Ready),
        "draining" => Ok(NodeState::Draining),
        "left" => Ok(NodeState::Left),
        other => Err(StoreError::corrupt("tandem.nodes.state", other)),
    }
}

fn count(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
