//! Workflows that nobody should have to write (seed 003, 4.2), in the same form as everybody's.

use super::{
    Completion, CompletionKind, Condition, ConditionKind, ConsensusConfig, Decision, OnAgreement, OnDisagreement, Step, StepKind, Strategy,
    Transition, Workflow, WorkflowKind,
};

#[derive(Clone, Debug, PartialEq)]
pub enum Predefined {
    /// One annotator, then complete.
    Single,
    /// Several annotators; where they disagree, the majority.
    MultiVote { annotators: u32, metric: String, threshold: f64 },
    /// Several annotators; where they disagree, an adjudicator.
    MultiAdjudication { annotators: u32, metric: String, threshold: f64 },
    /// One annotator; of a share of the tasks somebody reviews the result.
    SampledReview { rate: f64 },
    /// One annotator, and a review that may send the task back, this often at most.
    ReviewWithRework { max_rounds: u32 },
}

fn step(id: &str, name: &str, kind: StepKind) -> Step {
    Step { id: id.to_owned(), name: name.to_owned(), kind, ..Step::default() }
}

fn annotate(count: u32) -> Step {
    let completion = Completion {
        kind: Some(CompletionKind::AnnotationCount),
        count: Some(count),
        unique_annotators: Some(true),
        ..Completion::default()
    };
    Step { completion, ..step("annotate", "Annotate", StepKind::Annotation) }
}

fn transition(from: &str, to: &str, condition: Condition) -> Transition {
    Transition { from: from.to_owned(), to: to.to_owned(), condition, priority: None }
}

fn on(kind: ConditionKind) -> Condition {
    Condition { kind, ..Condition::default() }
}

fn decided(decision: Decision) -> Condition {
    Condition { decision: Some(decision), ..on(ConditionKind::OnDecision) }
}

impl Predefined {
    #[must_use]
    pub fn workflow(&self) -> Workflow {
        let complete = || on(ConditionKind::OnComplete);
        let (id, name, kind, steps, transitions) = match self {
            Self::Single => {
                let transitions = vec![transition("annotate", "completed", complete())];
                ("single", "Single annotation", WorkflowKind::Single, vec![annotate(1)], transitions)
            }
            Self::MultiVote { annotators, metric, threshold } => {
                let consensus = consensus(metric, *threshold, Strategy::MajorityVote);
                let steps = vec![Step { consensus: Some(consensus), ..annotate(*annotators) }];
                let transitions = vec![transition("annotate", "completed", complete())];
                ("multi-vote", "Several annotators, majority", WorkflowKind::MultiVote, steps, transitions)
            }
            Self::MultiAdjudication { annotators, metric, threshold } => {
                let consensus = consensus(metric, *threshold, Strategy::Adjudication);
                let adjudication = step("adjudicate", "Adjudicate", StepKind::Adjudication);
                let steps = vec![Step { consensus: Some(consensus), ..annotate(*annotators) }, adjudication];
                let transitions = vec![
                    transition("annotate", "completed", on(ConditionKind::OnAgreement)),
                    transition("annotate", "adjudicate", on(ConditionKind::OnDisagreement)),
                    transition("adjudicate", "completed", complete()),
                ];
                ("multi-adjudication", "Several annotators, adjudication", WorkflowKind::MultiAdjudication, steps, transitions)
            }
            Self::SampledReview { rate } => {
                let steps = vec![annotate(1), step("review", "Review", StepKind::Review)];
                let sample = Condition { rate: Some(*rate), ..on(ConditionKind::Sample) };
                let transitions = vec![
                    transition("annotate", "review", sample),
                    transition("annotate", "completed", complete()),
                    transition("review", "completed", complete()),
                ];
                ("sampled-review", "Label with sampled review", WorkflowKind::Custom, steps, transitions)
            }
            Self::ReviewWithRework { max_rounds } => {
                let steps = vec![annotate(1), step("review", "Review", StepKind::Review), step("stuck", "Too many rounds", StepKind::Hold)];
                let rounds = format!("$.step_output.decision != 'approve' && $.steps.annotate.visits <= {max_rounds}");
                let again = Condition { expression: Some(rounds), ..on(ConditionKind::Expression) };
                let transitions = vec![
                    transition("annotate", "review", complete()),
                    transition("review", "completed", decided(Decision::Approve)),
                    transition("review", "annotate", again),
                    transition("review", "stuck", complete()),
                    transition("stuck", "completed", complete()),
                ];
                ("review-rework", "Review with rework", WorkflowKind::Custom, steps, transitions)
            }
        };
        Workflow {
            id: id.to_owned(),
            name: name.to_owned(),
            kind,
            steps,
            transitions,
            hooks: super::Hooks::default(),
            settings: serde_json::Value::Null,
        }
    }
}

fn consensus(metric: &str, threshold: f64, strategy: Strategy) -> ConsensusConfig {
    ConsensusConfig {
        metric: metric.to_owned(),
        threshold,
        on_agreement: OnAgreement::default(),
        on_disagreement: OnDisagreement { strategy, fallback: None, max_annotators: None },
    }
}
