//! Importing and exporting over a real Postgres and a real S3 server, with the shared sample files and with bad ones.

#[path = "jobs/datasets.rs"]
mod datasets;
#[path = "jobs/exporting.rs"]
mod exporting;
#[path = "jobs/importing.rs"]
mod importing;
#[path = "jobs/refusing.rs"]
mod refusing;
#[path = "jobs/world.rs"]
mod world;
