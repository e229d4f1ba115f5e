//! A key set of an identity provider, from a file or a URL.
//!
//! Kept in memory. Read again when it is old, and when a token names a key that is not in it (the provider rotated); the second
//! at most once in a while, or anybody could make us hammer the provider with made-up key ids. When the provider does not
//! answer, the keys we have go on counting: its outage must not sign everybody out.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, JwkSet, KeyAlgorithm, PublicKeyUse},
};
use tokio::{sync::Mutex, time::Instant};
use url::Url;

use super::AuthError;
use crate::config::JwksSource;

/// Keys older than this are read again before use.
const MAX_AGE: Duration = Duration::from_secs(10 * 60);
/// Least time between two readings, whatever tokens say.
const MIN_INTERVAL: Duration = Duration::from_secs(10);
const FETCH_TIMEOUT: Duration = Duration::from_secs(5);
const LARGEST_SET: usize = 256 * 1024;

pub(super) struct Jwks {
    source: JwksSource,
    algorithm: Algorithm,
    /// One reader at a time: a burst of tokens with a new key id causes one fetch.
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    keys: Arc<Vec<Key>>,
    read_at: Option<Instant>,
    tried_at: Option<Instant>,
}

struct Key {
    id: Option<String>,
    key: DecodingKey,
}

/// Why a key set could not be read; for the log.
#[derive(Debug, thiserror::Error)]
enum JwksError {
    #[error("{0}")]
    File(#[from] std::io::Error),
    #[error("{0}")]
    Http(String),
    #[error("it is no JSON Web Key Set: {0}")]
    Content(#[from] serde_json::Error),
    #[error("it has no key for {0:?}")]
    Empty(Algorithm),
}

impl Jwks {
    pub(super) fn new(source: JwksSource, algorithm: Algorithm) -> Self {
        Self { source, algorithm, state: Mutex::default() }
    }

    /// The key a token was signed with, by its id; without an id only if there is no choice.
    pub(super) async fn key(&self, id: Option<&str>) -> Result<DecodingKey, AuthError> {
        let mut state = self.state.lock().await;
        let fresh = state.read_at.is_some_and(|at| at.elapsed() < MAX_AGE);
        let found = choose(&state.keys, id);
        if let (true, Some(key)) = (fresh, &found) {
            return Ok(key.clone());
        }
        let rested = state.tried_at.is_none_or(|at| at.elapsed() >= MIN_INTERVAL);
        if rested {
            self.reload(&mut state).await;
        }
        match choose(&state.keys, id) {
            Some(key) => Ok(key),
            None if state.read_at.is_none() => Err(AuthError::Unavailable),
            None => Err(AuthError::UnknownKey),
        }
    }

    async fn reload(&self, state: &mut State) {
        state.tried_at = Some(Instant::now());
        match self.read().await {
            Ok(keys) => {
                state.keys = Arc::new(keys);
                state.read_at = state.tried_at;
            }
            Err(error) => tracing::warn!(source = ?self.source, %error, "the key set cannot be read; keys already known go on counting"),
        }
    }

    async fn read(&self) -> Result<Vec<Key>, JwksError> {
        let json = match &self.source {
            JwksSource::File(path) => tokio::fs::read(path).await?,
            JwksSource::Url(url) => fetch(url).await?.to_vec(),
        };
        let set: JwkSet = serde_json::from_slice(&json)?;
        let keys: Vec<Key> = set.keys.iter().filter(|jwk| fits(jwk, self.algorithm)).filter_map(key).collect();
        if keys.is_empty() { Err(JwksError::Empty(self.algorithm)) } else { Ok(keys) }
    }
}

fn choose(keys: &[Key], id: Option<&str>) -> Option<DecodingKey> {
    match (id, keys) {
        (Some(id), keys) => keys.iter().find(|key| key.id.as_deref() == Some(id)).map(|key| key.key.clone()),
        (None, [only]) => Some(only.key.clone()),
        (None, _) => None,
    }
}

fn key(jwk: &Jwk) -> Option<Key> {
    let key = DecodingKey::from_jwk(jwk).ok()?;
    Some(Key { id: jwk.common.key_id.clone(), key })
}

/// Whether a key may check signatures of `algorithm`. A symmetric key in a published set is never one.
fn fits(jwk: &Jwk, algorithm: Algorithm) -> bool {
    let kind = match (&jwk.algorithm, algorithm) {
        (AlgorithmParameters::RSA(_), Algorithm::RS256) => true,
        (AlgorithmParameters::EllipticCurve(p), Algorithm::ES256) => p.curve == EllipticCurve::P256,
        (AlgorithmParameters::OctetKeyPair(p), Algorithm::EdDSA) => p.curve == EllipticCurve::Ed25519,
        _ => false,
    };
    let named = jwk.common.key_algorithm.is_none_or(|named| named == KeyAlgorithm::from(algorithm));
    let signs = !matches!(jwk.common.public_key_use, Some(PublicKeyUse::Encryption));
    kind && named && signs
}

async fn fetch(url: &Url) -> Result<Bytes, JwksError> {
    let http = |error: &dyn std::fmt::Display| JwksError::Http(error.to_string());
    let connector = hyper_rustls::HttpsConnectorBuilder::new()
        .with_native_roots()
        .map_err(|error| http(&error))?
        .https_or_http()
        .enable_http1()
        .build();
    let client: Client<_, Empty<Bytes>> = Client::builder(TokioExecutor::new()).build(connector);
    let uri = url.as_str().parse::<http::Uri>().map_err(|error| http(&error))?;
    let get = async {
        let response = client.get(uri).await.map_err(|error| http(&error))?;
        if !response.status().is_success() {
            return Err(JwksError::Http(format!("the answer is {}", response.status())));
        }
        let body = Limited::new(response.into_body(), LARGEST_SET).collect().await.map_err(|error| http(&error))?;
        Ok(body.to_bytes())
    };
    tokio::time::timeout(FETCH_TIMEOUT, get).await.map_err(|_| JwksError::Http("no answer in time".into()))?
}
