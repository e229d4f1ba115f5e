//! Regions across tasks.

use actix_web::{get, web::Json};
use serde::Deserialize;
use tandem_domain::permission::Action;
use tandem_protocol::{
    ProjectId, RegionKind,
    rest::{Page, RegionRow},
};
use tandem_store::{
    StoreError,
    pg::regions::{self, RegionFilter},
};
use utoipa::IntoParams;

use super::{access, call::Call, problem::Refusal, read, validate};

/// Filters of the regions query.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListRegions {
    /// Exactly this label.
    #[serde(default)]
    pub label: Option<String>,
    #[serde(default)]
    pub kind: Option<RegionKind>,
    /// `next_cursor` of the page before; none for the first page.
    #[serde(default)]
    pub cursor: Option<String>,
    /// 1 to 200 items; default 50.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// Regions of the newest submitted annotations, across tasks.
#[utoipa::path(
    tag = "annotations",
    operation_id = "listRegions",
    params(("project_id" = ProjectId, Path), ListRegions),
    responses((status = 200, description = "Regions", body = Page<RegionRow>)),
    extensions(("x-action" = json!(Action::RegionQuery.name()))),
)]
#[get("/projects/{project_id}/regions")]
pub async fn list_regions(call: Call) -> Result<Json<Page<RegionRow>>, Refusal> {
    let project = call.path::<ProjectId>()?;
    let mut tx = call.begin().await?;
    access::project(&mut tx, &call.identity, project, Action::RegionQuery).await?;
    let query = call.query::<ListRegions>()?;
    let limit = i64::from(validate::page_limit(query.limit)?);
    let filter = RegionFilter { label: query.label, kind: query.kind, cursor: query.cursor, limit };
    match regions::list(&mut tx, project, &filter).await {
        Ok(page) => Ok(Json(page)),
        Err(StoreError::Invalid { .. }) => Err(read::bad_cursor()),
        Err(error) => Err(error.into()),
    }
}
