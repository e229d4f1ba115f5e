//! Several answers, one result: the resolution strategies of seed 003, 4.2.2. Pure; agreement is asked through its seam.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{AnnotationMethod, ConsensusConfig, Strategy};
use crate::agreement::{Measure, Unmeasurable};

/// One person's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub by: String,
    pub data: Value,
    /// How much this person is trusted, for `weighted_vote`.
    #[serde(default = "one")]
    pub weight: f64,
}

fn one() -> f64 {
    1.0
}

/// What a workflow's conditions see of it as `$.step_output`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Consensus {
    pub agreement_score: f64,
    /// The score reached the threshold.
    pub agreed: bool,
    /// What is to be done now.
    pub next: Next,
    /// The answer that stands for all, once there is one.
    pub result: Value,
    pub count: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Next {
    Resolved,
    Adjudication,
    AdditionalAnnotators,
    Escalate,
}

/// Agreement first; below the threshold the strategy, and where that comes to nothing its fallback (`escalate`, if none is named).
///
/// # Errors
/// Agreement cannot be measured.
pub fn resolve(config: &ConsensusConfig, answers: &[Answer], measure: &dyn Measure) -> Result<Consensus, Unmeasurable> {
    let data: Vec<&Value> = answers.iter().map(|answer| &answer.data).collect();
    let score = measure.measure(&config.metric, &data)?;
    let agreed = score >= config.threshold;
    let (next, result) = if agreed {
        (Next::Resolved, representative(config.on_agreement.consensus_method, answers))
    } else {
        let disagreement = &config.on_disagreement;
        let maximum = disagreement.max_annotators.map_or(usize::MAX, |maximum| maximum as usize);
        let fallback = disagreement.fallback.unwrap_or(Strategy::Escalate);
        attempt(disagreement.strategy, answers, maximum)
            .or_else(|| attempt(fallback, answers, maximum))
            .unwrap_or((Next::Escalate, Value::Null))
    };
    Ok(Consensus { agreement_score: score, agreed, next, result, count: answers.len() })
}

/// None: the strategy comes to nothing.
fn attempt(strategy: Strategy, answers: &[Answer], maximum: usize) -> Option<(Next, Value)> {
    match strategy {
        Strategy::MajorityVote => vote(answers, |_| 1.0).map(|result| (Next::Resolved, result)),
        Strategy::WeightedVote => vote(answers, |answer| answer.weight.max(0.0)).map(|result| (Next::Resolved, result)),
        Strategy::Adjudication => Some((Next::Adjudication, Value::Null)),
        Strategy::AdditionalAnnotators => (answers.len() < maximum).then_some((Next::AdditionalAnnotators, Value::Null)),
        Strategy::Escalate => Some((Next::Escalate, Value::Null)),
    }
}

/// The answer with more votes than any other. None: a tie.
fn vote(answers: &[Answer], weight: impl Fn(&Answer) -> f64) -> Option<Value> {
    let mut votes: Vec<(&Value, f64)> = Vec::new();
    for answer in answers {
        match votes.iter_mut().find(|(data, _)| **data == answer.data) {
            Some((_, votes)) => *votes += weight(answer),
            None => votes.push((&answer.data, weight(answer))),
        }
    }
    votes.sort_by(|a, b| b.1.total_cmp(&a.1));
    match votes.as_slice() {
        [] => None,
        [(winner, _)] => Some((*winner).clone()),
        [(winner, most), (_, second), ..] => (most > second).then(|| (*winner).clone()),
    }
}

/// They agree: which of them stands for all. Of equals the earliest.
fn representative(method: AnnotationMethod, answers: &[Answer]) -> Value {
    let first = || answers.first().map_or(Value::Null, |answer| answer.data.clone());
    match method {
        AnnotationMethod::First => first(),
        AnnotationMethod::Majority => vote(answers, |_| 1.0).unwrap_or_else(first),
        AnnotationMethod::BestAnnotator => {
            let best = answers.iter().reduce(|best, answer| if answer.weight > best.weight { answer } else { best });
            best.map_or(Value::Null, |answer| answer.data.clone())
        }
    }
}
