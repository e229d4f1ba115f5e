//! What a model found becomes the first content of the documents of the steps that follow: people begin with it instead of with nothing.

use serde_json::{Value, json};
use tandem_domain::{geometry::Size, relabel::Renames, validate};
use tandem_protocol::{RegionId, rest::Region};
use tandem_store::{
    StoreError, TenantTx,
    pg::{flow::Call, import, projects, tasks},
};

/// Keeps the regions of a model's answer for the task's documents. The answer of a model that finds no regions (`regions` is not in it) is only the
/// step's output.
///
/// # Errors
/// The database's; inside, what is wrong with the regions: by the same rules as what people submit.
pub async fn keep(tx: &mut TenantTx, call: &Call, output: &Value) -> Result<Result<(), String>, StoreError> {
    let Some(found) = output.get("regions") else { return Ok(Ok(())) };
    let mut regions = match read(found) {
        Ok(regions) => regions,
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
    let content = tandem_actors::document::build(&regions, chrono::Utc::now().timestamp_millis());
    import::give_document(tx, call.project, call.task, &content).await?;
    Ok(Ok(()))
}

/// Models need not make up ids.
fn read(found: &Value) -> Result<Vec<Region>, String> {
    let Value::Array(found) = found else { return Err("regions: must be a list".to_owned()) };
    let region = |(index, region): (usize, &Value)| {
        let mut region = region.clone();
        if let Value::Object(fields) = &mut region {
            fields.entry("id").or_insert_with(|| json!(RegionId::new()));
            // Nobody drew it.
            fields.remove("author");
        }
        serde_path_to_error::deserialize(region).map_err(|error| format!("regions[{index}].{}: {}", error.path(), error.inner()))
    };
    found.iter().enumerate().map(region).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_without_ids_get_one_each_and_nobody_drew_them() {
        let one = json!({"label": "cat", "geometry": {"kind": "box", "x": 1.0, "y": 2.0, "width": 3.0, "height": 4.0}, "author": RegionId::new()});
        let regions = read(&json!([one, one])).unwrap();
        assert_ne!(regions[0].id, regions[1].id);
        assert!(regions.iter().all(|region| region.author.is_none() && region.label == "cat"));
    }

    #[test]
    fn what_is_no_region_is_named() {
        assert_eq!(read(&json!({})), Err("regions: must be a list".to_owned()));
        let error = read(&json!([{"label": "cat"}])).unwrap_err();
        assert!(error.starts_with("regions[0].") && error.contains("geometry"), "{error}");
    }
}
