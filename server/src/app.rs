//! What handlers share, and the HTTP server around them.

use std::{io, net::TcpListener, sync::Arc};

use actix_web::{App, HttpServer, dev::ServerHandle, web};
use tandem_actors::Live;
use tandem_store::{Store, objects::Objects};

use crate::{
    api,
    auth::Auth,
    config::Config,
    embedded::s3::{self, Door},
    health,
    telemetry::metrics,
    web_files, ws,
};

/// Everything a handler may need. Cheap to clone; handlers take `web::Data<AppState>`.
#[derive(Clone)]
pub struct AppState {
    pub config: Arc<Config>,
    pub auth: Auth,
    pub store: Store,
    pub objects: Objects,
    pub live: Live,
    /// The embedded S3, where browsers reach it.
    pub s3: Option<Door>,
}

/// A listening server.
pub struct Serving {
    handle: ServerHandle,
    task: tokio::task::JoinHandle<io::Result<()>>,
}

/// Every route, in the order they are tried; the web app answers what is left.
pub fn configure(state: &AppState, routes: &mut web::ServiceConfig) {
    routes.configure(health::configure).configure(metrics::configure).configure(api::configure).configure(ws::configure);
    if let Some(door) = &state.s3 {
        s3::mount(routes, door);
    }
    routes.configure(web_files::configure);
}

/// Serves on `listener` until [`Serving::stop`]. Signals are the caller's business.
pub fn serve(state: AppState, listener: TcpListener, workers: usize) -> io::Result<Serving> {
    let data = web::Data::new(state);
    let server = HttpServer::new(move || App::new().app_data(data.clone()).configure(|routes| configure(&data, routes)))
        .on_connect(ws::on_connect)
        .workers(workers)
        .listen(listener)?
        .disable_signals()
        .shutdown_timeout(5)
        .run();
    let handle = server.handle();
    Ok(Serving { handle, task: tokio::spawn(server) })
}

impl Serving {
    /// Stops accepting, lets running requests end (a few seconds), and returns when every worker is gone.
    pub async fn stop(self) {
        self.handle.stop(true).await;
        if let Ok(Err(error)) = self.task.await {
            tracing::warn!(%error, "the HTTP server ended with an error");
        }
    }
}
