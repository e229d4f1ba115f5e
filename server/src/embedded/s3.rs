//! An S3 of our own over a folder, in this process.
//!
//! One service, two doors: a listener on loopback for our own client, and the main port under `/{bucket}/`, where browsers come with
//! presigned URLs. It answers nobody without a signature.

mod door;

use std::{
    io,
    net::SocketAddr,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use s3s::{
    auth::SimpleAuth,
    service::{S3Service, S3ServiceBuilder},
};
use s3s_fs::FileSystem;
use secrecy::{ExposeSecret as _, SecretString};
use tokio::{
    net::TcpListener,
    sync::oneshot,
    task::{JoinHandle, JoinSet},
};

pub use door::{Door, mount};

#[derive(Clone, Debug)]
pub struct S3Keys {
    pub access: SecretString,
    pub secret: SecretString,
}

#[derive(Debug, thiserror::Error)]
pub enum S3Error {
    #[error("The folder of objects {} cannot be used: {message}.", path.display())]
    Folder { path: PathBuf, message: String },
    #[error("No port on 127.0.0.1 is free for the embedded S3: {0}.")]
    Port(io::Error),
}

/// A running S3.
pub struct EmbeddedS3 {
    service: S3Service,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl EmbeddedS3 {
    /// Serves `folder` on a free port of loopback.
    pub async fn start(folder: &Path, keys: &S3Keys) -> Result<Self, S3Error> {
        let service = service(folder, keys)?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(S3Error::Port)?;
        let address = listener.local_addr().map_err(S3Error::Port)?;
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(accept(listener, service.clone(), stopped));
        Ok(Self { service, address, stop, task })
    }

    /// For our own client.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The service, to be mounted on the main port.
    #[must_use]
    pub fn door(&self, bucket: &str) -> Door {
        Door::new(self.service.clone(), bucket)
    }

    /// Lets running requests end, for a moment.
    pub async fn stop(self) {
        // Gone already: nothing to stop.
        let _ = self.stop.send(());
        if let Err(error) = self.task.await {
            tracing::warn!(%error, "the embedded S3 ended badly");
        }
    }
}

fn service(folder: &Path, keys: &S3Keys) -> Result<S3Service, S3Error> {
    let failed = |message: String| S3Error::Folder { path: folder.to_owned(), message };
    // Other users of the machine have no business there.
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|error| failed(error.to_string()))?;
    let files = FileSystem::new(folder).map_err(|error| failed(format!("{error:?}")))?;
    let mut builder = S3ServiceBuilder::new(files);
    builder.set_auth(SimpleAuth::from_single(keys.access.expose_secret(), keys.secret.expose_secret()));
    Ok(builder.build())
}

async fn accept(listener: TcpListener, service: S3Service, mut stopped: oneshot::Receiver<()>) {
    let mut server = hyper::server::conn::http1::Builder::new();
    server.timer(TokioTimer::new());
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                // Out of file descriptors, or the peer is gone already: the next may do better.
                Err(error) => {
                    tracing::warn!(%error, "the embedded S3 cannot accept");
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                    continue;
                }
            },
            _ = &mut stopped => break,
            Some(_) = connections.join_next() => continue,
        };
        let connection = graceful.watch(server.serve_connection(TokioIo::new(stream), service.clone()));
        connections.spawn(connection);
    }
    // Kept-alive connections of our own client would never end by themselves.
    let patience = std::time::Duration::from_secs(3);
    if tokio::time::timeout(patience, graceful.shutdown()).await.is_err() {
        tracing::debug!("requests to the embedded S3 were cut at shutdown");
    }
}
