//! Why the store could not do what it was asked.

use sqlx::error::{DatabaseError, ErrorKind};

/// Facts for the caller; what is internal (a broken connection, a bug's SQL error) keeps its source for the log.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("{field} {problem}")]
    Config { field: &'static str, problem: String },
    #[error("Postgres {found} is too old; 15 or newer is needed")]
    PostgresTooOld { found: String },
    #[error(
        "the database is of a newer version that this program cannot work with (schema {found}, for programs that know {needs}; this one knows {known}): run the newer program, or restore a backup made before the upgrade"
    )]
    DatabaseNewer { found: i64, known: i64, needs: i64 },
    #[error("the database is not migrated (schema {found}, this program needs {needed}): run `tandem migrate`")]
    NotMigrated { found: i64, needed: i64 },
    #[error("migration failed: {0}")]
    Migration(#[source] Box<sqlx::migrate::MigrateError>),
    #[error("tenant_key is not the one this database was set up with")]
    WrongTenantKey,
    #[error("database role {role} {problem}")]
    UnsafeRole { role: &'static str, problem: &'static str },
    #[error("cannot sign in to the database as {role}: {source}")]
    RoleLogin {
        role: &'static str,
        #[source]
        source: Box<sqlx::Error>,
    },

    #[error("{entity} not found")]
    NotFound { entity: &'static str },
    #[error("{entity} with this {field} exists already")]
    Duplicate { entity: &'static str, field: &'static str },
    /// A row refers to something that is not there (or belongs to somebody else, which is the same).
    #[error("{entity} named by {field} does not exist here")]
    Missing { entity: &'static str, field: &'static str },
    #[error("a value breaks the rule {rule}")]
    Invalid { rule: String },
    #[error("the database refused: not permitted")]
    Forbidden(#[source] Box<sqlx::Error>),
    /// The database is away or overloaded; the same call may succeed later.
    #[error("the database is not available")]
    Unavailable(#[source] Box<sqlx::Error>),
    /// Two transactions met; the same call succeeds when repeated.
    #[error("another transaction was in the way")]
    Contended(#[source] Box<sqlx::Error>),
    #[error("stored {what} cannot be read: {problem}")]
    Corrupt { what: &'static str, problem: String },
    #[error("database error")]
    Database(#[source] Box<sqlx::Error>),
}

impl StoreError {
    /// Whether the same call may succeed later without being changed.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Contended(_))
    }

    pub(crate) fn corrupt(what: &'static str, problem: impl ToString) -> Self {
        Self::Corrupt { what, problem: problem.to_string() }
    }
}

/// Constraints whose violation is the caller's doing, with the words to say it in.
const DUPLICATES: &[(&str, &str, &str)] = &[
    ("users_email_key", "user", "email"),
    ("users_username_key", "user", "username"),
    ("customers_name_key", "customer", "name"),
    ("projects_name_key", "project", "name"),
    ("batches_name_key", "batch", "name"),
    ("tasks_external_id_key", "task", "external_id"),
    ("documents_task_step_key", "document", "task"),
    ("assignments_one_active", "lease", "task"),
    ("annotations_version_key", "annotation", "version"),
    ("models_name_key", "model", "name"),
];
const REFERENCES: &[(&str, &str, &str)] = &[
    ("projects_customer_fkey", "customer", "customer_id"),
    ("project_members_member_fkey", "member", "user_id"),
    ("tasks_batch_fkey", "batch", "batch_id"),
    ("tasks_asset_fkey", "asset", "asset_id"),
];

/// The named constraint's words. A partition's constraint carries the partition's name, e.g. `tasks_p3_project_id_external_id_key`.
fn words(table: &[(&str, &'static str, &'static str)], constraint: &str) -> Option<(&'static str, &'static str)> {
    table.iter().find(|(name, ..)| *name == constraint || is_partition_of(name, constraint)).map(|&(_, entity, field)| (entity, field))
}

fn is_partition_of(name: &str, constraint: &str) -> bool {
    let Some((parent, rest)) = name.split_once('_') else { return false };
    constraint.strip_prefix(parent).is_some_and(|tail| tail.starts_with("_p") && tail.ends_with(rest))
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(db) => from_database(db.as_ref()).unwrap_or_else(|| by_code(error)),
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                Self::Unavailable(Box::new(error))
            }
            _ => Self::Database(Box::new(error)),
        }
    }
}

fn from_database(db: &dyn DatabaseError) -> Option<StoreError> {
    let constraint = db.constraint()?;
    match db.kind() {
        ErrorKind::UniqueViolation => words(DUPLICATES, constraint).map(|(entity, field)| StoreError::Duplicate { entity, field }),
        ErrorKind::ForeignKeyViolation => words(REFERENCES, constraint).map(|(entity, field)| StoreError::Missing { entity, field }),
        ErrorKind::CheckViolation => Some(StoreError::Invalid { rule: constraint.to_owned() }),
        _ => None,
    }
}

fn by_code(error: sqlx::Error) -> StoreError {
    let code = error.as_database_error().and_then(|db| db.code()).unwrap_or_default().into_owned();
    let error = Box::new(error);
    match code.as_str() {
        // insufficient_privilege: also what row-level security says to a write outside the workspace.
        "42501" => StoreError::Forbidden(error),
        // serialization failure, deadlock, lock not available
        "40001" | "40P01" | "55P03" => StoreError::Contended(error),
        // connection exceptions, shutdown in progress, too many connections, out of disk or memory
        c if c.starts_with("08") || c.starts_with("53") || c.starts_with("57P") => StoreError::Unavailable(error),
        _ => StoreError::Database(error),
    }
}
