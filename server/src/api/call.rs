//! `Call`: one request by somebody who is signed in. The only extractor of the handlers, so that the order of checks is theirs to
//! see: who calls, what the path names, whether they may, and only then what the query and the body say.

use std::pin::Pin;

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{self, HeaderName},
    web::Data,
};
use serde::de::DeserializeOwned;
use tandem_domain::identity::Identity;
use tandem_protocol::{UserId, WorkspaceRole};
use tandem_store::{Tenant, TenantTx, pg::projects::Viewer};

use super::{
    problem::Refusal,
    rate,
    read::{self, Body},
    request_id,
};
use crate::{app::AppState, auth::Caller};

pub struct Call {
    pub identity: Identity,
    pub state: Data<AppState>,
    request: HttpRequest,
    payload: Payload,
}

impl FromRequest for Call {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = Caller::from_request(request, payload);
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let Caller(identity) = caller.await?;
            let state = request.app_data::<Data<AppState>>().cloned().ok_or_else(|| Refusal::internal("no AppState in the App"))?;
            rate::caller(&state, &identity)?;
            Ok(Self { identity, state, request, payload })
        })
    }
}

impl Call {
    #[must_use]
    pub fn user(&self) -> UserId {
        self.identity.user_id()
    }

    /// A transaction in which only the caller's workspace exists.
    pub async fn begin(&self) -> Result<TenantTx, Refusal> {
        Ok(self.tenant().begin(&self.state.store).await?.on_behalf_of(request_id::current()))
    }

    /// For a few statements by key: [`Tenant::begin_point`].
    pub async fn begin_point(&self) -> Result<TenantTx, Refusal> {
        Ok(self.tenant().begin_point(&self.state.store).await?.on_behalf_of(request_id::current()))
    }

    /// The caller's workspace, as the caller.
    pub fn tenant(&self) -> Tenant {
        Tenant { workspace: self.identity.workspace_id, user: Some(self.user()) }
    }

    /// The ids in the path: one, or a tuple in their order.
    pub fn path<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        read::path(self.request.match_info())
    }

    pub fn query<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        read::query(self.request.query_string())
    }

    /// The JSON body's bytes. Read before a transaction is opened: a slow sender must not hold a connection of the database.
    pub async fn body(&mut self) -> Result<Body, Refusal> {
        read::body(&self.request, &mut self.payload).await
    }

    /// The JSON body's bytes where one was sent; none where it has no length.
    pub async fn body_if_any(&mut self) -> Result<Option<Body>, Refusal> {
        let headers = self.request.headers();
        let is_empty =
            headers.get(header::CONTENT_LENGTH).is_none_or(|length| length == "0") && !headers.contains_key(header::TRANSFER_ENCODING);
        if is_empty { Ok(None) } else { self.body().await.map(Some) }
    }

    /// A header's text; none if it was not sent.
    pub fn header(&self, name: &HeaderName) -> Result<Option<String>, Refusal> {
        let Some(value) = self.request.headers().get(name) else { return Ok(None) };
        let text = value.to_str().map_err(|_| Refusal::field(name.as_str(), "format", "must be visible ASCII characters"))?;
        Ok(Some(text.to_owned()))
    }

    /// Through whose eyes projects are read.
    #[must_use]
    pub fn viewer(&self) -> Viewer {
        Viewer { user: self.user(), workspace_admin: self.identity.workspace_role == WorkspaceRole::Admin }
    }

    #[must_use]
    pub fn request(&self) -> &HttpRequest {
        &self.request
    }
}
