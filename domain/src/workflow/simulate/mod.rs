//! What would become of N tasks: a workflow tried before people are.
//!
//! ```text
//! Assumptions ──► tasks at time 0 ──► Flow::start, Flow::tell     the machine that real tasks go through
//!                        ▲                     │ effects
//!          events by virtual time  ◄── work of people (a queue per role), programs, timers, holds that end
//!                                              │
//!                                         Simulation: paths, steps, roles, when all are done, what nobody can do
//! ```
//!
//! Simplifications: people are as good as one another, work without pause and take the oldest work of their role first; who may not work on a task
//! twice counts only in so far as a step needs more people than there are. Work on a step that closes meanwhile is finished and lost. Nothing else
//! is left out: chance, conditions, rounds, joins and timeouts are the machine's.

mod assumptions;
mod chance;
mod engine;
mod events;
mod people;
mod report;
mod task;
#[cfg(test)]
mod tests;
mod work;

pub use assumptions::{Assumptions, Duration, MAX_TASKS, People, SimulateError, StepAssumption};
pub use report::{Bottleneck, Ends, Finish, PathShare, RoleLoad, Simulation, StepLoad, Team};

use super::Flow;

/// Some ten megabytes.
const LIVE: usize = 5_000;

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub tasks: usize,
    /// Tasks whose way is over.
    pub ended: usize,
    pub events: u64,
}

/// The same assumptions give the same answer. `go_on` is asked now and then; false ends it.
///
/// Costs a transition of the machine per event; memory about 1 kB per task under way and step of the workflow, beyond a few thousand of them a tenth.
///
/// # Errors
/// Assumptions that cannot be, or `go_on` said no.
pub fn simulate(flow: &Flow, assumptions: &Assumptions, go_on: &dyn Fn(Progress) -> bool) -> Result<Simulation, SimulateError> {
    with(flow, assumptions, LIVE, go_on)
}

/// `live`: how many tasks under way have their snapshots kept as they are; of others only what they can be made from.
fn with(flow: &Flow, assumptions: &Assumptions, live: usize, go_on: &dyn Fn(Progress) -> bool) -> Result<Simulation, SimulateError> {
    assumptions.check(flow)?;
    let mut engine = engine::Engine::new(flow, assumptions, live);
    engine.run(go_on)?;
    Ok(report::report(&engine))
}
