//! Live state: who is where, what they draw, and how it gets to the disk and to everybody else.
//!
//! Start reading at `task/mod.rs`.

mod announce;
pub mod config;
mod desk;
pub mod document;
mod history;
mod idle;
pub mod jobs;
pub mod journal;
mod live;
pub mod measures;
mod mutant;
mod neighbours;
mod node;
pub mod ports;
mod project;
mod readiness;
mod registry;
pub mod revocations;
mod roll;
pub mod room;
mod scopes;
pub mod session;
mod store_ports;
pub mod supervision;
mod task;
mod timer;
pub mod trace;
mod tree;
mod user;
pub mod watchdog;

pub use config::LiveConfig;
pub use history::{BroughtBack, HistoryError};
pub use live::{Live, Ports};
pub use neighbours::Neighbour;
pub use ports::{AuthError, Authenticator, ChoreError, Chores, Directory, DirectoryError, DomainEvent, Nodes, ProjectRecord, TaskRecord};
pub use readiness::Readiness;
pub use store_ports::{StoreChores, StoreDirectory, StoreNodes};
pub use task::{TaskStats, WorkError};

/// Which live document: one per step of a task.
pub type TaskRef = tandem_store::documents::DocumentKey;
