//! What models found, brought in from outside: people see it as suggestions.

use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

use actix_web::{HttpResponse, post};
use chrono::Utc;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tandem_actors::{
    HistoryError,
    document::{Suggested, Suggestion},
};
use tandem_domain::{geometry::Size, permission::Action, relabel::Renames, validate as rules};
use tandem_protocol::{
    FieldError, ProjectId, RegionId, TaskId,
    rest::{
        CreatePredictions, CreatedPredictions, LabelSchema, NewPrediction, PredictedRegion, PredictedTask, PredictionOutcome, Region,
        TaskStatus,
    },
};
use tandem_store::{
    TenantTx,
    pg::{
        predictions::{self, Target, Targets},
        projects,
    },
};

use super::{
    IDEMPOTENCY, access, audit,
    call::Call,
    idempotency::{Once, once},
    problem::Refusal,
    validate,
};
use crate::suggesting::{SuggestError, suggest};

/// Tasks whose documents are changed at once: each waits for its edits to be on disk.
const AT_ONCE: usize = 8;
/// Rules told of at most; one more says that there are others.
const MAX_ERRORS: usize = 100;

/// Where a prediction goes: kept with the idempotency key, so that who asks again gets the same ids, and what a crash left undone is done.
#[derive(Debug, Serialize, Deserialize)]
struct Placed {
    task: TaskId,
    is_done: bool,
    ids: Vec<RegionId>,
}

/// Suggest regions that models found.
///
/// People see them in the task's live document, apart from their own regions, and accept or reject them; whoever has the task open sees them come. Nothing of
/// it is part of an answer until somebody accepts it. All predictions are checked first, by the rules of what people submit, and nothing is changed if one
/// of them breaks one.
#[utoipa::path(
    tag = "tasks",
    operation_id = "createPredictions",
    params(("project_id" = ProjectId, Path), ("Idempotency-Key" = Option<String>, Header, description = IDEMPOTENCY)),
    request_body = CreatePredictions,
    responses((status = 201, description = "What came of each, in the order asked; on disk", body = CreatedPredictions)),
    extensions(("x-action" = json!(Action::PredictionWrite.name()))),
)]
#[post("/projects/{project_id}/predictions")]
pub async fn create_predictions(mut call: Call) -> Result<HttpResponse, Refusal> {
    let project = call.path::<ProjectId>()?;
    let body = call.body().await?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::PredictionWrite).await?;
    let CreatePredictions { predictions } = body.parse::<CreatePredictions>()?;
    validate::predictions(&predictions)?;
    let labels = projects::label_schema(&mut tx, project).await?;
    let renames = Renames::of(&labels);
    let placed = once(&call, &body, &mut tx, async |tx| {
        let placed = place(tx, project, &labels, &renames, &predictions).await?;
        let facts = json!({
            "tasks": placed.len(), "regions": placed.iter().map(|one| one.ids.len()).sum::<usize>(),
            "sources": predictions.iter().map(|one| one.source.as_str()).collect::<BTreeSet<_>>(),
        });
        audit::record(tx, project, Action::PredictionWrite, ("project", project), facts).await?;
        Ok(placed)
    })
    .await?;
    // Who is to see it, and under which ids, is certain now; bringing it there may be begun again.
    tx.commit().await?;
    let replayed = placed.replayed;
    let (call, renames, at_ms) = (&call, &renames, Utc::now().timestamp_millis());
    let items = stream::iter(placed.value.into_iter().zip(predictions))
        .map(|(placed, prediction)| bring(call, project, renames, at_ms, placed, prediction))
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    Ok(Once { value: CreatedPredictions { items }, replayed }.created())
}

async fn bring(
    call: &Call,
    project: ProjectId,
    renames: &Renames,
    at_ms: i64,
    Placed { task, is_done, ids }: Placed,
    NewPrediction { source, regions, .. }: NewPrediction,
) -> Result<PredictedTask, Refusal> {
    let outcome = if is_done {
        PredictionOutcome::TaskDone
    } else {
        let suggestions =
            regions.into_iter().zip(&ids).map(|(found, id)| Suggestion { score: found.score, region: region(found, *id, renames) });
        let suggested = Arc::new(Suggested { source, suggestions: suggestions.collect(), at_ms });
        match suggest(&call.state.store, call.tenant(), &call.state.live, (project, task), &suggested).await {
            Ok(()) => PredictionOutcome::Suggested,
            Err(SuggestError::Document(HistoryError::Full)) => PredictionOutcome::DocumentFull,
            Err(SuggestError::Document(error)) => return Err(error.into()),
            Err(SuggestError::Store(error)) => return Err(error.into()),
        }
    };
    Ok(PredictedTask { task_id: task, outcome, suggestions: ids })
}

