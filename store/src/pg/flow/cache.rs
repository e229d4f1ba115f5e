//! Compiled workflows, by id: a version in use never changes, so nothing here is ever stale.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use tandem_domain::{
    agreement::Standard,
    expression::Shape,
    workflow::{Flow, Workflow},
};
use tandem_protocol::{ProjectId, WorkflowId};

use super::FlowError;
use crate::{StoreError, TenantTx};

/// Beyond this many the cache begins anew: a compiled workflow is some 100 KiB.
const KEPT: usize = 500;

static FLOWS: LazyLock<Mutex<HashMap<WorkflowId, Arc<Flow>>>> = LazyLock::new(Mutex::default);

/// As [`flow_of`], of a workflow whose id this very transaction has read: that the workspace may know of it has been answered.
///
/// # Errors
/// Those of [`flow_of`].
pub(super) async fn flow_seen(tx: &mut TenantTx, id: WorkflowId) -> Result<Arc<Flow>, FlowError> {
    match known(id) {
        Some(flow) => Ok(flow),
        None => flow_of(tx, id).await,
    }
}

/// # Errors
/// [`StoreError::NotFound`] if this workspace has no such workflow; if it does not compile, why.
pub async fn flow_of(tx: &mut TenantTx, id: WorkflowId) -> Result<Arc<Flow>, FlowError> {
    // Asked first, also for what is known: whether the workspace may know of it is the database's answer.
    let found = sqlx::query!(
        r#"SELECT status, CASE WHEN $2 THEN NULL ELSE form::text END AS form FROM workflows WHERE id = $1"#,
        id.0,
        known(id).is_some()
    )
    .fetch_optional(&mut **tx)
    .await?
    .ok_or(StoreError::NotFound { entity: "workflow" })?;
    if let Some(flow) = known(id) {
        return Ok(flow);
    }
    let form = match found.form {
        Some(form) => form,
        None => sqlx::query_scalar!(r#"SELECT form::text AS "form!" FROM workflows WHERE id = $1"#, id.0).fetch_one(&mut **tx).await?,
    };
    let flow = Arc::new(Flow::compile(Workflow::from_json(&form)?, &Shape::Any, &Standard)?);
    if found.status != "draft" {
        let mut flows = FLOWS.lock().unwrap_or_else(PoisonError::into_inner);
        if flows.len() >= KEPT {
            flows.clear();
        }
        flows.insert(id, Arc::clone(&flow));
    }
    Ok(flow)
}

/// None: this workspace has no such workflow.
///
/// # Errors
/// Those of the database.
pub async fn project_of(tx: &mut TenantTx, id: WorkflowId) -> Result<Option<ProjectId>, StoreError> {
    let project = sqlx::query_scalar!("SELECT project_id FROM workflows WHERE id = $1", id.0).fetch_optional(&mut **tx).await?;
    Ok(project.map(Into::into))
}

fn known(id: WorkflowId) -> Option<Arc<Flow>> {
    FLOWS.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned()
}
