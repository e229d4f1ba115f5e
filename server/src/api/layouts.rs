//! Layouts of a project: drafts, versions, which one is active; what is wrong with one, for whoever writes it; and how a task is worked on.

mod compiled;

use actix_web::{HttpResponse, delete, get, post, put, web::Json};
use serde_json::{json, value::to_raw_value};
use tandem_domain::{
    layout::{Registry, key_of, syntax::MAX_TEXT},
    permission::Action,
};
use tandem_protocol::{
    LayoutId, Problem, ProjectId, TaskId,
    rest::{
        CheckLayout, CheckedLayout, CreateLayout, Layout, LayoutComponents, LayoutDetail, LayoutUse, Page, TaskLayout, UpdateLayout,
        WorkKind,
    },
};
use tandem_store::{
    TenantTx,
    pg::{
        flow,
        layouts::{self, Draft, Stored},
        leases::{self, Offer},
        tasks, workflows,
    },
};

use self::compiled::{Compiled, Project};
use super::{IDEMPOTENCY, access, audit, call::Call, idempotency::once, problem::Refusal, validate};

/// Of an id in markup, in characters: a longer one is nobody's to extend.
const KEY_LENGTH: usize = 200;

/// Layouts of a project, all versions.
#[utoipa::path(
    tag = "layouts",
    operation_id = "listLayouts",
    params(("project_id" = ProjectId, Path)),
    responses((status = 200, description = "All of them, newest first", body = Page<Layout>)),
    extensions(("x-action" = json!(Action::LayoutRead.name()))),
)]
#[get("/projects/{project_id}/layouts")]
pub async fn list_layouts(call: Call) -> Result<Json<Page<Layout>>, Refusal> {
    let project = call.path::<ProjectId>()?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::LayoutRead).await?;
    let items = layouts::list(&mut tx, project).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// Draft a layout.
///
/// A draft may have mistakes; `problems` says them. It is the first version of a series of its own.
#[utoipa::path(
    tag = "layouts",
    operation_id = "createLayout",
    params(("project_id" = ProjectId, Path), ("Idempotency-Key" = Option<String>, Header, description = IDEMPOTENCY)),
    request_body = CreateLayout,
    responses((status = 201, description = "The draft", body = LayoutDetail)),
    extensions(("x-action" = json!(Action::LayoutWrite.name()))),
)]
#[post("/projects/{project_id}/layouts")]
pub async fn create_layout(mut call: Call) -> Result<HttpResponse, Refusal> {
    let project = call.path::<ProjectId>()?;
    let body = call.body().await?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::LayoutWrite).await?;
    let wanted = body.parse::<CreateLayout>()?;
    validate::layout(Some(&wanted.name), &wanted.source, MAX_TEXT)?;
    let key = key(&wanted.source);
    let draft = Draft { name: wanted.name.trim(), key: key.as_deref(), source: &wanted.source };
    let made = once(&call, &body, &mut tx, async |tx| {
        let id = layouts::create(tx, project, None, draft).await?;
        audit::record(tx, project, Action::LayoutWrite, ("layout", id), json!({ "name": draft.name })).await?;
        Ok(id)
    })
    .await?;
    let detail = detail(&mut tx, &call, project, made.value).await?;
    tx.commit().await?;
    Ok(made.map(|_| detail).created())
}

/// Look at a layout: everything that is wrong with it, and what it is compiled to.
///
/// Nothing is kept. Problems are the answer here, not a refusal.
#[utoipa::path(
    tag = "layouts",
    operation_id = "checkLayout",
    params(("project_id" = ProjectId, Path)),
    request_body = CheckLayout,
    responses((status = 200, description = "What it is found to be", body = CheckedLayout)),
    extensions(("x-action" = json!(Action::LayoutWrite.name()))),
)]
#[post("/projects/{project_id}/layouts/check")]
pub async fn check_layout(mut call: Call) -> Result<Json<CheckedLayout>, Refusal> {
    let project = call.path::<ProjectId>()?;
    let body = call.body().await?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::LayoutWrite).await?;
    let wanted = body.parse::<CheckLayout>()?;
    let around = Project::read(&mut tx, &call, project).await?;
    tx.rollback().await?;
    let found = Compiled::of(wanted.source, around).await?;
    let tree = found.tree()?;
    Ok(Json(CheckedLayout { problems: found.problems, tree, output_schema: found.layout.map(|layout| layout.output_schema) }))
}