/// A model keeps to the labels it was made for.
fn region(PredictedRegion { label, geometry, attributes, z, .. }: PredictedRegion, id: RegionId, renames: &Renames) -> Region {
    let label = renames.current(&label).map_or(label.clone(), str::to_owned);
    Region { id, label, geometry, attributes, author: None, z, relations: Vec::new() }
}

/// Finds the task of each and checks what is suggested for it.
async fn place(
    tx: &mut TenantTx,
    project: ProjectId,
    labels: &LabelSchema,
    renames: &Renames,
    wanted: &[NewPrediction],
) -> Result<Vec<Placed>, Refusal> {
    let ids: Vec<TaskId> = wanted.iter().filter_map(|one| one.task_id).collect();
    let external_ids: Vec<String> = wanted.iter().filter_map(|one| one.external_id.clone()).collect();
    let filenames: Vec<String> = wanted.iter().filter_map(|one| one.filename.clone()).collect();
    let targets = predictions::targets(tx, project, &ids, &external_ids, &filenames).await?;
    let mut errors = Vec::new();
    let mut placed = Vec::with_capacity(wanted.len());
    let mut seen = HashSet::new();
    for (index, prediction) in wanted.iter().enumerate() {
        if errors.len() > MAX_ERRORS {
            break;
        }
        let at = |error: FieldError| FieldError { field: format!("predictions[{index}].{}", error.field), ..error };
        let checked = target(&targets, prediction).and_then(|target| {
            if !seen.insert((target.task, prediction.source.as_str())) {
                let message = format!("an earlier prediction of {:?} is for the same task", prediction.source);
                return Err(vec![error("source", "unique", message)]);
            }
            let size = target.size.ok_or_else(|| vec![error("regions", "asset_not_ready", "the size of the task's image is not known")])?;
            let ids: Vec<RegionId> = prediction.regions.iter().map(|one| one.id.unwrap_or_else(RegionId::new)).collect();
            let regions: Vec<Region> = prediction.regions.iter().zip(&ids).map(|(one, id)| region(one.clone(), *id, renames)).collect();
            let broken = rules::regions(labels, Size { width: size.0, height: size.1 }, &regions);
            if broken.is_empty() { Ok(Placed { task: target.task, is_done: is_done(target.status), ids }) } else { Err(broken) }
        });
        match checked {
            Ok(one) => placed.push(one),
            Err(broken) => errors.extend(broken.into_iter().map(at)),
        }
    }
    if errors.len() > MAX_ERRORS {
        errors.truncate(MAX_ERRORS);
        errors.push(error("predictions", "more_errors", format!("more than {MAX_ERRORS} errors; the rest is not listed")));
    }
    if errors.is_empty() { Ok(placed) } else { Err(Refusal::invalid(errors)) }
}

fn target(targets: &Targets, prediction: &NewPrediction) -> Result<Target, Vec<FieldError>> {
    let none = |field: &str, what: String| vec![error(field, "unknown_task", format!("the project has no task {what}"))];
    match (prediction.task_id, &prediction.external_id, &prediction.filename) {
        (Some(id), ..) => targets.by_id.get(&id).copied().ok_or_else(|| none("task_id", id.to_string())),
        (_, Some(id), _) => {
            targets.by_external_id.get(id).copied().ok_or_else(|| none("external_id", format!("with the external id {id:?}")))
        }
        (.., name) => {
            let name = name.as_deref().unwrap_or_default();
            match targets.by_filename.get(name).map(Vec::as_slice).unwrap_or_default() {
                [] => Err(none("filename", format!("whose image is called {name:?}"))),
                [one] => Ok(*one),
                more => {
                    let message = format!("{} tasks have an image called {name:?}; say the task_id or the external_id", more.len());
                    Err(vec![error("filename", "ambiguous", message)])
                }
            }
        }
    }
}

fn is_done(status: TaskStatus) -> bool {
    matches!(status, TaskStatus::Completed | TaskStatus::Rejected | TaskStatus::Skipped | TaskStatus::Cancelled)
}

fn error(field: &str, rule: &str, message: impl Into<String>) -> FieldError {
    FieldError { field: field.to_owned(), rule: rule.to_owned(), message: message.into() }
}
