//! Statecharts: the JSON that XState v5 runs, run by a pure function.
//!
//! A [`Definition`] is compiled into a [`Machine`], which finds everything wrong with it at once ([`Problem`]s, each with its place in the document).
//! `machine.start(input, now)` and `machine.step(&snapshot, input, now)` answer with the next [`Snapshot`] and the [`Effect`]s to carry out; nothing
//! else happens. Time comes in as an argument and goes out as [`Effect::Schedule`]: a due row for the caller to keep.
//!
//! Semantics are SCXML's: an event runs to completion, document order, innermost first. Where XState differs from SCXML we follow XState, and the
//! exceptions stand in docs/decisions; `domain/tests/statecharts` runs both beside one another.
//!
//! Read [`run`] first, then `select` (which transitions are taken), `sets` (which states are left and entered) and `compile`.

mod act;
mod again;
mod budget;
mod catalog;
mod check;
mod compile;
mod context;
mod definition;
mod effect;
mod event;
mod machine;
mod read;
mod read_actions;
mod read_guards;
mod run;
mod saved;
mod select;
mod sets;
mod snapshot;
mod template;

pub use catalog::{Catalog, GuardFn, Strictness};
pub(crate) use definition::Place;
pub use definition::{Definition, Problem, Rule};
pub use effect::{ActionRun, Cause, Effect, GuardTried, Recipient, Step, StepError, Taken, TakenKind, Trace};
pub use event::Event;
pub use machine::Machine;
pub use run::Input;
pub use saved::{LoadError, Saved};
pub use snapshot::{Child, Snapshot, Status, Timer};

#[cfg(test)]
mod check_tests;
#[cfg(test)]
mod tests;
