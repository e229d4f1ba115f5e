//! Why the server closes a connection. The range tells a client what to do, also one that does not know the code:
//! 4400 to 4499 are final, everything else comes back after a pause.

/// A close code of ours or of RFC 6455.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum CloseCode {
    /// 1000: the client asked for it.
    Normal = 1000,
    /// 1009: a frame over the limit. (RFC 6455; come back with smaller frames.)
    TooBig = 1009,
    /// 1011: a bug of ours. Come back.
    Internal = 1011,
    /// 1012: the server restarts. Come back after the hinted pause.
    Restart = 1012,
    /// 1013: the client did not keep up, or the server is full. Come back and resync.
    TryLater = 1013,
    /// 4001: the access token ran out. Refresh it, then come back.
    TokenExpired = 4001,
    /// 4002: no `hello` in time. Come back.
    HelloTimeout = 4002,
    /// 4003: nothing was heard for too long. Come back.
    Idle = 4003,
    /// 4400: a frame that breaks the protocol.
    BadFrame = 4400,
    /// 4401: the token is no good.
    Unauthorized = 4401,
    /// 4403: this person may not be here.
    Forbidden = 4403,
    /// 4404: what was asked for does not exist.
    NotFound = 4404,
}

impl CloseCode {
    #[must_use]
    pub fn code(self) -> u16 {
        self as u16
    }

    /// Whether a client should give up.
    #[must_use]
    pub fn is_final(code: u16) -> bool {
        (4400..=4499).contains(&code)
    }
}
