//! Who may work on a step of a task, and who should (seeds 000, 4 and 003, 2.3).
//!
//! ```text
//! Workflow, step ──► StepRules        the form with every default filled in
//! Person, StepRules ──► person_reasons         once per person and step
//!         + TaskFacts ──► task_reasons          once per task
//!                         score, choose        a pushed task: to whom, and why
//! ```
//!
//! All of it is a function of its arguments: who holds what, who skipped what and what time it is come from whoever keeps them. An answer of `choose`
//! is a proposal; that one task has one holder is the lease's business.

mod availability;
mod choose;
mod eligibility;
mod facts;
mod fit;
mod person;
#[cfg(test)]
mod property_tests;
mod reason;
mod rules;
mod score;
#[cfg(test)]
mod tests;

pub use availability::{Availability, Shift};
pub use choose::{Because, Choice, RunnerUp, choose};
pub use eligibility::{Eligibility, Way, eligibility, person_reasons, task_reasons};
pub use facts::{Offer, Skipped, TaskFacts, Worked};
pub use fit::{Fit, SkillFit};
pub use person::{Paused, Person, Skill};
pub use reason::{Reason, Said};
pub use rules::{SkillRule, SkipRules, StepRules};
pub use score::{Score, score};
