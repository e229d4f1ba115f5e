//! What a token says.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use tandem_domain::identity::Identity;
use tandem_protocol::{UserId, WorkspaceId, WorkspaceRole, rest::UserSummary};

/// What a token is good for. Each kind has an audience of its own, so that no other service takes one for another either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Calls the API. Tokens of an identity provider, which say no purpose, are of this kind.
    Access,
    /// Gets a new session.
    Refresh,
    /// In a sign-in link: gets a session.
    SignIn,
}

impl Purpose {
    pub(super) fn audience(self, base: &str) -> String {
        match self {
            Self::Access => base.to_owned(),
            Self::Refresh => format!("{base}/refresh"),
            Self::SignIn => format!("{base}/sign-in"),
        }
    }
}

/// The claims Tandem reads. Others are ignored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    pub iss: String,
    pub aud: Audience,
    pub sub: UserId,
    pub iat: i64,
    pub exp: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    pub workspace_id: WorkspaceId,
    pub workspace_role: WorkspaceRole,
    /// Name and address are in access tokens, which are believed without asking anybody. The others are exchanged, and then
    /// they are read anew.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub email: String,
    /// Cursor colour, `#rrggbb`. Without it one is derived from the user's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
}

/// One audience or several (RFC 7519, 4.1.3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Audience(pub Vec<String>);

impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum OneOrMany {
            One(String),
            Many(Vec<String>),
        }
        Ok(Self(match OneOrMany::deserialize(deserializer)? {
            OneOrMany::One(one) => vec![one],
            OneOrMany::Many(many) => many,
        }))
    }
}

impl Claims {
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        self.purpose.unwrap_or(Purpose::Access)
    }

    #[must_use]
    pub fn into_identity(self) -> Identity {
        let color = self.color.filter(|c| is_color(c)).unwrap_or_else(|| color_of(self.sub));
        Identity {
            user: UserSummary { id: self.sub, name: self.name, email: self.email, color },
            workspace_id: self.workspace_id,
            workspace_role: self.workspace_role,
            // A time nobody can name counts as long ago: such a token is the first to be void.
            issued_at: DateTime::<Utc>::from_timestamp(self.iat, 0).unwrap_or(DateTime::<Utc>::MIN_UTC),
            expires_at: DateTime::<Utc>::from_timestamp(self.exp, 0).unwrap_or(DateTime::<Utc>::MAX_UTC),
        }
    }
}

/// It ends up in other people's style sheets: nothing but a colour may pass.
fn is_color(text: &str) -> bool {
    text.len() == 7 && text.starts_with('#') && text.bytes().skip(1).all(|b| b.is_ascii_hexdigit())
}

/// A colour that stays the same for a person, readable on light and dark.
#[must_use]
pub fn color_of(user: UserId) -> String {
    const PALETTE: [&str; 12] = [
        "#2563eb", "#dc2626", "#059669", "#d97706", "#7c3aed", "#db2777", "#0891b2", "#65a30d", "#c026d3", "#ea580c", "#0d9488", "#4f46e5",
    ];
    // The end of a UUIDv7 is random; its beginning is the time and nearly the same for people made together.
    let spread = user.0.as_bytes().iter().rev().take(4).fold(0_usize, |sum, byte| sum * 31 + usize::from(*byte));
    PALETTE[spread % PALETTE.len()].to_owned()
}
