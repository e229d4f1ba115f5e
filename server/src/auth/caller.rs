//! `Caller`: a handler that takes it is only reached by somebody with a good access token.

use std::pin::Pin;

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header, web::Data};
use tandem_domain::identity::Identity;

use super::AuthError;
use crate::app::AppState;

#[derive(Clone, Debug)]
pub struct Caller(pub Identity);

impl FromRequest for Caller {
    type Error = AuthError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AuthError>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let state = request.app_data::<Data<AppState>>().cloned();
        let token = bearer(request).map(str::to_owned);
        Box::pin(async move {
            let state = state.ok_or(AuthError::Unavailable)?;
            let token = token.ok_or(AuthError::Missing)?;
            state.auth.authenticate(&token).await.map(Self)
        })
    }
}

/// The token of `Authorization: Bearer ...`; the scheme's name has no case (RFC 9110, 11.1).
fn bearer(request: &HttpRequest) -> Option<&str> {
    let value = request.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim()).filter(|token| !token.is_empty())
}
