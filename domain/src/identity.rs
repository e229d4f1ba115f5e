//! Who is asking. Made by the server from a validated token; everything that decides about rights takes it as an argument.

use chrono::{DateTime, Utc};
use tandem_protocol::{ProjectRole, UserId, WorkspaceId, WorkspaceRole, rest::UserSummary};

use crate::permission::{Action, Scope, permits, permits_workspace};

/// A validated access token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    pub user: UserSummary,
    pub workspace_id: WorkspaceId,
    pub workspace_role: WorkspaceRole,
    /// When the token was made: one made before a revocation is void.
    pub issued_at: DateTime<Utc>,
    /// When the token stops being good.
    pub expires_at: DateTime<Utc>,
}

impl Identity {
    #[must_use]
    pub fn user_id(&self) -> UserId {
        self.user.id
    }

    /// The role that counts in a project: a workspace admin is admin everywhere, others are what the membership says.
    #[must_use]
    pub fn effective_role(&self, membership: Option<ProjectRole>) -> Option<ProjectRole> {
        match self.workspace_role {
            WorkspaceRole::Admin => Some(ProjectRole::Admin),
            WorkspaceRole::Member => membership,
        }
    }

    /// Whether this person may do `action` in a project where they are `membership`.
    #[must_use]
    pub fn may(&self, action: Action, membership: Option<ProjectRole>) -> bool {
        match action.scope() {
            Scope::Workspace => permits_workspace(self.workspace_role, action),
            Scope::Project => self.effective_role(membership).is_some_and(|role| permits(role, action)),
        }
    }
}
