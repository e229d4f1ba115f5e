//! Labels that get another name, in what is stored: what there is of them, and giving it the present names, a piece at a time. Each piece is a
//! transaction of its own and done over does nothing, so a job may be stopped between any two.
//!
//! Whoever submits reads the labels in the same transaction. One that began before a label changed may write the old name after the change; it
//! takes milliseconds, so whoever goes over the annotations last finds it.

use serde_json::Value;
use tandem_domain::relabel::Renames;
use tandem_protocol::{
    AnnotationId, LayoutId, ProjectId, RegionId, RegionKind, TaskId, UserId, WorkspaceId,
    rest::{LabelSchema, LayoutMention, RegionChanges, RelabelSample},
};
use uuid::Uuid;

use super::{
    projects,
    row::{to_json, word},
};
use crate::{StoreError, TenantTx, documents::DocumentKey};

/// Tasks shown before anything is changed.
const SAMPLES: i64 = 6;

/// The labels of a project, kept from being changed by others until the transaction ends.
///
/// # Errors
/// Those of the database; that the project is not there.
pub async fn labels_for_change(tx: &mut TenantTx, project: ProjectId) -> Result<LabelSchema, StoreError> {
    projects::lock_versions(tx, project).await?;
    projects::label_schema(tx, project).await
}

/// # Errors
/// Those of the database.
pub async fn keep_labels(tx: &mut TenantTx, project: ProjectId, labels: &LabelSchema) -> Result<(), StoreError> {
    let labels = to_json("label schema", labels)?;
    sqlx::query!("UPDATE projects SET label_schema = $2, updated_at = now() WHERE id = $1", project.0, labels).execute(&mut **tx).await?;
    Ok(())
}

/// Whether a job of this kind is open in the project.
///
/// # Errors
/// Those of the database.
pub async fn is_at_work(tx: &mut TenantTx, project: ProjectId, kind: &str) -> Result<bool, StoreError> {
    let open = sqlx::query_scalar!(
        r#"SELECT EXISTS (SELECT FROM jobs WHERE project_id = $1 AND kind = $2 AND due IS NOT NULL) AS "open!""#,
        project.0,
        kind
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(open)
}

/// How much there is of a label.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extent {
    /// Shapes with the number of their regions.
    pub kinds: Vec<(RegionKind, i64)>,
    pub annotations: i64,
    pub tasks: i64,
    pub samples: Vec<RelabelSample>,
}

/// # Errors
/// Those of the database.
pub async fn extent(tx: &mut TenantTx, project: ProjectId, label: &str) -> Result<Extent, StoreError> {
    let kinds = sqlx::query!(
        r#"SELECT kind, count(*) AS "regions!" FROM regions WHERE project_id = $1 AND label = $2 GROUP BY kind ORDER BY 2 DESC, 1"#,
        project.0,
        label
    )
    .fetch_all(&mut **tx)
    .await?;
    let whole = sqlx::query!(
        r#"SELECT count(DISTINCT annotation_id) AS "annotations!", count(DISTINCT task_id) AS "tasks!" FROM regions WHERE project_id = $1 AND label = $2"#,
        project.0,
        label
    )
    .fetch_one(&mut **tx)
    .await?;
    let samples = sqlx::query!(
        r#"
        SELECT most.task_id, most.regions AS "regions!", a.filename
        FROM (SELECT task_id, count(*) AS regions FROM regions WHERE project_id = $1 AND label = $2
              GROUP BY task_id ORDER BY 2 DESC, 1 LIMIT $3) most
        JOIN tasks t ON t.project_id = $1 AND t.id = most.task_id
        JOIN assets a ON a.project_id = t.project_id AND a.id = t.asset_id
        ORDER BY most.regions DESC, most.task_id
        "#,
        project.0,
        label,
        SAMPLES
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(Extent {
        kinds: kinds.into_iter().map(|row| Ok((word("region kind", &row.kind)?, row.regions))).collect::<Result<_, StoreError>>()?,
        annotations: whole.annotations,
        tasks: whole.tasks,
        samples: samples
            .into_iter()
            .map(|row| RelabelSample { task_id: row.task_id.into(), name: row.filename, regions: row.regions })
            .collect(),
    })
}

/// Drafts and the active version of layouts that have a `<Label>` of this name.
///
/// # Errors
/// Those of the database.
pub async fn layouts_with(tx: &mut TenantTx, project: ProjectId, label: &str) -> Result<Vec<LayoutMention>, StoreError> {
    let rows = sqlx::query!(
        "SELECT id, name, version FROM layouts WHERE project_id = $1 AND status IN ('draft', 'active') AND source ~ $2 ORDER BY name, version",
        project.0,
        label_in_markup(label)
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| LayoutMention { id: LayoutId(row.id), name: row.name, version: row.version }).collect())
}

