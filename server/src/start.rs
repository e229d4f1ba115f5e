//! From a platform to a state that handlers can work with.

use std::{io, net::TcpListener, sync::Arc};

use tandem_actors::{
    Live, LiveConfig, Ports, StoreChores, StoreDirectory, StoreNodes,
    config::WatchConfig,
    jobs::{JobPorts, Kind, exporting::Exporting, importing::Importing, relabeling::Relabeling},
    trace,
};
use tandem_protocol::NodeId;
use tandem_store::{
    Store, StoreError,
    bus::{Bus, LocalBus, RedisBus},
    documents::PgLog,
    nodes::Card,
    objects::{ObjectError, Objects},
    quota::{RedisExchange, exchange_for_ever},
    system,
};

use crate::{
    app::AppState,
    auth::{Auth, KeyError},
    callouts,
    config::Config,
    embedded::s3::EmbeddedS3,
    platform::{Platform, PlatformError},
    telemetry::metrics,
};

/// Why Tandem does not start. Each is shown to a person as it is.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{address} is in use by another program; stop it, or choose another address with TANDEM_BIND or --bind.")]
    Taken { address: std::net::SocketAddr },
    #[error("{address} may not be used ({source}); choose another address with TANDEM_BIND or --bind.")]
    Bind { address: std::net::SocketAddr, source: io::Error },
    #[error(transparent)]
    Platform(#[from] PlatformError),
    #[error("{}", database(.0))]
    Store(#[from] StoreError),
    #[error("The object store does not serve: {0}.")]
    Objects(#[from] ObjectError),
    #[error(transparent)]
    Keys(#[from] KeyError),
    #[error("The {what} crashed again and again; the server cannot work without it and has stopped. Its log says why.")]
    Failed { what: &'static str },
    #[error("The server does not start: {0}.")]
    Io(#[from] io::Error),
}

/// The store's words as a sentence.
fn database(error: &StoreError) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// Binds first of all: a taken address should be told before anything else was started. With port 0 the system chooses one, and
/// the configuration learns which.
pub fn listen(config: &mut Config) -> Result<TcpListener, StartError> {
    let address = config.bind;
    let listener = TcpListener::bind(address).map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => StartError::Taken { address },
        _ => StartError::Bind { address, source },
    })?;
    if address.port() == 0 {
        config.move_to(listener.local_addr()?);
    }
    Ok(listener)
}

/// Connects everything. The schema must be there. Call from inside an actix system.
pub async fn connect(config: Arc<Config>, platform: &Platform) -> Result<AppState, StartError> {
    let auth = Auth::new(&config.jwt, platform.jwt_secret.as_ref())?;
    let store = Store::connect(&platform.store).await?;
    for revoked in system::revocations(&store, None).await? {
        auth.revocations().note(revoked.workspace, revoked.user, revoked.valid_after);
    }
    if let Err(error) = store.rehearse().await {
        tracing::debug!(%error, "the first to come will wait a little");
    }
    let objects = Objects::new(&platform.objects);
    objects.ensure_bucket().await?;
    metrics::start();
    trace::sample(config.sample_one_in());
    let live = Live::start(live_config(&config), ports(&config, &store, &auth)?)?;
    live.join(Arc::new(StoreNodes::new(store.clone(), card(&config, live.bus().me()))));
    live.work_on_jobs(job_ports(&store, &objects, &live))?;
    compare_quotas(&config, &live);
    drop(actix_web::rt::spawn(callouts::run(store.clone(), live.clone(), config.call_hosts.clone())));
    let s3 = platform.s3.as_ref().map(|s3: &EmbeddedS3| s3.door(&config.s3.bucket));
    Ok(AppState { config, auth, store, objects, live, s3 })
}

/// What this node does by itself: the kinds of jobs there are.
fn job_ports(store: &Store, objects: &Objects, live: &Live) -> JobPorts {
    let importing = Importing::new(store.clone(), objects.clone());
    let exporting = Exporting::new(store.clone(), objects.clone());
    let relabeling = Relabeling::new(store.clone(), live);
    let kinds: Vec<Arc<dyn Kind>> = vec![Arc::new(importing), Arc::new(exporting), Arc::new(relabeling)];
    JobPorts { store: store.clone(), objects: objects.clone(), kinds, node: live.bus().me() }
}

/// With Redis the limits are those of all nodes together. Nothing waits for it.
fn compare_quotas(config: &Config, live: &Live) {
    let Some(redis) = &config.redis else { return };
    let (quotas, exchange) = (live.quotas().clone(), RedisExchange::new(redis.clone(), live.bus().me()));
    // It ends with the quotas.
    drop(actix_web::rt::spawn(async move { exchange_for_ever(quotas, Arc::new(exchange)).await }));
}

/// This run of this process, as the others will know it.
fn card(config: &Config, id: NodeId) -> Card {
    Card { id, host: host(), address: config.bind.to_string(), version: env!("CARGO_PKG_VERSION").to_owned() }
}

/// This machine's name, or its container's.
#[must_use]
pub fn host() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    if name.is_empty() { "unnamed".to_owned() } else { name }
}

fn live_config(config: &Config) -> LiveConfig {
    let limits = config.live.clone();
    LiveConfig { watch: WatchConfig { slow: config.slow_handler, ..limits.watch.clone() }, ..limits }
}

/// What the live core works with: the real store, the real tokens.
fn ports(config: &Config, store: &Store, auth: &Auth) -> io::Result<Ports> {
    // That Redis is away is no reason not to start: this node works, and hears of the others later.
    let bus: Arc<dyn Bus> = match &config.redis {
        Some(redis) => Arc::new(RedisBus::connect(redis.clone())?),
        None => Arc::new(LocalBus::alone()),
    };
    Ok(Ports {
        authenticator: Arc::new(auth.clone()),
        directory: Arc::new(StoreDirectory::new(store.clone())),
        log: Arc::new(PgLog::new(store.clone())),
        bus,
        chores: Some(Arc::new(StoreChores::new(store.clone(), auth.revocations().clone(), config.live.leases))),
    })
}
