//! Work that takes a while: bringing data in and out. Constant memory, whatever the size; cancellable; all or nothing.

pub mod export;
pub mod import;
pub mod sorter;

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
