//! From text to typed values: the rule of each setting, and the rules between settings.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use jsonwebtoken::Algorithm;
use secrecy::SecretString;
use tandem_store::bus::{RedisAddress, RedisConfig};
use url::Url;

use super::{Config, ConfigError, JwksSource, JwtConfig, Line, LogFormat, Origin, OtlpConfig, S3Config, Secrecy, limits};
use crate::proxies::Proxies;

/// The found values, by key.
pub(super) struct Reader<'a> {
    pub(super) lines: &'a [Line],
}

impl Reader<'_> {
    fn line(&self, key: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.setting.key == key)
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.line(key)?.value.as_deref()
    }

    fn secret(&self, key: &str) -> Option<SecretString> {
        self.text(key).map(SecretString::from)
    }

    fn path(&self, key: &str) -> Option<PathBuf> {
        self.text(key).map(PathBuf::from)
    }

    /// A value by its rule; `parse` says what is wrong in words that follow "but ".
    fn parsed<T>(&self, key: &'static str, parse: impl FnOnce(&str) -> Result<T, String>) -> Result<Option<T>, ConfigError> {
        self.text(key).map(|text| parse(text).map_err(|rule| self.bad(key, rule))).transpose()
    }

    pub(super) fn required<T>(&self, key: &'static str, parse: impl FnOnce(&str) -> Result<T, String>) -> Result<T, ConfigError> {
        self.parsed(key, parse)?.ok_or_else(|| ConfigError::Missing { setting: key, rule: "it has to be".into() })
    }

    pub(super) fn bad(&self, key: &'static str, rule: impl Into<String>) -> ConfigError {
        let rule = rule.into();
        let Some(line) = self.line(key) else { return ConfigError::Missing { setting: key, rule } };
        let origin = line.origin.clone();
        match (&line.value, line.setting.secrecy) {
            (None, _) => ConfigError::Missing { setting: key, rule },
            (Some(value), Secrecy::Open) => ConfigError::Bad { setting: key, value: value.clone(), origin, rule },
            // The value is a secret: it must not end up in a terminal's scroll-back or a log.
            (Some(_), Secrecy::Url | Secrecy::Secret) => ConfigError::BadSecret { setting: key, origin, rule },
        }
    }
}

pub(super) fn config(read: &Reader<'_>) -> Result<Config, ConfigError> {
    let bind = read.required("bind", address)?;
    let database_url = read.parsed("database_url", postgres_url)?;
    let config = Config {
        bind,
        public_url: read.parsed("public_url", public_url)?.unwrap_or_else(|| browsable(bind)),
        trusted_proxies: read.parsed("trusted_proxies", Proxies::parse)?.unwrap_or_default(),
        call_hosts: read.parsed("call_hosts", hosts)?.unwrap_or_default(),
        data_dir: read.required("data_dir", |text| Ok(PathBuf::from(text)))?,
        redis: redis(read)?,
        s3: s3(read)?,
        jwt: jwt(read, database_url.is_some())?,
        tenant_key: read.parsed("tenant_key", long_secret)?,
        demo: read.parsed("demo", boolean)?.unwrap_or(database_url.is_none()),
        web_dir: read.path("web_dir"),
        postgres_bin: read.path("postgres_bin"),
        log: read.text("log").map(str::to_owned),
        log_format: read.parsed("log_format", log_format)?,
        slow_handler: read.required("slow_handler_ms", millis)?,
        metrics_token: read.secret("metrics_token"),
        otlp: otlp(read)?,
        sample: read.required("otlp.sample", share)?,
        max_history: read.required("limits.max_history", limits::history)?,
        max_model_file: read.required("models.max_file", limits::model_file)?,
        live: limits::live(read)?,
        database_url,
    };
    if config.database_url.is_some() && config.tenant_key.is_none() {
        return Err(ConfigError::Missing { setting: "tenant_key", rule: with_database(read, "TANDEM_TENANT_KEY") });
    }
    Ok(config)
}

/// A database of one's own may serve several nodes, which must agree on their secrets: so none is generated. This also keeps
/// a DATABASE_URL that was exported for something else from being migrated by accident.
fn with_database(read: &Reader<'_>, variable: &str) -> String {
    let origin = read.line("database_url").map_or(Origin::Unset, |line| line.origin.clone());
    format!(
        "is needed with a database of your own (database_url comes from {origin}): set {variable} to 32 random characters or more, \
         or unset database_url to use the embedded Postgres"
    )
}

