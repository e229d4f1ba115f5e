//! What people's answers to a task were worth, once it is known which one stands: how much each is like it. By the mean of these a weighted vote weighs people, the
//! scorer rates them, and whoever balances by quality chooses.

use serde_json::{Value, json};
use tandem_domain::{
    agreement::{Measure as _, Standard},
    workflow::StepKind,
};
use uuid::Uuid;

use super::{answers::comparable, record::At};
use crate::{StoreError, TenantTx};

/// Somebody's own last word on a task under one lease.
struct Own {
    id: Uuid,
    step: String,
    data: Value,
    is_rejected: bool,
}

/// Keeps it for the task's answers, if anybody but their authors judged them: other answers, a review, a decision.
pub(super) async fn keep(tx: &mut TenantTx, at: &At<'_>, stands: Uuid) -> Result<(), StoreError> {
    if !is_judging(at) {
        return Ok(());
    }
    let rows = sqlx::query!(
        r#"
        SELECT DISTINCT ON (a.id) n.id, n.step, n.data, n.status = 'rejected' AS "is_rejected!",
               (SELECT s.data FROM annotations s WHERE s.project_id = $1 AND s.id = $3) AS "stands!"
        FROM annotations n JOIN assignments a ON a.project_id = n.project_id AND a.id = n.assignment_id AND a.user_id = n.user_id
        WHERE n.project_id = $1 AND n.task_id = $2 AND a.workflow_stage = 'annotation' AND a.status = 'submitted'
        ORDER BY a.id, n.version DESC
        "#,
        at.project.0,
        at.task.0,
        stands,
    )
    .fetch_all(&mut **tx)
    .await?;
    let Some(standing) = rows.first().map(|row| comparable(row.stands.clone())) else { return Ok(()) };
    let (mut ids, mut scores) = (Vec::new(), Vec::new());
    for row in rows {
        let own = Own { id: row.id, step: row.step, data: comparable(row.data), is_rejected: row.is_rejected };
        if let Some(score) = worth(at, &own, stands, &standing) {
            ids.push(own.id);
            scores.push(score);
        }
    }
    sqlx::query!(
        "UPDATE annotations n SET quality_score = w.score, quality_evaluated_at = now()
         FROM unnest($2::uuid[], $3::double precision[]) AS w (id, score) WHERE n.project_id = $1 AND n.id = w.id",
        at.project.0,
        &ids,
        &scores,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Whether the workflow lets anybody have a say in what others answered. Else the one answer stands because there is no other.
fn is_judging(at: &At<'_>) -> bool {
    let judges = |kind| matches!(kind, StepKind::Review | StepKind::Adjudication | StepKind::Consensus);
    at.flow.workflow.all_steps().into_iter().any(|step| judges(step.kind) || step.consensus.is_some())
}

/// 0 to 1. None: it cannot be said.
fn worth(at: &At<'_>, own: &Own, stands: Uuid, standing: &Value) -> Option<f64> {
    if own.id == stands {
        return Some(1.0);
    }
    // Whoever reviewed it said so, however much of it is in what came after.
    if own.is_rejected {
        return Some(0.0);
    }
    let all = at.flow.workflow.all_steps();
    let metric =
        all.into_iter().find(|step| step.id == own.step).and_then(|step| step.consensus.as_ref()).map(|consensus| consensus.metric.clone());
    let score = match metric {
        Some(metric) => Standard.measure(&metric, &[&own.data, standing]).ok()?,
        None => likeness(&own.data, standing)?,
    };
    Some(score.clamp(0.0, 1.0))
}

/// Where no step says how answers are compared: what is drawn by its overlap, what is filled in field by field.
fn likeness(one: &Value, other: &Value) -> Option<f64> {
    let parts = [("regions", "agreement:iou"), ("output", "agreement:percentage")];
    let mut scores = Vec::new();
    for (part, metric) in parts {
        let is_there = |answer: &Value| match &answer[part] {
            Value::Array(items) => !items.is_empty(),
            Value::Object(fields) => !fields.is_empty(),
            _ => false,
        };
        if is_there(one) || is_there(other) {
            let [one, other] = [one, other].map(|answer| json!({ part: answer[part] }));
            scores.push(Standard.measure(metric, &[&one, &other]).ok()?);
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "one or two")]
    let count = scores.len() as f64;
    Some(if scores.is_empty() { 1.0 } else { scores.iter().sum::<f64>() / count })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_like_one_another_by_what_is_drawn_and_what_is_filled_in() {
        let answer = |x: f64, kind: &str| json!({"regions": [{"label": "car", "geometry": {"kind": "box", "x": x, "y": 0.0, "width": 2.0, "height": 1.0}}], "output": {"kind": kind}});
        assert_eq!(likeness(&answer(0.0, "day"), &answer(0.0, "day")), Some(1.0));
        assert_eq!(likeness(&answer(0.0, "day"), &answer(0.0, "night")), Some(0.5));
        assert_eq!(likeness(&answer(0.0, "day"), &answer(9.0, "night")), Some(0.0));
        let none = json!({"regions": []});
        assert_eq!((likeness(&none, &none), likeness(&none, &json!({"regions": [], "output": {"kind": "day"}}))), (Some(1.0), Some(0.0)));
    }
}
