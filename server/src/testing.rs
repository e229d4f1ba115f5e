//! A whole server in the test's process: a fresh database of the test cluster with two seeded workspaces, S3 over a temporary
//! folder, HTTP on a free port. Use it from `#[actix_web::test]`.

use std::{
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    sync::Arc,
};

use secrecy::ExposeSecret as _;
use tandem_protocol::{UserId, WorkspaceRole};
use tandem_store::{
    pg::users,
    testing::{Database, Seeded},
};

use crate::{
    app::{self, AppState, Serving},
    auth::{ACCESS_TTL, Purpose, Subject},
    config::{self, Asked, Environment},
    platform::Platform,
    start,
};

/// The HS256 secret of test servers.
pub const JWT_SECRET: &str = "a secret of thirty-two characters or more, for tests";

/// Keep it alive as long as the test; [`TestServer::stop`] ends it in order.
pub struct TestServer {
    pub state: AppState,
    pub database: Arc<Database>,
    address: SocketAddr,
    serving: Serving,
    platform: Platform,
    _folder: Folder,
}

/// Goes with the test, also with one that failed.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder left over is swept away with the system's other temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl TestServer {
    pub async fn start() -> Self {
        Self::with(&[]).await
    }

    /// With settings of the configuration changed.
    ///
    /// # Panics
    /// When the server does not start.
    pub async fn with(settings: &[(&'static str, &str)]) -> Self {
        Self::over(Arc::new(Database::fresh().await), settings).await
    }

    /// Another server on the same database.
    pub async fn beside(&self) -> Self {
        self.beside_with(&[]).await
    }

    /// The same, with settings of the configuration changed.
    ///
    /// # Panics
    /// When the server does not start.
    pub async fn beside_with(&self, settings: &[(&'static str, &str)]) -> Self {
        Self::over(Arc::clone(&self.database), settings).await
    }

    async fn over(database: Arc<Database>, settings: &[(&'static str, &str)]) -> Self {
        let folder = std::env::temp_dir().join(format!("tandem-test-server-{}", uuid::Uuid::now_v7().simple()));
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let address = listener.local_addr().expect("its address");
        let mut flags = vec![
            ("bind", address.to_string()),
            ("data_dir", folder.display().to_string()),
            ("database_url", database.config.url.expose_secret().to_owned()),
            ("tenant_key", database.config.tenant_key.expose_secret().to_owned()),
            ("jwt.secret", JWT_SECRET.to_owned()),
            // There is no load balancer.
            ("drain.notice", "0s".to_owned()),
        ];
        flags.extend(settings.iter().map(|(key, value)| (*key, (*value).to_owned())));
        let asked = Asked { file: Some("/dev/null".into()), flags };
        let config = Arc::new(config::load(&asked, &Environment::default()).expect("a valid configuration").config);
        let platform = Platform::start(&config, None).await.expect("a platform");
        let state = start::connect(config, &platform).await.expect("a state");
        let serving = app::serve(state.clone(), listener, 1).expect("a server");
        Self { state, database, address, serving, platform, _folder: Folder(folder) }
    }

    /// `http://127.0.0.1:port` and the path.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// An access token of a seeded person.
    ///
    /// # Panics
    /// When the person is not in the workspace.
    pub async fn token(&self, workspace: &Seeded, user: UserId) -> String {
        let mut tx = workspace.as_user(user).begin(&self.state.store).await.expect("a transaction");
        let person = users::get(&mut tx, user).await.expect("people").expect("this person");
        let role = if user == workspace.admin { WorkspaceRole::Admin } else { WorkspaceRole::Member };
        let subject = Subject { user: person, workspace_id: workspace.workspace, workspace_role: role };
        self.state.auth.mint(&subject, Purpose::Access, ACCESS_TTL).expect("a token").token
    }

    pub async fn stop(self) {
        self.state.live.shutdown().await;
        self.serving.stop().await;
        self.platform.stop().await;
        self.state.store.close().await;
    }
}
