//! How a dialect says what happens in a room. The Desk of a thread asks once for all seats that are told the same bytes.

use std::rc::Rc;

use tandem_protocol::ws::Subprotocol;

use super::Framer;
use crate::room::RoomNews;

/// Seats that hear exactly the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Share {
    Tandem(Subprotocol, u32),
    /// y-websocket: frames name no document.
    Yjs,
    /// Frames that begin with an address of the client's choice.
    Addressed(Rc<str>),
}

/// One seat's way of speaking.
pub trait Speaker {
    fn share(&self) -> Share;

    /// Write the whole frames that say it; nothing: the dialect has no word for it. Called once for all seats of the same
    /// [`Share`], so what it writes may depend on nothing else than that.
    fn speak(&self, news: &RoomNews, out: &mut Framer);

    /// Whether the session's actor must hear of it, too. It does after the frames are in the outbox.
    fn concerns_session(&self, news: &RoomNews) -> bool {
        matches!(news, RoomNews::Joined(_) | RoomNews::Rights { .. } | RoomNews::Task { .. } | RoomNews::Lost | RoomNews::Out { .. })
    }
}
