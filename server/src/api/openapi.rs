//! The OpenAPI document: what the routes declare, finished by rules that hold for all of them.

mod finish;

use tandem_protocol::{
    Problem,
    rest::ExportFormat,
    ws::{ClientControlJson, ServerControlJson},
};
use utoipa::OpenApi;

use self::finish::{AlwaysSent, FreeObjects, Pages, Problems, Security};

use super::{annotations, assets, assignments, auth, batches, export, me, members, projects, regions, tasks};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tandem",
        description = "Realtime data annotation. Times are RFC 3339 UTC, ids are UUIDs, lists are keyset pages. \
                       Every refusal is an RFC 9457 problem; send `x-request-id` to find a request in the server's log. \
                       `x-action` names the permission a route asks for (docs/permissions.md).",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers((url = "/")),
    paths(
        auth::sign_in, auth::refresh_session,
        me::get_me, me::list_users,
        projects::list_projects, projects::create_project, projects::get_project, projects::update_project,
        members::list_project_members, members::put_project_member, members::delete_project_member,
        batches::list_batches, batches::create_batch,
        assets::list_assets, assets::create_asset, assets::get_asset, assets::complete_asset,
        tasks::list_tasks, tasks::create_tasks, tasks::get_task,
        assignments::next_task, assignments::get_assignment, assignments::accept_task, assignments::renew_lease,
        assignments::release_task, assignments::skip_task, assignments::submit_task,
        annotations::list_annotations, annotations::get_annotation, annotations::list_annotation_events,
        regions::list_regions,
        export::export_project,
    ),
    components(schemas(Problem, ExportFormat, ClientControlJson, ServerControlJson)),
    modifiers(&Security, &Problems, &Pages, &FreeObjects, &AlwaysSent),
    tags(
        (name = "session", description = "Who I am"),
        (name = "projects", description = "Projects, their people and batches"),
        (name = "assets", description = "Images: ask for an upload, PUT the bytes, complete"),
        (name = "tasks", description = "Images to be labelled"),
        (name = "work", description = "Leases: next, accept, renew, release, skip, submit"),
        (name = "annotations", description = "Submitted work, its history, regions across tasks, export"),
    ),
)]
struct Document;

/// The document as this build answers it.
#[must_use]
pub fn document() -> utoipa::openapi::OpenApi {
    Document::openapi()
}

/// The document as it is committed: indented, in a stable order, with a final line feed.
///
/// # Errors
/// Only if the document cannot be written as JSON, which a test rules out.
pub fn document_json() -> Result<String, serde_json::Error> {
    let mut text = document().to_pretty_json()?;
    text.push('\n');
    Ok(text)
}
