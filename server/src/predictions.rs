//! What a model step of a workflow found. It becomes the first content of the documents of the steps that follow, so that people begin with it instead
//! of with nothing; or, where the step says `show_suggestions`, what they are suggested and accept or reject.

use std::sync::Arc;

use serde_json::{Value, json};
use tandem_actors::{
    Live,
    document::{self, Suggested, Suggestion},
};
use tandem_domain::{geometry::Size, relabel::Renames, validate};
use tandem_protocol::{RegionId, rest::Region};
use tandem_store::{
    Store, StoreError, Tenant, TenantTx,
    pg::{flow::Call, import, projects, tasks},
};

use crate::suggesting::{SuggestError, suggest};

/// As long as a source may be.
const SOURCE: usize = 200;

/// Keeps the regions of a model's answer for the task's documents. The answer of a model that finds no regions (`regions` is not in it) is only the
/// step's output.
///
/// # Errors
/// The database's; inside, what is wrong with the regions: by the same rules as what people submit.
pub async fn keep(tx: &mut TenantTx, call: &Call, output: &Value) -> Result<Result<(), String>, StoreError> {
    let found = match found(tx, call, output).await? {
        Ok(Some(found)) => found,
        Ok(None) => return Ok(Ok(())),
        Err(error) => return Ok(Err(error)),
    };
    let regions: Vec<Region> = found.into_iter().map(|(region, _)| region).collect();
    let content = document::build(&regions, chrono::Utc::now().timestamp_millis());
    import::give_document(tx, call.project, call.task, &content).await?;
    Ok(Ok(()))
}

/// Whether people are to decide about each region that the step's model finds. XML has words for everything.
pub fn are_suggested(call: &Call) -> bool {
    let wish = &call.input["config"]["show_suggestions"];
    wish.as_bool().unwrap_or_else(|| wish.as_str() == Some("true"))
}

/// Suggests the regions of a model's answer. To be done before the answer is told: the steps that open with that copy their documents from those that
/// have it by then. Done again, because the answer could not be told, it replaces what it suggested.
///
/// # Errors
/// The database's and the documents'; inside, what is wrong with the regions.
pub async fn show(store: &Store, live: &Live, call: &Call, output: &Value) -> Result<Result<(), String>, SuggestError> {
    let tenant = Tenant { workspace: call.workspace, user: None };
    let mut tx = tenant.begin(store).await?;
    let found = found(&mut tx, call, output).await?;
    drop(tx);
    let suggestions = match found.and_then(|found| found.map(scored).transpose()) {
        Ok(Some(suggestions)) => suggestions,
        Ok(None) => return Ok(Ok(())),
        Err(error) => return Ok(Err(error)),
    };
    let suggested = Suggested { source: source(call, output), suggestions, at_ms: chrono::Utc::now().timestamp_millis() };
    suggest(store, tenant, live, (call.project, call.task), &Arc::new(suggested)).await.map(Ok)
}

/// What the model calls itself, else what the workflow calls it.
fn source(call: &Call, output: &Value) -> String {
    let named = [&output["source"], &call.input["config"]["model"], &call.input["handler"]].into_iter().find_map(Value::as_str);
    named.unwrap_or(&call.step).chars().take(SOURCE).collect()
}

/// Regions, each with what the model says of how sure it is.
type Found = Vec<(Region, Option<Value>)>;

async fn found(tx: &mut TenantTx, call: &Call, output: &Value) -> Result<Result<Option<Found>, String>, StoreError> {
    let Some(found) = output.get("regions") else { return Ok(Ok(None)) };
    let (mut regions, scores) = match read(found) {
        Ok(read) => read,
        Err(error) => return Ok(Err(error)),
    };
    let task = tasks::get_in(tx, call.project, call.task).await?.ok_or(StoreError::NotFound { entity: "task" })?.task;
    let schema = projects::label_schema(tx, call.project).await?;
    // A model keeps to the labels it was made for.
    Renames::of(&schema).regions(&mut regions);
    let side = |length: Option<i32>| length.and_then(|length| u32::try_from(length).ok()).unwrap_or_default();
    let image = Size { width: side(task.asset.width), height: side(task.asset.height) };
    if let Some(error) = validate::regions(&schema, image, &regions).first() {
        return Ok(Err(format!("{}: {}", error.field, error.message)));
    }
    Ok(Ok(Some(regions.into_iter().zip(scores).collect())))
}

/// Models need not make up ids.
fn read(found: &Value) -> Result<(Vec<Region>, Vec<Option<Value>>), String> {
    let Value::Array(found) = found else { return Err("regions: must be a list".to_owned()) };
    let region = |(index, region): (usize, &Value)| {
        let mut region = region.clone();
        let mut score = None;
        if let Value::Object(fields) = &mut region {
            fields.entry("id").or_insert_with(|| json!(RegionId::new()));
            // Nobody drew it.
            fields.remove("author");
            score = fields.remove("score").filter(|score| !score.is_null());
        }
        let region =
            serde_path_to_error::deserialize(region).map_err(|error| format!("regions[{index}].{}: {}", error.path(), error.inner()))?;
        Ok::<_, String>((region, score))
    };
    found.iter().enumerate().map(region).collect()
}

fn scored(found: Found) -> Result<Vec<Suggestion>, String> {
    let suggestion = |(index, (region, score)): (usize, (Region, Option<Value>))| {
        let score = score.map(|score| {
            let number = score.as_f64().filter(|number| (0.0..=1.0).contains(number));
            number.ok_or_else(|| format!("regions[{index}].score: must be a number from 0 to 1"))
        });
        Ok(Suggestion { region, score: score.transpose()? })
    };
    found.into_iter().enumerate().map(suggestion).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_without_ids_get_one_each_and_nobody_drew_them() {
        let one = json!({"label": "cat", "geometry": {"kind": "box", "x": 1.0, "y": 2.0, "width": 3.0, "height": 4.0}, "author": RegionId::new()});
        let (regions, scores) = read(&json!([one, one])).unwrap();
        assert_ne!(regions[0].id, regions[1].id);
        assert!(regions.iter().all(|region| region.author.is_none() && region.label == "cat"));
        assert_eq!(scores, [None, None]);
    }

    #[test]
    fn a_score_is_from_0_to_1_or_there_is_none() {
        let scored = |score: Value| {
            let one = json!({"label": "cat", "geometry": {"kind": "point", "x": 1.0, "y": 2.0}, "score": score});
            let (regions, scores) = read(&json!([one])).unwrap();
            super::scored(regions.into_iter().zip(scores).collect())
        };
        assert_eq!(scored(json!(0.25)).unwrap()[0].score, Some(0.25));
        assert_eq!(scored(json!(null)).unwrap()[0].score, None);
        for wrong in [json!(1.5), json!(-0.1), json!("0.5")] {
            assert_eq!(scored(wrong).unwrap_err(), "regions[0].score: must be a number from 0 to 1");
        }
    }

    #[test]
    fn what_is_no_region_is_named() {
        assert_eq!(read(&json!({})), Err("regions: must be a list".to_owned()));
        let error = read(&json!([{"label": "cat"}])).unwrap_err();
        assert!(error.starts_with("regions[0].") && error.contains("geometry"), "{error}");
    }
}
