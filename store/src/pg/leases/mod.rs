//! Leases: who may submit which task-step, decided by the database and by nothing else.
//!
//! Two facts make one holder: a partial unique index allows one active lease per task-step, and every lease carries a fencing
//! token from one ever-growing sequence. Whoever acts on a lease shows its token; a stale one is refused with who holds the
//! task now.

mod claim;
mod end;
mod error;
mod row;

pub use claim::{claim_next, claim_task};
pub use end::{accept, expire, release, renew, revoke, skip};
pub use error::{Holder, LeaseError};
pub use row::{active_of_user, get, lock};
