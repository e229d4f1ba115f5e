use std::path::PathBuf;

use aws_sdk_s3::{
    config::http::HttpResponse,
    error::{DisplayErrorContext, SdkError},
};

/// Why the object store did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObjectError {
    #[error("there is no object {key}")]
    NotFound { key: String },
    /// Worth trying again.
    #[error("the object store could not be reached for {key}: {reason}")]
    Unreachable { key: String, reason: String },
    #[error("the object store refused {key}: {reason}")]
    Refused { key: String, reason: String },
    #[error("cannot read {}: {reason}", path.display())]
    File { path: PathBuf, reason: String },
}

pub(super) fn is_status<E>(error: &SdkError<E, HttpResponse>, status: u16) -> bool {
    error.raw_response().is_some_and(|response| response.status().as_u16() == status)
}

/// Missing, away or refused: callers act on these three.
pub(super) fn classify<E: std::error::Error + 'static>(key: &str, error: SdkError<E, HttpResponse>) -> ObjectError {
    let key = key.to_owned();
    if is_status(&error, 404) {
        return ObjectError::NotFound { key };
    }
    let away = match error.raw_response() {
        Some(response) => response.status().as_u16() >= 500 || response.status().as_u16() == 429,
        None => !matches!(error, SdkError::ConstructionFailure(_)),
    };
    let reason = DisplayErrorContext(error).to_string();
    if away { ObjectError::Unreachable { key, reason } } else { ObjectError::Refused { key, reason } }
}
