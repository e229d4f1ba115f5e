//! How much people agree about one task. Workflows ask through [`Measure`], so that more statistics can come without a workflow knowing;
//! [`Standard`] has those that workflows need to run.
//!
//! All but Krippendorff's alpha are means over pairs of answers. Two who both found nothing agree.

mod alpha;
mod boxes;
mod fields;
#[cfg(test)]
mod tests;
mod tokens;

use serde_json::Value;

pub use alpha::nominal_alpha;
pub use boxes::{Rect, box_agreement, intersection_over_union};
pub use fields::{exact_match, percentage};
pub use tokens::{Span, f1, token_f1};

/// Why there is no number.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Unmeasurable {
    #[error("there is no agreement metric {name:?}; there is {known}")]
    UnknownMetric { name: String, known: String },
    #[error("agreement needs at least two answers; there is {0}")]
    TooFew(usize),
    #[error("answer {answer} has nothing that {metric} can compare: {reason}")]
    Shape { metric: &'static str, answer: usize, reason: String },
}

/// The seam: a metric by name, over the answers to one task.
pub trait Measure {
    /// Names that [`Self::measure`] takes.
    fn metrics(&self) -> &[&'static str];

    /// 1 is full agreement; alpha may be negative (worse than chance), all others end at 0.
    ///
    /// # Errors
    /// Why there is no number.
    fn measure(&self, metric: &str, answers: &[&Value]) -> Result<f64, Unmeasurable>;
}

/// What the server brings along.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standard;

const METRICS: [&str; 5] =
    ["agreement:exact_match", "agreement:percentage", "agreement:iou", "agreement:krippendorff_alpha", "agreement:token_f1"];

impl Measure for Standard {
    fn metrics(&self) -> &[&'static str] {
        &METRICS
    }

    fn measure(&self, metric: &str, answers: &[&Value]) -> Result<f64, Unmeasurable> {
        let name = if metric.contains(':') { metric.to_owned() } else { format!("agreement:{metric}") };
        let Some(metric) = METRICS.iter().find(|known| **known == name) else {
            return Err(Unmeasurable::UnknownMetric { name: metric.to_owned(), known: METRICS.join(", ") });
        };
        if answers.len() < 2 {
            return Err(Unmeasurable::TooFew(answers.len()));
        }
        let found = |what: &mut dyn FnMut(&Value) -> Result<(), String>| {
            answers
                .iter()
                .enumerate()
                .try_for_each(|(at, answer)| what(answer).map_err(|reason| Unmeasurable::Shape { metric, answer: at + 1, reason }))
        };
        match *metric {
            "agreement:exact_match" => Ok(exact_match(answers)),
            "agreement:percentage" => Ok(percentage(answers)),
            "agreement:iou" => {
                let mut all = Vec::new();
                found(&mut |answer| boxes::rects(answer).map(|rects| all.push(rects)))?;
                Ok(mean_of_pairs(&all, |left, right| box_agreement(left, right)))
            }
            "agreement:token_f1" => {
                let mut all = Vec::new();
                found(&mut |answer| tokens::spans(answer).map(|spans| all.push(spans)))?;
                Ok(mean_of_pairs(&all, |left, right| token_f1(left, right)))
            }
            _ => Ok(nominal_alpha(&fields::units(answers))),
        }
    }
}

/// Of two or more.
fn mean_of_pairs<T>(items: &[T], mut score: impl FnMut(&T, &T) -> f64) -> f64 {
    let mut scores = Vec::new();
    for (at, left) in items.iter().enumerate() {
        scores.extend(items[at + 1..].iter().map(|right| score(left, right)));
    }
    #[expect(clippy::cast_precision_loss, reason = "a count of pairs")]
    let count = scores.len().max(1) as f64;
    scores.iter().sum::<f64>() / count
}
