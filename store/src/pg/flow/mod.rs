//! Tasks on their way through a workflow. The machine is `domain`'s and pure; here its snapshots are kept, its effects carried out and its
//! steps recorded, all in the transaction of what set it off: an answer and what comes of it are one fact.
//!
//! ```text
//! begin      tasks that a workflow has not begun with yet
//! tell       something happened to a task: Told ──► Snapshot (tasks.machine_state) + effects + a row of state_transitions
//! effects    open and close steps (the queue), due rows, calls to the outside, the end
//! answers    what people submitted, as the machine sees it
//! due        timers and calls whose time has come
//! offers     which steps a person may work on, and why not the others
//! nothing    why a step has nothing for a person
//! push       work that the server gives to somebody
//! at_step    the tasks of one step, for whoever steps in
//! undo       back to where the task was before
//! batches    the parent of a batch's tasks, which follows them
//! progress   how many tasks are at which step, and who works there
//! ```
//!
//! A compiled workflow is kept by its id ([`cache`]): a version in use never changes.

mod answers;
mod at_step;
mod batches;
mod begin;
mod cache;
mod calls;
mod due;
mod effects;
mod error;
mod migrate;
mod nothing;
mod offers;
mod progress;
mod push;
mod record;
mod tell;
mod undo;
mod worth;

pub use at_step::{After, AtStep, at_step};
pub use batches::{BatchInstance, batch_instance, follow_batch, moved_batches};
pub use begin::{begin, waiting_to_begin};
pub use cache::{flow_of, project_of};
pub use calls::{Call, answer_call, answer_step, calls_of, claim_call, drop_call, fail_call, is_waited_for, put_back};
pub use due::{due_calls, due_timers, fire, next_due};
pub use error::FlowError;
pub use migrate::{Fit, Migration, migrate};
pub use nothing::{Nothing, nothing};
pub use offers::{Choices, InUse, Said, StepOffer, Way, assignees, choices, eligibility, offers, rules_in_use};
pub use progress::{WorkNow, progress};
pub use push::{Place, Pushed, push, waiting_for_somebody};
pub use record::{Because, TransitionRow, batch_history, history};
pub(crate) use tell::hold;
pub use tell::{Standing, answered, decided, finish, standing, tell};
pub use undo::undo;