/// A version of a layout.
#[utoipa::path(
    tag = "layouts",
    operation_id = "getLayout",
    params(("project_id" = ProjectId, Path), ("layout_id" = LayoutId, Path)),
    responses((status = 200, description = "The version", body = LayoutDetail)),
    extensions(("x-action" = json!(Action::LayoutRead.name()))),
)]
#[get("/projects/{project_id}/layouts/{layout_id}")]
pub async fn get_layout(call: Call) -> Result<Json<LayoutDetail>, Refusal> {
    let (project, id) = call.path::<(ProjectId, LayoutId)>()?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::LayoutRead).await?;
    detail(&mut tx, &call, project, id).await.map(Json)
}

/// Change what a draft says.
///
/// What was ever active stays as it is, because tasks are on it: draft the next version instead.
#[utoipa::path(
    tag = "layouts",
    operation_id = "updateLayout",
    params(("project_id" = ProjectId, Path), ("layout_id" = LayoutId, Path)),
    request_body = UpdateLayout,
    responses(
        (status = 200, description = "The draft as it is now", body = LayoutDetail),
        (status = 409, description = "`layout_in_use`: it is no draft; `layout_changed`: it was saved since `seen`", body = Problem, content_type = "application/problem+json"),
    ),
    extensions(("x-action" = json!(Action::LayoutWrite.name()))),
)]
#[put("/projects/{project_id}/layouts/{layout_id}")]
pub async fn update_layout(mut call: Call) -> Result<Json<LayoutDetail>, Refusal> {
    let (project, id) = call.path::<(ProjectId, LayoutId)>()?;
    let body = call.body().await?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::LayoutWrite).await?;
    let before = stored(&mut tx, project, id).await?.layout;
    let wanted = body.parse::<UpdateLayout>()?;
    validate::layout(wanted.name.as_deref(), &wanted.source, MAX_TEXT)?;
    let key = key(&wanted.source);
    let name = wanted.name.as_deref().map_or(before.name.as_str(), str::trim);
    layouts::update(&mut tx, project, id, Draft { name, key: key.as_deref(), source: &wanted.source }, wanted.seen).await?;
    audit::record(&mut tx, project, Action::LayoutWrite, ("layout", id), json!({ "version": before.version })).await?;
    let now = detail(&mut tx, &call, project, id).await?;
    tx.commit().await?;
    Ok(Json(now))
}

/// Throw a draft away.
#[utoipa::path(
    tag = "layouts",
    operation_id = "deleteLayout",
    params(("project_id" = ProjectId, Path), ("layout_id" = LayoutId, Path)),
    responses(
        (status = 204, description = "No longer there"),
        (status = 409, description = "`layout_in_use`: it is no draft", body = Problem, content_type = "application/problem+json"),
    ),
    extensions(("x-action" = json!(Action::LayoutWrite.name()))),
)]
#[delete("/projects/{project_id}/layouts/{layout_id}")]
pub async fn delete_layout(call: Call) -> Result<HttpResponse, Refusal> {
    let (project, id) = call.path::<(ProjectId, LayoutId)>()?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::LayoutWrite).await?;
    let before = stored(&mut tx, project, id).await?.layout;
    layouts::delete(&mut tx, project, id).await?;
    let changes = json!({ "deleted": before.version, "name": before.name });
    audit::record(&mut tx, project, Action::LayoutWrite, ("layout", id), changes).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Draft the next version of a layout.
