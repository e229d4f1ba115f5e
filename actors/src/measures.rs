//! Every metric there is: the one table. `docs/metrics.md` is generated from it, `/metrics` describes itself by it, and a test holds that
//! the code emits these and no others, and that the Grafana dashboard asks for nothing else.

use std::fmt::Write as _;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Only grows.
    Counter,
    Gauge,
    /// Times in seconds, counted in buckets.
    Seconds,
    /// Numbers, counted in buckets.
    Amounts,
}

#[derive(Clone, Copy, Debug)]
pub struct Measure {
    pub name: &'static str,
    pub kind: Kind,
    /// None of them names a workspace, a person, a document: their number stays small, and nobody learns anything of a tenant.
    pub labels: &'static [&'static str],
    pub meaning: &'static str,
}

const fn measure(kind: Kind, name: &'static str, labels: &'static [&'static str], meaning: &'static str) -> Measure {
    Measure { name, kind, labels, meaning }
}

pub const MEASURES: &[Measure] = &[
    measure(Kind::Gauge, "tandem_build_info", &["version"], "1; the version of the program"),
    measure(Kind::Gauge, "tandem_ready", &[], "1 while /readyz says yes"),
    measure(Kind::Gauge, "tandem_sessions", &[], "Open WebSockets"),
    measure(Kind::Gauge, "tandem_rooms", &[], "Documents in memory"),
    measure(Kind::Gauge, "tandem_idle_rooms", &[], "Of these, how many nobody has open"),
    measure(
        Kind::Counter,
        "tandem_idle_rooms_dismissed_total",
        &["limit"],
        "Documents out of memory before their time, by the limit that was passed",
    ),
    measure(Kind::Gauge, "tandem_projects", &[], "Projects somebody is in"),
    measure(Kind::Gauge, "tandem_people", &[], "People with a connection"),
    measure(Kind::Gauge, "tandem_durable", &[], "1 while edits reach the disk"),
    measure(Kind::Gauge, "tandem_journal_waiting_bytes", &[], "Edits that wait for the disk"),
    measure(Kind::Amounts, "tandem_journal_batch_rows", &[], "Edits of one commit"),
    measure(Kind::Seconds, "tandem_journal_commit_seconds", &[], "One commit, from its begin to the answer"),
    measure(Kind::Counter, "tandem_journal_failures_total", &[], "Commits that failed, for whatever reason"),
    measure(Kind::Seconds, "tandem_edit_seconds", &[], "Sampled edits: from the frame to the acknowledgement"),
    measure(Kind::Seconds, "tandem_edit_stage_seconds", &["stage"], "Sampled edits by stage: frame, room, journal, commit, ack"),
    measure(Kind::Counter, "tandem_closed_total", &["code"], "Connections the server closed, by close code"),
    measure(Kind::Counter, "tandem_refused_total", &["queue"], "What a full queue or a limit turned away"),
    measure(Kind::Counter, "tandem_denied_total", &["dialect"], "Documents that Hocuspocus clients were not let into"),
    measure(Kind::Counter, "tandem_limits_total", &["limit"], "What met a limit of docs/protocol.md, by its name"),
    measure(Kind::Counter, "tandem_quota_failures_total", &[], "Exchanges of quotas between nodes that failed"),
    measure(Kind::Gauge, "tandem_jobs_running", &["kind"], "Jobs this node is at, by kind: import, export"),
    measure(Kind::Counter, "tandem_jobs_ended_total", &["kind", "state"], "Jobs that ended on this node: succeeded, failed or cancelled"),
    measure(Kind::Seconds, "tandem_job_seconds", &["kind"], "The attempt of a job that ended it"),
    measure(Kind::Counter, "tandem_actor_handled_total", &["actor", "message"], "Messages handled"),
    measure(Kind::Counter, "tandem_actor_slow_total", &["actor", "message"], "Messages that took longer than slow_handler_ms"),
    measure(Kind::Gauge, "tandem_actor_stuck", &[], "Messages that have not ended for seconds"),
    measure(
        Kind::Seconds,
        "tandem_actor_mailbox_seconds",
        &["actor"],
        "How long a question waits in a mailbox: every few seconds the journal, the timer, the desks and what watches other nodes are asked, and some of the tasks, projects, users and sessions, until all had their turn",
    ),
    measure(Kind::Counter, "tandem_actor_restarts_total", &["actor"], "Actors started again by their supervisor"),
    measure(Kind::Counter, "tandem_actor_gave_up_total", &["actor"], "Actors that crashed too often and are left alone"),
    measure(
        Kind::Counter,
        "tandem_leases_total",
        &["outcome"],
        "Leases by what this node did: renewed for somebody at work, warned before the end, expired, graced (given back for a holder who stayed away)",
    ),
    measure(Kind::Seconds, "tandem_http_request_seconds", &["method", "route", "status"], "REST requests, to the first byte of the answer"),
    measure(Kind::Gauge, "tandem_database_connections", &["pool", "state"], "Connections to Postgres: used and idle, by pool"),
    measure(
        Kind::Gauge,
        "tandem_bus_link",
        &[],
        "1 while this node and others can hear each other, 0 while Redis is away; absent without Redis",
    ),
    measure(Kind::Counter, "tandem_bus_said_total", &["class"], "Frames for other nodes: kept or fleeting"),
    measure(Kind::Counter, "tandem_bus_said_bytes_total", &["class"], "Their bytes"),
    measure(Kind::Counter, "tandem_bus_heard_total", &["class"], "Frames of other nodes that somebody here listens to"),
    measure(Kind::Counter, "tandem_bus_heard_bytes_total", &["class"], "Their bytes"),
    measure(
        Kind::Counter,
        "tandem_bus_dropped_total",
        &["class"],
        "Frames for other nodes that were lost: Redis was away, or slow for too long",
    ),
    measure(Kind::Counter, "tandem_bus_skipped_total", &["reason"], "Frames of other nodes that could not be read, by reason"),
    measure(Kind::Counter, "tandem_bus_gaps_total", &[], "Losses noticed while Redis was there; each is made up for by asking"),
    measure(Kind::Counter, "tandem_bus_unkept_total", &[], "Frames that Redis passed on and had no room to keep"),
    measure(Kind::Counter, "tandem_bus_reconnects_total", &[], "Times that Redis went away"),
    measure(Kind::Counter, "process_cpu_seconds_total", &[], "CPU time of the process"),
    measure(Kind::Gauge, "process_resident_memory_bytes", &[], "Memory of the process"),
    measure(Kind::Gauge, "process_open_fds", &[], "Open files and sockets"),
    measure(Kind::Gauge, "process_start_time_seconds", &[], "When the process began, in seconds since 1970"),
];

/// Upper ends of the buckets of times: from the fan-out of a cursor to a database that is away.
pub const SECONDS: &[f64] = &[0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0];
/// Upper ends of the buckets of amounts.
pub const AMOUNTS: &[f64] = &[1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0, 2_000.0, 5_000.0];

/// A limit of docs/protocol.md was met, by its name among the settings.
pub(crate) fn limit(name: &'static str) {
    metrics::counter!("tandem_limits_total", "limit" => name).increment(1);
}

/// Tell the recorder what each is.
pub fn describe() {
    for measure in MEASURES {
        match measure.kind {
            Kind::Counter => metrics::describe_counter!(measure.name, measure.meaning),
            Kind::Gauge => metrics::describe_gauge!(measure.name, measure.meaning),
            Kind::Seconds | Kind::Amounts => metrics::describe_histogram!(measure.name, measure.meaning),
        }
    }
}

/// The table as Markdown, for `docs/metrics.md`.
#[must_use]
pub fn markdown() -> String {
    let mut page = String::from(
        "# Metrics\n\n\
         Generated from `actors/src/measures.rs` by `make generate`; do not edit.\n\n\
         `GET /metrics` in the text format of Prometheus; with `metrics_token` set only to `Authorization: Bearer <metrics_token>`. No label \
         names a workspace, a person or a document. Histograms have `_bucket`, `_sum` and `_count`. A dashboard is in `docker/grafana/`.\n\n\
         | name | kind | labels | what |\n|---|---|---|---|\n",
    );
    for Measure { name, kind, labels, meaning } in MEASURES {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Seconds => "histogram, seconds",
            Kind::Amounts => "histogram",
        };
        let labels: Vec<String> = labels.iter().map(|label| format!("`{label}`")).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(page, "| `{name}` | {kind} | {} | {meaning} |", labels.join(", "));
    }
    page
}