/// As a regular expression of Postgres, where a backslash makes any character that is no letter or digit mean itself.
fn label_in_markup(label: &str) -> String {
    let mut name = String::with_capacity(label.len() * 2);
    for character in label.chars() {
        match character {
            '&' => name.push_str("&amp;"),
            '<' => name.push_str("&lt;"),
            '>' => name.push_str("(>|&gt;)"),
            '"' => name.push_str("(\"|&quot;)"),
            '\'' => name.push_str("('|&apos;)"),
            _ if character.is_alphanumeric() || character == '_' => name.push(character),
            _ => name.extend(['\\', character]),
        }
    }
    format!(r#"<Label\s[^>]*name\s*=\s*["']{name}["']"#)
}

/// Documents of tasks that are not done.
///
/// # Errors
/// Those of the database.
pub async fn open_documents(tx: &mut TenantTx, project: ProjectId) -> Result<i64, StoreError> {
    let count = sqlx::query_scalar!(
        r#"
        SELECT count(*) AS "count!" FROM documents d JOIN tasks t ON t.project_id = d.project_id AND t.id = d.task_id
        WHERE d.project_id = $1 AND t.status IN ('pending', 'assigned', 'in_progress', 'review', 'adjudication')
        "#,
        project.0
    )
    .fetch_one(&mut **tx)
    .await?;
    Ok(count)
}

/// The next of them after one, in the order of their ids.
///
/// # Errors
/// Those of the database.
pub async fn next_documents(
    tx: &mut TenantTx,
    workspace: WorkspaceId,
    project: ProjectId,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<(Uuid, DocumentKey)>, StoreError> {
    let rows = sqlx::query!(
        r#"
        SELECT d.id, d.task_id, d.step FROM documents d JOIN tasks t ON t.project_id = d.project_id AND t.id = d.task_id
        WHERE d.project_id = $1 AND d.id > $2 AND t.status IN ('pending', 'assigned', 'in_progress', 'review', 'adjudication')
        ORDER BY d.id LIMIT $3
        "#,
        project.0,
        after.unwrap_or(Uuid::nil()),
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.id, DocumentKey { workspace, project, task: TaskId(row.task_id), step: row.step })).collect())
}

/// What one piece came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Piece {
    /// Where the next one begins; none: there is none.
    pub last: Option<Uuid>,
    /// Rows looked at.
    pub seen: u64,
    /// Rows changed.
    pub changed: u64,
    /// Regions in them.
    pub regions: u64,
}

/// # Errors
/// Those of the database.
pub async fn annotations(tx: &mut TenantTx, project: ProjectId) -> Result<i64, StoreError> {
    let count = sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM annotations WHERE project_id = $1"#, project.0);
    Ok(count.fetch_one(&mut **tx).await?)
}

