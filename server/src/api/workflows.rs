//! Workflows of a project: drafts, versions, which one is active; and what is wrong with one, for whoever writes it.

use actix_web::{HttpResponse, get, post, put, web::Json};
use serde_json::{json, value::RawValue};
use tandem_domain::{
    agreement::Standard,
    expression::Shape,
    permission::Action,
    workflow::{Flow, Predefined, Workflow as Form, WorkflowError, unused},
};
use tandem_protocol::{
    FieldError, ProjectId, WorkflowId,
    rest::{
        CheckWorkflow, CheckedWorkflow, CreateWorkflow, Page, PredefinedWorkflow, UpdateWorkflow, Workflow, WorkflowGraph, WorkflowProblem,
    },
};
use tandem_store::{
    TenantTx,
    pg::workflows::{self, NewWorkflow},
};

use super::{
    IDEMPOTENCY, access, audit,
    call::Call,
    idempotency::once,
    problem::{Kind, Refusal},
};

const KEY_LENGTH: usize = 100;
const NAME_LENGTH: usize = 200;

/// Workflows of a project, all versions.
#[utoipa::path(
    tag = "workflows",
    operation_id = "listWorkflows",
    params(("project_id" = ProjectId, Path)),
    responses((status = 200, description = "All of them, newest first", body = Page<Workflow>)),
    extensions(("x-action" = json!(Action::WorkflowRead.name()))),
)]
#[get("/projects/{project_id}/workflows")]
pub async fn list_workflows(call: Call) -> Result<Json<Page<Workflow>>, Refusal> {
    let project = call.path::<ProjectId>()?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::WorkflowRead).await?;
    let items = workflows::list(&mut tx, project).await?;
    Ok(Json(Page { items, next_cursor: None }))
}

/// Draft a workflow, or the next version of one.
///
/// What it says is checked first: a workflow that could not run is not kept, not even as a draft. `errors` names each place as a JSON
/// Pointer into the form.
#[utoipa::path(
    tag = "workflows",
    operation_id = "createWorkflow",
    params(("project_id" = ProjectId, Path), ("Idempotency-Key" = Option<String>, Header, description = IDEMPOTENCY)),
    request_body = CreateWorkflow,
    responses((status = 201, description = "The draft", body = Workflow)),
    extensions(("x-action" = json!(Action::WorkflowWrite.name()))),
)]
#[post("/projects/{project_id}/workflows")]
pub async fn create_workflow(mut call: Call) -> Result<HttpResponse, Refusal> {
    let project = call.path::<ProjectId>()?;
    let body = call.body().await?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::WorkflowWrite).await?;
    let wanted = body.parse::<CreateWorkflow>()?;
    let checked = Checked::from(wanted.form.as_deref(), wanted.xml.as_deref(), wanted.predefined.as_ref())?;
    // Only the id is remembered: an answer kept as jsonb would come back with its keys in another order.
    let made = once(&call, &body, &mut tx, async |tx| {
        let id = workflows::create(tx, project, checked.to_keep()).await?;
        audit::record(tx, project, Action::WorkflowWrite, ("workflow", id), json!({ "key": checked.form.id })).await?;
        Ok(id)
    })
    .await?;
    let workflow = read(&mut tx, made.value).await?;
    tx.commit().await?;
    Ok(made.map(|_| workflow).created())
}

/// A version of a workflow.
#[utoipa::path(
    tag = "workflows",
    operation_id = "getWorkflow",
    params(("workflow_id" = WorkflowId, Path)),
    responses((status = 200, description = "The version", body = Workflow)),
    extensions(("x-action" = json!(Action::WorkflowRead.name()))),
)]
#[get("/workflows/{workflow_id}")]
pub async fn get_workflow(call: Call) -> Result<Json<Workflow>, Refusal> {
    let id = call.path::<WorkflowId>()?;
    let mut tx = call.begin().await?;
    workflow(&mut tx, &call, id, Action::WorkflowRead).await.map(Json)
}

