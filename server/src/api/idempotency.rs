//! `Idempotency-Key`: a creation asked for twice happens once.
//!
//! The key is claimed, the work done and the answer kept in ONE transaction. Of two requests at once with the same key the second waits at
//! the key's unique index until the first has committed, and then finds its answer; if the first failed, nothing was kept and the second
//! does the work.

use actix_web::{HttpResponse, http::header::HeaderName};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use tandem_store::{
    TenantTx,
    pg::idempotency::{self, Seen},
};

use super::{
    call::Call,
    problem::{Kind, Refusal},
    read::Body,
    validate,
};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// In the answer when it was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What came of it, now or the first time.
pub struct Once<T> {
    pub value: T,
    pub replayed: bool,
}

impl<T: Serialize> Once<T> {
    /// 201 with the value as JSON.
    pub fn created(&self) -> HttpResponse {
        let mut response = HttpResponse::Created();
        if self.replayed {
            response.insert_header((REPLAYED, "true"));
        }
        response.json(&self.value)
    }

    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Once<U> {
        Once { value: change(self.value), replayed: self.replayed }
    }
}

/// Does `work` unless the request's key says that it was done before. The caller commits.
pub async fn once<T: Serialize + DeserializeOwned>(
    call: &Call,
    body: &Body,
    tx: &mut TenantTx,
    work: impl AsyncFnOnce(&mut TenantTx) -> Result<T, Refusal>,
) -> Result<Once<T>, Refusal> {
    let Some(key) = call.header(&KEY)? else {
        return Ok(Once { value: work(tx).await?, replayed: false });
    };
    validate::idempotency_key(&key)?;
    let hash = request_hash(call, body);
    match idempotency::begin(tx, call.user(), &key, &hash).await? {
        Seen::New => {
            let value = work(tx).await?;
            let kept = serde_json::to_value(&value).map_err(Refusal::internal)?;
            idempotency::remember(tx, call.user(), &key, 201, &kept).await?;
            Ok(Once { value, replayed: false })
        }
        Seen::Answered { response, .. } => Ok(Once { value: serde_json::from_value(response).map_err(Refusal::internal)?, replayed: true }),
        Seen::Mismatch => Err(Refusal::new(
            Kind::IdempotencyMismatch,
            format!("The key \"{key}\" came with another request before. Use a new key for a new request."),
        )),
    }
}

/// The same body sent to another route is another request.
fn request_hash(call: &Call, body: &Body) -> [u8; 32] {
    let request = call.request();
    let line = format!("{} {}\n", request.method(), request.path());
    Sha256::new().chain_update(line).chain_update(body.hash()).finalize().into()
}
