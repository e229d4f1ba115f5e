//! Jobs: start one, see how they stand, cancel one. The work itself is done elsewhere (`tandem_actors::jobs`).

use std::time::Duration;

use actix_web::{
    HttpResponse, get,
    http::header::{HeaderValue, RETRY_AFTER},
    post,
    web::Json,
};
use serde_json::json;
use tandem_domain::permission::Action;
use tandem_protocol::{
    JobId, Problem, ProjectId, ProjectRole,
    rest::{CreateJob, CreateJobFile, ExportInput, ImportInput, Job, JobFile, JobFileUpload, Page},
};
use tandem_store::{
    TenantTx,
    job_files::{self, NewJobFile, StoredFile},
    jobs::{self, NewJob},
    objects::{ObjectError, Upload},
};

use super::{
    IDEMPOTENCY, access, audit,
    call::Call,
    idempotency::once,
    notify,
    problem::{Kind, Refusal},
    read::{self, PageQuery},
    relabel, signed, validate,
};

/// How long an upload is kept that no job has read yet; a job that reads it keeps it longer.
const UPLOAD_KEPT: Duration = Duration::from_secs(2 * 86_400);
/// Seconds after which a job may have ended.
const COME_BACK: u64 = 30;
/// What archives are stored as.
const ARCHIVE: &str = "application/zip";

/// Jobs of a project.
#[utoipa::path(
    tag = "jobs",
    operation_id = "listJobs",
    params(("project_id" = ProjectId, Path), PageQuery),
    responses((status = 200, description = "Jobs, newest first; without the `url` of their files", body = Page<Job>)),
    extensions(("x-action" = json!(Action::JobRead.name()))),
)]
#[get("/projects/{project_id}/jobs")]
pub async fn list_jobs(call: Call) -> Result<Json<Page<Job>>, Refusal> {
    let project = call.path::<ProjectId>()?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::JobRead).await?;
    let query = call.query::<PageQuery>()?;
    let before = query.cursor.as_deref().map(read::cursor).transpose()?;
    let limit = validate::page_limit(query.limit)?;
    Ok(Json(jobs::list(&mut tx, project, before, limit).await?))
}

/// Start a job.
///
/// It begins as soon as a worker is free. An import also needs `task.create`, an export `export.read`, a relabelling `project.update`. How far it is comes live, as
/// `jobs_changed` of the project's topic.
#[utoipa::path(
    tag = "jobs",
    operation_id = "createJob",
    params(("project_id" = ProjectId, Path), ("Idempotency-Key" = Option<String>, Header, description = IDEMPOTENCY)),
    request_body = CreateJob,
    responses(
        (status = 201, description = "The job, which waits for a worker", body = Job),
        (status = 409, description = "The bytes of the upload are not there yet (`upload_missing`); another label is being changed (`job_open`)", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "As many jobs of the workspace as may are open (`too_many_requests`)", body = Problem, content_type = "application/problem+json"),
    ),
    extensions(("x-action" = json!(Action::JobRun.name()))),
)]
#[post("/projects/{project_id}/jobs")]
pub async fn create_job(mut call: Call) -> Result<HttpResponse, Refusal> {
    let project = call.path::<ProjectId>()?;
    let body = call.body().await?;
    let mut tx = call.begin().await?;
    let role = access::project(&mut tx, &call.identity, project, Action::JobRun).await?;
    let wanted = body.parse::<CreateJob>()?;
    access::within(&call.identity, role, asked_by(wanted.kind()))?;
    let made = once(&call, &body, &mut tx, async |tx| {
        let (input, subject) = match &wanted {
            CreateJob::Import(input) => (json!(input), Some(ready(tx, &call, project, input).await?)),
            CreateJob::Export(input) => (json!(input), None),
            CreateJob::Relabel(input) => (json!(input), Some(relabel::begin(tx, project, input).await?)),
        };
        let kind = wanted.kind();
        may_be_another(tx, call.state.live.max_open_jobs()).await?;
        let id = jobs::create(tx, NewJob { project, kind, input: &input, subject: subject.as_deref() }).await?;
        audit::record(tx, project, Action::JobRun, ("job", id), json!({ "kind": kind, "input": input, "subject": subject })).await?;
        found(tx, id).await
    })
    .await?;
    tx.commit().await?;
    call.state.live.job_changed(call.identity.workspace_id, project);
    if matches!(wanted, CreateJob::Relabel(_)) {
        notify::rights_changed(&call, project, None);
    }
    Ok(made.created())
}

/// Whether the workspace may have another job. Two that are asked for at the same moment may both be the last: the limit keeps a mistaken script
/// from filling the queue, for which one more or less does not matter.
async fn may_be_another(tx: &mut TenantTx, most: u32) -> Result<(), Refusal> {
    let open = jobs::open(tx).await?;
    if open < most {
        return Ok(());
    }
    metrics::counter!("tandem_refused_total", "queue" => "jobs").increment(1);
    let why = format!("{open} jobs of this workspace wait or run, and {most} may. Wait until one has ended, or cancel one.");
    Err(Refusal::new(Kind::TooManyRequests, why)
        .with_details(json!({ "rule": "jobs.max_open", "open": open, "retry_after_s": COME_BACK }))
        .with_header(RETRY_AFTER, HeaderValue::from(COME_BACK)))
}

/// What else whoever starts or cancels a job of this kind must be allowed to.
fn asked_by(kind: &str) -> Action {
    match kind {
        ImportInput::KIND => Action::TaskCreate,
        ExportInput::KIND => Action::ExportRead,
        // A label's name, or of a newer program: whoever may do everything.
        _ => Action::ProjectUpdate,
    }
}

