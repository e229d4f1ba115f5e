//! Many at once: `join-storm`, in which everybody enters a new document and writes, and `reconnect-storm`, in which everybody comes back.

pub mod join;
pub mod reconnect;
