//! Work that takes a while: bringing data in and out. Constant memory, whatever the size; cancellable; all or nothing.
//!
//! [`import`] and [`export`] do the work; [`importing`], [`exporting`] and [`relabeling`] are jobs, which have a row, run on whichever node takes them
//! and end once (docs/decisions/0041). Start reading at `kind.rs`, then `supervisor.rs`.

mod archive;
pub mod export;
pub mod exporting;
pub mod import;
pub mod importing;
mod kind;
pub mod relabeling;
mod shop;
pub mod sorter;
mod supervisor;
mod worker;

pub use kind::{Done, Failure, Kind, Work};
pub use shop::{JobHouse, JobPorts};
pub(crate) use supervisor::JobSupervisor;
pub use supervisor::Jobs;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Tells a job to stop. Cheap to clone; every clone is the same switch.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