/// The name of the upload, if it is this project's, is kept, and its bytes are there.
async fn ready(tx: &mut TenantTx, call: &Call, project: ProjectId, input: &ImportInput) -> Result<String, Refusal> {
    if let Some(source) = &input.suggested_by
        && !(1..=200).contains(&source.trim().chars().count())
    {
        return Err(Refusal::field("input.suggested_by", "length", "must have 1 to 200 characters: a model's name and version"));
    }
    let missing = || Refusal::field("input.file_id", "exists", "there is no such upload in this project, or it is not kept any longer");
    let upload = job_files::get(tx, input.file_id).await?.filter(|file| file.project == project && file.job.is_none());
    let StoredFile { file, object_key, .. } = upload.ok_or_else(missing)?;
    let bytes = match call.state.objects.head(&object_key).await {
        Ok(info) => i64::try_from(info.size).unwrap_or(i64::MAX),
        Err(ObjectError::NotFound { .. }) => {
            return Err(Refusal::new(Kind::UploadMissing, "The archive is not there yet: PUT its bytes to the upload's URL first."));
        }
        Err(error) => return Err(error.into()),
    };
    if job_files::keep(tx, file.id, bytes, UPLOAD_KEPT).await? { Ok(file.filename) } else { Err(missing()) }
}

/// Ask for the upload of an archive to import.
///
/// The answer says where and how to PUT the bytes; then start a job of the kind `import` with the file's id.
#[utoipa::path(
    tag = "jobs",
    operation_id = "createJobFile",
    params(("project_id" = ProjectId, Path), ("Idempotency-Key" = Option<String>, Header, description = IDEMPOTENCY)),
    request_body = CreateJobFile,
    responses((status = 201, description = "Where to PUT the bytes", body = JobFileUpload)),
    extensions(("x-action" = json!(Action::AssetWrite.name()))),
)]
#[post("/projects/{project_id}/job-files")]
pub async fn create_job_file(mut call: Call) -> Result<HttpResponse, Refusal> {
    let project = call.path::<ProjectId>()?;
    let body = call.body().await?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::AssetWrite).await?;
    let wanted = body.parse::<CreateJobFile>()?;
    validate::create_job_file(&wanted)?;
    let made = once(&call, &body, &mut tx, async |tx| {
        let new = NewJobFile {
            project,
            job: None,
            filename: wanted.filename.clone(),
            content_type: ARCHIVE.to_owned(),
            size: i64::try_from(wanted.size).map_err(Refusal::internal)?,
            keep: UPLOAD_KEPT,
        };
        Ok(job_files::create(tx, &new).await?.file)
    })
    .await?;
    let stored = job_files::get(&mut tx, made.value.id).await?.ok_or_else(|| Refusal::not_found("file", made.value.id))?;
    tx.commit().await?;
    // Signed afresh when the answer is given again: the first signature may have run out.
    let upload = signed::upload(&call, &stored.object_key, Upload { content_type: ARCHIVE, size: wanted.size }).await?;
    Ok(made.map(|file| JobFileUpload { file, upload }).created())
}

/// One job.
///
/// With the address of the file it made, as long as that is kept.
#[utoipa::path(
    tag = "jobs",
    operation_id = "getJob",
    params(("job_id" = JobId, Path)),
    responses((status = 200, description = "The job", body = Job)),
    extensions(("x-action" = json!(Action::JobRead.name()))),
)]
#[get("/jobs/{job_id}")]
pub async fn get_job(call: Call) -> Result<Json<Job>, Refusal> {
    let id = call.path::<JobId>()?;
    let mut tx = call.begin().await?;
    let (mut job, _) = accessible(&mut tx, &call, id, Action::JobRead).await?;
    let stored = match &job.file {
        Some(file) => job_files::get(&mut tx, file.id).await?,
        None => None,
    };
    tx.rollback().await?;
    if let Some(StoredFile { file, object_key, .. }) = stored {
        let url = Some(signed::download(&call, &object_key, &file.filename).await?);
        job.file = Some(JobFile { url, ..file });
    }
    Ok(Json(job))
}

/// Cancel a job.
///
/// One that waits is cancelled at once; one that runs stops at its next step (`is_cancelling` until then) and leaves nothing behind. One
/// that has ended stays as it is.
#[utoipa::path(
    tag = "jobs",
    operation_id = "cancelJob",
    params(("job_id" = JobId, Path)),
    responses((status = 200, description = "The job as it stands now", body = Job)),
    extensions(("x-action" = json!(Action::JobRun.name()))),
)]
#[post("/jobs/{job_id}/cancel")]
pub async fn cancel_job(call: Call) -> Result<Json<Job>, Refusal> {
    let id = call.path::<JobId>()?;
    let mut tx = call.begin().await?;
    let (job, role) = accessible(&mut tx, &call, id, Action::JobRun).await?;
    access::within(&call.identity, role, asked_by(&job.kind))?;
    let was_open = jobs::cancel(&mut tx, id).await?;
    let job = found(&mut tx, id).await?;
    if was_open {
        audit::record(&mut tx, job.project_id, Action::JobRun, ("job", id), json!({ "cancel": true })).await?;
    }
    tx.commit().await?;
    call.state.live.job_changed(call.identity.workspace_id, job.project_id);
    Ok(Json(job))
}

async fn found(tx: &mut TenantTx, id: JobId) -> Result<Job, Refusal> {
    jobs::get(tx, id).await?.ok_or_else(|| Refusal::not_found("job", id))
}

async fn accessible(tx: &mut TenantTx, call: &Call, id: JobId, action: Action) -> Result<(Job, ProjectRole), Refusal> {
    let hidden = || Refusal::not_found("job", id);
    let job = jobs::get(tx, id).await?.ok_or_else(hidden)?;
    let role = access::below(tx, &call.identity, job.project_id, action, hidden).await?;
    Ok((job, role))
}
