//! What handlers share, and the HTTP server around them.

use std::{
    convert::Infallible,
    io,
    net::{SocketAddr, TcpListener},
    sync::Arc,
};

use actix_http::{HttpService, error::DispatchError};
use actix_service::map_config;
use actix_web::{
    App,
    dev::{AppConfig, Server, ServerHandle, ServiceFactory, fn_service},
    rt::net::TcpStream,
    web,
};
use tandem_actors::Live;
use tandem_store::{Store, objects::Objects};
use tokio::sync::Notify;

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
    stopping: Arc<Notify>,
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
///
/// What `actix_web::HttpServer` does, built here because it has no place for an upgrade: a WebSocket leaves HTTP with its socket.
pub fn serve(state: AppState, listener: TcpListener, workers: usize) -> io::Result<Serving> {
    let stopping = Arc::new(Notify::new());
    let address = listener.local_addr()?;
    let (data, stop) = (web::Data::new(state), Arc::clone(&stopping));
    let server = Server::build()
        .workers(workers)
        .disable_signals()
        .shutdown_timeout(5)
        .listen("tandem", listener, move || service(&data, &stop, address))?
        .run();
    let handle = server.handle();
    Ok(Serving { handle, stopping, task: tokio::spawn(server) })
}

fn service(
    data: &web::Data<AppState>,
    stop: &Arc<Notify>,
    address: SocketAddr,
) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = DispatchError, InitError = ()> + use<> {
    let (state, stop) = (data.clone(), Arc::clone(stop));
    let app = App::new().app_data(data.clone()).configure(|routes| configure(data, routes));
    HttpService::build()
        .graceful_shutdown_signal(move || {
            let stop = Arc::clone(&stop);
            async move { stop.notified().await }
        })
        .local_addr(address)
        .on_connect_ext(|stream: &TcpStream, _| ws::on_connect(stream))
        .upgrade(fn_service(move |(request, framed)| {
            let state = state.clone();
            async move {
                ws::upgrade(&state, request, framed).await;
                Ok::<_, Infallible>(())
            }
        }))
        .finish(map_config(app, |()| AppConfig::default()))
        .tcp()
}

impl Serving {
    /// Stops accepting, lets running requests end (a few seconds), and returns when every worker is gone.
    pub async fn stop(self) {
        self.stopping.notify_waiters();
        self.handle.stop(true).await;
        if let Ok(Err(error)) = self.task.await {
            tracing::warn!(%error, "the HTTP server ended with an error");
        }
    }
}
