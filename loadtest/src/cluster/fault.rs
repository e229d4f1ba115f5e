//! A fault begins and ends.

use rustix::process::Signal;

use super::{
    network::End,
    plan::{Fault, Link, Way},
    site::{POSTGRES, REDIS, Site, node},
};

pub async fn begin(site: &mut Site, fault: Fault) -> anyhow::Result<()> {
    match fault {
        Fault::KillServer { node, .. } => site.nodes[node].kill(),
        Fault::PauseServer { node } => site.nodes[node].signal(Signal::STOP),
        Fault::KillRedis => site.redis.machine.kill(),
        Fault::PauseRedis => site.redis.machine.signal(Signal::STOP),
        Fault::FlushRedis => site.redis.say("FLUSHALL").await,
        Fault::FillRedis => {
            site.redis.say("CONFIG SET maxmemory-policy noeviction").await?;
            site.redis.say("CONFIG SET maxmemory 1").await
        }
        Fault::KillPostgres => site.postgres.machine.kill(),
        Fault::PausePostgres => site.postgres.machine.signal(Signal::STOP),
        Fault::Cut(link, way) => each(link, way).into_iter().try_for_each(|(from, to)| site.network.cut(from, to)),
    }
}

/// Servers that were killed come last, see [`is_last`]: they need the others to begin.
pub async fn end(site: &mut Site, fault: Fault) -> anyhow::Result<()> {
    match fault {
        Fault::KillServer { node, skew } => {
            site.serve(node, skew)?;
            site.ready(node).await
        }
        Fault::PauseServer { node } => site.nodes[node].signal(Signal::CONT),
        Fault::KillRedis => site.redis.start().await,
        Fault::PauseRedis => site.redis.machine.signal(Signal::CONT),
        Fault::FlushRedis => Ok(()),
        Fault::FillRedis => site.redis.say("CONFIG SET maxmemory 0").await,
        Fault::KillPostgres => site.postgres.start().await,
        Fault::PausePostgres => site.postgres.machine.signal(Signal::CONT),
        Fault::Cut(link, way) => each(link, way).into_iter().try_for_each(|(from, to)| site.network.mend(from, to)),
    }
}

pub fn is_last(fault: Fault) -> bool {
    matches!(fault, Fault::KillServer { .. })
}

/// From whom to whom nothing goes.
fn each(link: Link, way: Way) -> Vec<(End, End)> {
    let (server, other) = match link {
        Link::Redis(number) => (node(number), REDIS),
        Link::Postgres(number) => (node(number), POSTGRES),
        Link::People(number) => (node(number), End::Outside),
    };
    match way {
        Way::Out => vec![(server, other)],
        Way::In => vec![(other, server)],
        Way::Both => vec![(server, other), (other, server)],
    }
}
