//! The async half: upload what is new, then everything else in one transaction.

use std::{
    io::{self, BufRead, BufReader, BufWriter, Seek, Write},
    path::{Path, PathBuf},
};

use chrono::Utc;
use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tandem_domain::{
    formats::{Refusal, labels},
    relabel::Renames,
};
use tandem_protocol::{
    AssetId, ProjectId, TaskId,
    rest::{CreateProject, Region},
};
use tandem_store::{
    TenantTx, assets, audit,
    import::{self, ImportedTask},
    jobs::{self, JobError},
    outbox,
    pg::relabel,
    projects,
};

use crate::document::{self, Suggested, Suggestion, build_suggested};

use super::{
    Counts, Ending, ImportContext, ImportError, ImportRequest, Progress, Report, Stage,
    prepare::{AllPrepared, Prepared},
};

/// Images asked about, uploaded and saved together.
const CHUNK: usize = 200;
/// Regions saved together, at most (and at least one image's).
const CHUNK_REGIONS: usize = 5_000;
/// Uploads under way at once.
const UPLOADS: usize = 8;

/// A line of the list of what was uploaded.
#[derive(Serialize, Deserialize)]
struct Uploaded {
    task: TaskId,
    asset: AssetId,
    object_key: String,
    image: Prepared,
}

pub(super) async fn save(
    context: &ImportContext,
    request: &ImportRequest,
    name: &str,
    known: Option<ProjectId>,
    mut prepared: AllPrepared,
) -> Result<Report, ImportError> {
    let project = known.unwrap_or_default();
    let mut list = List::new()?;
    let outcome = match upload(context, known, project, &mut prepared, &mut list).await {
        Ok(()) => write(context, request, Target { project, new: known.is_none().then_some(name) }, &prepared, &mut list).await,
        Err(error) => Err(error),
    };
    let report = match outcome {
        Ok(report) => report,
        Err(error) => {
            clean_up(context, &mut list).await;
            return Err(error);
        }
    };
    // Only now: embedded images were uploaded from this folder.
    drop(prepared.embedded);
    let mut recorder = prepared.recorder;
    recorder.report.imported = report;
    recorder.report.created_project = known.is_none() && report.images > 0;
    Ok(recorder.finish()?)
}

/// What was uploaded, in a temporary file: as long as the dataset, not as large as memory.
struct List {
    out: BufWriter<std::fs::File>,
    count: u64,
}

impl List {
    fn new() -> io::Result<Self> {
        Ok(Self { out: BufWriter::new(tempfile::tempfile()?), count: 0 })
    }

    fn push(&mut self, uploaded: &Uploaded) -> io::Result<()> {
        self.count += 1;
        serde_json::to_writer(&mut self.out, uploaded).map_err(io::Error::from)?;
        self.out.write_all(b"\n")
    }

    fn read(&mut self) -> io::Result<impl Iterator<Item = io::Result<Uploaded>> + Send + use<>> {
        self.out.flush()?;
        let mut file = self.out.get_ref().try_clone()?;
        file.rewind()?;
        let lines = BufReader::new(file).lines();
        Ok(lines.map(|line| line.and_then(|l| serde_json::from_str(&l).map_err(io::Error::from))))
    }
}

async fn upload(
    context: &ImportContext,
    known: Option<ProjectId>,
    project: ProjectId,
    prepared: &mut AllPrepared,
    list: &mut List,
) -> Result<(), ImportError> {
    let (mut done, total) = (0, prepared.count);
    let mut last = String::new();
    loop {
        let chunk = next_chunk(prepared, &mut last)?;
        if chunk.is_empty() {
            return Ok(());
        }
        done += chunk.len() as u64;
        let new = without_known(context, known, prepared, chunk).await?;
        put(context, project, new, list).await?;
        tick(context, Stage::Uploading, done, total)?;
    }
}

fn tick(context: &ImportContext, stage: Stage, done: u64, total: u64) -> Result<(), ImportError> {
    if context.cancel.is_cancelled() {
        return Err(ImportError::Cancelled);
    }
    (context.progress)(Progress { stage, done, total });
    Ok(())
}

/// The next images by name. One whose name was there just before is refused: a project has each name once.
fn next_chunk(prepared: &mut AllPrepared, last: &mut String) -> Result<Vec<Prepared>, ImportError> {
    let mut chunk: Vec<Prepared> = Vec::new();
    let mut regions = 0;
    while chunk.len() < CHUNK && regions < CHUNK_REGIONS {
        let Some(entry) = prepared.images.next() else { break };
        let image: Prepared = serde_json::from_slice(&entry?.1).map_err(io::Error::from)?;
        if image.external_id == *last {
            let text = format!("the file name {:?} is already that of another image of this import", image.external_id);
            prepared.recorder.refuse_many(Refusal::new(&image.place, "duplicate_name", text), 1 + image.regions.len() as u64)?;
            continue;
        }
        last.clone_from(&image.external_id);
        regions += image.regions.len();
        chunk.push(image);
    }
    Ok(chunk)
}

