//! Checks tokens: algorithm, key, signature, issuer, audience, times, purpose. In that order, and nothing of a token is
//! believed before its signature is.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use secrecy::ExposeSecret as _;

use super::{AuthError, Claims, Purpose, jwks::Jwks};
use crate::config::JwtConfig;

/// How far clocks may differ.
const LEEWAY_SECONDS: u64 = 30;

/// A token longer than this is no token; checked before any work is spent on it.
const LONGEST_TOKEN: usize = 16 * 1024;

enum Keys {
    One(DecodingKey),
    Set(Jwks),
}

pub(super) struct Verifier {
    keys: Keys,
    algorithm: Algorithm,
    issuer: String,
    audience: String,
}

impl Verifier {
    /// `secret` is the HS256 secret, configured or generated.
    pub(super) fn new(config: &JwtConfig, secret: Option<&secrecy::SecretString>) -> Result<Self, KeyError> {
        let keys = match (&config.jwks, &config.public_key, secret) {
            (Some(source), _, _) => Keys::Set(Jwks::new(source.clone(), config.algorithm)),
            (None, Some(pem), _) => Keys::One(public_key(config.algorithm, pem)?),
            (None, None, Some(secret)) if config.algorithm == Algorithm::HS256 => {
                Keys::One(DecodingKey::from_secret(secret.expose_secret().as_bytes()))
            }
            (None, None, _) => return Err(KeyError::NoKey),
        };
        Ok(Self { keys, algorithm: config.algorithm, issuer: config.issuer.clone(), audience: config.audience.clone() })
    }

    pub(super) async fn verify(&self, token: &str, wanted: Purpose) -> Result<Claims, AuthError> {
        if token.len() > LONGEST_TOKEN {
            return Err(AuthError::Malformed("it is too long".into()));
        }
        let header = decode_header(token)?;
        // The server's configuration names the algorithm, never the token: a token signed with HS256 and a public key as the
        // secret must not pass where RS256 is meant.
        if header.alg != self.algorithm {
            return Err(AuthError::Algorithm);
        }
        // RFC 7515, 4.1.11: extensions marked critical must be understood, and we understand none.
        if header.crit.is_some() {
            return Err(AuthError::Malformed("it has critical extensions".into()));
        }
        match &self.keys {
            Keys::One(key) => self.check(token, key, wanted),
            Keys::Set(set) => self.check(token, &set.key(header.kid.as_deref()).await?, wanted),
        }
    }

    fn check(&self, token: &str, key: &DecodingKey, wanted: Purpose) -> Result<Claims, AuthError> {
        let mut rules = Validation::new(self.algorithm);
        rules.leeway = LEEWAY_SECONDS;
        rules.validate_nbf = true;
        rules.set_issuer(&[&self.issuer]);
        rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // The audience says the purpose too. It is compared below, to be able to say what the token is for.
        let kinds = [Purpose::Access, Purpose::Refresh, Purpose::SignIn];
        rules.set_audience(&kinds.map(|kind| kind.audience(&self.audience)));
        let claims = decode::<Claims>(token, key, &rules)?.claims;
        if claims.purpose() != wanted {
            return Err(AuthError::Purpose { wanted, got: claims.purpose() });
        }
        if !claims.aud.0.contains(&wanted.audience(&self.audience)) {
            return Err(AuthError::Audience);
        }
        if wanted == Purpose::Access && claims.name.is_empty() {
            return Err(AuthError::Claim("name".into()));
        }
        Ok(claims)
    }
}

/// A configured key that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("jwt.public_key is no {algorithm:?} key: {message}.")]
    Pem { algorithm: Algorithm, message: String },
    #[error("There is no key to check tokens with.")]
    NoKey,
}

fn public_key(algorithm: Algorithm, pem: &str) -> Result<DecodingKey, KeyError> {
    let key = match algorithm {
        Algorithm::RS256 => DecodingKey::from_rsa_pem(pem.as_bytes()),
        Algorithm::ES256 => DecodingKey::from_ec_pem(pem.as_bytes()),
        Algorithm::EdDSA => DecodingKey::from_ed_pem(pem.as_bytes()),
        _ => return Err(KeyError::NoKey),
    };
    key.map_err(|error| KeyError::Pem { algorithm, message: error.to_string() })
}
