//! How often one caller may ask: by person and workspace, and by address before anybody is known. The limits are those of the whole
//! installation ([`tandem_store::quota`]).

use actix_web::{HttpRequest, http::header};
use serde_json::json;
use tandem_domain::identity::Identity;
use tandem_store::quota::Over;

use super::problem::{Kind, Refusal};
use crate::app::AppState;

pub fn caller(state: &AppState, who: &Identity) -> Result<(), Refusal> {
    state.live.quotas().call(who.user_id(), who.workspace_id).map_err(refusal)
}

/// For requests without a token: by the address they come from.
pub fn stranger(state: &AppState, request: &HttpRequest) -> Result<(), Refusal> {
    match request.peer_addr() {
        Some(peer) => {
            let address = state.config.trusted_proxies.address(peer.ip(), request.headers());
            state.live.quotas().call_of_stranger(address).map_err(refusal)
        }
        None => Ok(()),
    }
}

fn refusal(over: Over) -> Refusal {
    let seconds = over.wait.as_secs() + 1;
    let rule = over.limit.name();
    let refusal = Refusal::new(Kind::TooManyRequests, format!("Too many requests: {}. Come back in {seconds} s.", over.limit.words()));
    refusal
        .with_details(json!({ "rule": rule, "retry_after_s": seconds }))
        .with_header(header::RETRY_AFTER, header::HeaderValue::from(seconds))
}
