//! From every error a handler meets to what the client is told. No `_` arms: a new error must find its place here.

use serde_json::json;
use tandem_actors::{HistoryError, WorkError, document::ContentError};
use tandem_protocol::FieldError;
use tandem_store::{
    StoreError,
    objects::ObjectError,
    pg::{
        annotations::SubmitError,
        flow::FlowError,
        layouts::LayoutEditError,
        leases::{Holder, LeaseError},
        priority::PriorityError,
        tasks::CreateTasksError,
        workflows::WorkflowEditError,
    },
};

use super::{Kind, Refusal};
use crate::auth::AuthError;

impl From<AuthError> for Refusal {
    fn from(error: AuthError) -> Self {
        let kind = match &error {
            AuthError::Missing => Kind::TokenMissing,
            AuthError::Malformed(_) | AuthError::Forged | AuthError::Algorithm | AuthError::UnknownKey => Kind::TokenInvalid,
            AuthError::NotYet => Kind::TokenNotYetValid,
            AuthError::Issuer | AuthError::Audience | AuthError::Purpose { .. } | AuthError::Claim(_) => Kind::TokenNotAccepted,
            AuthError::Expired => Kind::TokenExpired,
            AuthError::Revoked => Kind::TokenRevoked,
            AuthError::NotAMember => Kind::NotAMember,
            AuthError::Elsewhere { .. } => Kind::SignInElsewhere,
            AuthError::Unavailable => Kind::AuthUnavailable,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let cause = chain(&error);
        match error {
            StoreError::NotFound { entity } => {
                Self::new(Kind::NotFound, format!("There is no such {entity}, or you are not in its project."))
            }
            StoreError::Duplicate { entity, field } => {
                let message = format!("another {entity} has this {field}");
                Self::new(Kind::AlreadyExists, format!("A {entity} with this {field} exists already.")).with_error(field, "unique", message)
            }
            StoreError::Missing { entity, field } => Self::field(field, "exists", format!("there is no such {entity} here")),
            StoreError::Invalid { rule } => Self::new(Kind::Invalid, format!("A value breaks the rule {rule}."))
                .because("a rule of the database that no handler checks"),
            StoreError::Unavailable(_) | StoreError::Contended(_) => {
                Self::new(Kind::DatabaseUnavailable, "The database does not answer; nothing was changed. Try again shortly.").because(cause)
            }
            StoreError::Config { .. }
            | StoreError::PostgresTooOld { .. }
            | StoreError::DatabaseNewer { .. }
            | StoreError::NotMigrated { .. }
            | StoreError::Migration(_)
            | StoreError::WrongTenantKey
            | StoreError::UnsafeRole { .. }
            | StoreError::RoleLogin { .. }
            | StoreError::Forbidden(_)
            | StoreError::Corrupt { .. }
            | StoreError::Database(_) => Self::internal(cause),
        }
    }
}

impl From<LeaseError> for Refusal {
    fn from(error: LeaseError) -> Self {
        match error {
            LeaseError::NotFound => Self::new(Kind::NotFound, "There is no such lease, or you are not in its project."),
            LeaseError::NotYours { holder } => {
                Self::new(Kind::LeaseNotYours, format!("This lease is {}'s.", holder.name)).with_details(json!({ "holder": who(&holder) }))
            }
            LeaseError::Stale { presented, current, holder } => {
                let now =
                    holder.as_ref().map_or("Nobody has the task now".to_owned(), |holder| format!("{} has the task now", holder.name));
                Self::new(Kind::LeaseStale, format!("{now}. Your work stays in the document."))
                    .with_details(json!({ "presented": presented, "current": current, "holder": holder.as_ref().map(who) }))
            }
            LeaseError::Expired => Self::new(Kind::LeaseExpired, "The lease ran out, and nobody has taken the task since: take it again."),
            LeaseError::NotActive { status } => {
                Self::new(Kind::LeaseNotActive, format!("The lease has ended: it was {status}.")).with_details(json!({ "status": status }))
            }
            LeaseError::Store(error) => error.into(),
        }
    }
}

fn who(holder: &Holder) -> serde_json::Value {
    json!({ "id": holder.user, "name": holder.name })
}

impl From<SubmitError> for Refusal {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Lease(error) => error.into(),
            SubmitError::Flow(error) => error.into(),
            SubmitError::Store(error) => error.into(),
        }
    }
}

impl From<FlowError> for Refusal {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Store(error) => error.into(),
            FlowError::NoTask => Self::new(Kind::NotFound, "There is no such task, or you are not in its project."),
            FlowError::NoWorkflow | FlowError::NotBegun | FlowError::Draft | FlowError::NothingBefore | FlowError::Flow(_) => {
                Self::new(Kind::NotNow, format!("The task cannot do that now: {error}."))
            }
            FlowError::Workflow(_) | FlowError::State(_) => Self::internal(error),
        }
    }
}

