//! The OpenAPI document: what the routes declare, finished by rules that hold for all of them.

mod finish;

use actix_web::App;
use tandem_protocol::{
    Problem,
    rest::{ExportFormat, StepTaskState},
    ws::{ClientControlJson, ServerControlJson},
};
use utoipa::{Modify as _, OpenApi as _, openapi::OpenApi};
use utoipa_actix_web::{AppExt as _, scope, service_config::ServiceConfig};

use self::finish::{AlwaysSent, FreeObjects, Pages, Problems, Security};

use super::{
    admin, annotations, assets, assignments, auth, batches, export, flows, giving, history, jobs, layouts, me, members, models, notes,
    notifications, predictions, preferences, profile, projects, regions, relabel, review, sessions, sharing_out, simulate, steering,
    step_tasks, submit, tasks, upcoming, workflows,
};

/// What the document says beside its routes.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Tandem",
        description = "Realtime data annotation. Times are RFC 3339 UTC, ids are UUIDs, lists are keyset pages. \
                       Every refusal is an RFC 9457 problem; send `x-request-id` to find a request in the server's log. \
                       `x-action` names the permission a route asks for (docs/permissions.md).",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    servers((url = "/")),
    components(schemas(Problem, ExportFormat, StepTaskState, ClientControlJson, ServerControlJson)),
    tags(
        (name = "session", description = "Who I am"),
        (name = "projects", description = "Projects, their people and batches"),
        (name = "workflows", description = "What happens to tasks: versions of a project's workflow, and what is wrong with one"),
        (name = "layouts", description = "What people see of a task and enter about it: versions of a project's layout, and what is wrong with one"),
        (name = "assets", description = "Images: ask for an upload, PUT the bytes, complete"),
        (name = "models", description = "Models that run in people's browsers: ask for an upload, PUT both files, complete"),
        (name = "tasks", description = "Images to be labelled"),
        (name = "work", description = "Leases: next, accept, renew, release, skip, submit"),
        (name = "history", description = "Live documents as they were, and the way back"),
        (name = "jobs", description = "Work that runs by itself: imports and exports with progress"),
        (name = "admin", description = "The running server"),
        (name = "annotations", description = "Submitted work, its history, regions across tasks, export"),
    ),
)]
struct Frame;

/// Every route, relative to `/api/v1`. What is not here is neither served nor documented.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(auth::sign_in)
        .service(auth::refresh_session)
        .service(me::get_me)
        .service(me::list_users)
        .service(sessions::revoke_sessions)
        .service(projects::list_projects)
        .service(projects::create_project)
        .service(projects::get_project)
        .service(projects::update_project)
        .service(members::list_project_members)
        .service(members::put_project_member)
        .service(members::delete_project_member)
        .service(batches::list_batches)
        .service(batches::create_batch)
        .service(batches::get_batch_instance)
        .service(batches::list_batch_transitions)
        .service(workflows::list_workflows)
        .service(workflows::create_workflow)
        // Before the route with an id, which "check" is none of.
        .service(workflows::check_workflow)
        .service(workflows::get_workflow)
        .service(workflows::update_workflow)
        .service(workflows::activate_workflow)
        .service(layouts::list_layouts)
        .service(layouts::create_layout)
        // Before the routes with an id, which "check" is none of.
        .service(layouts::check_layout)
        .service(layouts::get_layout)
        .service(layouts::update_layout)
        .service(layouts::delete_layout)
        .service(layouts::create_layout_version)
        .service(layouts::activate_layout)
        .service(layouts::retire_layout)
        .service(layouts::list_layout_components)
        .service(layouts::get_task_layout)
        .service(assets::list_assets)
        .service(assets::create_asset)
        .service(assets::get_asset)
        .service(assets::complete_asset)
        .service(models::list_models)
        .service(models::create_model)
        .service(models::get_model)
        .service(models::complete_model)
        .service(models::delete_model)
        .service(tasks::list_tasks)
        .service(tasks::create_tasks)
        .service(tasks::get_task)
        .service(predictions::create_predictions)
        .service(assignments::next_task)
        .service(upcoming::upcoming_tasks)
        .service(assignments::claim_task)
        .service(assignments::get_assignment)
        .service(assignments::accept_task)
        .service(assignments::renew_lease)
        .service(assignments::release_task)
        .service(assignments::skip_task)
        .service(submit::submit_task)
        .service(review::decide_review)
        .service(review::list_candidates)
        .service(giving::evict_holder)
        .service(giving::hand_over)
        .service(giving::assign_task)
        .service(sharing_out::assign_tasks)
        .service(giving::get_eligibility)
        .service(giving::list_assignees)
        .service(steering::get_task_standing)
        .service(steering::list_transitions)
        .service(steering::steer_task)
        .service(steering::answer_step)
        .service(notes::list_task_notes)
        .service(notes::add_task_note)
        .service(flows::get_workflow_progress)
        .service(step_tasks::list_step_tasks)
        .service(step_tasks::set_priority)
        .service(flows::migrate_tasks)
        .service(simulate::simulate_workflow)
        .service(flows::pause_member)
        .service(profile::get_member_profile)
        .service(profile::put_member_profile)
        .service(profile::get_my_profile)
        .service(profile::put_my_hours)
        .service(preferences::get_preferences)
        .service(preferences::change_preferences)
        .service(notifications::list_notifications)
        .service(notifications::read_notifications)
        .service(notifications::tell_of_comment)
        .service(annotations::list_annotations)
        .service(annotations::get_annotation)
        .service(annotations::list_annotation_events)
        .service(history::list_history)
        .service(history::create_checkpoint)
        .service(history::get_checkpoint)
        .service(history::restore_checkpoint)
        .service(regions::list_regions)
        .service(export::export_project)
        .service(export::export_tasks)
        .service(relabel::preview_relabel)
        .service(jobs::list_jobs)
        .service(jobs::create_job)
        .service(jobs::create_job_file)
        .service(jobs::get_job)
        .service(jobs::cancel_job)
        .service(admin::get_actors)
        .service(admin::get_nodes);
}

/// The document as this build answers it.
#[must_use]
pub fn document() -> OpenApi {
    let app = App::new().into_utoipa_app().openapi(Frame::openapi());
    let (_, mut document) = app.service(scope("/api/v1").configure(routes)).split_for_parts();
    Security.modify(&mut document);
    Problems.modify(&mut document);
    Pages.modify(&mut document);
    FreeObjects.modify(&mut document);
    AlwaysSent.modify(&mut document);
    document
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
