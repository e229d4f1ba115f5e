//! Taking a project's annotations out: pages of one database snapshot in, chunks of a file out. Memory stays the same whatever the
//! project's size, and a slow reader holds up nobody but itself.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use serde_json::{Map, Value, json};
use tandem_domain::{
    formats::{
        coco::{self, CocoId, KEPT, Numbering},
        jsonl::{self, Line, LineAnnotation},
    },
    geometry::Size,
};
use tandem_protocol::{
    ProjectId, TaskId,
    rest::{ExportFormat, Project, Region},
};
use tandem_store::{
    StoreError, TenantTx,
    export::{self, ExportRow},
};
use tokio::sync::mpsc;

use super::sorter::Sorter;

/// Tasks read at once.
const PAGE: i64 = 200;
/// Bytes gathered before they are sent.
const CHUNK: usize = 64 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The reader went away, which is its right.
    #[error("the reader is gone")]
    Gone,
    #[error("the database: {0}")]
    Store(#[from] StoreError),
    #[error("{0}")]
    Write(#[from] io::Error),
}

/// Where chunks go.
pub struct Sink {
    chunks: mpsc::Sender<Result<Bytes, ExportError>>,
    read: TasksRead,
}

/// Tasks read so far, all passes together; see [`tasks_to_read`].
#[derive(Clone, Debug, Default)]
pub struct TasksRead(Arc<AtomicU64>);

impl TasksRead {
    #[must_use]
    pub fn now(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Sink {
    #[must_use]
    pub fn new(chunks: mpsc::Sender<Result<Bytes, ExportError>>) -> Self {
        Self { chunks, read: TasksRead::default() }
    }

    #[must_use]
    pub fn tasks_read(&self) -> TasksRead {
        self.read.clone()
    }

    /// Sends what was gathered, if it is enough; waits while the reader is slow.
    async fn pass(&self, gathered: &mut Vec<u8>) -> Result<(), ExportError> {
        if gathered.len() < CHUNK { Ok(()) } else { self.send(gathered).await }
    }

    async fn send(&self, gathered: &mut Vec<u8>) -> Result<(), ExportError> {
        let chunk = Bytes::from(std::mem::take(gathered));
        self.chunks.send(Ok(chunk)).await.map_err(|_| ExportError::Gone)
    }

    /// Breaks the body off, so that nobody takes half an export for a whole one.
    pub async fn fail(self, error: ExportError) {
        // A reader that is gone needs no error.
        self.chunks.send(Err(error)).await.ok();
    }
}

/// Which tasks of a project are written.
#[derive(Clone, Debug, Default)]
pub enum Of {
    #[default]
    All,
    /// Those of them that are in the project.
    These(Vec<TaskId>),
}

/// Writes a project, or some tasks of it. `tx` must be a snapshot ([`tandem_store::Tenant::begin_snapshot`]): COCO is read three times over.
///
/// # Errors
/// [`ExportError`]; what was sent until then is no complete file.
pub async fn run(mut tx: TenantTx, project: &Project, of: &Of, format: ExportFormat, sink: &mut Sink) -> Result<(), ExportError> {
    match format {
        ExportFormat::Coco => coco(&mut tx, project, of, sink).await,
        ExportFormat::Jsonl => jsonl(&mut tx, project, of, sink).await,
    }
}

/// How many tasks are read for an export, each as often as it is: about what [`TasksRead`] comes to.
#[must_use]
pub fn tasks_to_read(project: &Project, format: ExportFormat) -> u64 {
    let passes = match format {
        ExportFormat::Coco => 3,
        ExportFormat::Jsonl => 1,
    };
    u64::try_from(project.progress.total).unwrap_or(0) * passes
}

/// What an export is called where people keep files.
#[must_use]
pub fn filename(project: &Project, format: ExportFormat) -> String {
    let ending = match format {
        ExportFormat::Coco => "coco.json",
        ExportFormat::Jsonl => "jsonl",
    };
    let name: String = project.name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_ ".contains(c) { c } else { '_' }).collect();
    format!("{name}.{ending}")
}

async fn jsonl(tx: &mut TenantTx, project: &Project, of: &Of, sink: &Sink) -> Result<(), ExportError> {
    let mut pages = Pages::new(project.id, of, sink);
    let mut out = Vec::new();
    while let Some(rows) = pages.next(tx).await? {
        for row in rows {
            jsonl::write(&mut out, &line(row))?;
            sink.pass(&mut out).await?;
        }
    }
    sink.send(&mut out).await
}

fn line(row: ExportRow) -> Line {
    let size = size(&row);
    let annotation = row.annotation.filter(export::is_exported);
    Line {
        file_name: row.external_id.unwrap_or(row.asset.filename),
        width: Some(size.width),
        height: Some(size.height),
        status: None,
        annotation: annotation.as_ref().map(|a| LineAnnotation {
            version: a.version,
            source: a.source,
            status: a.status,
            user_id: a.user_id,
            submitted_at: a.submitted_at,
        }),
        output: annotation.as_ref().and_then(|a| a.output.clone()),
        regions: annotation.map(|a| a.regions).unwrap_or_default(),
        input: match row.input {
            Value::Object(input) => input,
            _ => Map::new(),
        },
    }
}

/// COCO wants all images before the first annotation, and ids must be known to be unique before one is kept: three passes over the
/// same snapshot, so that nothing gathers in memory.
async fn coco(tx: &mut TenantTx, project: &Project, of: &Of, sink: &Sink) -> Result<(), ExportError> {
    let (images, annotations) = numbering(tx, project.id, of, sink).await?;
    let info = json!({"description": project.name, "contributor": "Tandem"});
    let mut writer = coco::Writer::new(Vec::new(), &project.label_schema, &info, annotations)?;
    let (mut pages, mut ids) = (Pages::new(project.id, of, sink), images.clone());
    while let Some(rows) = pages.next(tx).await? {
        for row in rows {
            let id = ids.assign(original_id(&row).as_ref());
            let name = row.external_id.as_deref().unwrap_or(&row.asset.filename);
            writer.image(&coco::image_json(&id, name, size(&row), row.input.get(KEPT).and_then(Value::as_object)))?;
            sink.pass(writer.out()).await?;
        }
    }
    let (mut pages, mut ids) = (Pages::new(project.id, of, sink), images);
    while let Some(rows) = pages.next(tx).await? {
        for row in rows {
            let id = ids.assign(original_id(&row).as_ref());
            writer.regions(&id, &regions(row))?;
            sink.pass(writer.out()).await?;
        }
    }
    sink.send(&mut writer.finish()?).await
}

/// Ids of earlier files stay where they are unique in the project; files with overlapping ids are numbered anew.
async fn numbering(tx: &mut TenantTx, project: ProjectId, of: &Of, sink: &Sink) -> Result<(Numbering, Numbering), ExportError> {
    let (mut images, mut annotations) = (Ids::default(), Ids::default());
    let mut pages = Pages::new(project, of, sink);
    while let Some(rows) = pages.next(tx).await? {
        for row in rows {
            images.push(original_id(&row))?;
            for region in regions(row) {
                let kept = region.attributes.get(KEPT).and_then(|k| k.get("id"));
                annotations.push(kept.and_then(id_of))?;
            }
        }
    }
    Ok((images.numbering()?, annotations.numbering()?))
}

/// Original ids, sorted outside memory to find out whether any occurs twice.
#[derive(Default)]
struct Ids {
    sorter: Sorter,
    highest: i64,
}

impl Ids {
    fn push(&mut self, id: Option<CocoId>) -> io::Result<()> {
        let Some(CocoId::Int(id)) = id else { return Ok(()) };
        self.highest = self.highest.max(id);
        self.sorter.push(id.to_be_bytes().to_vec(), Vec::new())
    }

    fn numbering(self) -> io::Result<Numbering> {
        let mut last = None;
        for entry in self.sorter.sorted()? {
            let (id, _) = entry?;
            if last.as_ref() == Some(&id) {
                return Ok(Numbering::fresh());
            }
            last = Some(id);
        }
        Ok(self.highest.checked_add(1).map_or_else(Numbering::fresh, Numbering::keeping))
    }
}

fn id_of(value: &Value) -> Option<CocoId> {
    serde_json::from_value(value.clone()).ok()
}

/// The id the image had in the file it came from.
fn original_id(row: &ExportRow) -> Option<CocoId> {
    row.input.get(KEPT)?.get("id").and_then(id_of)
}

fn regions(row: ExportRow) -> Vec<Region> {
    row.annotation.filter(export::is_exported).map(|a| a.regions).unwrap_or_default()
}

fn size(row: &ExportRow) -> Size {
    let side = |length: i32| u32::try_from(length).unwrap_or(0);
    Size { width: side(row.asset.width), height: side(row.asset.height) }
}

struct Pages<'o> {
    project: ProjectId,
    of: &'o Of,
    after: Option<TaskId>,
    read: TasksRead,
}

impl<'o> Pages<'o> {
    fn new(project: ProjectId, of: &'o Of, sink: &Sink) -> Self {
        Self { project, of, after: None, read: sink.tasks_read() }
    }

    async fn next(&mut self, tx: &mut TenantTx) -> Result<Option<Vec<ExportRow>>, ExportError> {
        let only = match self.of {
            Of::All => None,
            Of::These(tasks) => Some(tasks.as_slice()),
        };
        let rows = export::page(tx, self.project, only, self.after, PAGE).await?;
        self.after = rows.last().map(|row| row.task);
        self.read.0.fetch_add(rows.len() as u64, Ordering::Relaxed);
        Ok(if rows.is_empty() { None } else { Some(rows) })
    }
}
