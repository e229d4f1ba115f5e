use tandem_domain::{
    statechart::LoadError,
    workflow::{self, WorkflowError},
};

use crate::StoreError;

/// Why a task did not take a step. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum FlowError {
    /// It does not wait for that, or a condition failed.
    #[error(transparent)]
    Flow(#[from] workflow::FlowError),
    /// The project has no workflow: the task is done with its one answer.
    #[error("the task is on no workflow")]
    NoWorkflow,
    #[error("the task is not there")]
    NoTask,
    /// It waits to begin; the server does so within a moment.
    #[error("the task has not begun yet")]
    NotBegun,
    /// Tasks run only on what does not change any more.
    #[error("the workflow is a draft: activate it first")]
    Draft,
    /// There is nothing before where it is.
    #[error("the task has no state before this one")]
    NothingBefore,
    #[error("the stored workflow does not compile: {0}")]
    Workflow(#[from] WorkflowError),
    #[error("the task's state does not fit its workflow: {0}")]
    State(#[from] LoadError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl FlowError {
    /// Whether the same call may succeed later without being changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_retryable())
    }
}

impl From<sqlx::Error> for FlowError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// For those who expect only a database to fail: what a workflow does wrong is a defect of what is stored.
impl From<FlowError> for StoreError {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Store(error) => error,
            other => Self::corrupt("workflow state", other),
        }
    }
}
