//! Leases: who may submit which task-step, decided by the database and by nothing else.
//!
//! Two facts make one holder: a partial unique index allows one active lease per slot of a task-step, and every lease carries a fencing
//! token from one ever-growing sequence. Two more make N answers N: a slot has one holder or one answer, and a person one slot.
//! Whoever changes a task locks the task first, then its steps, then leases. Whoever acts on a lease shows its token; a stale one is refused with who holds the
//! task now.

mod ahead;
mod claim;
mod end;
mod error;
mod row;
mod turn;

pub use ahead::ahead;
pub(crate) use claim::lease;
pub use claim::{Method, Offer, Terms, claim_next, claim_task};
pub(crate) use end::close;
pub use end::{accept, expire, hand_over, release, renew, revoke, skip};
pub use error::{Holder, LeaseError};
pub use row::{Reasons, active_of_task, active_of_user, get, get_as, lock, reasons, told};
pub(crate) use turn::try_turn;
pub use turn::{Turn, take_turn, take_turn_at};
