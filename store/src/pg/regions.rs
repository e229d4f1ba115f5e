//! Regions across tasks: what to ask before training on them.

use tandem_protocol::{
    Geometry, ProjectId, RegionKind,
    rest::{Page, Region, RegionRow},
};
use uuid::Uuid;

use crate::{StoreError, TenantTx};

/// Which regions of a project. Only those of the newest versions are there.
#[derive(Clone, Debug, Default)]
pub struct RegionFilter {
    pub label: Option<String>,
    pub kind: Option<RegionKind>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
    /// Rows a page.
    pub limit: i64,
}

/// One page in the order of (annotation, region).
///
/// # Errors
/// [`StoreError::Invalid`] if the cursor is not one this function gave out.
pub async fn list(tx: &mut TenantTx, project: ProjectId, filter: &RegionFilter) -> Result<Page<RegionRow>, StoreError> {
    let (after_annotation, after_region) = filter.cursor.as_deref().map(parse_cursor).transpose()?.unzip();
    let rows = sqlx::query!(
        r#"
        SELECT annotation_id, id, task_id, label, geometry, attributes, relations, area, x, y, width, height, author_id, z
        FROM regions
        WHERE project_id = $1
          AND ($2::text IS NULL OR label = $2)
          AND ($3::text IS NULL OR kind = $3)
          -- Keyset: everything after the last row of the page before.
          AND ($4::uuid IS NULL OR (annotation_id, id) > ($4, $5::uuid))
        ORDER BY annotation_id, id
        LIMIT $6
        "#,
        project.0,
        filter.label,
        filter.kind.map(RegionKind::as_str),
        after_annotation,
        after_region,
        // One more than asked for tells whether there is a next page.
        filter.limit + 1,
    )
    .fetch_all(&mut **tx)
    .await?;
    let limit = usize::try_from(filter.limit).unwrap_or(0);
    let more = rows.len() > limit;
    let mut items = Vec::with_capacity(limit);
    for row in rows.into_iter().take(limit) {
        let geometry: Geometry = serde_json::from_value(row.geometry).map_err(|e| StoreError::corrupt("geometry", e))?;
        let attributes = serde_json::from_value(row.attributes).map_err(|e| StoreError::corrupt("attributes", e))?;
        let relations = serde_json::from_value(row.relations).map_err(|e| StoreError::corrupt("relations", e))?;
        items.push(RegionRow {
            project_id: project,
            task_id: row.task_id.into(),
            annotation_id: row.annotation_id.into(),
            region: Region {
                id: row.id.into(),
                label: row.label,
                geometry,
                attributes,
                author: row.author_id.map(Into::into),
                z: row.z,
                relations,
            },
            area: row.area,
            bounds: [row.x, row.y, row.width, row.height],
        });
    }
    let next_cursor = items.last().filter(|_| more).map(|last| format!("{}.{}", last.annotation_id, last.region.id));
    Ok(Page { items, next_cursor })
}

fn parse_cursor(text: &str) -> Result<(Uuid, Uuid), StoreError> {
    let parse = || {
        let (annotation, region) = text.split_once('.')?;
        Some((Uuid::parse_str(annotation).ok()?, Uuid::parse_str(region).ok()?))
    };
    parse().ok_or_else(|| StoreError::Invalid { rule: "cursor".to_owned() })
}
