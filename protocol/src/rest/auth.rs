use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{ProjectId, ProjectRole, UserId, WorkspaceId, WorkspaceRole};

/// Exchange the token of a sign-in link for a session.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SignIn {
    pub token: String,
}

/// Exchange a refresh token for a new session. The old refresh token stays valid until it expires.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RefreshSession {
    pub refresh_token: String,
}

/// A signed-in session.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AuthSession {
    /// Send as `Authorization: Bearer ...` and in the WebSocket's first message.
    pub access_token: String,
    pub access_expires_at: DateTime<Utc>,
    pub refresh_token: String,
    pub refresh_expires_at: DateTime<Utc>,
    pub me: Me,
}

/// Who the token says I am, and where I may work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Me {
    pub user: UserSummary,
    pub workspace_id: WorkspaceId,
    pub workspace_name: String,
    pub workspace_role: WorkspaceRole,
    pub projects: Vec<MyProject>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MyProject {
    pub project_id: ProjectId,
    pub role: ProjectRole,
    /// Actions of `docs/permissions.md` this person may do here.
    pub may: Vec<String>,
}

/// A person as others see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserSummary {
    pub id: UserId,
    pub name: String,
    pub email: String,
    /// `#rrggbb`: the colour of this person's cursor and selection, everywhere.
    pub color: String,
}

/// A person was signed out everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionsRevoked {
    /// Tokens made before this are void: a full second, at most one ahead.
    pub valid_after: DateTime<Utc>,
}
