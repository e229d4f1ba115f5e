//! Redis's answers, taken apart, and why it is away.

use ::redis::{RedisError, ServerError, Value};

pub(super) type Found<T> = Result<T, Away>;

/// Why Redis cannot be used right now. The bus goes down, says so, and tries again.
#[derive(Debug, thiserror::Error)]
pub(super) enum Away {
    #[error("{0}")]
    Failed(#[from] RedisError),
    #[error("the connection ended")]
    Closed,
    #[error("Redis answers: {0}")]
    Refused(String),
    #[error("the server is not a master")]
    NoMaster,
    #[error("no server knows where the master is")]
    Nobody,
    #[error("some slots of the cluster belong to nobody")]
    Uncovered,
    #[error("the server ended a subscription: the slot moved")]
    Moved,
    #[error("more came than could be heard")]
    Overrun,
    #[error("the answer to {0} is a strange one")]
    Strange(&'static str),
    #[error("the bus's own task ended: {0}")]
    Task(#[from] tokio::task::JoinError),
}

impl Away {
    pub(super) fn refused(error: &ServerError) -> Self {
        Self::Refused(error.to_string())
    }

    pub(super) fn strange(to: &'static str) -> Self {
        Self::Strange(to)
    }
}

pub(super) fn error(value: &Value) -> Option<&ServerError> {
    if let Value::ServerError(error) = value { Some(error) } else { None }
}

pub(super) fn items(value: &Value) -> Found<&[Value]> {
    match value {
        Value::Array(items) => Ok(items),
        Value::Nil => Ok(&[]),
        Value::ServerError(error) => Err(Away::refused(error)),
        _ => Err(Away::strange("a question")),
    }
}

pub(super) fn bytes(value: &Value) -> Option<&[u8]> {
    match value {
        Value::BulkString(bytes) => Some(bytes),
        Value::SimpleString(text) => Some(text.as_bytes()),
        _ => None,
    }
}

pub(super) fn text(value: &Value) -> Option<&str> {
    bytes(value).and_then(|bytes| std::str::from_utf8(bytes).ok())
}

pub(super) fn number(value: &Value) -> Option<i64> {
    if let Value::Int(number) = value { Some(*number) } else { None }
}
