//! `tandem serve`: start everything in order, say where it is, stop everything in the other order.

use std::{process::ExitCode, sync::Arc};

use tandem_store::migrate;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Global, demo, welcome};
use crate::{
    app,
    config::{Config, Environment},
    platform::Platform,
    start::{self, StartError},
    telemetry,
};

pub fn run(global: &Global, env: &Environment) -> anyhow::Result<ExitCode> {
    let config = global.load(env)?.config;
    let search_path = env.get("PATH").map(str::to_owned);
    super::block_on(async {
        let telemetry = telemetry::start(&config, true)?;
        let served = serve(config, search_path).await;
        // It blocks, and what it asks for is done by this runtime.
        let _ = tokio::task::spawn_blocking(move || telemetry.flush()).await;
        served.map_err(anyhow::Error::from)
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Ctrl-C and what init systems send. Registered before anything starts, so that a stop asked for early is not lost.
struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    fn new() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

async fn serve(mut config: Config, search_path: Option<String>) -> Result<(), StartError> {
    let mut stop = Stop::new()?;
    let listener = start::listen(&mut config)?;
    let config = Arc::new(config);
    let platform = Platform::start(&config, search_path.as_deref()).await?;
    let served = serve_on(&config, &platform, listener, &mut stop).await;
    platform.stop().await;
    served
}

async fn serve_on(config: &Arc<Config>, platform: &Platform, listener: std::net::TcpListener, stop: &mut Stop) -> Result<(), StartError> {
    // A database of one's own is migrated when its operator says so, not whenever a node starts.
    if config.embedded_postgres() {
        migrate(&platform.store).await?;
    }
    let state = start::connect(Arc::clone(config), platform).await?;
    let people = welcome::people(&state).await?;
    if let Err(error) = demo::seed(&state, &people).await {
        // Without pictures the server is as good; the next start tries again.
        tracing::error!(%error, "the demo's projects could not be made");
    }
    let serving = app::serve(state.clone(), listener, workers())?;
    welcome::print(&state, &people);
    let failed = tokio::select! {
        () = stop.asked() => None,
        what = state.live.failed() => Some(what),
    };
    // People get time to go elsewhere; a second Ctrl-C takes it from them, but cuts nothing short that keeps data whole. Init systems
    // kill when their patience ends.
    let hastened = async {
        stop.asked().await;
        state.live.hurry();
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = state.live.shutdown() => {}
        () = hastened => {}
    }
    serving.stop().await;
    state.store.close().await;
    match failed {
        // Whoever looks after the process starts it anew; clients come back and send what was not acknowledged.
        Some(what) => Err(StartError::Failed { what }),
        None => Ok(()),
    }
}

/// One HTTP thread a core; a live document is on the one that opened it.
fn workers() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get).min(8)
}