///
/// It begins as a copy of this one.
#[utoipa::path(
    tag = "layouts",
    operation_id = "createLayoutVersion",
    params(("project_id" = ProjectId, Path), ("layout_id" = LayoutId, Path)),
    responses((status = 201, description = "The draft", body = LayoutDetail)),
    extensions(("x-action" = json!(Action::LayoutWrite.name()))),
)]
#[post("/projects/{project_id}/layouts/{layout_id}/versions")]
pub async fn create_layout_version(call: Call) -> Result<HttpResponse, Refusal> {
    let (project, id) = call.path::<(ProjectId, LayoutId)>()?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::LayoutWrite).await?;
    let Stored { layout, source, .. } = stored(&mut tx, project, id).await?;
    let draft = Draft { name: &layout.name, key: layout.key.as_deref(), source: &source };
    let next = layouts::create(&mut tx, project, Some(layout.series), draft).await?;
    audit::record(&mut tx, project, Action::LayoutWrite, ("layout", next), json!({ "from": id, "name": layout.name })).await?;
    let detail = detail(&mut tx, &call, project, next).await?;
    tx.commit().await?;
    Ok(HttpResponse::Created().json(detail))
}

/// Activate a version.
///
/// Work on tasks of the project begins on it from now on: all work, or that of a step or of a kind (who adjudicates sees other things than who annotates); the
/// more special goes first, a step before a kind. Tasks on which such work has begun stay on the version it began on, and those that had none then
/// without one. The version that was active for the same is retired; it may be activated again, as it was.
#[utoipa::path(
    tag = "layouts",
    operation_id = "activateLayout",
    params(("project_id" = ProjectId, Path), ("layout_id" = LayoutId, Path), LayoutUse),
    responses(
        (status = 200, description = "The version, active", body = LayoutDetail),
        (status = 422, description = "`layout_invalid`: it has errors; `errors` names each by `line:column`", body = Problem, content_type = "application/problem+json"),
    ),
    extensions(("x-action" = json!(Action::LayoutWrite.name()))),
)]
#[post("/projects/{project_id}/layouts/{layout_id}/activate")]
pub async fn activate_layout(call: Call) -> Result<Json<LayoutDetail>, Refusal> {
    let (project, id) = call.path::<(ProjectId, LayoutId)>()?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::LayoutWrite).await?;
    let used = call.query::<LayoutUse>()?;
    check_use(&mut tx, project, &used).await?;
    let Stored { layout, source, tree } = stored(&mut tx, project, id).await?;
    let tree = match tree {
        Some(tree) => tree,
        None => {
            let around = Project::read(&mut tx, &call, project).await?;
            Compiled::of(source, around).await?.sound()?.get().to_owned()
        }
    };
    let before = layouts::activate(&mut tx, project, id, &tree, layout.updated_at, &used).await?;
    if before != Some(id) {
        let changes = json!({ "activated": layout.version, "name": layout.name, "before": before, "step": used.step, "kind": used.kind });
        audit::record(&mut tx, project, Action::LayoutWrite, ("layout", id), changes).await?;
    }
    let now = detail(&mut tx, &call, project, id).await?;
    tx.commit().await?;
    Ok(Json(now))
}

/// Retire a version.
///
/// No more work begins on it: of its step or kind with the more general layout, of a project that has no other without one. Tasks that are on it stay on it. It
/// may be activated again.
#[utoipa::path(
    tag = "layouts",
    operation_id = "retireLayout",
    params(("project_id" = ProjectId, Path), ("layout_id" = LayoutId, Path)),
    responses((status = 200, description = "The version; what was not active is as it was", body = LayoutDetail)),
    extensions(("x-action" = json!(Action::LayoutWrite.name()))),
)]
#[post("/projects/{project_id}/layouts/{layout_id}/retire")]
pub async fn retire_layout(call: Call) -> Result<Json<LayoutDetail>, Refusal> {
    let (project, id) = call.path::<(ProjectId, LayoutId)>()?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::LayoutWrite).await?;
    if layouts::retire(&mut tx, project, id).await? {
        audit::record(&mut tx, project, Action::LayoutWrite, ("layout", id), json!({ "retired": true })).await?;
    }
    let now = detail(&mut tx, &call, project, id).await?;
    tx.commit().await?;
    Ok(Json(now))
}

