//! The live core over the real store and the real tokens: the ports that `actors` asks for.

mod chores;
mod directory;

use std::{io, sync::Arc};

use async_trait::async_trait;
use chores::StoreChores;
use directory::StoreDirectory;
use tandem_actors::{self as actors, Authenticator, Live, LiveConfig, Ports};
use tandem_domain::identity::Identity;
use tandem_store::{Store, documents::PgLog};

use crate::auth::{Auth, AuthError};

/// Starts it. Call from inside an actix system.
pub fn start(config: LiveConfig, store: &Store, auth: &Auth) -> io::Result<Live> {
    let ports = Ports {
        authenticator: Arc::new(auth.clone()),
        directory: Arc::new(StoreDirectory { store: store.clone() }),
        log: Arc::new(PgLog::new(store.clone())),
        chores: Some(Arc::new(StoreChores { store: store.clone() })),
    };
    Live::start(config, ports)
}

#[async_trait]
impl Authenticator for Auth {
    async fn authenticate(&self, token: &str) -> Result<Identity, actors::AuthError> {
        Auth::authenticate(self, token).await.map_err(|error| match error {
            AuthError::Expired => actors::AuthError::Expired,
            AuthError::Unavailable => actors::AuthError::Unavailable,
            other => actors::AuthError::Invalid(other.to_string()),
        })
    }
}
