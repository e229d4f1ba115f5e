//! Edits of a client that left before its connection knew where its room is: a tab that was closed a moment after it was opened has no copy of
//! them any more.

use std::time::Duration;

use tandem_domain::{identity::Identity, permission::Action};
use tandem_protocol::TaskId;

use crate::{
    live::Live,
    ports::DirectoryError,
    room::{Author, read_only},
    task::LeftBehind,
};

/// While the database, or the room, cannot be reached.
const ATTEMPTS: usize = 10;
const PAUSE: Duration = Duration::from_millis(500);

/// Bring them to the room, if their author may still edit there. Nobody waits for it.
pub fn deliver(live: &Live, who: Identity, task: TaskId, left: LeftBehind) {
    let bringing = live.clone();
    // Not on this thread: it may be about to end.
    let begun = live.inner().background().spawn(async move {
        let (session, count) = (left.seat.session, left.edits.len());
        for _ in 0..ATTEMPTS {
            if attempt(&bringing, &who, task, &left).await {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
        tracing::warn!(%task, %session, count, "edits of somebody who left could not be brought to their room");
    });
    if !begun {
        tracing::debug!(%task, "the house is gone");
    }
}

/// Whether that is settled, one way or the other.
async fn attempt(live: &Live, who: &Identity, task: TaskId, left: &LeftBehind) -> bool {
    let inner = live.inner();
    let record = match inner.directory.task(who, task).await {
        Ok(record) => record,
        Err(DirectoryError::Unavailable) => return false,
        Err(DirectoryError::NotFound | DirectoryError::NotAccepted) => return true,
    };
    if inner.authenticator.is_void(who) || !who.may(Action::DocumentRead, record.membership) {
        return true;
    }
    let by = Author { user: who.user_id(), read_only: read_only(who, record.membership, record.project_status) };
    let Ok(room) = inner.room(&record.key) else { return false };
    match room.addr().await {
        Ok(room) => room.send(LeftBehind { by: Some(by), ..left.clone() }).await == Ok(true),
        Err(_) => false,
    }
}
