//! Regions across tasks.

use serde::Deserialize;
use tandem_domain::permission::Action;
use tandem_protocol::{
    ProjectId, RegionKind,
    rest::{Page, RegionRow},
};
use utoipa::IntoParams;

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
    get, path = "/api/v1/projects/{project_id}/regions", tag = "annotations", operation_id = "listRegions",
    params(("project_id" = ProjectId, Path), ListRegions),
    responses((status = 200, description = "Regions", body = Page<RegionRow>)),
    extensions(("x-action" = json!(Action::RegionQuery.name()))),
)]
pub fn list_regions() {}
