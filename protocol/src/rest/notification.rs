use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::UserSummary;
use crate::{NotificationId, ProjectId, TaskId, UserId, role::text};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotificationKind {
    /// A comment names me.
    Mention,
    /// Somebody answered in a thread I wrote in.
    Answer,
    /// A task of a project of which I am admin waits for one: its time was over, a program failed, nobody agreed.
    Held,
    /// I have a task without having asked for it: an admin, the holder before, or the server gave it to me.
    Given,
    /// The server offers me a task before all others, for a while.
    Offered,
}

text!(NotificationKind { Mention = "mention", Answer = "answer", Held = "held", Given = "given", Offered = "offered" });

impl NotificationKind {
    /// Else of work.
    #[must_use]
    pub fn is_of_a_comment(self) -> bool {
        matches!(self, Self::Mention | Self::Answer)
    }
}

/// What I am told of although I am elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Notification {
    pub id: NotificationId,
    pub kind: NotificationKind,
    pub project_id: ProjectId,
    pub task_id: TaskId,
    /// Who wrote it, or gave the task; the server where nobody did: its id is nil.
    pub from: UserSummary,
    /// The thread and the comment, as they are named in the task's document; empty where it is about work.
    pub thread: String,
    pub comment: String,
    /// How the comment begins, or what happened, in words.
    pub excerpt: String,
    pub created_at: DateTime<Utc>,
    pub read_at: Option<DateTime<Utc>>,
}

/// Newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Notifications {
    pub items: Vec<Notification>,
    pub next_cursor: Option<String>,
    /// All that are unread, on this page or not.
    pub unread: u32,
}

/// Whom a comment concerns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TellOfComment {
    /// The thread and the comment as they are named in the document: 1 to 64 characters each.
    #[schema(min_length = 1, max_length = 64)]
    pub thread: String,
    #[schema(min_length = 1, max_length = 64)]
    pub comment: String,
    /// How it begins: 1 to 280 characters.
    #[schema(min_length = 1, max_length = 280)]
    pub excerpt: String,
    /// People it names; at most 50 in both lists together. Who is in both is named.
    #[serde(default)]
    pub mentioned: Vec<UserId>,
    /// People it answers.
    #[serde(default)]
    pub answered: Vec<UserId>,
}

/// How many were told who had not been.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Told {
    pub told: u32,
}

/// What I have read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadNotifications {
    /// These, at most 200; without it all.
    #[serde(default)]
    pub ids: Option<Vec<NotificationId>>,
}

/// How many are unread from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Unread {
    pub unread: u32,
}
