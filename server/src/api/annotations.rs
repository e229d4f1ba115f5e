//! Submitted work and its history.

use tandem_domain::permission::Action;
use tandem_protocol::{
    AnnotationId, TaskId,
    rest::{Annotation, AnnotationEvent, Page},
};

use super::PageQuery;

/// Submitted versions of a task.
#[utoipa::path(
    get, path = "/api/v1/tasks/{task_id}/annotations", tag = "annotations", operation_id = "listAnnotations",
    params(("task_id" = TaskId, Path), PageQuery),
    responses((status = 200, description = "Annotations, newest first", body = Page<Annotation>)),
    extensions(("x-action" = json!(Action::AnnotationRead.name()))),
)]
pub fn list_annotations() {}

/// One submitted version.
#[utoipa::path(
    get, path = "/api/v1/annotations/{annotation_id}", tag = "annotations", operation_id = "getAnnotation",
    params(("annotation_id" = AnnotationId, Path)),
    responses((status = 200, description = "The annotation", body = Annotation)),
    extensions(("x-action" = json!(Action::AnnotationRead.name()))),
)]
pub fn get_annotation() {}

/// What happened to an annotation.
#[utoipa::path(
    get, path = "/api/v1/annotations/{annotation_id}/history", tag = "annotations", operation_id = "listAnnotationEvents",
    params(("annotation_id" = AnnotationId, Path), PageQuery),
    responses((status = 200, description = "Events, oldest first", body = Page<AnnotationEvent>)),
    extensions(("x-action" = json!(Action::AnnotationRead.name()))),
)]
pub fn list_annotation_events() {}
