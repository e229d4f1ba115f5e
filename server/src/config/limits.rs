//! The bounds of the live core (docs/protocol.md, "Limits"): from the text of a setting to its field.

use std::time::Duration;

use tandem_actors::LiveConfig;
use tandem_store::quota::{Limits, Rate};

use super::{ConfigError, parse::Reader};

pub(super) fn live(read: &Reader<'_>) -> Result<LiveConfig, ConfigError> {
    let mut live = LiveConfig { quota: quota(read)?, ..LiveConfig::default() };
    let (session, room, journal) = (&mut live.session, &mut live.room, &mut live.journal);
    session.max_connections = read.required("limits.max_connections", count)?;
    session.max_pending = read.required("limits.max_pending", count)?;
    session.max_pending_per_address = read.required("limits.max_pending_per_address", count)?;
    session.hello_deadline = read.required("limits.hello_deadline", time)?;
    session.max_unauthenticated = read.required("limits.max_unauthenticated", size)?;
    session.peer_timeout = read.required("limits.peer_timeout", time)?;
    session.max_unauthenticated_stock = read.required("limits.max_unauthenticated_stock", size)?;
    session.max_strangers = read.required("limits.max_strangers", count)?;
    session.max_sent_ahead = read.required("limits.max_sent_ahead", count)?;
    session.max_sent_ahead_bytes = read.required("limits.max_sent_ahead_bytes", size)?;
    session.max_frame_stock = read.required("limits.max_frame_stock", size)?;
    session.max_frame = read.required("limits.max_frame", size)?;
    session.max_channels = read.required("limits.max_channels", count)?;
    session.heartbeat = read.required("limits.heartbeat", time)?;
    session.soft_outbox = read.required("limits.soft_outbox", size)?;
    session.max_outbox = read.required("limits.max_outbox", size)?;
    session.max_documents = read.required("limits.max_documents", size)?;
    session.stall = read.required("limits.stall", time)?;
    session.frames.0 = read.required("limits.frames_per_second", rate)?;
    session.frames.1 = read.required("limits.frames_at_once", rate)?;
    session.bytes.0 = read.required("limits.bytes_per_second", rate_size)?;
    session.bytes.1 = read.required("limits.bytes_at_once", rate_size)?;
    session.comebacks = read.required("limits.comebacks", rate)?;
    session.max_backlog = read.required("limits.max_backlog", count)?;
    room.min_tick = read.required("limits.min_tick", time)?;
    room.max_tick = read.required("limits.max_tick", time)?;
    room.max_members = read.required("limits.max_members", count)?;
    room.limits.max_update = read.required("limits.max_update", size)?;
    room.limits.max_document = read.required("limits.max_document", size)?;
    room.limits.max_depth = read.required("limits.max_depth", depth)?;
    room.max_early = read.required("limits.max_early", count)?;
    room.max_early_bytes = read.required("limits.max_early_bytes", size)?;
    room.max_arrivals = read.required("limits.max_arrivals", count)?;
    room.presence.tool = read.required("limits.max_tool_name", count)?;
    room.presence.label = read.required("limits.max_label_name", count)?;
    room.presence.region_id = read.required("limits.max_region_id", count)?;
    room.presence.selection = read.required("limits.max_selection", count)?;
    room.may_spoil = read.required("limits.may_spoil", times)?;
    room.compact_after = read.required("limits.compact_after", count)?;
    room.checkpoint_after = read.required("limits.checkpoint_after", time)?;
    room.max_ghosts = read.required("limits.max_ghosts", size)?;
    room.max_awareness = read.required("limits.max_awareness", size)?;
    room.max_awareness_ids = read.required("limits.max_awareness_ids", count)?;
    room.idle = read.required("limits.room_idle", time)?;
    room.max_idle_rooms = read.required("limits.max_idle_rooms", count)?;
    room.max_idle_bytes = read.required("limits.max_idle_bytes", size)?;
    journal.max_bytes = read.required("limits.max_waiting_for_disk", size)?;
    journal.read_only_after = read.required("limits.read_only_after", away)?;
    journal.slow_commit = read.required("limits.slow_commit", time)?;
    journal.commit_timeout = read.required("limits.commit_timeout", away)?;
    journal.commit_tries = read.required("limits.commit_tries", count)?;
    if journal.slow_commit >= journal.commit_timeout {
        return Err(read.bad("limits.slow_commit", "must be less than limits.commit_timeout"));
    }
    // Each of these pairs would make the other meaningless, and some a client that does as it is told be closed for ever.
    let pairs = [
        ("limits.soft_outbox", session.soft_outbox as f64, "limits.max_outbox", session.max_outbox as f64),
        ("limits.min_tick", room.min_tick.as_secs_f64(), "limits.max_tick", room.max_tick.as_secs_f64()),
        ("limits.max_frame", session.max_frame as f64, "limits.bytes_at_once", session.bytes.1.into()),
        ("limits.max_frame_stock", session.max_frame_stock as f64, "limits.bytes_at_once", session.bytes.1.into()),
        ("limits.max_update", room.limits.max_update as f64, "limits.max_document", room.limits.max_document as f64),
    ];
    for (small, less, large, more) in pairs {
        if less > more {
            return Err(read.bad(small, format!("must be at most {large}")));
        }
    }
    live.regions_wait = read.required("limits.submit_wait", wait)?;
    live.leases.grace = read.required("leases.grace", grace)?;
    live.jobs.workers = read.required("jobs.workers", workers)?;
    live.jobs.max_open = read.required("jobs.max_open", rate)?;
    live.drain_notice = read.required("drain.notice", span)?;
    live.drain_longest = read.required("drain.longest", span)?;
    Ok(live)
}