fn redis(read: &Reader<'_>) -> Result<Option<RedisConfig>, ConfigError> {
    let ca = read.parsed("redis_ca", pem)?;
    let prefix = read.required("redis_prefix", prefix)?;
    let address = read.parsed("redis_url", RedisAddress::parse)?;
    if ca.is_some() && !address.as_ref().is_some_and(RedisAddress::is_tls) {
        return Err(read.bad("redis_ca", "redis_url does not begin with rediss: no certificate is looked at"));
    }
    Ok(address.map(|address| RedisConfig { ca, prefix, ..RedisConfig::new(address) }))
}

/// A brace in it would be taken for the part of a key that names its slot in a cluster.
fn prefix(text: &str) -> Result<String, String> {
    let plain = text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'{' | b'}'));
    if plain && text.len() <= 64 { Ok(text.to_owned()) } else { Err("must be at most 64 printable characters without braces".into()) }
}

fn s3(read: &Reader<'_>) -> Result<S3Config, ConfigError> {
    let s3 = S3Config {
        endpoint: read.parsed("s3.endpoint", web_url)?,
        public_endpoint: read.parsed("s3.public_endpoint", web_url)?,
        region: read.required("s3.region", |text| Ok(text.to_owned()))?,
        bucket: read.required("s3.bucket", bucket)?,
        access_key: read.secret("s3.access_key"),
        secret_key: read.secret("s3.secret_key"),
    };
    if s3.endpoint.is_none() && s3.public_endpoint.is_some() {
        return Err(read.bad("s3.public_endpoint", "s3.endpoint is not set: the embedded S3 is reached through public_url"));
    }
    for (key, value) in [("s3.access_key", &s3.access_key), ("s3.secret_key", &s3.secret_key)] {
        if s3.endpoint.is_some() && value.is_none() {
            return Err(read.bad(key, "is needed when s3.endpoint is set"));
        }
    }
    Ok(s3)
}

fn otlp(read: &Reader<'_>) -> Result<Option<OtlpConfig>, ConfigError> {
    let headers = read.parsed("otlp.headers", headers)?.unwrap_or_default();
    let sample = read.required("otlp.sample", share)?;
    let endpoint = read.parsed("otlp.endpoint", web_url)?;
    if endpoint.is_none() && !headers.is_empty() {
        return Err(read.bad("otlp.headers", "otlp.endpoint is not set: nothing is sent"));
    }
    Ok(endpoint.map(|endpoint| OtlpConfig { endpoint, headers, sample }))
}

fn headers(text: &str) -> Result<Vec<(String, SecretString)>, String> {
    let one = |pair: &str| match pair.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), SecretString::from(value.trim()))),
        _ => Err("must be name=value, several of them with commas between".to_owned()),
    };
    text.split(',').map(one).collect()
}

fn share(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|share| (0.0..=1.0).contains(share)).ok_or_else(|| "must be a number from 0 to 1, such as 0.02".into())
}

fn millis(text: &str) -> Result<Duration, String> {
    text.parse().ok().filter(|ms| *ms > 0).map(Duration::from_millis).ok_or_else(|| "must be a whole number of milliseconds".into())
}

fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("must be text or json".into()),
    }
}

fn jwt(read: &Reader<'_>, own_database: bool) -> Result<JwtConfig, ConfigError> {
    let jwt = JwtConfig {
        algorithm: read.required("jwt.algorithm", algorithm)?,
        secret: read.parsed("jwt.secret", long_secret)?,
        public_key: read.parsed("jwt.public_key", pem)?,
        jwks: read.parsed("jwt.jwks", jwks)?,
        issuer: read.required("jwt.issuer", |text| Ok(text.to_owned()))?,
        audience: read.required("jwt.audience", |text| Ok(text.to_owned()))?,
    };
    let name = algorithm_name(jwt.algorithm);
    match (jwt.algorithm, &jwt.public_key, &jwt.jwks) {
        (Algorithm::HS256, None, None) if own_database && jwt.secret.is_none() => {
            Err(read.bad("jwt.secret", with_database(read, "TANDEM_JWT_SECRET")))
        }
        (Algorithm::HS256, None, None) => Ok(jwt),
        (Algorithm::HS256, Some(_), _) => Err(read.bad("jwt.public_key", "jwt.algorithm is HS256, which has no public key")),
        (Algorithm::HS256, None, Some(_)) => Err(read.bad("jwt.jwks", "jwt.algorithm is HS256, which has no key set")),
        (_, Some(_), Some(_)) => Err(read.bad("jwt.public_key", "jwt.jwks is set too: choose one")),
        (_, None, None) => Err(read.bad("jwt.public_key", format!("is needed for {name} (or jwt.jwks)"))),
        (_, _, _) if jwt.secret.is_some() => Err(read.bad("jwt.secret", format!("has no use with {name}: only HS256 has a secret"))),
        (_, _, _) => Ok(jwt),
    }
}

