//! The wire: every type that crosses it and the codecs that put it there.
//!
//! No I/O, no clock, no randomness beyond making ids. Everything to the right of this crate (`domain`, `store`, `actors`, `server`)
//! and the load harness speak in these words; the TypeScript types are generated from them.

pub mod geometry;
pub mod hocuspocus;
pub mod ids;
pub mod node;
pub mod problem;
pub mod rest;
pub mod role;
pub mod ws;
pub mod yjs;

pub use geometry::{Geometry, RegionKind};
pub use ids::*;
pub use problem::{FieldError, Problem};
pub use role::{ProjectRole, WorkspaceRole};