/// The components that layouts are made of, for completion.
#[utoipa::path(
    tag = "layouts",
    operation_id = "listLayoutComponents",
    responses((status = 200, description = "All of them, by name", body = LayoutComponents)),
    extensions(("x-action" = json!(null))),
)]
#[get("/layout-components")]
pub async fn list_layout_components(_call: Call) -> Result<Json<LayoutComponents>, Refusal> {
    let all: Vec<_> = Registry::standard().all().collect();
    Ok(Json(LayoutComponents { components: to_raw_value(&all).map_err(Refusal::internal)? }))
}

/// How a task is worked on.
///
/// For who holds it what their step has, if it has a layout of its own; else the version on which work on it began; before that the project's active one. It
/// says nothing of what is in the task, so whoever has not accepted the task may read it too.
#[utoipa::path(
    tag = "layouts",
    operation_id = "getTaskLayout",
    params(("task_id" = TaskId, Path)),
    responses((status = 200, description = "The layout; all of it null where the task has none", body = TaskLayout)),
    extensions(("x-action" = json!(Action::LayoutRead.name()))),
)]
#[get("/tasks/{task_id}/layout")]
pub async fn get_task_layout(call: Call) -> Result<Json<TaskLayout>, Refusal> {
    let task = call.path::<TaskId>()?;
    let hidden = || Refusal::not_found("task", task);
    let mut tx = call.begin().await?;
    let project = tasks::project_of(&mut tx, task).await?.ok_or_else(hidden)?;
    access::below(&mut tx, &call.identity, project, Action::LayoutRead, hidden).await?;
    let leases = leases::active_of_task(&mut tx, task).await?;
    let mine = leases.iter().find(|lease| lease.user_id == call.user()).map(|lease| lease.id);
    Ok(Json(layouts::of_task(&mut tx, project, task, mine).await?))
}

/// A layout that nobody could ever come to is a mistake.
async fn check_use(tx: &mut TenantTx, project: ProjectId, used: &LayoutUse) -> Result<(), Refusal> {
    if matches!(used.kind, Some(WorkKind::Validation | WorkKind::Consensus)) {
        return Err(Refusal::field("kind", "enum", "must be annotation, review or adjudication"));
    }
    let Some(step) = &used.step else { return Ok(()) };
    let is_known = match workflows::active_of(tx, project).await? {
        Some(workflow) => flow::flow_of(tx, workflow).await?.kind_of(step).is_some(),
        None => *step == Offer::plain().step,
    };
    if is_known { Ok(()) } else { Err(Refusal::field("step", "exists", format!("the project's workflow has no step {step}"))) }
}

fn key(source: &str) -> Option<String> {
    key_of(source).filter(|key| key.chars().count() <= KEY_LENGTH)
}

async fn stored(tx: &mut TenantTx, project: ProjectId, id: LayoutId) -> Result<Stored, Refusal> {
    layouts::get(tx, project, id).await?.ok_or_else(|| Refusal::not_found("layout", id))
}

async fn detail(tx: &mut TenantTx, call: &Call, project: ProjectId, id: LayoutId) -> Result<LayoutDetail, Refusal> {
    let Stored { layout, source, tree } = stored(tx, project, id).await?;
    let (problems, tree) = match tree {
        Some(tree) => (Vec::new(), Some(serde_json::value::RawValue::from_string(tree).map_err(Refusal::internal)?)),
        None => {
            let found = Compiled::of(source.clone(), Project::read(tx, call, project).await?).await?;
            let tree = found.tree()?;
            (found.problems, tree)
        }
    };
    Ok(LayoutDetail { layout, source, problems, tree })
}