async fn without_known(
    context: &ImportContext,
    known: Option<ProjectId>,
    prepared: &mut AllPrepared,
    chunk: Vec<Prepared>,
) -> Result<Vec<Prepared>, ImportError> {
    let Some(project) = known else { return Ok(chunk) };
    let names: Vec<String> = chunk.iter().map(|i| i.external_id.clone()).collect();
    let mut tx = context.tenant.begin(&context.store).await?;
    let there = import::known(&mut tx, project, &names).await?;
    let (skipped, new): (Vec<_>, Vec<_>) = chunk.into_iter().partition(|i| there.contains(&i.external_id));
    let counts = &mut prepared.recorder.report.skipped;
    counts.images += skipped.len() as u64;
    counts.annotations += skipped.iter().map(|i| i.regions.len() as u64).sum::<u64>();
    Ok(new)
}

/// Uploads some at once. Each is in the list before its upload starts, so that cleaning up knows of it.
async fn put(context: &ImportContext, project: ProjectId, images: Vec<Prepared>, list: &mut List) -> Result<(), ImportError> {
    let mut jobs: Vec<(String, PathBuf, String)> = Vec::with_capacity(images.len());
    for image in images {
        let asset = AssetId::new();
        let object_key = assets::object_key(context.tenant.workspace, project, asset);
        jobs.push((object_key.clone(), image.path.clone(), image.content_type.clone()));
        list.push(&Uploaded { task: TaskId::new(), asset, object_key, image })?;
    }
    let mut uploads = stream::iter(jobs.into_iter().map(|(key, path, content_type)| {
        let objects = context.objects.clone();
        async move { objects.put_file(&key, &path, &content_type).await }
    }))
    .buffer_unordered(UPLOADS);
    while let Some(result) = uploads.next().await {
        result?;
    }
    Ok(())
}

/// The project that is written to.
struct Target<'n> {
    project: ProjectId,
    /// Its name, if it is to be made.
    new: Option<&'n str>,
}

async fn write(
    context: &ImportContext,
    request: &ImportRequest,
    target: Target<'_>,
    prepared: &AllPrepared,
    list: &mut List,
) -> Result<Counts, ImportError> {
    let Target { project, new } = target;
    if list.count == 0 && new.is_some() {
        // Nothing to put into a project is no reason to make one.
        return Ok(Counts::default());
    }
    let mut tx = context.tenant.begin(&context.store).await?;
    let (project, renames) = match new {
        Some(name) => (create(&mut tx, name, project, prepared).await?, Renames::default()),
        None => (project, extend(&mut tx, project, prepared).await?),
    };
    let mut counts = Counts::default();
    let total = list.count;
    let mut batch = Vec::new();
    let mut regions = 0;
    let source = request.suggested_by.as_deref();
    for uploaded in list.read()? {
        let mut uploaded = uploaded?;
        renames.regions(&mut uploaded.image.regions);
        let in_task = uploaded.image.regions.len();
        regions += in_task;
        counts.images += 1;
        counts.annotations += in_task as u64;
        batch.push(Arrival::of(uploaded, source));
        if batch.len() >= CHUNK || regions >= CHUNK_REGIONS {
            insert(&mut tx, project, std::mem::take(&mut batch)).await?;
            regions = 0;
            tick(context, Stage::Saving, counts.images, total)?;
        }
    }
    insert(&mut tx, project, batch).await?;
    note_down(&mut tx, request, project, counts).await?;
    if counts.images >= import::MANY as u64 {
        import::gather_statistics(&mut tx, project).await?;
    }
    // A last chance to stop; after this it is done.
    tick(context, Stage::Saving, total, total)?;
    if let Some(ending) = &context.job {
        end_job(&mut tx, ending, &prepared.recorder.report, counts).await?;
    }
    tx.commit().await?;
    Ok(counts)
}

/// Both happen, the tasks and the end of the job, or neither: what is imported is imported once, whoever dies when.
async fn end_job(tx: &mut TenantTx, ending: &Ending, report: &Report, imported: Counts) -> Result<(), ImportError> {
    let result = serde_json::to_value(Report { imported, ..report.clone() }).map_err(io::Error::from)?;
    jobs::succeed(tx, &ending.claim, &without_folder(result, &ending.folder)).await.map_err(|error| match error {
        JobError::Lost => ImportError::Lost,
        JobError::Store(error) => error.into(),
    })
}

/// Reasons name files; where those lay on this machine tells nobody anything.
fn without_folder(value: Value, folder: &Path) -> Value {
    match value {
        Value::String(text) => Value::String(super::hide(&text, folder)),
        Value::Array(items) => items.into_iter().map(|item| without_folder(item, folder)).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, without_folder(value, folder))).collect(),
        other => other,
    }
}

async fn create(tx: &mut TenantTx, name: &str, id: ProjectId, prepared: &AllPrepared) -> Result<ProjectId, ImportError> {
    let project = CreateProject {
        name: name.to_owned(),
        description: String::new(),
        customer_id: None,
        label_schema: prepared.schema.clone(),
        lease_seconds: None,
    };
    Ok(projects::create_as(tx, id, &project).await?)
}