/// Change what a draft says.
///
/// What was ever active stays as it is, because tasks are on it: draft the next version instead.
#[utoipa::path(
    tag = "workflows",
    operation_id = "updateWorkflow",
    params(("workflow_id" = WorkflowId, Path)),
    request_body = UpdateWorkflow,
    responses((status = 200, description = "The draft as it is now", body = Workflow)),
    extensions(("x-action" = json!(Action::WorkflowWrite.name()))),
)]
#[put("/workflows/{workflow_id}")]
pub async fn update_workflow(mut call: Call) -> Result<Json<Workflow>, Refusal> {
    let id = call.path::<WorkflowId>()?;
    let body = call.body().await?;
    let mut tx = call.begin().await?;
    let before = workflow(&mut tx, &call, id, Action::WorkflowWrite).await?;
    let wanted = body.parse::<UpdateWorkflow>()?;
    let checked = Checked::from(wanted.form.as_deref(), wanted.xml.as_deref(), None)?;
    workflows::update(&mut tx, id, checked.to_keep(), wanted.seen).await?;
    audit::record(&mut tx, before.project_id, Action::WorkflowWrite, ("workflow", id), json!({ "version": before.version })).await?;
    let now = read(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(now))
}

/// Activate a version.
///
/// New tasks of the project begin on it from now on. Tasks that there are stay on the version they began on, and those without a workflow
/// without one. The version that was active is retired; it may be activated again.
#[utoipa::path(
    tag = "workflows",
    operation_id = "activateWorkflow",
    params(("workflow_id" = WorkflowId, Path)),
    responses((status = 200, description = "The version, active", body = Workflow)),
    extensions(("x-action" = json!(Action::WorkflowWrite.name()))),
)]
#[post("/workflows/{workflow_id}/activate")]
pub async fn activate_workflow(call: Call) -> Result<Json<Workflow>, Refusal> {
    let id = call.path::<WorkflowId>()?;
    let mut tx = call.begin().await?;
    let wanted = workflow(&mut tx, &call, id, Action::WorkflowWrite).await?;
    // What was sound when it was drafted may not be for the program of today.
    sound(Form::from_json(wanted.form.get()))?;
    let before = workflows::activate(&mut tx, id).await?;
    if before != Some(id) {
        let changes = json!({ "activated": wanted.version, "key": wanted.key, "before": before });
        audit::record(&mut tx, wanted.project_id, Action::WorkflowWrite, ("workflow", id), changes).await?;
    }
    let now = read(&mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(now))
}

/// Look at a workflow: everything that is wrong with it, and its boxes and arrows.
///
/// Nothing is kept. Problems are the answer here, not a refusal.
#[utoipa::path(
    tag = "workflows",
    operation_id = "checkWorkflow",
    request_body = CheckWorkflow,
    responses((status = 200, description = "What it is found to be", body = CheckedWorkflow)),
    extensions(("x-action" = json!(null))),
)]
#[post("/workflows/check")]
pub async fn check_workflow(mut call: Call) -> Result<Json<CheckedWorkflow>, Refusal> {
    let body = call.body().await?;
    let wanted = body.parse::<CheckWorkflow>()?;
    let given = Given::one_of(wanted.form.as_deref(), wanted.xml.as_deref(), None)?;
    let (form, problems) = look(given.read());
    let graph = form.as_ref().map_or_else(WorkflowGraph::default, Form::graph);
    // Of XML: so that it can go on as JSON.
    let json = form.filter(|_| wanted.xml.is_some()).map(|form| serde_json::value::to_raw_value(&form)).transpose();
    Ok(Json(CheckedWorkflow { problems, graph, form: json.map_err(Refusal::internal)? }))
}

/// A version, if the caller may do `action` in its project.
async fn workflow(tx: &mut TenantTx, call: &Call, id: WorkflowId, action: Action) -> Result<Workflow, Refusal> {
    let hidden = || Refusal::not_found("workflow", id);
    let found = workflows::get(tx, id).await?.ok_or_else(hidden)?;
    access::below(tx, &call.identity, found.project_id, action, hidden).await?;
    Ok(found)
}

async fn read(tx: &mut TenantTx, id: WorkflowId) -> Result<Workflow, Refusal> {
    workflows::get(tx, id).await?.ok_or_else(|| Refusal::not_found("workflow", id))
}

