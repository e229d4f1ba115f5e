//! Workflows as people write them: steps, and transitions between them (seed 003, section 4).
//!
//! ```text
//! JSON or XML ──► Workflow ──► (check) ──► Definition ──► Machine      the statechart of crate::statechart; there is no other engine
//!                                              │
//!                     Flow: start, answer, decide, ... ──► Snapshot, Effects
//! ```
//!
//! A [`Flow`] is a compiled workflow. What people do becomes an event of its machine; numbers that a condition needs and that are computed from
//! answers (agreement, consensus) come from the pure handlers in [`consensus`]. Chance comes in as a number.

mod assignment;
pub mod batch;
mod build;
mod check;
pub mod consensus;
mod flow;
mod form;
mod graph;
mod moved;
mod predefined;
mod shapes;
pub mod simulate;
#[cfg(test)]
mod tests;
mod xml;

pub use assignment::{Affinity, AfterSkip, Assignment, Drafts, Level, LoadBalancing, Mode, Rework, Role, Skill, Skip, StartsFrom, Weights};
pub use check::unused;
pub use flow::{Flow, FlowError, OpenStep, Told};
pub use form::{
    AnnotationMethod, Branch, Completion, CompletionKind, Condition, ConditionKind, ConsensusConfig, Decision, GoalContribution, Hook,
    Hooks, Join, Merge, OnAgreement, OnDisagreement, Retry, Step, StepKind, Strategy, TimeoutAction, Transition, Workflow, WorkflowError,
    WorkflowKind,
};
pub use moved::Misfit;
pub use predefined::Predefined;
pub use xml::XmlError;
