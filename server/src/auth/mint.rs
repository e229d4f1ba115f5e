//! Makes tokens, where the server holds the secret (HS256).

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use secrecy::{ExposeSecret as _, SecretString};
use tandem_protocol::{WorkspaceId, WorkspaceRole, rest::UserSummary};

use super::{AuthError, Claims, Purpose, claims::Audience};
use crate::config::JwtConfig;

/// Short: it is checked without asking the database, so a removed person keeps it this long.
pub const ACCESS_TTL: TimeDelta = TimeDelta::minutes(15);
pub const REFRESH_TTL: TimeDelta = TimeDelta::days(30);
/// Long enough that a link printed at the start of a working week still works at its end.
pub const SIGN_IN_TTL: TimeDelta = TimeDelta::days(7);

/// Whom a token is for.
#[derive(Clone, Debug)]
pub struct Subject {
    pub user: UserSummary,
    pub workspace_id: WorkspaceId,
    pub workspace_role: WorkspaceRole,
}

/// A token and when it ends.
#[derive(Clone, Debug)]
pub struct Minted {
    pub token: String,
    pub expires_at: DateTime<Utc>,
}

pub(super) struct Minter {
    key: EncodingKey,
    issuer: String,
    audience: String,
}

impl Minter {
    pub(super) fn new(config: &JwtConfig, secret: &SecretString) -> Self {
        Self {
            key: EncodingKey::from_secret(secret.expose_secret().as_bytes()),
            issuer: config.issuer.clone(),
            audience: config.audience.clone(),
        }
    }

    pub(super) fn mint(&self, subject: &Subject, purpose: Purpose, ttl: TimeDelta, now: DateTime<Utc>) -> Result<Minted, AuthError> {
        let expires_at = now + ttl;
        // A link should be short enough to be copied by hand.
        let person = (purpose == Purpose::Access).then(|| subject.user.clone());
        let (name, email, color) = person.map(|user| (user.name, user.email, Some(user.color))).unwrap_or_default();
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: Audience(vec![purpose.audience(&self.audience)]),
            sub: subject.user.id,
            iat: now.timestamp(),
            exp: expires_at.timestamp(),
            purpose: Some(purpose),
            workspace_id: subject.workspace_id,
            workspace_role: subject.workspace_role,
            name,
            email,
            color,
        };
        let token = encode(&Header::new(Algorithm::HS256), &claims, &self.key)?;
        Ok(Minted { token, expires_at })
    }
}
