//! Why a step has nothing for somebody: what waits there, and what keeps them from it. Asked only by whoever asks for a step's work and gets none.

use chrono::{DateTime, Utc};
use tandem_domain::assignment::{Reason, Said};
use tandem_protocol::UserId;

use super::{FlowError, StepOffer};
use crate::{TenantTx, pg::leases::Turn};

/// More are not looked at: the answer is an estimate then.
const LOOKED_AT: u32 = 1_000;

/// What a step has for a person.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Nothing {
    /// Tasks with a place that nobody has, at most 1,000 of each kind of work.
    pub waiting: u32,
    /// Those of them that the person may not have.
    pub kept_from: u32,
    /// What keeps them from most.
    pub commonest: Option<Said>,
    /// Leases of others in the step.
    pub in_work: u32,
    /// When the first of them is theirs to have, if nothing else changes.
    pub expected_at: Option<DateTime<Utc>>,
}

/// Of the step that this turn is about.
///
/// # Errors
/// Those of the database.
pub async fn nothing(tx: &mut TenantTx, turn: &Turn, offers: &[StepOffer]) -> Result<Nothing, FlowError> {
    let mut found = Nothing::default();
    let mut most = 0;
    for offer in offers {
        let kept = kept_from(tx, turn, offer).await?;
        // Who may not work there at all is kept from all of it.
        let general = offer.reasons.first();
        for row in kept {
            found.waiting += row.tasks;
            let Some(reason) = general.cloned().or_else(|| row.reason.map(Said::from)) else { continue };
            found.kept_from += row.tasks;
            if general.is_none() {
                found.expected_at = [found.expected_at, row.until].into_iter().flatten().min();
            }
            if row.tasks > most {
                most = row.tasks;
                found.commonest = Some(reason);
            }
        }
    }
    if let Some(step) = &turn.step {
        let others = sqlx::query_scalar!(
            r#"
            SELECT count(*) AS "others!" FROM (
                SELECT FROM assignments WHERE project_id = $1 AND step = $2 AND ended_at IS NULL AND user_id <> $3 LIMIT $4) held
            "#,
            turn.project.0,
            step,
            turn.user.0,
            i64::from(LOOKED_AT),
        );
        found.in_work = u32::try_from(others.fetch_one(&mut **tx).await?).unwrap_or(LOOKED_AT);
    }
    Ok(found)
}

/// Tasks that the same thing keeps the person from; nothing: somebody took them in this moment, or another one has them locked.
struct Kept {
    tasks: u32,
    reason: Option<Reason>,
    until: Option<DateTime<Utc>>,
}

async fn kept_from(tx: &mut TenantTx, turn: &Turn, offer: &StepOffer) -> Result<Vec<Kept>, FlowError> {
    let (now, of) = (tx.began(), offer.offer.versions());
    let rows = sqlx::query_file!(
        "src/pg/flow/nothing.sql",
        turn.project.0,
        turn.user.0,
        offer.step,
        offer.offer.kind,
        &offer.offer.not_after,
        i64::from(LOOKED_AT),
        of.as_deref(),
    )
    .fetch_all(&mut **tx)
    .await?;
    let kept = rows.into_iter().map(|row| Kept {
        tasks: u32::try_from(row.tasks).unwrap_or(LOOKED_AT),
        reason: reason(row.code.as_deref(), row.worked, row.until.unwrap_or(now)),
        until: row.until,
    });
    Ok(kept.collect())
}

fn reason(code: Option<&str>, worked: Option<String>, until: DateTime<Utc>) -> Option<Reason> {
    Some(match code? {
        "already_answered" => Reason::AlreadyAnswered,
        "worked_in_step" => {
            let step = worked.unwrap_or_default();
            Reason::WorkedInStep { name: step.clone(), step }
        }
        "excluded" => Reason::Excluded,
        "skipped" => Reason::Skipped { at: until },
        "waits_for_admin" => Reason::WaitsForAdmin,
        "given_by_hand" => Reason::GivenByHand,
        "offered_to_another" => Reason::OfferedToAnother { until },
        _ => Reason::ReworkOfAnother { users: Vec::<UserId>::new() },
    })
}
