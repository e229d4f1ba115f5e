//! Submitted work: one annotation a version, one row a region, one event a change.

mod decide;
mod read;
mod rows;
mod submit;

pub use decide::{Given, Verdict, decide, given};
pub use read::{get, history, of_task};
pub use rows::Answer;
pub(crate) use rows::{AnnotationRow, Owner, data_of_regions, insert_regions};
pub use submit::{Submission, SubmitError, submit};
