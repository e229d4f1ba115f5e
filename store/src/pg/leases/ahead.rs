//! What somebody would be given next. Nobody is kept from anything by it: it is no promise, only good for fetching ahead.

use tandem_protocol::TaskId;

use super::{Offer, Turn};
use crate::{StoreError, TenantTx};

/// The first `limit` tasks that [`super::claim_next`] would lease to this person, if nobody else asked meanwhile: what is kept for them in any of these
/// steps, then what waits in the first step, in the next, and so on.
///
/// # Errors
/// Those of the database.
pub async fn ahead(tx: &mut TenantTx, turn: &Turn, offers: &[Offer], limit: usize) -> Result<Vec<TaskId>, StoreError> {
    let (mut kept, mut waiting) = (Vec::new(), Vec::new());
    for offer in offers {
        let of = offer.versions();
        let rows = sqlx::query_file!(
            "src/pg/leases/ahead.sql",
            turn.project.0,
            turn.user.0,
            offer.step,
            &offer.not_after,
            offer.kind,
            of.as_deref(),
            i64::try_from(limit).unwrap_or(i64::MAX),
        )
        .fetch_all(&mut **tx)
        .await?;
        for row in rows {
            let Some(task) = row.task_id.map(TaskId::from) else { continue };
            if row.is_kept { kept.push(task) } else { waiting.push(task) }
        }
    }
    let mut first: Vec<TaskId> = Vec::with_capacity(limit);
    for task in kept.into_iter().chain(waiting) {
        if first.len() < limit && !first.contains(&task) {
            first.push(task);
        }
    }
    Ok(first)
}
