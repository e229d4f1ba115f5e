//! Who I am, and who else is here.

use tandem_domain::permission::Action;
use tandem_protocol::rest::{Me, Page, UserSummary};

use super::PageQuery;

/// Who the token says I am, and where I may work.
#[utoipa::path(
    get, path = "/api/v1/me", tag = "session", operation_id = "getMe",
    responses((status = 200, description = "Me", body = Me)),
    extensions(("x-action" = json!(null))),
)]
pub fn get_me() {}

/// Everybody in the workspace.
#[utoipa::path(
    get, path = "/api/v1/users", tag = "session", operation_id = "listUsers",
    params(PageQuery),
    responses((status = 200, description = "People, by name", body = Page<UserSummary>)),
    extensions(("x-action" = json!(Action::WorkspaceUsers.name()))),
)]
pub fn list_users() {}
