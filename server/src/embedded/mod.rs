//! What `make up` brings itself: Postgres and S3 in the data folder.

mod lock;
pub mod postgres;
pub mod s3;

pub use lock::{Lock, LockError};
