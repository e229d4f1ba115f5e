//! Notes on a task, by and for those who steer the project.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::UserSummary;
use crate::TaskNoteId;

/// What an admin wrote down about a task. It stays as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TaskNote {
    pub id: TaskNoteId,
    pub author: UserSummary,
    pub text: String,
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddNote {
    /// 1 to 4,000 characters.
    #[schema(min_length = 1, max_length = 4000)]
    pub text: String,
}
