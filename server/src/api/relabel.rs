//! A label that gets another name or becomes one with another: what that would change, and the change itself, which a job completes.

use actix_web::{get, web::Json};
use serde::Deserialize;
use serde_json::json;
use tandem_domain::{permission::Action, relabel::change};
use tandem_protocol::{
    FieldError, ProjectId, RegionKind,
    rest::{KindCount, LabelChange, LabelDef, LabelSchema, RelabelInput, RelabelPreview},
};
use tandem_store::{
    TenantTx,
    pg::{
        projects,
        relabel::{self, Extent},
    },
};
use utoipa::IntoParams;

use super::{
    access, audit,
    call::Call,
    problem::{Kind, Refusal},
};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PreviewQuery {
    /// A label of the project.
    pub from: String,
    /// What it is to be called, or the label it is to become.
    pub to: String,
}

/// What a label's new name would change.
///
/// Nothing is changed. A job of the kind `relabel` with the same two names does it.
#[utoipa::path(
    tag = "projects",
    operation_id = "previewRelabel",
    params(("project_id" = ProjectId, Path), PreviewQuery),
    responses((status = 200, description = "What there is of the label, and why it cannot be changed if it cannot", body = RelabelPreview)),
    extensions(("x-action" = json!(Action::ProjectUpdate.name()))),
)]
#[get("/projects/{project_id}/relabel-preview")]
pub async fn preview_relabel(call: Call) -> Result<Json<RelabelPreview>, Refusal> {
    let project = call.path::<ProjectId>()?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::ProjectUpdate).await?;
    let PreviewQuery { from, to } = call.query::<PreviewQuery>()?;
    let labels = projects::label_schema(&mut tx, project).await?;
    let changed = change(&labels, &from, &to);
    let extent = relabel::extent(&mut tx, project, &from).await?;
    let problems = match &changed {
        Ok((_, LabelChange::Merge)) => unfit(&labels, &from, &to, &extent),
        Ok(_) => Vec::new(),
        Err(error) => vec![error.clone()],
    };
    Ok(Json(RelabelPreview {
        change: changed.ok().map(|(_, change)| change).filter(|_| problems.is_empty()),
        problems,
        regions: extent.kinds.iter().map(|(_, regions)| regions).sum(),
        kinds: kinds(&labels, &to, &extent),
        annotations: extent.annotations,
        tasks: extent.tasks,
        open_tasks: relabel::open_documents(&mut tx, project).await?,
        layouts: relabel::layouts_with(&mut tx, project, &from).await?,
        samples: extent.samples,
    }))
}

/// Changes the project's labels; the job made in the same transaction does the rest. What it is about, for people.
pub async fn begin(tx: &mut TenantTx, project: ProjectId, RelabelInput { from, to }: &RelabelInput) -> Result<String, Refusal> {
    let refused = |errors: Vec<FieldError>| {
        let within = |error: FieldError| FieldError { field: format!("input.{}", error.field), ..error };
        Refusal::invalid(errors.into_iter().map(within).collect())
    };
    let labels = relabel::labels_for_change(tx, project).await?;
    let (after, what) = change(&labels, from, to).map_err(|error| refused(vec![error]))?;
    if relabel::is_at_work(tx, project, RelabelInput::KIND).await? {
        return Err(Refusal::new(Kind::JobOpen, "Another label of the project is being changed. Wait until that job has ended."));
    }
    if what == LabelChange::Merge {
        let errors = unfit(&labels, from, to, &relabel::extent(tx, project, from).await?);
        if !errors.is_empty() {
            return Err(refused(errors));
        }
    }
    if what != LabelChange::Done {
        relabel::keep_labels(tx, project, &after).await?;
        let changes = json!({ "label": { "from": from, "to": to, "change": what } });
        audit::record(tx, project, Action::ProjectUpdate, ("project", project), changes).await?;
    }
    Ok(format!("{from} → {to}"))
}

/// Regions that the label which takes them over does not take.
fn unfit(labels: &LabelSchema, from: &str, to: &str, extent: &Extent) -> Vec<FieldError> {
    let (Some(was), Some(becomes)) = (named(labels, from), named(labels, to)) else { return Vec::new() };
    let error = |rule: &str, message: String| FieldError { field: "to".to_owned(), rule: rule.to_owned(), message };
    let mut errors = Vec::new();
    for KindCount { kind, regions, fits } in kinds(labels, to, extent) {
        if !fits {
            let taken: Vec<&str> = becomes.kinds.iter().map(|kind| kind.as_str()).collect();
            errors.push(error(
                "kind_not_allowed",
                format!("{regions} of {from:?} are of the shape {kind}, and {to:?} takes {} only", taken.join(", ")),
            ));
        } else if kind == RegionKind::Keypoints && was.keypoints.len() != becomes.keypoints.len() {
            let (has, takes) = (was.keypoints.len(), becomes.keypoints.len());
            errors.push(error("keypoint_count", format!("{regions} of {from:?} have {has} keypoints, and {to:?} has {takes}")));
        }
    }
    errors
}

fn kinds(labels: &LabelSchema, to: &str, extent: &Extent) -> Vec<KindCount> {
    let taken = named(labels, to).map_or(&[][..], |label| &label.kinds);
    let count = |&(kind, regions): &(RegionKind, i64)| KindCount { kind, regions, fits: taken.is_empty() || taken.contains(&kind) };
    extent.kinds.iter().map(count).collect()
}

fn named<'s>(labels: &'s LabelSchema, name: &str) -> Option<&'s LabelDef> {
    labels.labels.iter().find(|label| label.name == name)
}
