//! What people submitted, as a workflow sees it.

use serde_json::{Value, json};
use tandem_domain::workflow::consensus::Answer;
use tandem_protocol::{ProjectId, TaskId};

use crate::{StoreError, TenantTx};

/// What an answer weighs of somebody of whom nothing is known (seed 000, 4.1).
const UNKNOWN: f64 = 0.5;

/// The answers to a step in its present round, in the order of their slots.
///
/// # Errors
/// Those of the database.
pub(super) async fn answers(
    tx: &mut TenantTx,
    project: ProjectId,
    task: TaskId,
    step: &str,
    round: i32,
) -> Result<Vec<Answer>, StoreError> {
    let rows = sqlx::query!(
        r#"
        SELECT DISTINCT ON (a.slot) a.user_id, n.data, trust.mean AS "mean?"
        FROM assignments a
        JOIN annotations n ON n.project_id = a.project_id AND n.assignment_id = a.id
        -- As people.sql has it.
        LEFT JOIN LATERAL (
            SELECT avg(q.quality_score) AS mean FROM (
                SELECT o.quality_score FROM annotations o
                WHERE o.project_id = $1 AND o.user_id = a.user_id AND o.quality_score IS NOT NULL ORDER BY o.submitted_at DESC LIMIT 50
            ) q
        ) trust ON true
        WHERE a.project_id = $1 AND a.task_id = $2 AND a.step = $3 AND a.round = $4 AND a.status = 'submitted'
        ORDER BY a.slot, n.version DESC
        "#,
        project.0,
        task.0,
        step,
        round,
    )
    .fetch_all(&mut **tx)
    .await?;
    let answer = |user: uuid::Uuid, data: Value, weight: Option<f64>| Answer {
        by: user.to_string(),
        data: comparable(data),
        weight: weight.unwrap_or(UNKNOWN),
    };
    Ok(rows.into_iter().map(|row| answer(row.user_id, row.data, row.mean)).collect())
}

/// What two people's work has in common if it is the same: no ids (of regions, of spans of a text), authors or order of drawing, which differ always.
pub(super) fn comparable(data: Value) -> Value {
    let Value::Object(mut data) = data else { return data };
    if let Some(Value::Array(regions)) = data.remove("regions") {
        let mut regions: Vec<Value> = regions
            .into_iter()
            .map(|region| json!({"label": region["label"], "geometry": region["geometry"], "attributes": region["attributes"]}))
            .collect();
        regions.sort_by_cached_key(Value::to_string);
        data.insert("regions".to_owned(), Value::Array(regions));
    }
    if let Some(Value::Object(output)) = data.get_mut("output") {
        output.values_mut().for_each(forget_ids);
    }
    Value::Object(data)
}

fn forget_ids(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(forget_ids),
        Value::Object(entries) => {
            if ["start", "end", "label"].iter().all(|name| entries.contains_key(*name)) {
                entries.remove("id");
            }
            entries.values_mut().for_each(forget_ids);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_work_of_two_people_is_the_same_answer() {
        let region =
            |id: u32, label: &str| json!({"id": id, "author": id, "z": id, "label": label, "geometry": {"x": 1}, "attributes": {}});
        let ann = comparable(json!({"regions": [region(1, "car"), region(2, "dog")]}));
        let bob = comparable(json!({"regions": [region(3, "dog"), region(4, "car")]}));
        assert_eq!(ann, bob);
        assert_ne!(ann, comparable(json!({"regions": [region(3, "dog"), region(4, "cat")]})));
    }
    #[test]
    fn spans_of_a_text_are_the_same_whatever_their_ids() {
        let of = |id: u32, end: u32, code: u32| json!({"output": {"entities": [{"id": id, "start": 1, "end": end, "label": "x"}], "codes": [{"id": code}]}});
        assert_eq!(comparable(of(1, 3, 7)), comparable(of(2, 3, 7)));
        assert_ne!(comparable(of(1, 3, 7)), comparable(of(1, 4, 7)));
        assert_ne!(comparable(of(1, 3, 7)), comparable(of(1, 3, 8)), "what is no span keeps its id");
    }
}
