//! Reading a whole project, page by page, inside one snapshot transaction ([`crate::Tenant::begin_snapshot`]): memory stays constant
//! and what is read is one moment's truth, however long it takes.

use tandem_protocol::{
    AssetId, ProjectId, TaskId,
    rest::{Annotation, AnnotationSource, AnnotationStatus},
};
use uuid::Uuid;

use super::annotations::AnnotationRow;
use crate::{StoreError, TenantTx};

/// One task with its image and its newest version, if it has one.
#[derive(Clone, Debug)]
pub struct ExportRow {
    pub task: TaskId,
    pub external_id: Option<String>,
    pub input: serde_json::Value,
    pub asset: ExportAsset,
    pub annotation: Option<Annotation>,
}

#[derive(Clone, Debug)]
pub struct ExportAsset {
    pub id: AssetId,
    pub filename: String,
    pub content_type: String,
    pub object_key: String,
    /// Pixels after EXIF orientation.
    pub width: i32,
    pub height: i32,
    pub orientation: i16,
    pub metadata: serde_json::Value,
}

/// The next `limit` tasks after `after` (of `only` these, if any are named), in the order of their ids. Fewer mean the end.
///
/// # Errors
/// Those of the database.
pub async fn page(
    tx: &mut TenantTx,
    project: ProjectId,
    only: Option<&[TaskId]>,
    after: Option<TaskId>,
    limit: i64,
) -> Result<Vec<ExportRow>, StoreError> {
    let only: Option<Vec<Uuid>> = only.map(|tasks| tasks.iter().map(|task| task.0).collect());
    let rows = sqlx::query!(
        r#"
        SELECT t.id AS task_id, t.external_id, t.input,
               a.id AS asset_id, a.filename, a.content_type, a.object_key, a.width AS "width!", a.height AS "height!",
               a.orientation, a.metadata,
               n.id AS "annotation_id?", n.step AS "step?", n.user_id, n.assignment_id, n.version AS "version?", n.parent_id,
               n.status AS "status?", n.source AS "source?", n.data AS "data?", n.time_spent_ms, n.submitted_at,
               n.created_at AS "created_at?"
        FROM tasks t
        JOIN assets a ON a.project_id = t.project_id AND a.id = t.asset_id
        LEFT JOIN annotations n ON n.project_id = t.project_id AND n.id = t.current_annotation_id
        WHERE t.project_id = $1
          -- Keyset: the nil UUID comes before every other.
          AND t.id > $2
          AND ($4::uuid[] IS NULL OR t.id = ANY($4))
          AND a.width IS NOT NULL AND a.height IS NOT NULL
        ORDER BY t.id
        LIMIT $3
        "#,
        project.0,
        after.map_or(Uuid::nil(), Into::into),
        limit,
        only.as_deref(),
    )
    .fetch_all(&mut **tx)
    .await?;
    rows.into_iter()
        .map(|row| {
            let annotation = match (row.annotation_id, row.step, row.version, row.status, row.source, row.data, row.created_at) {
                (Some(id), Some(step), Some(version), Some(status), Some(source), Some(data), Some(created_at)) => Some(
                    AnnotationRow {
                        id,
                        project_id: project.0,
                        task_id: row.task_id,
                        step,
                        user_id: row.user_id,
                        assignment_id: row.assignment_id,
                        version,
                        parent_id: row.parent_id,
                        status,
                        source,
                        data,
                        time_spent_ms: row.time_spent_ms,
                        submitted_at: row.submitted_at,
                        created_at,
                    }
                    .try_into()?,
                ),
                _ => None,
            };
            Ok(ExportRow {
                task: row.task_id.into(),
                external_id: row.external_id,
                input: row.input,
                asset: ExportAsset {
                    id: row.asset_id.into(),
                    filename: row.filename,
                    content_type: row.content_type,
                    object_key: row.object_key,
                    width: row.width,
                    height: row.height,
                    orientation: row.orientation,
                    metadata: row.metadata,
                },
                annotation,
            })
        })
        .collect()
}

/// Whether an annotation is work somebody stands behind.
#[must_use]
pub fn is_exported(annotation: &Annotation) -> bool {
    match annotation.status {
        AnnotationStatus::Submitted | AnnotationStatus::Approved => true,
        AnnotationStatus::Draft | AnnotationStatus::Rejected | AnnotationStatus::Superseded => false,
    }
}

/// Whether a person has worked on it, rather than an import alone.
#[must_use]
pub fn is_human(annotation: &Annotation) -> bool {
    annotation.source == AnnotationSource::Human
}
