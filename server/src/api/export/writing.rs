//! Pages of the database in, chunks of a file out.

use std::io;

use bytes::Bytes;
use serde_json::{Value, json};
use tandem_domain::{
    formats::{
        coco::{self, CocoId, Numbering},
        jsonl::{self, Line, LineAnnotation},
    },
    geometry::Size,
};
use tandem_protocol::{
    TaskId,
    rest::{ExportFormat, Project},
};
use tandem_store::{
    StoreError, TenantTx,
    pg::export::{self, ExportRow},
};
use tokio::sync::mpsc;

/// Tasks read at once.
const PAGE: i64 = 200;
/// Bytes gathered before they are sent.
const CHUNK: usize = 64 * 1024;

#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The reader went away, which is its right.
    #[error("the reader is gone")]
    Gone,
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// Where chunks go.
pub struct Sink {
    chunks: mpsc::Sender<Result<Bytes, ExportError>>,
}

impl Sink {
    pub fn new(chunks: mpsc::Sender<Result<Bytes, ExportError>>) -> Self {
        Self { chunks }
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
        self.chunks.send(Err(error)).await.ok();
    }
}

pub async fn run(mut tx: TenantTx, project: &Project, format: ExportFormat, sink: &mut Sink) -> Result<(), ExportError> {
    match format {
        ExportFormat::Coco => coco(&mut tx, project, sink).await,
        ExportFormat::Jsonl => jsonl(&mut tx, project, sink).await,
    }
}

async fn jsonl(tx: &mut TenantTx, project: &Project, sink: &Sink) -> Result<(), ExportError> {
    let (mut out, mut after) = (Vec::new(), None);
    while let Some(rows) = page(tx, project, &mut after).await? {
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
        regions: annotation.map(|a| a.regions).unwrap_or_default(),
        input: match row.input {
            Value::Object(input) => input,
            _ => serde_json::Map::new(),
        },
    }
}

/// Two passes over the same snapshot: COCO wants all images before the first annotation, and they must not gather in memory.
async fn coco(tx: &mut TenantTx, project: &Project, sink: &Sink) -> Result<(), ExportError> {
    let info = json!({ "description": project.name, "contributor": "Tandem" });
    let mut writer = coco::Writer::new(Vec::new(), &project.label_schema, &info, Numbering::fresh())?;
    let (mut after, mut number) = (None, 0);
    while let Some(rows) = page(tx, project, &mut after).await? {
        for row in rows {
            number += 1;
            let name = row.external_id.as_deref().unwrap_or(&row.asset.filename);
            writer.image(&coco::image_json(&CocoId::Int(number), name, size(&row), None))?;
            sink.pass(writer.out()).await?;
        }
    }
    (after, number) = (None, 0);
    while let Some(rows) = page(tx, project, &mut after).await? {
        for row in rows {
            number += 1;
            let regions = row.annotation.filter(export::is_exported).map(|a| a.regions).unwrap_or_default();
            writer.regions(&CocoId::Int(number), &regions)?;
            sink.pass(writer.out()).await?;
        }
    }
    sink.send(&mut writer.finish()?).await
}

fn size(row: &ExportRow) -> Size {
    let side = |length: i32| u32::try_from(length).unwrap_or(0);
    Size { width: side(row.asset.width), height: side(row.asset.height) }
}

async fn page(tx: &mut TenantTx, project: &Project, after: &mut Option<TaskId>) -> Result<Option<Vec<ExportRow>>, ExportError> {
    let rows = export::page(tx, project.id, *after, PAGE).await?;
    *after = rows.last().map(|row| row.task);
    Ok(if rows.is_empty() { None } else { Some(rows) })
}
