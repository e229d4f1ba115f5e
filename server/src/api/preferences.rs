//! How I have set the product up for myself, wherever I sign in.

use actix_web::{get, patch, web::Json};
use tandem_protocol::rest::{ChangePreferences, Preferences};
use tandem_store::pg::preferences;

use super::{call::Call, problem::Refusal, validate};

/// My preferences.
#[utoipa::path(
    tag = "session",
    operation_id = "getPreferences",
    responses((status = 200, description = "All of mine in this workspace", body = Preferences)),
    extensions(("x-action" = json!(null))),
)]
#[get("/me/preferences")]
pub async fn get_preferences(call: Call) -> Result<Json<Preferences>, Refusal> {
    let mut tx = call.begin().await?;
    Ok(Json(preferences::get(&mut tx, call.user()).await?))
}

/// Change my preferences; only those named.
#[utoipa::path(
    tag = "session",
    operation_id = "changePreferences",
    request_body = ChangePreferences,
    responses((status = 200, description = "All of mine as they are now", body = Preferences)),
    extensions(("x-action" = json!(null))),
)]
#[patch("/me/preferences")]
pub async fn change_preferences(mut call: Call) -> Result<Json<Preferences>, Refusal> {
    let change = call.body().await?.parse::<ChangePreferences>()?;
    validate::change_preferences(&change)?;
    let mut tx = call.begin().await?;
    let now = preferences::change(&mut tx, call.user(), &change.values).await?;
    // What was there counts too, so this is known only now; nothing is kept.
    validate::preferences(&now)?;
    tx.commit().await?;
    Ok(Json(now))
}
