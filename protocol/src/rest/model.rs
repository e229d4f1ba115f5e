use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{PresignedRequest, UserSummary};
use crate::{ModelId, role::text};

/// Ask for the upload of a model that runs in people's browsers: two ONNX files.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateModel {
    /// 1 to 100 characters; what people choose it by.
    pub name: String,
    pub encoder: NewModelFile,
    pub decoder: NewModelFile,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewModelFile {
    /// Bytes: 1 to the setting `models.max_file`.
    pub size: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ModelUpload {
    pub model: Model,
    pub encoder: PresignedRequest,
    pub decoder: PresignedRequest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModelStatus {
    /// Asked for; the bytes are not known to be there.
    Pending,
    Ready,
}

text!(ModelStatus { Pending = "pending", Ready = "ready" });

/// A model that runs in people's browsers. Its files never change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Model {
    pub id: ModelId,
    pub name: String,
    pub status: ModelStatus,
    /// Looks at a picture, once.
    pub encoder: ModelFile,
    /// Answers each click.
    pub decoder: ModelFile,
    pub created_by: Option<UserSummary>,
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelFile {
    /// Bytes.
    pub size: i64,
    /// Of the bytes, in hexadecimal; of a ready model.
    pub sha256: Option<String>,
    /// A presigned GET; where one ready model is asked for.
    pub url: Option<String>,
}
