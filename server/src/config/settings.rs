//! The one table of settings: key in `tandem.toml`, environment variable, default, whether it is a secret, and what it means.
//! Layering, `tandem config`, the unknown-key check and the docs all walk it, so none can forget a setting.

/// How much of a value may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    Open,
    /// A URL whose password is hidden.
    Url,
    Secret,
}

#[derive(Debug)]
pub struct Setting {
    /// Path in `tandem.toml`, e.g. `s3.endpoint`.
    pub key: &'static str,
    pub env: &'static str,
    pub default: Option<&'static str>,
    pub secrecy: Secrecy,
    pub meaning: &'static str,
    /// What is used when it is not set, in words.
    pub unset: &'static str,
}

const fn setting(
    key: &'static str,
    env: &'static str,
    default: Option<&'static str>,
    unset: &'static str,
    meaning: &'static str,
) -> Setting {
    Setting { key, env, default, secrecy: Secrecy::Open, meaning, unset }
}

const fn hidden(key: &'static str, env: &'static str, secrecy: Secrecy, unset: &'static str, meaning: &'static str) -> Setting {
    Setting { key, env, default: None, secrecy, meaning, unset }
}

pub const SETTINGS: &[Setting] = &[
    setting("bind", "TANDEM_BIND", Some("127.0.0.1:8080"), "", "Address and port to listen on"),
    setting("public_url", "TANDEM_PUBLIC_URL", None, "http:// and bind", "Where people's browsers find this server"),
    setting(
        "trusted_proxies",
        "TANDEM_TRUSTED_PROXIES",
        None,
        "none",
        "Addresses and networks (10.0.0.0/8), with commas between, whose X-Forwarded-For names the person's address",
    ),
    setting(
        "call_hosts",
        "TANDEM_CALL_HOSTS",
        None,
        "none",
        "Hosts (models.example, 10.0.0.7:9000), with commas between, that webhook and model steps of workflows may call",
    ),
    setting("data_dir", "TANDEM_DATA_DIR", Some(".data"), "", "Folder of the embedded Postgres and S3 and of generated secrets"),
    hidden("database_url", "DATABASE_URL", Secrecy::Url, "embedded Postgres", "Postgres, as the owner of the schema"),
    hidden(
        "redis_url",
        "TANDEM_REDIS_URL",
        Secrecy::Url,
        "one node, in-process bus",
        "Redis between nodes: redis://, rediss://, redis+sentinel://hosts/master or redis+cluster://hosts",
    ),
    setting(
        "redis_ca",
        "TANDEM_REDIS_CA",
        None,
        "what the system trusts",
        "Who signed Redis's certificate: PEM, or the path of a PEM file",
    ),
    setting("redis_prefix", "TANDEM_REDIS_PREFIX", Some("tandem:"), "", "Before every key and channel in Redis; nodes share it"),
    setting("s3.endpoint", "TANDEM_S3_ENDPOINT", None, "embedded S3", "S3, as this server reaches it"),
    setting("s3.public_endpoint", "TANDEM_S3_PUBLIC_ENDPOINT", None, "s3.endpoint", "S3, as browsers reach it"),
    setting("s3.region", "TANDEM_S3_REGION", Some("us-east-1"), "", "S3 region"),
    setting("s3.bucket", "TANDEM_S3_BUCKET", Some("tandem"), "", "Bucket for uploads"),
    hidden("s3.access_key", "TANDEM_S3_ACCESS_KEY", Secrecy::Secret, "generated", "S3 access key id"),
    hidden("s3.secret_key", "TANDEM_S3_SECRET_KEY", Secrecy::Secret, "generated", "S3 secret access key"),
    setting("jwt.algorithm", "TANDEM_JWT_ALGORITHM", Some("HS256"), "", "HS256, RS256, ES256 or EdDSA"),
    hidden("jwt.secret", "TANDEM_JWT_SECRET", Secrecy::Secret, "generated", "Key of HS256 tokens, 32 characters or more"),
    setting("jwt.public_key", "TANDEM_JWT_PUBLIC_KEY", None, "none", "PEM, or the path of a PEM file"),
    setting("jwt.jwks", "TANDEM_JWT_JWKS", None, "none", "Key set: https URL or path of a JSON file"),
    setting("jwt.issuer", "TANDEM_JWT_ISSUER", Some("tandem"), "", "Required `iss` of tokens"),
    setting("jwt.audience", "TANDEM_JWT_AUDIENCE", Some("tandem"), "", "Required `aud` of tokens"),
    hidden("tenant_key", "TANDEM_TENANT_KEY", Secrecy::Secret, "generated", "Key that proves a tenant to Postgres, 32 characters or more"),
    setting("demo", "TANDEM_DEMO", None, "true with the embedded Postgres", "Make a demo workspace and print sign-in links"),
    setting("web_dir", "TANDEM_WEB_DIR", None, "web/dist", "Folder of the built web app"),
    setting("postgres_bin", "TANDEM_POSTGRES_BIN", None, "searched for", "Folder of the embedded Postgres's binaries (initdb, postgres)"),
    setting("log_format", "TANDEM_LOG_FORMAT", None, "text embedded or on a terminal, else json", "Log lines as text or json"),
    setting("slow_handler_ms", "TANDEM_SLOW_HANDLER_MS", Some("100"), "", "A message that takes longer is logged with its name"),
    hidden("metrics_token", "TANDEM_METRICS_TOKEN", Secrecy::Secret, "/metrics is open", "Bearer token that /metrics asks for"),
    setting(
        "otlp.endpoint",
        "TANDEM_OTLP_ENDPOINT",
        None,
        "no traces",
        "OpenTelemetry collector (OTLP over HTTP), e.g. http://localhost:4318",
    ),
    hidden("otlp.headers", "TANDEM_OTLP_HEADERS", Secrecy::Secret, "none", "Headers sent to it, as name=value,name=value"),
    setting("otlp.sample", "TANDEM_OTLP_SAMPLE", Some("0.02"), "", "Share of edits and requests that are traced, 0 to 1"),
    setting("log", "TANDEM_LOG", None, "warn embedded, else info", "Log filter, e.g. info or tandem=debug"),
    setting(
        "drain.notice",
        "TANDEM_DRAIN_NOTICE",
        Some("3s"),
        "",
        "A node that stops or drains is not ready for so long before it sends people to the others: load balancers notice",
    ),
    setting("drain.longest", "TANDEM_DRAIN_LONGEST", Some("20s"), "", "All are sent to the others within this, however many they are"),
    setting(
        "leases.grace",
        "TANDEM_LEASE_GRACE",
        Some("5m"),
        "",
        "How long whoever has lost the connection keeps their tasks; 15s at least",
    ),
    setting(
        "jobs.workers",
        "TANDEM_JOBS_WORKERS",
        Some("2"),
        "",
        "Imports and exports done at once by this node; 0: it leaves them to others",
    ),
    setting(
        "jobs.max_open",
        "TANDEM_JOBS_MAX_OPEN",
        Some("100"),
        "",
        "Jobs of one workspace that wait or run; another is refused until one of them has ended",
    ),
    setting(
        "models.max_file",
        "TANDEM_MODELS_MAX_FILE",
        Some("1GiB"),
        "",
        "One file (encoder or decoder) of a model that runs in people's browsers; at most 5GiB",
    ),
    setting("limits.max_connections", "TANDEM_LIMITS_MAX_CONNECTIONS", Some("100000"), "", "WebSockets of this server"),
    setting("limits.max_pending", "TANDEM_LIMITS_MAX_PENDING", Some("10000"), "", "Of these, how many may not have authenticated yet"),
    setting(
        "limits.max_pending_per_address",
        "TANDEM_LIMITS_MAX_PENDING_PER_ADDRESS",
        Some("2500"),
        "",
        "The same for one address; behind a proxy see trusted_proxies",
    ),
    setting(
        "limits.person_calls_per_second",
        "TANDEM_LIMITS_PERSON_CALLS_PER_SECOND",
        Some("500"),
        "",
        "API calls of one person, on all nodes",
    ),
    setting("limits.person_calls_at_once", "TANDEM_LIMITS_PERSON_CALLS_AT_ONCE", Some("2000"), "", "The same at once"),
    setting(
        "limits.workspace_calls_per_second",
        "TANDEM_LIMITS_WORKSPACE_CALLS_PER_SECOND",
        Some("5000"),
        "",
        "API calls of one workspace, on all nodes",
    ),
    setting("limits.workspace_calls_at_once", "TANDEM_LIMITS_WORKSPACE_CALLS_AT_ONCE", Some("20000"), "", "The same at once"),
    setting(
        "limits.address_calls_per_second",
        "TANDEM_LIMITS_ADDRESS_CALLS_PER_SECOND",
        Some("50"),
        "",
        "API calls without a token of one address, on all nodes; behind a proxy see trusted_proxies",
    ),
    setting("limits.address_calls_at_once", "TANDEM_LIMITS_ADDRESS_CALLS_AT_ONCE", Some("500"), "", "The same at once"),
    setting("limits.person_connections", "TANDEM_LIMITS_PERSON_CONNECTIONS", Some("1000"), "", "WebSockets of one person, on all nodes"),
    setting(
        "limits.workspace_connections",
        "TANDEM_LIMITS_WORKSPACE_CONNECTIONS",
        Some("100000"),
        "",
        "WebSockets of one workspace, on all nodes",
    ),
    setting(
        "limits.address_connections",
        "TANDEM_LIMITS_ADDRESS_CONNECTIONS",
        Some("100000"),
        "",
        "WebSockets of one address, on all nodes; behind a proxy see trusted_proxies",
    ),
    setting(
        "limits.workspace_rooms",
        "TANDEM_LIMITS_WORKSPACE_ROOMS",
        Some("50000"),
        "",
        "Tasks of one workspace open at once, on all nodes",
    ),
    setting("limits.hello_deadline", "TANDEM_LIMITS_HELLO_DEADLINE", Some("5s"), "", "From the upgrade to a hello that was accepted"),
    setting("limits.max_unauthenticated", "TANDEM_LIMITS_MAX_UNAUTHENTICATED", Some("16KiB"), "", "Bytes a WebSocket may send before that"),
    setting(
        "limits.peer_timeout",
        "TANDEM_LIMITS_PEER_TIMEOUT",
        Some("30s"),
        "",
        "How long the kernel tries to reach a peer that takes nothing",
    ),
    setting(
        "limits.max_unauthenticated_stock",
        "TANDEM_LIMITS_MAX_UNAUTHENTICATED_STOCK",
        Some("64KiB"),
        "",
        "The same of a Hocuspocus provider",
    ),
    setting("limits.comebacks", "TANDEM_LIMITS_COMEBACKS", Some("500"), "", "Clients that are asked back in a second after a restart"),
    setting("limits.max_frame_stock", "TANDEM_LIMITS_MAX_FRAME_STOCK", Some("16MiB"), "", "One frame or message of a stock Yjs client"),
    setting("limits.max_frame", "TANDEM_LIMITS_MAX_FRAME", Some("4MiB"), "", "One WebSocket frame, or message in pieces"),
    setting("limits.max_channels", "TANDEM_LIMITS_MAX_CHANNELS", Some("64"), "", "Subscriptions of one connection"),
    setting(
        "limits.heartbeat",
        "TANDEM_LIMITS_HEARTBEAT",
        Some("15s"),
        "",
        "Silence after which either side says something; a little over two end the connection",
    ),
    setting(
        "limits.soft_outbox",
        "TANDEM_LIMITS_SOFT_OUTBOX",
        Some("128KiB"),
        "",
        "Waiting for a socket from which on cursors are replaced and edits merged",
    ),
    setting("limits.max_outbox", "TANDEM_LIMITS_MAX_OUTBOX", Some("8MiB"), "", "Waiting for a socket at which it is closed with 1013"),
    setting(
        "limits.stall",
        "TANDEM_LIMITS_STALL",
        Some("20s"),
        "",
        "Without a byte taken while something waits, at which it is closed with 1013",
    ),
    setting("limits.frames_per_second", "TANDEM_LIMITS_FRAMES_PER_SECOND", Some("1000"), "", "Frames of one connection"),
    setting("limits.frames_at_once", "TANDEM_LIMITS_FRAMES_AT_ONCE", Some("4000"), "", "Frames of one connection at once"),
    setting("limits.bytes_per_second", "TANDEM_LIMITS_BYTES_PER_SECOND", Some("8MiB"), "", "Bytes of one connection"),
    setting("limits.bytes_at_once", "TANDEM_LIMITS_BYTES_AT_ONCE", Some("32MiB"), "", "Bytes of one connection at once"),
    setting("limits.max_backlog", "TANDEM_LIMITS_MAX_BACKLOG", Some("1024"), "", "Frames of one connection waiting for a busy room"),
    setting("limits.min_tick", "TANDEM_LIMITS_MIN_TICK", Some("4ms"), "", "Least time between two rounds of news in a room"),
    setting("limits.max_tick", "TANDEM_LIMITS_MAX_TICK", Some("24ms"), "", "Most time cursors and edits are gathered in a room"),
    setting("limits.max_members", "TANDEM_LIMITS_MAX_MEMBERS", Some("2000"), "", "People on one task"),
    setting("limits.max_update", "TANDEM_LIMITS_MAX_UPDATE", Some("16MiB"), "", "One edit"),
    setting("limits.max_document", "TANDEM_LIMITS_MAX_DOCUMENT", Some("64MiB"), "", "All edits of one document"),
    setting(
        "limits.max_ghosts",
        "TANDEM_LIMITS_MAX_GHOSTS",
        Some("1MiB"),
        "",
        "The document of what is being drawn, at which it starts anew",
    ),
    setting("limits.max_awareness", "TANDEM_LIMITS_MAX_AWARENESS", Some("64KiB"), "", "One awareness state of a stock Yjs client"),
    setting("limits.max_awareness_ids", "TANDEM_LIMITS_MAX_AWARENESS_IDS", Some("16"), "", "Awareness states of one connection"),
    setting("limits.room_idle", "TANDEM_LIMITS_ROOM_IDLE", Some("30s"), "", "How long a document nobody has open stays in memory"),
    setting("limits.max_idle_rooms", "TANDEM_LIMITS_MAX_IDLE_ROOMS", Some("1000"), "", "Documents in memory that nobody has open"),
    setting(
        "limits.max_idle_bytes",
        "TANDEM_LIMITS_MAX_IDLE_BYTES",
        Some("32MiB"),
        "",
        "Bytes of these; in memory they take several times that",
    ),
    setting(
        "limits.max_waiting_for_disk",
        "TANDEM_LIMITS_MAX_WAITING_FOR_DISK",
        Some("64MiB"),
        "",
        "Edits of all documents waiting for the disk",
    ),
];

/// Variables that begin with `TANDEM_` but are no settings of the server.
pub const OTHER_VARIABLES: &[&str] = &["TANDEM_TEST_DATABASE_URL", "TANDEM_SHARED_DATA", "TANDEM_CONFIG"];

pub fn find(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}
