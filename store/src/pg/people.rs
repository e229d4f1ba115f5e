//! People of a project as those see them who give out work (`domain::assignment`).

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use tandem_domain::assignment::{Availability, Paused, Person, Skill};
use tandem_protocol::{ProjectId, ProjectRole, UserId};
use uuid::Uuid;

use super::row::word;
use crate::{StoreError, TenantTx};

/// Everybody of a project, or one person, with what they hold and did; whoever is not in the project is not there, but for workspace admins,
/// who are asked for by name. `is_online` is false: the database does not know.
///
/// # Errors
/// Those of the database.
pub async fn people(tx: &mut TenantTx, project: ProjectId, only: Option<UserId>, now: DateTime<Utc>) -> Result<Vec<Person>, StoreError> {
    let rows = sqlx::query_file!("src/pg/people.sql", project.0, only.map(|user| user.0)).fetch_all(&mut **tx).await?;
    let mut people = Vec::with_capacity(rows.len());
    for row in rows {
        let availability =
            row.availability.map(serde_json::from_value::<Availability>).transpose().map_err(|e| StoreError::corrupt("availability", e))?;
        let skills: Vec<Skill> = serde_json::from_value(row.skills).map_err(|e| StoreError::corrupt("skills", e))?;
        let day = |at: DateTime<Utc>| availability.as_ref().map_or_else(|| at.date_naive(), |availability| availability.day(at));
        let done_today = row.submitted.iter().chain(&row.submitted_elsewhere).filter(|at| day(**at) == day(now)).count();
        people.push(Person {
            id: UserId(row.id),
            name: row.display_name,
            role: row.role.map_or(Ok(ProjectRole::Admin), |role| word("project role", &role))?,
            workspace_admin: row.workspace_role == "admin",
            skills,
            teams: row.teams,
            availability,
            max_concurrent: row.max_concurrent.and_then(|limit| u32::try_from(limit).ok()),
            paused: row.paused_reason.map(|reason| Paused { reason, until: row.paused_until }),
            quality: row.quality,
            active: u32::try_from(row.active).unwrap_or(u32::MAX),
            elsewhere: u32::try_from(row.elsewhere).unwrap_or(u32::MAX),
            done_today: u32::try_from(done_today).unwrap_or(u32::MAX),
            last_assigned_at: row.last_assigned_at,
            recent_skips: row.skipped,
            is_online: false,
        });
    }
    Ok(people)
}

/// What a person is certified to do, and when they work.
#[derive(Clone, Debug, Default)]
pub struct Profile {
    pub skills: Vec<Skill>,
    pub teams: Vec<String>,
    pub availability: Option<Availability>,
    pub max_concurrent: Option<u32>,
}

/// None: the workspace has no such member.
///
/// # Errors
/// Those of the database.
pub async fn profile(tx: &mut TenantTx, user: UserId) -> Result<Option<Profile>, StoreError> {
    let row = sqlx::query!(
        r#"
        SELECT m.teams, m.availability, m.max_concurrent,
               coalesce((SELECT jsonb_agg(jsonb_strip_nulls(jsonb_build_object('name', s.skill, 'level', s.level, 'expires_at', s.expires_at)) ORDER BY s.skill)
                         FROM member_skills s WHERE s.workspace_id = m.workspace_id AND s.user_id = m.user_id), '[]') AS "skills!"
        FROM members m WHERE m.user_id = $1
        "#,
        user.0
    )
    .fetch_optional(&mut **tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Profile {
        skills: serde_json::from_value(row.skills).map_err(|e| StoreError::corrupt("skills", e))?,
        teams: row.teams,
        availability: row.availability.map(serde_json::from_value).transpose().map_err(|e| StoreError::corrupt("availability", e))?,
        max_concurrent: row.max_concurrent.and_then(|limit| u32::try_from(limit).ok()),
    }))
}

