//! Branded ids. A `TaskId` cannot be passed where a `ProjectId` is wanted; on the wire all of them are plain UUID strings.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String, format = Uuid)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A fresh UUIDv7: ids sort by the time they were made, which keeps B-tree inserts at the right edge.
            #[must_use]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

ids! {
    /// The tenant.
    WorkspaceId,
    UserId,
    CustomerId,
    ProjectId,
    BatchId,
    /// One uploaded file (an image).
    AssetId,
    TaskId,
    /// One version of a project's workflow.
    WorkflowId,
    /// One version of a project's layout.
    LayoutId,
    /// One lease of one task-step by one person.
    AssignmentId,
    /// One piece of work that runs by itself: an import, an export.
    JobId,
    /// A file that a job reads or has made.
    JobFileId,
    /// A model that runs in people's browsers: an encoder and a decoder.
    ModelId,
    /// What an admin wrote down about a task.
    TaskNoteId,
    /// One thing a person is told of.
    NotificationId,
    /// One person's versioned work on a task-step.
    AnnotationId,
    /// One shape of an annotation. Made by the client that draws it.
    RegionId,
    /// One live Yjs document.
    DocumentId,
    /// A live document as it was at some moment.
    CheckpointId,
    /// The generation of a document. Clients holding another generation must not merge into it.
    LineageId,
    /// One WebSocket connection.
    SessionId,
    /// One run of one server process.
    NodeId,
}