/// Adds the labels to those there are by now: since the import began some may have been made, changed or renamed. From the names it knew to those of now.
async fn extend(tx: &mut TenantTx, project: ProjectId, prepared: &AllPrepared) -> Result<Renames, ImportError> {
    if !prepared.schema_changed {
        return Ok(Renames::of(&projects::label_schema(tx, project).await?));
    }
    let mut labels = relabel::labels_for_change(tx, project).await?;
    if labels::extend(&mut labels, prepared.schema.labels.iter().cloned()) {
        relabel::keep_labels(tx, project, &labels).await?;
    }
    Ok(Renames::of(&labels))
}

/// A task to be, and what its document begins with.
struct Arrival {
    task: ImportedTask,
    suggested: Option<Suggested>,
}

impl Arrival {
    /// `source`: the model whose suggestions the regions are; none: they are the work itself.
    fn of(Uploaded { task, asset, object_key, image }: Uploaded, source: Option<&str>) -> Self {
        let side = |length: u32| i32::try_from(length).unwrap_or(i32::MAX);
        let (regions, suggestions) = if source.is_some() { (Vec::new(), image.regions) } else { (image.regions, Vec::new()) };
        let suggested = source.filter(|_| !suggestions.is_empty()).map(|source| Suggested {
            source: source.to_owned(),
            suggestions: suggestions.into_iter().map(|region| Suggestion { score: score(&region), region }).collect(),
            at_ms: Utc::now().timestamp_millis(),
        });
        let task = ImportedTask {
            task,
            asset,
            external_id: image.external_id,
            filename: image.filename,
            object_key,
            content_type: image.content_type,
            size: i64::try_from(image.bytes).unwrap_or(i64::MAX),
            width: side(image.width),
            height: side(image.height),
            orientation: i16::from(image.orientation),
            asset_metadata: json!({}),
            input: Value::Object(image.input),
            // A bare image is one nobody has looked at yet.
            regions: Some(regions).filter(|r| !r.is_empty()),
        };
        Self { task, suggested }
    }

    fn document(&self, now: i64) -> Option<(TaskId, Vec<u8>)> {
        let document = match &self.suggested {
            Some(suggested) => build_suggested(suggested),
            None => document::build(self.task.regions.as_ref()?, now),
        };
        Some((self.task.task, document))
    }
}

/// How sure the file says it is: COCO files of predictions do.
fn score(region: &Region) -> Option<f64> {
    let said = region.attributes.get("coco").and_then(|kept| kept.get("score")?.as_f64());
    said.filter(|score| (0.0..=1.0).contains(score))
}

async fn insert(tx: &mut TenantTx, project: ProjectId, batch: Vec<Arrival>) -> Result<(), ImportError> {
    if batch.is_empty() {
        return Ok(());
    }
    let now = Utc::now().timestamp_millis();
    // Building documents is CPU work.
    let build = move || {
        let snapshots: Vec<_> = batch.iter().filter_map(|arrival| arrival.document(now)).collect();
        (batch.into_iter().map(|arrival| arrival.task).collect::<Vec<_>>(), snapshots)
    };
    let (tasks, snapshots) = tokio::task::spawn_blocking(build).await.map_err(|e| ImportError::Panicked(e.to_string()))?;
    import::insert(tx, project, &tasks).await?;
    import::insert_documents(tx, project, &snapshots).await?;
    Ok(())
}

async fn note_down(tx: &mut TenantTx, request: &ImportRequest, project: ProjectId, counts: Counts) -> Result<(), ImportError> {
    let file = request.source.clone().or_else(|| request.path.file_name().map(|n| n.to_string_lossy().into_owned()));
    let mut facts = json!({"file": file, "images": counts.images, "annotations": counts.annotations});
    if let Some(source) = &request.suggested_by {
        facts["suggested_by"] = json!(source);
    }
    let entry = audit::Entry {
        project: Some(project),
        action: "project.import",
        entity_type: "project",
        entity_id: Some(project.0),
        changes: facts.clone(),
    };
    audit::record(tx, &entry).await?;
    outbox::push(tx, Some(project), "project.imported", facts).await?;
    Ok(())
}

/// Takes back what was uploaded for rows that never came to be.
async fn clean_up(context: &ImportContext, list: &mut List) {
    let uploaded = match list.read() {
        Ok(uploaded) => uploaded,
        Err(error) => return tracing::error!(%error, "uploaded objects of a failed import stay behind"),
    };
    let mut deletes = stream::iter(uploaded.flatten())
        .map(|u| {
            let objects = context.objects.clone();
            async move { objects.delete(&u.object_key).await }
        })
        .buffer_unordered(UPLOADS);
    while let Some(result) = deletes.next().await {
        if let Err(error) = result {
            tracing::error!(%error, "an uploaded object of a failed import stays behind");
        }
    }
}
