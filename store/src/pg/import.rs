//! Bringing in many images with their regions, a statement a table and batch. The caller opens one transaction for the whole
//! import: nothing of it shows before all of it does.

use std::collections::HashSet;

use tandem_protocol::{
    AnnotationId, AssetId, ProjectId, TaskId,
    rest::{Region, RegionChanges},
};
use uuid::Uuid;

use super::annotations::{Owner, data_of_regions, insert_regions};
use crate::{StoreError, TenantTx};

/// One image with what is known to be on it.
#[derive(Clone, Debug)]
pub struct ImportedTask {
    pub task: TaskId,
    pub asset: AssetId,
    /// The name under which a repeated import finds it again.
    pub external_id: String,
    pub filename: String,
    pub object_key: String,
    pub content_type: String,
    /// Bytes.
    pub size: i64,
    /// Pixels after EXIF orientation.
    pub width: i32,
    pub height: i32,
    pub orientation: i16,
    /// What the format knew and we have no column for; kept for export.
    pub asset_metadata: serde_json::Value,
    pub input: serde_json::Value,
    /// None: a bare image. An empty list is a statement: somebody looked and there is nothing.
    pub regions: Option<Vec<Region>>,
}

/// A queue that grew by so many tasks at once is another queue to the planner.
pub const MANY: usize = 1000;

/// Has the database look anew at the tables of the project's work, so that the next task is found as fast as in a queue it knows. To be called
/// before the commit of [`MANY`] tasks; some 0.2 s.
///
/// # Errors
/// Those of the database.
pub async fn gather_statistics(tx: &mut TenantTx, project: ProjectId) -> Result<(), StoreError> {
    sqlx::query!("SELECT tandem.gather_statistics($1)", project.0).execute(&mut **tx).await?;
    Ok(())
}

/// Those of `external_ids` that the project has already.
///
/// # Errors
/// Those of the database.
pub async fn known(tx: &mut TenantTx, project: ProjectId, external_ids: &[String]) -> Result<HashSet<String>, StoreError> {
    let rows = sqlx::query_scalar!(
        r#"SELECT external_id AS "external_id!" FROM tasks WHERE project_id = $1 AND external_id = ANY($2)"#,
        project.0,
        external_ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().collect())
}

/// Adds the images as `ready` assets with `pending` tasks; where regions are known, as a first version that came by import.
///
/// # Errors
/// [`StoreError::Duplicate`] if the project has one of the external ids already.
pub async fn insert(tx: &mut TenantTx, project: ProjectId, items: &[ImportedTask]) -> Result<(), StoreError> {
    if items.is_empty() {
        return Ok(());
    }
    let annotations: Vec<AnnotationId> = items.iter().map(|_| AnnotationId::new()).collect();
    insert_assets(tx, project, items).await?;
    insert_tasks(tx, project, items, &annotations).await?;
    insert_annotations(tx, project, items, &annotations).await?;
    let workspace = tx.workspace();
    let rows = items.iter().zip(&annotations).flat_map(|(item, annotation)| {
        let owner = Owner { workspace, project, task: item.task, annotation: *annotation };
        item.regions.iter().flatten().map(move |region| (owner, region))
    });
    insert_regions(tx, workspace, project, rows).await?;
    insert_events(tx, project, items, &annotations).await
}

