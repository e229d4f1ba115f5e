//! From what the database holds to what the rest of the program speaks.

use std::{fmt::Display, str::FromStr};

use serde::{Serialize, de::DeserializeOwned};
use tandem_protocol::rest::Progress;

use crate::StoreError;

/// A word of a closed vocabulary. The table's CHECK keeps others out, so another one means a newer schema.
pub(crate) fn word<T>(what: &'static str, text: &str) -> Result<T, StoreError>
where
    T: FromStr<Err: Display>,
{
    text.parse().map_err(|e| StoreError::corrupt(what, e))
}

pub(crate) fn from_json<T: DeserializeOwned>(what: &'static str, value: serde_json::Value) -> Result<T, StoreError> {
    serde_json::from_value(value).map_err(|e| StoreError::corrupt(what, e))
}

pub(crate) fn to_json<T: Serialize>(what: &'static str, value: &T) -> Result<serde_json::Value, StoreError> {
    serde_json::to_value(value).map_err(|e| StoreError::corrupt(what, e))
}

/// The total leaves cancelled tasks out, as the four parts do.
pub(crate) fn progress(pending: i64, in_progress: i64, completed: i64, skipped: i64) -> Progress {
    Progress { total: pending + in_progress + completed + skipped, pending, in_progress, completed, skipped }
}
