use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// How somebody has set the product up for themselves, by what it is about (`hotkeys`). What is in each the server does not read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Preferences {
    pub values: Map<String, Value>,
}

/// What is to be other than it is. An entry replaces what there was whole; null takes it away; what is not named stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePreferences {
    /// Names have 1 to 64 characters. All of somebody's together take at most 32 KiB of JSON.
    pub values: Map<String, Value>,
}
