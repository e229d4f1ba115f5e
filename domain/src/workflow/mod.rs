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

mod build;
mod check;
pub mod consensus;
mod flow;
mod form;
mod graph;
mod predefined;
mod shapes;
#[cfg(test)]
mod tests;
mod xml;

pub use flow::{Flow, FlowError, OpenStep, Told};
pub use form::{
    AnnotationMethod, Assignment, Branch, Completion, CompletionKind, Condition, ConditionKind, ConsensusConfig, Decision,
    GoalContribution, Hook, Hooks, Join, Merge, OnAgreement, OnDisagreement, Retry, Skill, Step, StepKind, Strategy, TimeoutAction,
    Transition, Workflow, WorkflowError, WorkflowKind,
};
pub use predefined::Predefined;
pub use xml::XmlError;
