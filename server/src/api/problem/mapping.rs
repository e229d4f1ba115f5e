//! From every error a handler meets to what the client is told. No `_` arms: a new error must find its place here.

use tandem_store::StoreError;

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

/// An error and all it came from, for the log.
fn chain(error: &dyn std::error::Error) -> String {
    std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