fn address(text: &str) -> Result<SocketAddr, String> {
    let literal = text.strip_prefix("localhost:").map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
    literal.parse().map_err(|_| "must be an IP address and a port, such as 127.0.0.1:8080 or 0.0.0.0:80".into())
}

/// Where a browser on this machine finds a listener.
pub(super) fn browsable(bind: SocketAddr) -> String {
    if bind.ip().is_unspecified() { format!("http://localhost:{}", bind.port()) } else { format!("http://{bind}") }
}

fn web_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|_| "must be a URL such as https://s3.example.org".to_owned())?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err("must begin with http:// or https:// and name a host".into());
    }
    Ok(url)
}

/// The web app's own paths begin at `/`, so a path here would break every one of them.
fn public_url(text: &str) -> Result<String, String> {
    let url = web_url(text)?;
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("must have no path, such as https://tandem.example.org".into());
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn postgres_url(text: &str) -> Result<SecretString, String> {
    let url = Url::parse(text).map_err(|_| "must be a URL such as postgres://user:password@host:5432/tandem".to_owned())?;
    match url.scheme() {
        "postgres" | "postgresql" => Ok(SecretString::from(text)),
        other => Err(format!("must begin with postgres://, not {other}://")),
    }
}

/// S3's own naming rule, and not a name that a route of ours has: the embedded S3 is mounted under `/{bucket}/`.
fn bucket(text: &str) -> Result<String, String> {
    const TAKEN: &[&str] = &["api", "assets", "healthz", "metrics", "readyz", "ws", "yjs", "sign-in", "projects", "problems"];
    let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if !(3..=63).contains(&text.len()) || !plain || text.starts_with('-') || text.ends_with('-') {
        return Err("must be 3 to 63 of a-z, 0-9 and -, beginning and ending with a letter or digit".into());
    }
    if TAKEN.contains(&text) {
        return Err("is the name of a page of Tandem: choose another".into());
    }
    Ok(text.to_owned())
}

fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "true" | "1" | "yes" => Ok(true),
        "false" | "0" | "no" => Ok(false),
        _ => Err("must be true or false".into()),
    }
}

fn long_secret(text: &str) -> Result<SecretString, String> {
    if text.len() < 32 {
        return Err(format!("must have 32 characters or more, and has {}", text.len()));
    }
    Ok(SecretString::from(text))
}

fn algorithm(text: &str) -> Result<Algorithm, String> {
    match text.to_ascii_uppercase().as_str() {
        "HS256" => Ok(Algorithm::HS256),
        "RS256" => Ok(Algorithm::RS256),
        "ES256" => Ok(Algorithm::ES256),
        "EDDSA" => Ok(Algorithm::EdDSA),
        _ => Err("must be HS256, RS256, ES256 or EdDSA".into()),
    }
}

/// The name as in a token's header.
pub(super) fn algorithm_name(algorithm: Algorithm) -> String {
    format!("{algorithm:?}")
}

fn pem(text: &str) -> Result<String, String> {
    let pem = if text.contains("-----BEGIN") {
        // One-line variables carry the line breaks escaped.
        text.replace("\\n", "\n")
    } else {
        std::fs::read_to_string(text).map_err(|error| format!("must be a PEM or the path of a PEM file, which cannot be read: {error}"))?
    };
    if pem.contains("PRIVATE KEY") {
        return Err("is a private key: give the public one".into());
    }
    if !pem.contains("-----BEGIN") {
        return Err("must hold a PEM (-----BEGIN PUBLIC KEY-----)".into());
    }
    Ok(pem)
}

fn jwks(text: &str) -> Result<JwksSource, String> {
    if !text.contains("://") {
        return Ok(JwksSource::File(PathBuf::from(text)));
    }
    let url = web_url(text)?;
    let local = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if url.scheme() == "http" && !local {
        return Err("must be https: whoever can change a key set on the way can sign in as anybody".into());
    }
    Ok(JwksSource::Url(url))
}

/// Secrets of the reader's type compare by content in tests.
#[cfg(test)]
pub(super) fn exposed(secret: Option<&SecretString>) -> Option<&str> {
    secret.map(secrecy::ExposeSecret::expose_secret)
}

fn hosts(text: &str) -> Result<Vec<String>, String> {
    let hosts = text.split(',').map(str::trim).filter(|host| !host.is_empty());
    hosts
        .map(|host| {
            let plain = host.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']'));
            if plain {
                Ok(host.to_ascii_lowercase())
            } else {
                Err(format!("{host:?} is no host: names without http://, with commas between"))
            }
        })
        .collect()
}
