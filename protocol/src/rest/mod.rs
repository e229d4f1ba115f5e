//! Bodies of the REST API, a file per aggregate. Times are RFC 3339 UTC; ids are UUIDs; lists are keyset pages.

mod admin;
mod annotation;
mod asset;
mod assignment;
mod auth;
mod history;
mod job;
mod layout;
mod model;
mod note;
mod notification;
mod prediction;
mod preferences;
mod project;
mod relabel;
mod steering;
mod step_tasks;
mod task;
mod workflow;

pub use admin::*;
pub use annotation::*;
pub use asset::*;
pub use assignment::*;
pub use auth::*;
pub use history::*;
pub use job::*;
pub use layout::*;
pub use model::*;
pub use note::*;
pub use notification::*;
pub use prediction::*;
pub use preferences::*;
pub use project::*;
pub use relabel::*;
pub use steering::*;
pub use step_tasks::*;
pub use task::*;
pub use workflow::*;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One page of a list. Ask for the next with `?cursor=<next_cursor>`; the last page has none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next_cursor: Option<String>,
}
