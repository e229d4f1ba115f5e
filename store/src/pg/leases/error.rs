use tandem_protocol::{UserId, rest::AssignmentStatus};

use crate::StoreError;

/// Who has a task now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    pub user: UserId,
    pub name: String,
}

/// Why an action on a lease was refused. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    #[error("there is no such lease")]
    NotFound,
    /// The lease is somebody else's.
    #[error("the lease belongs to {}", holder.name)]
    NotYours { holder: Holder },
    /// The token is not this lease's, or the lease ended and somebody else has the task.
    #[error("fencing token {presented} is stale; the current one is {current}")]
    Stale { presented: i64, current: i64, holder: Option<Holder> },
    /// It ran out and nobody has taken the task since.
    #[error("the lease has expired")]
    Expired,
    /// It ended in another way.
    #[error("the lease is {status}")]
    NotActive { status: AssignmentStatus },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for LeaseError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