impl From<WorkError> for Refusal {
    fn from(error: WorkError) -> Self {
        match error {
            WorkError::Behind => {
                Self::new(Kind::DocumentBehind, "Some of your edits have not reached the server yet; they are kept, send the submit again.")
            }
            WorkError::Malformed(error) => error.into(),
            WorkError::Unavailable => Self::new(
                Kind::DocumentUnavailable,
                "The live document cannot be read at the moment; nothing was submitted. Try again shortly.",
            ),
        }
    }
}

impl From<ContentError> for Refusal {
    fn from(ContentError { path, message }: ContentError) -> Self {
        Self::fields(Kind::RegionsInvalid, vec![FieldError { field: path, rule: "format".to_owned(), message }])
    }
}

impl From<HistoryError> for Refusal {
    fn from(error: HistoryError) -> Self {
        let detail = error.to_string();
        match error {
            HistoryError::Unavailable | HistoryError::WaitingForDisk => {
                Self::new(Kind::DocumentUnavailable, "The live document cannot be changed at the moment; nothing was. Try again shortly.")
                    .because(detail)
            }
            HistoryError::Unreadable(why) => Self::internal(why),
            HistoryError::Full => Self::new(Kind::DocumentFull, "With it the document would hold more than it may; nothing was changed."),
        }
    }
}

impl From<CreateTasksError> for Refusal {
    fn from(error: CreateTasksError) -> Self {
        match error {
            CreateTasksError::UnknownAsset { index } => {
                Self::field(&format!("tasks[{index}].asset_id"), "exists", "there is no such image in this project")
            }
            CreateTasksError::AssetNotReady { index } => {
                Self::field(&format!("tasks[{index}].asset_id"), "ready", "the image is not ready: it was not completed, or was rejected")
            }
            CreateTasksError::UnknownBatch { index } => {
                Self::field(&format!("tasks[{index}].batch_id"), "exists", "there is no such batch in this project")
            }
            CreateTasksError::ExternalIdTaken { index } => {
                let field = format!("tasks[{index}].external_id");
                Self::new(Kind::AlreadyExists, format!("{field}: a task of this project has this external id.")).with_error(
                    &field,
                    "unique",
                    "a task of this project has this external id",
                )
            }
            CreateTasksError::Store(error) => error.into(),
        }
    }
}

impl From<PriorityError> for Refusal {
    fn from(error: PriorityError) -> Self {
        match error {
            PriorityError::NoTask { index } => {
                Self::field(&format!("task_ids[{index}]"), "exists", "there is no such task in this project")
            }
            PriorityError::Store(error) => error.into(),
        }
    }
}

impl From<WorkflowEditError> for Refusal {
    fn from(error: WorkflowEditError) -> Self {
        match error {
            WorkflowEditError::NotFound => Self::new(Kind::NotFound, "There is no such workflow, or you are not in its project."),
            WorkflowEditError::InUse { key, version, status } => Self::new(
                Kind::WorkflowInUse,
                format!("Version {version} of \"{key}\" is {status}: it does not change, because tasks are on it. Make the next version."),
            )
            .with_details(json!({ "key": key, "version": version, "status": status })),
            WorkflowEditError::OtherKey { key } => {
                let message = format!("this is a version of \"{key}\"; a workflow with another id is another workflow");
                Self::fields(Kind::WorkflowInvalid, vec![FieldError { field: "/id".to_owned(), rule: "same".to_owned(), message }])
            }
            WorkflowEditError::Changed { updated_at } => {
                Self::new(Kind::WorkflowChanged, "Somebody saved this draft since you read it. Read it again and repeat your change on it.")
                    .with_details(json!({ "updated_at": updated_at }))
            }
            WorkflowEditError::Store(error) => error.into(),
        }
    }
}

impl From<LayoutEditError> for Refusal {
    fn from(error: LayoutEditError) -> Self {
        match error {
            LayoutEditError::NotFound => Self::new(Kind::NotFound, "There is no such layout in this project."),
            LayoutEditError::InUse { name, version, status } => Self::new(
                Kind::LayoutInUse,
                format!("Version {version} of \"{name}\" is {status}: it does not change, because tasks are on it. Make the next version."),
            )
            .with_details(json!({ "name": name, "version": version, "status": status })),
            LayoutEditError::Changed { updated_at } => {
                Self::new(Kind::LayoutChanged, "Somebody saved this draft since you read it. Read it again and repeat your change on it.")
                    .with_details(json!({ "updated_at": updated_at }))
            }
            LayoutEditError::Store(error) => error.into(),
        }
    }
}

impl From<ObjectError> for Refusal {
    fn from(error: ObjectError) -> Self {
        let cause = error.to_string();
        match error {
            ObjectError::Unreachable { .. } => {
                Self::new(Kind::StorageUnavailable, "The object storage does not answer; try again shortly.").because(cause)
            }
            // Handlers answer a missing object themselves where it can be the client's doing.
            ObjectError::NotFound { .. } | ObjectError::Refused { .. } | ObjectError::File { .. } => Self::internal(cause),
        }
    }
}

/// An error and all it came from, for the log.
fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