/// Of the whole installation, however many nodes it has.
fn quota(read: &Reader<'_>) -> Result<Limits, ConfigError> {
    let calls = |per_second: &'static str, at_once: &'static str| -> Result<Rate, ConfigError> {
        Ok(Rate { per_second: read.required(per_second, rate)?, burst: read.required(at_once, rate)? })
    };
    let bytes = |per_second: &'static str, at_once: &'static str| -> Result<Rate, ConfigError> {
        Ok(Rate { per_second: read.required(per_second, rate_size)?, burst: read.required(at_once, rate_size)? })
    };
    let frames = calls;
    Ok(Limits {
        person_calls: calls("limits.person_calls_per_second", "limits.person_calls_at_once")?,
        workspace_calls: calls("limits.workspace_calls_per_second", "limits.workspace_calls_at_once")?,
        address_calls: calls("limits.address_calls_per_second", "limits.address_calls_at_once")?,
        person_connections: read.required("limits.person_connections", rate)?,
        workspace_connections: read.required("limits.workspace_connections", rate)?,
        address_connections: read.required("limits.address_connections", rate)?,
        workspace_rooms: read.required("limits.workspace_rooms", rate)?,
        person_frames: frames("limits.person_frames_per_second", "limits.person_frames_at_once")?,
        workspace_frames: frames("limits.workspace_frames_per_second", "limits.workspace_frames_at_once")?,
        address_frames: frames("limits.address_frames_per_second", "limits.address_frames_at_once")?,
        person_bytes: bytes("limits.person_bytes_per_second", "limits.person_bytes_at_once")?,
        workspace_bytes: bytes("limits.workspace_bytes_per_second", "limits.workspace_bytes_at_once")?,
        address_bytes: bytes("limits.address_bytes_per_second", "limits.address_bytes_at_once")?,
    })
}

pub(super) fn history(text: &str) -> Result<u64, String> {
    u64::try_from(size(text)?).map_err(|error| error.to_string())
}

/// What S3 takes in one PUT.
const ONE_PUT: usize = 5 << 30;

pub(super) fn model_file(text: &str) -> Result<u64, String> {
    let bytes = size(text)?;
    if bytes > ONE_PUT { Err("must be at most 5GiB".into()) } else { u64::try_from(bytes).map_err(|error| error.to_string()) }
}

fn count(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|count| *count > 0).ok_or_else(|| "must be a number from 1 on".into())
}

/// Deeper than this nothing is read on stacks of ordinary size.
const DEEPEST: usize = 128;

fn depth(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|depth| (1..=DEEPEST).contains(depth)).ok_or_else(|| format!("must be a number from 1 to {DEEPEST}"))
}

fn times(text: &str) -> Result<u8, String> {
    text.parse().map_err(|_| format!("must be a number from 0 to {}", u8::MAX))
}

/// How long the disk may be away, or slow: what is shorter than the shortest hiccup of a database would keep everybody from working.
fn away(text: &str) -> Result<Duration, String> {
    between(text, Duration::from_secs(1), Duration::from_secs(3_600))
}

/// Of a request of REST: clients and proxies wait for an answer no longer than so.
fn wait(text: &str) -> Result<Duration, String> {
    between(text, Duration::from_millis(1), Duration::from_secs(25))
}

fn between(text: &str, least: Duration, most: Duration) -> Result<Duration, String> {
    let found = time(text)?;
    if (least..=most).contains(&found) { Ok(found) } else { Err(format!("must be from {least:?} to {most:?}")) }
}

