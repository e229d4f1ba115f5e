//! What the server stands on: its database and its objects, embedded or given, and its secrets.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use tandem_store::{StoreConfig, objects::ObjectsConfig};

use crate::{
    config::{Config, Secrets, SecretsError},
    embedded::{
        Lock, LockError,
        postgres::{self, Options, Passwords, Places, Postgres, PostgresError},
        s3::{EmbeddedS3, S3Error, S3Keys},
    },
};

/// Kept in the data folder while a server runs on it, for the other commands.
const RUNNING: &str = "running.json";

#[derive(Debug, thiserror::Error)]
pub enum PlatformError {
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    #[error(transparent)]
    Lock(#[from] LockError),
    #[error(transparent)]
    Postgres(#[from] PostgresError),
    #[error(transparent)]
    S3(#[from] S3Error),
    #[error("{} cannot be written: {source}.", path.display())]
    Running { path: PathBuf, source: std::io::Error },
    #[error("Starting was interrupted.")]
    Interrupted,
}

/// Where everything is, and what must be stopped in the end.
pub struct Platform {
    pub store: StoreConfig,
    pub objects: ObjectsConfig,
    /// The HS256 secret where none is configured.
    pub jwt_secret: Option<SecretString>,
    pub s3: Option<EmbeddedS3>,
    postgres: Option<Postgres>,
    data_dir: PathBuf,
    /// Last: nobody else may begin before all of the above ended.
    lock: Option<Lock>,
}

/// What other commands need to know of a running server.
#[derive(Debug, Serialize, Deserialize)]
struct Running {
    s3_endpoint: Option<String>,
}

impl Platform {
    /// For `serve`: alone on the data folder.
    pub async fn start(config: &Config, search_path: Option<&str>) -> Result<Self, PlatformError> {
        let embedded = embedded(config);
        let lock = embedded.then(|| Lock::take(&config.data_dir)).transpose()?;
        Self::begin(config, search_path, lock).await
    }

    /// For the other commands: uses what a running server has started, or starts it for the while.
    pub async fn join(config: &Config, search_path: Option<&str>) -> Result<Self, PlatformError> {
        if !embedded(config) {
            return Self::begin(config, search_path, None).await;
        }
        match Lock::take(&config.data_dir) {
            Ok(lock) => Self::begin(config, search_path, Some(lock)).await,
            Err(held @ LockError::Held { .. }) => Self::attach(config).await?.ok_or(held.into()),
            Err(other) => Err(other.into()),
        }
    }

    async fn begin(config: &Config, search_path: Option<&str>, lock: Option<Lock>) -> Result<Self, PlatformError> {
        let secrets = lock.is_some().then(|| Secrets::load_or_make(&config.data_dir)).transpose()?;
        let postgres = match &secrets {
            Some(secrets) if config.embedded_postgres() => Some(start_postgres(config, search_path, secrets).await?),
            _ => None,
        };
        let s3 = match &secrets {
            Some(secrets) if config.embedded_s3() => Some(EmbeddedS3::start(&config.data_dir.join("s3"), &keys(secrets)).await?),
            _ => None,
        };
        let endpoint = s3.as_ref().map(EmbeddedS3::endpoint);
        if lock.is_some() {
            announce(&config.data_dir, &Running { s3_endpoint: endpoint.clone() })?;
        }
        let url = postgres.as_ref().map(Postgres::owner_url);
        Ok(Self {
            store: store_config(config, url.as_ref(), secrets.as_ref()),
            objects: objects_config(config, endpoint, secrets.as_ref()),
            jwt_secret: secrets.map(|secrets| secrets.jwt_secret),
            s3,
            postgres,
            data_dir: config.data_dir.clone(),
            lock,
        })
    }

    /// `None` while the server that has the folder is not up yet.
    async fn attach(config: &Config) -> Result<Option<Self>, PlatformError> {
        let secrets = Secrets::load_or_make(&config.data_dir)?;
        let Some(running) = read_running(&config.data_dir) else { return Ok(None) };
        let url = if config.embedded_postgres() {
            let Some(url) = postgres::owner_url_of_running(&config.data_dir, &passwords(&secrets))? else { return Ok(None) };
            Some(url)
        } else {
            None
        };
        Ok(Some(Self {
            store: store_config(config, url.as_ref(), Some(&secrets)),
            objects: objects_config(config, running.s3_endpoint, Some(&secrets)),
            jwt_secret: Some(secrets.jwt_secret),
            s3: None,
            postgres: None,
            data_dir: config.data_dir.clone(),
            lock: None,
        }))
    }

    /// Stops what this process started: objects first, the database last.
    pub async fn stop(self) {
        if let Some(s3) = self.s3 {
            s3.stop().await;
        }
        if self.lock.is_some() {
            // Stale, it would only be read by somebody who finds the folder locked.
            let _ = std::fs::remove_file(self.data_dir.join(RUNNING));
        }
        if let Some(postgres) = self.postgres {
            // It waits for a checkpoint.
            let _ = tokio::task::spawn_blocking(move || postgres.stop()).await;
        }
    }
}

/// Whether anything of ours lies in the data folder.
fn embedded(config: &Config) -> bool {
    config.embedded_postgres() || config.embedded_s3()
}

async fn start_postgres(config: &Config, search_path: Option<&str>, secrets: &Secrets) -> Result<Postgres, PlatformError> {
    let options = Options {
        data_dir: config.data_dir.clone(),
        places: Places::of_process(config.postgres_bin.clone(), search_path),
        passwords: passwords(secrets),
        throwaway: false,
    };
    let started = tokio::task::spawn_blocking(move || Postgres::start(&options)).await;
    Ok(started.map_err(|_| PlatformError::Interrupted)??)
}

fn passwords(secrets: &Secrets) -> Passwords {
    Passwords { superuser: secrets.postgres_superuser_password.clone(), owner: secrets.postgres_owner_password.clone() }
}

fn keys(secrets: &Secrets) -> S3Keys {
    S3Keys { access: secrets.s3_access_key.clone(), secret: secrets.s3_secret_key.clone() }
}

fn store_config(config: &Config, embedded: Option<&SecretString>, secrets: Option<&Secrets>) -> StoreConfig {
    let text = |secret: Option<&SecretString>| secret.map(|s| s.expose_secret().to_owned()).unwrap_or_default();
    let url = config.database_url.as_ref().or(embedded);
    // Configuration refuses an own database without an own key.
    let key = config.tenant_key.as_ref().or(secrets.map(|secrets| &secrets.tenant_key));
    // Postgres gives an append up before the journal gives up waiting for it.
    let append_timeout = config.live.journal.commit_timeout * 4 / 5;
    StoreConfig { append_timeout, max_history: config.max_history, ..StoreConfig::new(text(url), text(key)) }
}

fn objects_config(config: &Config, embedded: Option<String>, secrets: Option<&Secrets>) -> ObjectsConfig {
    let generated = secrets.map(keys);
    let access = config.s3.access_key.as_ref().or(generated.as_ref().map(|keys| &keys.access));
    let secret = config.s3.secret_key.as_ref().or(generated.as_ref().map(|keys| &keys.secret));
    let plain = |url: &url::Url| url.as_str().trim_end_matches('/').to_owned();
    let public = if config.embedded_s3() { Some(config.public_url.clone()) } else { config.s3.public_endpoint.as_ref().map(plain) };
    ObjectsConfig {
        endpoint: config.s3.endpoint.as_ref().map(plain).or(embedded).unwrap_or_default(),
        public_endpoint: public,
        region: config.s3.region.clone(),
        bucket: config.s3.bucket.clone(),
        access_key: access.map(|key| key.expose_secret().to_owned()).unwrap_or_default(),
        secret_key: secret.cloned().unwrap_or_default(),
    }
}

fn announce(data_dir: &Path, running: &Running) -> Result<(), PlatformError> {
    let path = data_dir.join(RUNNING);
    let json = serde_json::to_vec(running).unwrap_or_default();
    std::fs::write(&path, json).map_err(|source| PlatformError::Running { path, source })
}

fn read_running(data_dir: &Path) -> Option<Running> {
    serde_json::from_slice(&std::fs::read(data_dir.join(RUNNING)).ok()?).ok()
}
