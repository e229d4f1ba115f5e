//! Configuration: defaults < `tandem.toml` < environment < flags.
//!
//! The environment is read here only (clippy refuses `std::env::var` elsewhere). Each bad value is one sentence that names the
//! setting, the value, where it came from and the rule.

mod error;
mod layers;
mod limits;
mod parse;
mod secrets;
mod settings;
mod show;

use std::{
    io::IsTerminal as _,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

pub use error::ConfigError;
use jsonwebtoken::Algorithm;
use layers::Layers;
pub use layers::{Environment, Origin};
use parse::Reader;
use secrecy::SecretString;
pub use secrets::{Secrets, SecretsError};
pub use settings::{SETTINGS, Secrecy, Setting};
pub use show::table;
use tandem_actors::LiveConfig;
use tandem_store::bus::RedisConfig;
use url::Url;

use crate::proxies::Proxies;

/// Everything that can be set, parsed.
#[derive(Clone, Debug)]
pub struct Config {
    pub bind: SocketAddr,
    /// No trailing slash.
    pub public_url: String,
    /// Whose word on a request's address counts.
    pub trusted_proxies: Proxies,
    /// What workflows may call: hosts, with or without a port.
    pub call_hosts: Vec<String>,
    pub data_dir: PathBuf,
    /// Not set: embedded Postgres.
    pub database_url: Option<SecretString>,
    /// Not set: this node is alone.
    pub redis: Option<RedisConfig>,
    pub s3: S3Config,
    pub jwt: JwtConfig,
    /// Not set: generated and kept in the data folder.
    pub tenant_key: Option<SecretString>,
    /// Whether to make the demo workspace and print links into it.
    pub demo: bool,
    /// Bytes of all checkpoints that a document keeps.
    pub max_history: u64,
    /// Bytes that one file of a model may have.
    pub max_model_file: u64,
    pub web_dir: Option<PathBuf>,
    pub postgres_bin: Option<PathBuf>,
    pub log: Option<String>,
    /// The bounds of the live core.
    pub live: LiveConfig,
    pub log_format: Option<LogFormat>,
    /// A message that takes longer is logged.
    pub slow_handler: Duration,
    /// Not set: `/metrics` is open.
    pub metrics_token: Option<SecretString>,
    /// Not set: spans go nowhere.
    pub otlp: Option<OtlpConfig>,
    /// Share of edits that are followed, for traces and for the times in metrics.
    pub sample: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Clone, Debug)]
pub struct OtlpConfig {
    pub endpoint: Url,
    pub headers: Vec<(String, SecretString)>,
    /// Share of traces kept.
    pub sample: f64,
}

#[derive(Clone, Debug)]
pub struct S3Config {
    /// Not set: embedded S3.
    pub endpoint: Option<Url>,
    pub public_endpoint: Option<Url>,
    pub region: String,
    pub bucket: String,
    pub access_key: Option<SecretString>,
    pub secret_key: Option<SecretString>,
}

#[derive(Clone, Debug)]
pub struct JwtConfig {
    pub algorithm: Algorithm,
    pub secret: Option<SecretString>,
    /// PEM text.
    pub public_key: Option<String>,
    pub jwks: Option<JwksSource>,
    pub issuer: String,
    pub audience: String,
}

/// Where a key set is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JwksSource {
    File(PathBuf),
    Url(Url),
}

/// What was asked for beside the environment.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// `--config`; it must exist. Not given: `TANDEM_CONFIG`, else `tandem.toml` if there is one.
    pub file: Option<PathBuf>,
    /// Values of flags, by setting key.
    pub flags: Vec<(&'static str, String)>,
}

/// The configuration and, for `tandem config`, where each value came from.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub config: Config,
    pub lines: Vec<Line>,
    /// `TANDEM_*` variables that set nothing, likely misspelt.
    pub unknown_variables: Vec<String>,
}

/// One setting as found.
#[derive(Clone, Debug)]
pub struct Line {
    pub setting: &'static Setting,
    pub value: Option<String>,
    pub origin: Origin,
}

/// Reads, layers and checks everything. Touches no file but the configuration file and a PEM file named in it.
pub fn load(asked: &Asked, env: &Environment) -> Result<Loaded, ConfigError> {
    let named = asked.file.clone().or_else(|| env.get("TANDEM_CONFIG").map(PathBuf::from));
    let file = named.as_deref().unwrap_or_else(|| Path::new("tandem.toml"));
    let layers = Layers::read(file, named.is_some(), env, &asked.flags)?;
    let lines = SETTINGS
        .iter()
        .map(|setting| {
            let (value, origin) = layers.get(setting)?.map_or((None, Origin::Unset), |(value, origin)| (Some(value), origin));
            Ok(Line { setting, value, origin })
        })
        .collect::<Result<Vec<_>, ConfigError>>()?;
    let config = parse::config(&Reader { lines: &lines })?;
    Ok(Loaded { config, lines, unknown_variables: unknown_variables(env) })
}

/// A `--set KEY=VALUE`.
pub fn flag(argument: &str) -> Result<(&'static str, String), ConfigError> {
    let (key, value) = argument.split_once('=').unwrap_or((argument, ""));
    match settings::find(key) {
        Some(setting) if argument.contains('=') => Ok((setting.key, value.to_owned())),
        _ => Err(ConfigError::UnknownFlag { argument: argument.to_owned(), nearest: layers::nearest(key) }),
    }
}

/// Kubernetes makes variables like `TANDEM_SERVICE_HOST` for a service called tandem: so this is told, not refused.
fn unknown_variables(env: &Environment) -> Vec<String> {
    env.names()
        .filter(|name| name.starts_with("TANDEM_"))
        .filter(|name| !settings::OTHER_VARIABLES.contains(name) && !SETTINGS.iter().any(|s| s.env == *name))
        .map(str::to_owned)
        .collect()
}

impl Config {
    #[must_use]
    pub fn embedded_postgres(&self) -> bool {
        self.database_url.is_none()
    }

    #[must_use]
    pub fn embedded_s3(&self) -> bool {
        self.s3.endpoint.is_none()
    }

    /// Takes the address that was got in place of the one that was asked for.
    pub(crate) fn move_to(&mut self, address: SocketAddr) {
        if self.public_url == parse::browsable(self.bind) {
            self.public_url = parse::browsable(address);
        }
        self.bind = address;
    }

    /// One edit in so many is followed; 0: none.
    #[must_use]
    pub fn sample_one_in(&self) -> u32 {
        if self.sample > 0.0 { (1.0 / self.sample).round().clamp(1.0, f64::from(u32::MAX)) as u32 } else { 0 }
    }

    /// Text for people, JSON for machines that collect it.
    #[must_use]
    pub fn json_logs(&self) -> bool {
        match self.log_format {
            Some(format) => format == LogFormat::Json,
            None => !(std::io::stderr().is_terminal() || self.embedded_postgres()),
        }
    }

    /// The log filter of `tracing`.
    #[must_use]
    pub fn log_filter(&self) -> &str {
        self.log.as_deref().unwrap_or(if self.embedded_postgres() { "warn" } else { "info" })
    }
}

#[cfg(test)]
mod tests;
