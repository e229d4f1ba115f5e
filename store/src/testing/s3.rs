//! An object store of its own for a test: a real S3 server in this process, over a folder.

use std::path::Path;

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use tokio::net::TcpListener;

use crate::objects::{Objects, ObjectsConfig};

/// Serves `folder` on a free port as long as the runtime lives.
pub async fn objects(folder: &Path) -> Objects {
    let mut builder = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder).expect("a file system"));
    builder.set_auth(SimpleAuth::from_single("key", "secret"));
    let service = builder.build();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            let service = service.clone();
            tokio::spawn(async move {
                // A client that goes away is no failure of the test.
                let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), service).await;
            });
        }
    });
    let objects = Objects::new(&ObjectsConfig {
        endpoint,
        public_endpoint: None,
        region: "us-east-1".to_owned(),
        bucket: "files".to_owned(),
        access_key: "key".to_owned(),
        secret_key: "secret".into(),
    });
    objects.ensure_bucket().await.expect("a bucket");
    objects
}