/// Gives the next annotations after one the present names: also those that others have superseded, so that what people compare differs by what was
/// drawn. Each is written down among its events.
///
/// # Errors
/// Those of the database.
pub async fn follow_annotations(
    tx: &mut TenantTx,
    project: ProjectId,
    renames: &Renames,
    by: Option<UserId>,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Piece, StoreError> {
    let (former, present) = columns(renames);
    let page = sqlx::query!(
        r#"
        SELECT id, CASE WHEN jsonb_path_exists(data, '$.**{0 to 4} ? (exists (@.geometry)).label ? (@ == $former[*])', jsonb_build_object('former', to_jsonb($4::text[])))
                        THEN data END AS data
        FROM annotations WHERE project_id = $1 AND id > $2 ORDER BY id LIMIT $3 FOR UPDATE
        "#,
        project.0,
        after.unwrap_or(Uuid::nil()),
        limit,
        &former
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut piece = piece(page.len(), limit, page.last().map(|row| row.id));
    let (mut ids, mut data, mut changes) = (Vec::new(), Vec::new(), Vec::new());
    for row in page {
        if let Some(value) = row.data {
            changes.push(to_json("region changes", &changes_of(renames, &value))?);
            changed(&mut piece, renames, row.id, value, &mut ids, &mut data);
        }
    }
    if ids.is_empty() {
        return Ok(piece);
    }
    sqlx::query!(
        "UPDATE annotations a SET data = n.data, updated_at = now() FROM unnest($2::uuid[], $3::jsonb[]) AS n (id, data) WHERE a.project_id = $1 AND a.id = n.id",
        project.0,
        &ids,
        &data
    )
    .execute(&mut **tx)
    .await?;
    sqlx::query!(
        "UPDATE regions r SET label = n.present FROM unnest($3::text[], $4::text[]) AS n (former, present)
         WHERE r.project_id = $1 AND r.annotation_id = ANY($2) AND r.label = n.former",
        project.0,
        &ids,
        &former,
        &present
    )
    .execute(&mut **tx)
    .await?;
    write_down(tx, project, by, &ids, &changes).await?;
    Ok(piece)
}

async fn write_down(
    tx: &mut TenantTx,
    project: ProjectId,
    by: Option<UserId>,
    annotations: &[Uuid],
    changes: &[Value],
) -> Result<(), StoreError> {
    let events: Vec<Uuid> = annotations.iter().map(|_| AnnotationId::new().0).collect();
    sqlx::query!(
        "
        INSERT INTO annotation_events (id, workspace_id, project_id, task_id, step, annotation_id, event_type, snapshot, changes, actor_id, actor_type)
        SELECT n.event, a.workspace_id, a.project_id, a.task_id, a.step, a.id, 'relabelled', a.data, n.changes, $5, CASE WHEN $5::uuid IS NULL THEN 'system' ELSE 'user' END
        FROM unnest($2::uuid[], $3::uuid[], $4::jsonb[]) AS n (id, event, changes) JOIN annotations a ON a.project_id = $1 AND a.id = n.id
        ",
        project.0,
        annotations,
        &events,
        changes,
        by.map(|user| user.0)
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// What of an annotation's data is renamed.
fn changes_of(renames: &Renames, data: &Value) -> RegionChanges {
    let mut changes = RegionChanges::default();
    for region in data["regions"].as_array().into_iter().flatten() {
        let Some((label, current)) = region["label"].as_str().and_then(|label| Some((label, renames.current(label)?))) else { continue };
        changes.changed.extend(region["id"].as_str().and_then(|id| id.parse::<RegionId>().ok()));
        changes.labels.insert(label.to_owned(), current.to_owned());
    }
    changes
}

/// Tasks on a workflow.
///
/// # Errors
/// Those of the database.
pub async fn tasks_with_state(tx: &mut TenantTx, project: ProjectId) -> Result<i64, StoreError> {
    let count =
        sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM tasks WHERE project_id = $1 AND machine_state IS NOT NULL"#, project.0);
    Ok(count.fetch_one(&mut **tx).await?)
}

/// The same of what workflows remember of answers: those of before and those to come are compared.
///
/// # Errors
/// Those of the database.
pub async fn follow_states(
    tx: &mut TenantTx,
    project: ProjectId,
    renames: &Renames,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Piece, StoreError> {
    // Nobody waits for rows that are only looked at.
    let page = sqlx::query!(
        "SELECT id FROM tasks WHERE project_id = $1 AND id > $2 AND machine_state IS NOT NULL ORDER BY id LIMIT $3",
        project.0,
        after.unwrap_or(Uuid::nil()),
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    let mut piece = piece(page.len(), limit, page.last().map(|row| row.id));
    let within: Vec<Uuid> = page.into_iter().map(|row| row.id).collect();
    let (former, _) = columns(renames);
    let found = sqlx::query!(
        r#"
        SELECT id, machine_state AS "state!", previous_state AS before FROM tasks
        WHERE project_id = $1 AND id = ANY($2)
          AND jsonb_path_exists(jsonb_build_array(machine_state, previous_state), '$.** ? (exists (@.geometry)).label ? (@ == $former[*])',
                                jsonb_build_object('former', to_jsonb($3::text[])))
        ORDER BY id FOR UPDATE
        "#,
        project.0,
        &within,
        &former
    )
    .fetch_all(&mut **tx)
    .await?;
    let (mut ids, mut states, mut befores) = (Vec::new(), Vec::new(), Vec::new());
    for row in found {
        changed(&mut piece, renames, row.id, row.state, &mut ids, &mut states);
        let mut before = row.before.unwrap_or(Value::Null);
        renames.value(&mut before);
        befores.push(before);
    }
    sqlx::query!(
        "UPDATE tasks t SET machine_state = n.state, previous_state = nullif(n.before, 'null'::jsonb)
         FROM unnest($2::uuid[], $3::jsonb[], $4::jsonb[]) AS n (id, state, before) WHERE t.project_id = $1 AND t.id = n.id",
        project.0,
        &ids,
        &states,
        &befores
    )
    .execute(&mut **tx)
    .await?;
    Ok(piece)
}

fn columns(renames: &Renames) -> (Vec<String>, Vec<String>) {
    renames.pairs().map(|(former, present)| (former.to_owned(), present.to_owned())).unzip()
}

fn piece(found: usize, limit: i64, last: Option<Uuid>) -> Piece {
    let is_full = i64::try_from(found).is_ok_and(|found| found == limit);
    Piece { last: last.filter(|_| is_full), seen: found as u64, ..Piece::default() }
}

fn changed(piece: &mut Piece, renames: &Renames, id: Uuid, mut value: Value, ids: &mut Vec<Uuid>, values: &mut Vec<Value>) {
    piece.regions += renames.value(&mut value) as u64;
    piece.changed += 1;
    ids.push(id);
    values.push(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_in_markup_is_looked_for_as_it_is_written_there() {
        assert_eq!(label_in_markup("a.b c_1"), r#"<Label\s[^>]*name\s*=\s*["']a\.b\ c_1["']"#);
        assert_eq!(label_in_markup("R&D"), r#"<Label\s[^>]*name\s*=\s*["']R&amp;D["']"#);
    }
}