/// Gives tasks of this import their live document, with its first content: a document is never made from JSON later.
///
/// # Errors
/// [`StoreError::Duplicate`] if a task has a document already.
pub async fn insert_documents(tx: &mut TenantTx, project: ProjectId, snapshots: &[(TaskId, Vec<u8>)]) -> Result<(), StoreError> {
    let workspace = tx.workspace().0;
    let ids: Vec<Uuid> = snapshots.iter().map(|_| Uuid::now_v7()).collect();
    sqlx::query!(
        "INSERT INTO documents (workspace_id, project_id, id, lineage, task_id)
         SELECT $1, $2, d.* FROM UNNEST($3::uuid[], $4::uuid[], $5::uuid[]) AS d",
        workspace,
        project.0,
        &ids,
        &snapshots.iter().map(|_| Uuid::now_v7()).collect::<Vec<_>>(),
        &snapshots.iter().map(|(task, _)| task.0).collect::<Vec<_>>(),
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "INSERT INTO document_snapshots (workspace_id, upto_seq, document_id, payload)
         SELECT $1, 0, s.* FROM UNNEST($2::uuid[], $3::bytea[]) AS s",
        workspace,
        &ids,
        &snapshots.iter().map(|(_, payload)| payload.clone()).collect::<Vec<_>>(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Beside the task's own documents: what came with it. Steps that people draw in begin with it; those that are open keep what they have.
const GIVEN: &str = "#given";

/// Gives the documents of a task's steps that have not been opened yet their first content, e.g. a model's prediction. The last one given counts.
///
/// # Errors
/// Those of the database.
pub async fn give_document(tx: &mut TenantTx, project: ProjectId, task: TaskId, content: &[u8]) -> Result<(), StoreError> {
    let workspace = tx.workspace().0;
    sqlx::query!(
        "INSERT INTO documents (id, workspace_id, project_id, task_id, step, lineage) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (task_id, step) DO NOTHING",
        Uuid::now_v7(),
        workspace,
        project.0,
        task.0,
        GIVEN,
        Uuid::now_v7(),
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "INSERT INTO document_snapshots (document_id, workspace_id, upto_seq, payload)
         SELECT d.id, d.workspace_id, 0, $3 FROM documents d WHERE d.task_id = $1 AND d.step = $2
         ON CONFLICT (document_id) DO UPDATE SET payload = excluded.payload, state_vector = NULL, updated_at = now()",
        task.0,
        GIVEN,
        content,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn insert_assets(tx: &mut TenantTx, project: ProjectId, items: &[ImportedTask]) -> Result<(), StoreError> {
    let (workspace, user) = (tx.workspace().0, tx.user().map(|u| u.0));
    sqlx::query!(
        r#"
        INSERT INTO assets (workspace_id, project_id, created_by, status, id, filename, object_key, content_type, size, width, height,
                            orientation, metadata)
        SELECT $1, $2, $3, 'ready', a.*
        FROM UNNEST($4::uuid[], $5::text[], $6::text[], $7::text[], $8::int8[], $9::int4[], $10::int4[], $11::int2[], $12::jsonb[]) AS a
        "#,
        workspace,
        project.0,
        user,
        &items.iter().map(|i| i.asset.0).collect::<Vec<Uuid>>(),
        &items.iter().map(|i| i.filename.clone()).collect::<Vec<_>>(),
        &items.iter().map(|i| i.object_key.clone()).collect::<Vec<_>>(),
        &items.iter().map(|i| i.content_type.clone()).collect::<Vec<_>>(),
        &items.iter().map(|i| i.size).collect::<Vec<_>>(),
        &items.iter().map(|i| i.width).collect::<Vec<_>>(),
        &items.iter().map(|i| i.height).collect::<Vec<_>>(),
        &items.iter().map(|i| i.orientation).collect::<Vec<_>>(),
        &items.iter().map(|i| i.asset_metadata.clone()).collect::<Vec<_>>(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn insert_tasks(
    tx: &mut TenantTx,
    project: ProjectId,
    items: &[ImportedTask],
    annotations: &[AnnotationId],
) -> Result<(), StoreError> {
    let (workspace, user) = (tx.workspace().0, tx.user().map(|u| u.0));
    sqlx::query!(
        r#"
        INSERT INTO tasks (workspace_id, project_id, created_by, id, asset_id, external_id, filename, input, current_annotation_id, region_count, workflow_id)
        SELECT $1, $2, $3, t.*, (SELECT w.id FROM workflows w WHERE w.project_id = $2 AND w.status = 'active')
        FROM UNNEST($4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::jsonb[], $9::uuid[], $10::int4[]) AS t
        "#,
        workspace,
        project.0,
        user,
        &items.iter().map(|i| i.task.0).collect::<Vec<Uuid>>(),
        &items.iter().map(|i| i.asset.0).collect::<Vec<Uuid>>(),
        &items.iter().map(|i| i.external_id.clone()).collect::<Vec<_>>(),
        &items.iter().map(|i| i.filename.clone()).collect::<Vec<_>>(),
        &items.iter().map(|i| i.input.clone()).collect::<Vec<_>>(),
        &items.iter().zip(annotations).map(|(i, a)| i.regions.as_ref().map(|_| a.0)).collect::<Vec<_>>() as &[Option<Uuid>],
        &items.iter().map(region_count).collect::<Vec<_>>(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn insert_annotations(
    tx: &mut TenantTx,
    project: ProjectId,
    items: &[ImportedTask],
    annotations: &[AnnotationId],
) -> Result<(), StoreError> {
    let workspace = tx.workspace().0;
    let known: Vec<(&ImportedTask, &[Region], AnnotationId)> = with_regions(items, annotations).collect();
    sqlx::query!(
        r#"
        INSERT INTO annotations (workspace_id, project_id, status, source, is_final, version, submitted_at, id, task_id, data, region_count)
        SELECT $1, $2, 'submitted', 'import', true, 1, now(), n.*
        FROM UNNEST($3::uuid[], $4::uuid[], $5::jsonb[], $6::int4[]) AS n
        "#,
        workspace,
        project.0,
        &known.iter().map(|(.., a)| a.0).collect::<Vec<Uuid>>(),
        &known.iter().map(|(i, ..)| i.task.0).collect::<Vec<Uuid>>(),
        &known.iter().map(|(_, r, _)| data_of_regions(r)).collect::<Vec<_>>(),
        &known.iter().map(|(i, ..)| region_count(i)).collect::<Vec<_>>(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn insert_events(
    tx: &mut TenantTx,
    project: ProjectId,
    items: &[ImportedTask],
    annotations: &[AnnotationId],
) -> Result<(), StoreError> {
    let (workspace, user) = (tx.workspace().0, tx.user().map(|u| u.0));
    let known: Vec<(&ImportedTask, &[Region], AnnotationId)> = with_regions(items, annotations).collect();
    let added = |regions: &[Region]| {
        let changes = RegionChanges { added: regions.iter().map(|r| r.id).collect(), ..RegionChanges::default() };
        serde_json::to_value(changes).unwrap_or_default()
    };
    sqlx::query!(
        r#"
        INSERT INTO annotation_events (workspace_id, project_id, step, event_type, actor_id, actor_type, id, task_id, annotation_id, snapshot, changes)
        SELECT $1, $2, 'annotate', 'imported', $3, CASE WHEN $3::uuid IS NULL THEN 'system' ELSE 'user' END, e.*
        FROM UNNEST($4::uuid[], $5::uuid[], $6::uuid[], $7::jsonb[], $8::jsonb[]) AS e
        "#,
        workspace,
        project.0,
        user,
        &known.iter().map(|_| Uuid::now_v7()).collect::<Vec<Uuid>>(),
        &known.iter().map(|(i, ..)| i.task.0).collect::<Vec<Uuid>>(),
        &known.iter().map(|(.., a)| a.0).collect::<Vec<Uuid>>(),
        &known.iter().map(|(_, r, _)| data_of_regions(r)).collect::<Vec<_>>(),
        &known.iter().map(|(_, r, _)| added(r)).collect::<Vec<_>>(),
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

fn with_regions<'i>(
    items: &'i [ImportedTask],
    annotations: &'i [AnnotationId],
) -> impl Iterator<Item = (&'i ImportedTask, &'i [Region], AnnotationId)> {
    items.iter().zip(annotations).filter_map(|(item, annotation)| item.regions.as_deref().map(|regions| (item, regions, *annotation)))
}

fn region_count(item: &ImportedTask) -> i32 {
    i32::try_from(item.regions.as_ref().map_or(0, Vec::len)).unwrap_or(i32::MAX)
}