/// Says all of it anew. Says whether the member is there.
///
/// # Errors
/// Those of the database.
pub async fn set_profile(tx: &mut TenantTx, user: UserId, profile: &Profile) -> Result<bool, StoreError> {
    let workspace = tx.workspace().0;
    let availability =
        profile.availability.as_ref().map(serde_json::to_value).transpose().map_err(|e| StoreError::corrupt("availability", e))?;
    let found = sqlx::query!(
        "UPDATE members SET teams = $2, availability = $3, max_concurrent = $4 WHERE user_id = $1",
        user.0,
        &profile.teams,
        availability,
        profile.max_concurrent.and_then(|limit| i16::try_from(limit).ok()),
    )
    .execute(&mut **tx)
    .await?;
    if found.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query!("DELETE FROM member_skills WHERE user_id = $1", user.0).execute(&mut **tx).await?;
    let names: Vec<String> = profile.skills.iter().map(|skill| skill.name.clone()).collect();
    let levels: Vec<String> = profile.skills.iter().map(|skill| skill.level.as_str().to_owned()).collect();
    let ends: Vec<Option<DateTime<Utc>>> = profile.skills.iter().map(|skill| skill.expires_at).collect();
    sqlx::query!(
        r#"
        INSERT INTO member_skills (workspace_id, user_id, skill, level, expires_at)
        SELECT $1, $2, s.skill, s.level, s.expires_at FROM unnest($3::text[], $4::text[], $5::timestamptz[]) AS s (skill, level, expires_at)
        "#,
        workspace,
        user.0,
        &names,
        &levels,
        &ends as &[Option<DateTime<Utc>>],
    )
    .execute(&mut **tx)
    .await?;
    Ok(true)
}

/// Gives a person nothing more for now, or lets them go on. Says whether they are in the project.
///
/// # Errors
/// Those of the database.
pub async fn pause(tx: &mut TenantTx, project: ProjectId, user: UserId, paused: Option<&Paused>) -> Result<bool, StoreError> {
    let done = sqlx::query!(
        "UPDATE project_members SET paused_reason = $3, paused_until = $4, updated_at = now() WHERE project_id = $1 AND user_id = $2",
        project.0,
        user.0,
        paused.map(|paused| paused.reason.as_str()),
        paused.and_then(|paused| paused.until),
    )
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// A task's past, as far as giving it to somebody is concerned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastLease {
    pub step: String,
    pub user: Uuid,
    pub round: i32,
    pub status: String,
    pub ended_at: Option<DateTime<Utc>>,
    /// An admin took it from them.
    pub is_evicted: bool,
}

/// # Errors
/// Those of the database.
pub async fn past_of(tx: &mut TenantTx, task: tandem_protocol::TaskId) -> Result<Vec<PastLease>, StoreError> {
    let rows = sqlx::query!(
        r#"
        SELECT step, user_id, round, status, ended_at, metadata ? 'evicted' AS "is_evicted!" FROM assignments
        WHERE task_id = $1 AND (status IN ('assigned', 'accepted', 'submitted', 'skipped') OR status = 'reassigned' AND metadata ? 'evicted')
        ORDER BY fencing_token DESC LIMIT 500
        "#,
        task.0
    )
    .fetch_all(&mut **tx)
    .await?;
    let past = rows.into_iter().map(|row| PastLease {
        step: row.step,
        user: row.user_id,
        round: row.round,
        status: row.status,
        ended_at: row.ended_at,
        is_evicted: row.is_evicted,
    });
    Ok(past.collect())
}

/// How many tasks of a batch each of these people answered of late, as far as it matters: more than so many are as good as those.
///
/// # Errors
/// Those of the database.
pub async fn done_in_batch(
    tx: &mut TenantTx,
    project: ProjectId,
    batch: tandem_protocol::BatchId,
    people: &[UserId],
) -> Result<BTreeMap<UserId, u32>, StoreError> {
    let ids: Vec<Uuid> = people.iter().map(|user| user.0).collect();
    let rows = sqlx::query!(
        r#"
        SELECT p.id AS "user!", done.count AS "count!" FROM unnest($3::uuid[]) p (id)
        CROSS JOIN LATERAL (
            SELECT count(*) FROM (
                SELECT FROM assignments a JOIN tasks t ON t.project_id = a.project_id AND t.id = a.task_id
                -- The index assignments_lately.
                WHERE a.user_id = p.id AND a.project_id = $1 AND a.ended_at > now() - interval '2 days' AND a.status = 'submitted'
                  AND t.project_id = $1 AND t.batch_id = $2
                LIMIT 20
            ) few
        ) done
        WHERE done.count > 0
        "#,
        project.0,
        batch.0,
        &ids,
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (UserId(row.user), u32::try_from(row.count).unwrap_or(u32::MAX))).collect())
}