/// What a body says a workflow by.
enum Given<'b> {
    Json(&'b RawValue),
    Xml(&'b str),
    Predefined(&'b PredefinedWorkflow),
}

impl<'b> Given<'b> {
    fn one_of(form: Option<&'b RawValue>, xml: Option<&'b str>, predefined: Option<&'b PredefinedWorkflow>) -> Result<Self, Refusal> {
        match (form, xml, predefined) {
            (Some(form), None, None) => Ok(Self::Json(form)),
            (None, Some(xml), None) => Ok(Self::Xml(xml)),
            (None, None, Some(predefined)) => Ok(Self::Predefined(predefined)),
            _ => Err(Refusal::field("form", "one_of", "say the workflow once: as `form` or as `xml`, or a new one as `predefined`")),
        }
    }

    fn read(&self) -> Result<Form, WorkflowError> {
        match self {
            Self::Json(form) => Form::from_json(form.get()),
            Self::Xml(xml) => Form::from_xml(xml),
            Self::Predefined(predefined) => Ok(predefined_form(predefined)),
        }
    }
}

/// A workflow that can run.
struct Checked {
    form: Form,
    /// JSON as it is kept: the letters that were sent, where JSON was.
    text: String,
}

impl Checked {
    fn from(form: Option<&RawValue>, xml: Option<&str>, predefined: Option<&PredefinedWorkflow>) -> Result<Self, Refusal> {
        let given = Given::one_of(form, xml, predefined)?;
        let form = sound(given.read())?;
        let text = match given {
            Given::Json(form) => form.get().to_owned(),
            Given::Xml(_) | Given::Predefined(_) => serde_json::to_string(&form).map_err(Refusal::internal)?,
        };
        Ok(Self { form, text })
    }

    fn to_keep(&self) -> NewWorkflow<'_> {
        let name = if self.form.name.trim().is_empty() { &self.form.id } else { &self.form.name };
        NewWorkflow { key: &self.form.id, name, form: &self.text }
    }
}

/// The form, if it is one at all, and all that is wrong with it.
fn look(form: Result<Form, WorkflowError>) -> (Option<Form>, Vec<WorkflowProblem>) {
    let form = match form {
        Ok(form) => form,
        Err(error) => return (None, told(error)),
    };
    let mut problems = lengths(&form);
    problems.extend(told(WorkflowError::Problems(unused(&form))));
    // What tasks will look like is not known here, so what conditions ask of them is not looked at.
    if let Err(error) = Flow::compile(form.clone(), &Shape::Any, &Standard) {
        problems.extend(told(error));
    }
    (Some(form), problems)
}

/// A form that can run.
fn sound(form: Result<Form, WorkflowError>) -> Result<Form, Refusal> {
    match look(form) {
        (Some(form), problems) if problems.is_empty() => Ok(form),
        (_, problems) => Err(refused(problems)),
    }
}

/// Rules of the table that no flow knows.
fn lengths(form: &Form) -> Vec<WorkflowProblem> {
    let too_long = |path: &str, text: &str, most: usize| {
        let length = text.chars().count();
        let message = format!("must have at most {most} characters; it has {length}");
        (length > most).then(|| WorkflowProblem { path: path.to_owned(), rule: "max_length".to_owned(), message })
    };
    let both = [too_long("/id", &form.id, KEY_LENGTH), too_long("/name", &form.name, NAME_LENGTH)];
    both.into_iter().flatten().collect()
}

fn told(error: WorkflowError) -> Vec<WorkflowProblem> {
    match error {
        WorkflowError::Form { path, reason } => {
            let path = if path == "/" { String::new() } else { path };
            vec![WorkflowProblem { path, rule: "form".to_owned(), message: reason }]
        }
        WorkflowError::Xml(error) => vec![WorkflowProblem { path: String::new(), rule: "xml".to_owned(), message: error.to_string() }],
        WorkflowError::Problems(problems) => {
            let word = |rule| serde_json::to_value(rule).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default();
            let told = problems.into_iter().map(|problem| WorkflowProblem {
                path: problem.path,
                rule: word(problem.rule),
                message: problem.reason,
            });
            told.collect()
        }
    }
}

fn refused(problems: Vec<WorkflowProblem>) -> Refusal {
    let place = |path: String| if path.is_empty() { "/".to_owned() } else { path };
    let errors = problems.into_iter().map(|p| FieldError { field: place(p.path), rule: p.rule, message: p.message });
    Refusal::fields(Kind::WorkflowInvalid, errors.collect())
}

fn predefined_form(predefined: &PredefinedWorkflow) -> Form {
    let known = match predefined.clone() {
        PredefinedWorkflow::Single => Predefined::Single,
        PredefinedWorkflow::MultiVote { annotators, metric, threshold } => Predefined::MultiVote { annotators, metric, threshold },
        PredefinedWorkflow::MultiAdjudication { annotators, metric, threshold } => {
            Predefined::MultiAdjudication { annotators, metric, threshold }
        }
        PredefinedWorkflow::SampledReview { rate } => Predefined::SampledReview { rate },
        PredefinedWorkflow::ReviewWithRework { max_rounds } => Predefined::ReviewWithRework { max_rounds },
    };
    known.workflow()
}