/// Each takes a processor for a while.
fn workers(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|count| *count <= 64).ok_or_else(|| "must be a number from 0 to 64".into())
}

fn rate(text: &str) -> Result<u32, String> {
    u32::try_from(count(text)?).map_err(|_| too_much())
}

fn rate_size(text: &str) -> Result<u32, String> {
    u32::try_from(size(text)?).map_err(|_| too_much())
}

fn too_much() -> String {
    format!("must be at most {}", u32::MAX)
}

/// `64KiB`, `4MiB`, `1GiB`, or bytes.
fn size(text: &str) -> Result<usize, String> {
    let units = [("KiB", 10), ("MiB", 20), ("GiB", 30)];
    let unit = units.into_iter().find_map(|(unit, shift)| Some((text.strip_suffix(unit)?, shift)));
    let (number, shift) = unit.unwrap_or((text, 0));
    let bytes = number.trim().parse::<usize>().ok().and_then(|number| number.checked_mul(1 << shift));
    bytes.filter(|bytes| *bytes > 0).ok_or_else(|| "must be a size such as 64KiB, 4MiB or a number of bytes".into())
}

/// As [`time`], or `0s`.
fn span(text: &str) -> Result<Duration, String> {
    if text == "0s" { Ok(Duration::ZERO) } else { time(text) }
}

/// Nodes tell the database every five seconds who is there; a browser that comes back takes a few more. Shorter, and whoever changes networks has lost
/// their task.
const LEAST_GRACE: Duration = Duration::from_secs(15);

fn grace(text: &str) -> Result<Duration, String> {
    let grace = time(text)?;
    if grace < LEAST_GRACE { Err(format!("must be at least {} s", LEAST_GRACE.as_secs())) } else { Ok(grace) }
}

/// `250ms`, `10s`, `2m`.
fn time(text: &str) -> Result<Duration, String> {
    let units = [("ms", 1), ("s", 1_000), ("m", 60_000)];
    let unit = units.into_iter().find_map(|(unit, millis)| Some((text.strip_suffix(unit)?.trim().parse::<u64>().ok()?, millis)));
    let time = unit.and_then(|(number, millis)| number.checked_mul(millis)).map(Duration::from_millis);
    time.filter(|time| !time.is_zero()).ok_or_else(|| "must be a time such as 250ms, 10s or 2m".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_are_read_with_their_units() {
        assert_eq!((size("64KiB"), size("4 MiB"), size("100")), (Ok(64 << 10), Ok(4 << 20), Ok(100)));
        assert_eq!(
            (time("250ms"), time("10s"), time("2m")),
            (Ok(Duration::from_millis(250)), Ok(Duration::from_secs(10)), Ok(Duration::from_secs(120)))
        );
        for bad in ["", "0", "10", "-1s", "1h", "99999999999999999999s"] {
            assert!(time(bad).is_err(), "{bad}");
        }
        for bad in ["", "0", "1KB", "-1", "99999999999999999999GiB"] {
            assert!(size(bad).is_err(), "{bad}");
        }
    }
    #[test]
    fn a_file_of_a_model_may_have_what_one_put_takes() {
        assert_eq!((model_file("1GiB"), model_file("5GiB")), (Ok(1 << 30), Ok(5 << 30)));
        assert_eq!(model_file("6GiB"), Err("must be at most 5GiB".to_owned()));
    }

    #[test]
    fn bounds_that_would_harm_are_refused_with_what_they_may_be() {
        assert_eq!((depth("1"), depth("128")), (Ok(1), Ok(128)));
        for bad in ["0", "129", "-1", "deep"] {
            assert_eq!(depth(bad), Err("must be a number from 1 to 128".to_owned()), "{bad}");
        }
        assert_eq!((times("0"), times("255")), (Ok(0), Ok(255)));
        assert!(times("256").is_err());
        assert_eq!((away("1s"), away("60m")), (Ok(Duration::from_secs(1)), Ok(Duration::from_secs(3_600))));
        assert_eq!(away("999ms"), Err("must be from 1s to 3600s".to_owned()));
        assert_eq!(wait("26s"), Err("must be from 1ms to 25s".to_owned()));
    }

    #[test]
    fn a_grace_that_a_reconnect_may_outlast_is_refused() {
        assert_eq!((grace("15s"), grace("5m")), (Ok(Duration::from_secs(15)), Ok(Duration::from_secs(300))));
        for short in ["14s", "14999ms"] {
            assert_eq!(grace(short), Err("must be at least 15 s".to_owned()), "{short}");
        }
        assert!(grace("soon").is_err());
    }
}
