//! Annotations and regions between Rust and SQL.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sqlx::PgConnection;
use tandem_domain::geometry;
use tandem_protocol::{
    AnnotationId, ProjectId, TaskId, WorkspaceId,
    rest::{Annotation, AnnotationSource, AnnotationStatus, Region},
};
use uuid::Uuid;

use crate::StoreError;

/// An annotation's columns as they are stored; `data` is an [`Answer`].
pub(crate) struct AnnotationRow {
    pub id: Uuid,
    pub project_id: Uuid,
    pub task_id: Uuid,
    pub step: String,
    pub user_id: Option<Uuid>,
    pub assignment_id: Option<Uuid>,
    pub version: i32,
    pub parent_id: Option<Uuid>,
    pub status: String,
    pub source: String,
    pub data: serde_json::Value,
    pub time_spent_ms: Option<i64>,
    pub submitted_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

impl TryFrom<AnnotationRow> for Annotation {
    type Error = StoreError;

    fn try_from(row: AnnotationRow) -> Result<Self, StoreError> {
        let Answer { regions, output } = answer_of(row.data)?;
        Ok(Self {
            id: row.id.into(),
            project_id: row.project_id.into(),
            task_id: row.task_id.into(),
            step: row.step,
            user_id: row.user_id.map(Into::into),
            assignment_id: row.assignment_id.map(Into::into),
            version: row.version,
            parent_id: row.parent_id.map(Into::into),
            status: row.status.parse::<AnnotationStatus>().map_err(|e| StoreError::corrupt("annotation status", e))?,
            source: row.source.parse::<AnnotationSource>().map_err(|e| StoreError::corrupt("annotation source", e))?,
            regions,
            output,
            time_spent_ms: row.time_spent_ms,
            submitted_at: row.submitted_at,
            created_at: row.created_at,
        })
    }
}

/// What somebody submits: the regions, and besides them what the task's layout asks, if it has one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub regions: Vec<Region>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Map<String, Value>>,
}

impl From<Vec<Region>> for Answer {
    fn from(regions: Vec<Region>) -> Self {
        Self { regions, output: None }
    }
}

/// The answer inside an annotation's `data` or an event's `snapshot`.
pub(super) fn answer_of(data: Value) -> Result<Answer, StoreError> {
    serde_json::from_value(data).map_err(|e| StoreError::corrupt("annotation data", e))
}

pub(super) fn data_of(answer: &Answer) -> Result<Value, StoreError> {
    serde_json::to_value(answer).map_err(|e| StoreError::corrupt("annotation data", e))
}

/// The same, of regions alone.
pub(crate) fn data_of_regions(regions: &[Region]) -> Value {
    serde_json::json!({ "regions": regions })
}

/// Which annotation a region belongs to.
#[derive(Clone, Copy)]
pub(crate) struct Owner {
    pub workspace: WorkspaceId,
    pub project: ProjectId,
    pub task: TaskId,
    pub annotation: AnnotationId,
}

/// One column after the other, as UNNEST wants them.
#[derive(Default)]
struct Columns {
    annotation: Vec<Uuid>,
    task: Vec<Uuid>,
    id: Vec<Uuid>,
    label: Vec<String>,
    kind: Vec<String>,
    geometry: Vec<serde_json::Value>,
    attributes: Vec<serde_json::Value>,
    area: Vec<f64>,
    x: Vec<f64>,
    y: Vec<f64>,
    width: Vec<f64>,
    height: Vec<f64>,
    author: Vec<Option<Uuid>>,
    z: Vec<i32>,
    relations: Vec<serde_json::Value>,
}

impl Columns {
    fn push(&mut self, owner: Owner, region: &Region) -> Result<(), StoreError> {
        let [x, y, width, height] = geometry::bounds(&region.geometry).xywh();
        self.annotation.push(owner.annotation.0);
        self.task.push(owner.task.0);
        self.id.push(region.id.0);
        self.label.push(region.label.clone());
        self.kind.push(region.geometry.kind().as_str().to_owned());
        self.geometry.push(serde_json::to_value(&region.geometry).map_err(|e| StoreError::corrupt("geometry", e))?);
        self.attributes.push(serde_json::Value::Object(region.attributes.clone()));
        self.area.push(geometry::area(&region.geometry));
        self.x.push(x);
        self.y.push(y);
        self.width.push(width);
        self.height.push(height);
        self.author.push(region.author.map(|a| a.0));
        self.z.push(region.z);
        self.relations.push(serde_json::to_value(&region.relations).map_err(|e| StoreError::corrupt("relations", e))?);
        Ok(())
    }
}

/// Writes the query rows of any number of annotations of one project in one statement.
pub(crate) async fn insert_regions<'r>(
    connection: &mut PgConnection,
    workspace: WorkspaceId,
    project: ProjectId,
    regions: impl IntoIterator<Item = (Owner, &'r Region)>,
) -> Result<(), StoreError> {
    let mut columns = Columns::default();
    for (owner, region) in regions {
        columns.push(owner, region)?;
    }
    if columns.id.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        r#"
        INSERT INTO regions (workspace_id, project_id, annotation_id, task_id, id, label, kind, geometry, attributes,
                             area, x, y, width, height, author_id, z, relations)
        SELECT $1, $2, r.*
        FROM UNNEST($3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::jsonb[], $9::jsonb[],
                    $10::float8[], $11::float8[], $12::float8[], $13::float8[], $14::float8[], $15::uuid[], $16::int4[], $17::jsonb[]) AS r
        "#,
        workspace.0,
        project.0,
        &columns.annotation,
        &columns.task,
        &columns.id,
        &columns.label,
        &columns.kind,
        &columns.geometry,
        &columns.attributes,
        &columns.area,
        &columns.x,
        &columns.y,
        &columns.width,
        &columns.height,
        &columns.author as &[Option<Uuid>],
        &columns.z,
        &columns.relations,
    )
    .execute(connection)
    .await?;
    Ok(())
}
