//! Identity: who a token says is calling, and the tokens this server makes itself.
//!
//! Tokens are checked locally, never by asking somebody per request. With HS256 (the embedded default) the server also makes
//! them: sign-in links, access and refresh tokens. With RS256, ES256 and EdDSA an identity provider makes them.

mod caller;
mod claims;
mod error;
mod jwks;
mod mint;
mod verify;

use std::sync::Arc;

pub use caller::Caller;
use chrono::{DateTime, TimeDelta, Utc};
pub use claims::{Audience, Claims, Purpose, color_of};
pub use error::AuthError;
use jsonwebtoken::Algorithm;
use mint::Minter;
pub use mint::{ACCESS_TTL, Minted, REFRESH_TTL, SIGN_IN_TTL, Subject};
use secrecy::SecretString;
use tandem_actors::revocations::Revocations;
use tandem_domain::identity::Identity;
pub use verify::KeyError;
use verify::Verifier;

use crate::config::JwtConfig;

/// Checks tokens and, with HS256, makes them. Cheap to clone.
#[derive(Clone)]
pub struct Auth {
    inner: Arc<Inner>,
}

struct Inner {
    verifier: Verifier,
    minter: Option<Minter>,
    issuer: String,
    revocations: Revocations,
}

impl Auth {
    /// `generated` is used as the HS256 secret where none is configured.
    pub fn new(config: &JwtConfig, generated: Option<&SecretString>) -> Result<Self, KeyError> {
        let secret = config.secret.as_ref().or(generated);
        let verifier = Verifier::new(config, secret)?;
        let minter = secret.filter(|_| config.algorithm == Algorithm::HS256).map(|secret| Minter::new(config, secret));
        Ok(Self { inner: Arc::new(Inner { verifier, minter, issuer: config.issuer.clone(), revocations: Revocations::default() }) })
    }

    /// Who an access token says is calling.
    pub async fn authenticate(&self, token: &str) -> Result<Identity, AuthError> {
        self.verify(token, Purpose::Access).await.map(Claims::into_identity)
    }

    /// The claims of a token made for `purpose`; one made for another is refused.
    pub async fn verify(&self, token: &str, purpose: Purpose) -> Result<Claims, AuthError> {
        let claims = self.inner.verifier.verify(token, purpose).await?;
        if self.is_void(&claims.clone().into_identity()) { Err(AuthError::Revoked) } else { Ok(claims) }
    }

    /// Tokens made void before their end. Whoever revokes notes it here too; other nodes' are read every second.
    #[must_use]
    pub fn revocations(&self) -> &Revocations {
        &self.inner.revocations
    }

    /// Whether a token that was good is void by now.
    #[must_use]
    pub fn is_void(&self, who: &Identity) -> bool {
        self.inner.revocations.is_void(who)
    }

    /// A new token. [`AuthError::Elsewhere`] where an identity provider makes them.
    pub fn mint(&self, subject: &Subject, purpose: Purpose, ttl: TimeDelta) -> Result<Minted, AuthError> {
        self.mint_as_of(subject, purpose, ttl, Utc::now())
    }

    /// A new token as if made at `now`: when whoever gets it was last seen to have a right to it.
    pub fn mint_as_of(&self, subject: &Subject, purpose: Purpose, ttl: TimeDelta, now: DateTime<Utc>) -> Result<Minted, AuthError> {
        let minter = self.inner.minter.as_ref().ok_or_else(|| AuthError::Elsewhere { issuer: self.inner.issuer.clone() })?;
        minter.mint(subject, purpose, ttl, now)
    }

    /// A link that signs this person in. The token is in the fragment, which browsers send to no server.
    pub fn sign_in_link(&self, public_url: &str, subject: &Subject) -> Result<String, AuthError> {
        let minted = self.mint(subject, Purpose::SignIn, SIGN_IN_TTL)?;
        Ok(format!("{public_url}/sign-in#token={}", minted.token))
    }
}

#[cfg(test)]
mod tests;
