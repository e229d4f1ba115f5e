//! What people are certified to do, and when they work: as admins say it, and of oneself.

use actix_web::{HttpResponse, get, put, web::Json};
use serde_json::{Value, json};
use tandem_domain::{
    assignment::{Availability, Skill},
    permission::Action,
};
use tandem_protocol::{
    UserId,
    rest::{MemberProfile, MemberSkill, MyHours},
};
use tandem_store::pg::people::{self, Profile};

use super::{access, audit, call::Call, problem::Refusal, validate};

/// What a member is certified to do, and when they work.
#[utoipa::path(
    tag = "workspace",
    operation_id = "getMemberProfile",
    params(("user_id" = UserId, Path)),
    responses((status = 200, description = "The profile", body = MemberProfile)),
    extensions(("x-action" = json!(Action::WorkspaceUsers.name()))),
)]
#[get("/users/{user_id}/profile")]
pub async fn get_member_profile(call: Call) -> Result<Json<MemberProfile>, Refusal> {
    let user = call.path::<UserId>()?;
    access::in_workspace(&call.identity, Action::WorkspaceUsers)?;
    let mut tx = call.begin().await?;
    let found = people::profile(&mut tx, user).await?.ok_or_else(|| Refusal::not_found("member", user))?;
    shown(found).map(Json)
}

/// Say what a member is certified to do, and when they work.
#[utoipa::path(
    tag = "workspace",
    operation_id = "putMemberProfile",
    params(("user_id" = UserId, Path)),
    request_body = MemberProfile,
    responses((status = 204, description = "Done")),
    extensions(("x-action" = json!(Action::WorkspaceUsers.name()))),
)]
#[put("/users/{user_id}/profile")]
pub async fn put_member_profile(mut call: Call) -> Result<HttpResponse, Refusal> {
    let user = call.path::<UserId>()?;
    let body = call.body().await?;
    access::in_workspace(&call.identity, Action::WorkspaceUsers)?;
    let mut tx = call.begin().await?;
    // Before the body is looked at: to others it must look as if they were not there.
    people::profile(&mut tx, user).await?.ok_or_else(|| Refusal::not_found("member", user))?;
    let wanted = body.parse::<MemberProfile>()?;
    people::set_profile(&mut tx, user, &profile(&wanted)?).await?;
    audit::record_in_workspace(&mut tx, Action::WorkspaceUsers, ("user", user), json!({ "profile": wanted })).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

fn profile(wanted: &MemberProfile) -> Result<Profile, Refusal> {
    validate::profile(wanted)?;
    let availability = wanted.availability.clone().map(availability).transpose()?;
    let mut skills = Vec::with_capacity(wanted.skills.len());
    for (index, skill) in wanted.skills.iter().enumerate() {
        let level = serde_json::from_value(json!(skill.level))
            .map_err(|_| Refusal::field(&format!("skills[{index}].level"), "enum", "must be novice, intermediate, advanced or expert"))?;
        skills.push(Skill { name: skill.name.clone(), level, expires_at: skill.expires_at });
    }
    Ok(Profile { skills, teams: wanted.teams.clone(), availability, max_concurrent: wanted.max_concurrent })
}

/// What I am certified to do, and when I work.
#[utoipa::path(
    tag = "session",
    operation_id = "getMyProfile",
    responses((status = 200, description = "The profile", body = MemberProfile)),
    extensions(("x-action" = json!(null))),
)]
#[get("/me/profile")]
pub async fn get_my_profile(call: Call) -> Result<Json<MemberProfile>, Refusal> {
    let mut tx = call.begin().await?;
    let found = people::profile(&mut tx, call.user()).await?.ok_or_else(|| Refusal::not_found("member", call.user()))?;
    shown(found).map(Json)
}

/// Say when I work.
///
/// How many tasks a day I may be given is for admins to say and stays as it is.
#[utoipa::path(
    tag = "session",
    operation_id = "putMyHours",
    request_body = MyHours,
    responses((status = 200, description = "My profile as it is now", body = MemberProfile)),
    extensions(("x-action" = json!(null))),
)]
#[put("/me/hours")]
pub async fn put_my_hours(mut call: Call) -> Result<Json<MemberProfile>, Refusal> {
    let user = call.user();
    let wanted = call.body().await?.parse::<MyHours>()?.availability.map(availability).transpose()?;
    if wanted.as_ref().is_some_and(|hours| hours.daily_capacity.is_some()) {
        return Err(Refusal::field("availability.daily_capacity", "admins_only", "is for an admin to say"));
    }
    let mut tx = call.begin().await?;
    let mut profile = people::profile(&mut tx, user).await?.ok_or_else(|| Refusal::not_found("member", user))?;
    profile.availability = within_limit(wanted, profile.availability.as_ref());
    people::set_profile(&mut tx, user, &profile).await?;
    audit::record_in_workspace(&mut tx, Action::WorkspaceUsers, ("user", user), json!({ "hours": profile.availability })).await?;
    let now = shown(profile)?;
    tx.commit().await?;
    Ok(Json(now))
}

/// With the number of tasks a day that an admin has set, which counts days by a clock: without one of one's own, by that of before.
fn within_limit(wanted: Option<Availability>, before: Option<&Availability>) -> Option<Availability> {
    let limited = before.filter(|hours| hours.daily_capacity.is_some());
    match (wanted, limited) {
        (Some(hours), limited) => Some(Availability { daily_capacity: limited.and_then(|hours| hours.daily_capacity), ..hours }),
        (None, Some(limited)) => Some(Availability { hours: Default::default(), days_off: Vec::new(), ..limited.clone() }),
        (None, None) => None,
    }
}

fn shown(found: Profile) -> Result<MemberProfile, Refusal> {
    let skill = |skill: Skill| MemberSkill { name: skill.name, level: skill.level.as_str().to_owned(), expires_at: skill.expires_at };
    Ok(MemberProfile {
        skills: found.skills.into_iter().map(skill).collect(),
        teams: found.teams,
        availability: found.availability.map(serde_json::to_value).transpose().map_err(Refusal::internal)?,
        max_concurrent: found.max_concurrent,
    })
}

fn availability(wanted: Value) -> Result<Availability, Refusal> {
    serde_json::from_value(wanted).map_err(|error| Refusal::field("availability", "shape", error.to_string()))
}
