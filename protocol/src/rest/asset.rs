use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AssetId, ProjectId, role::text};

/// Ask for an upload. The answer says where and how to PUT the bytes.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateAsset {
    /// 1 to 255 characters, no path separators or control characters.
    pub filename: String,
    /// What the sender believes it is. The type that counts is read from the bytes on completion.
    pub content_type: String,
    /// Bytes.
    pub size: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct AssetUpload {
    pub asset: Asset,
    pub upload: PresignedRequest,
}

/// A request anybody holding it may make until it expires, without further credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PresignedRequest {
    pub method: String,
    pub url: String,
    /// Send exactly these.
    pub headers: BTreeMap<String, String>,
    pub expires_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AssetStatus {
    /// Asked for; the bytes are not known to be there.
    Pending,
    Ready,
    /// The bytes were there and were no image we can show; `reason` says why.
    Rejected,
}

text!(AssetStatus { Pending = "pending", Ready = "ready", Rejected = "rejected" });

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Asset {
    pub id: AssetId,
    pub project_id: ProjectId,
    pub filename: String,
    pub status: AssetStatus,
    /// Why it was rejected.
    pub reason: Option<String>,
    /// Read from the bytes, e.g. `image/jpeg`.
    pub content_type: String,
    /// Bytes.
    pub size: i64,
    /// Pixels as people see them, after EXIF orientation. Region coordinates live in this frame.
    pub width: Option<i32>,
    pub height: Option<i32>,
    /// EXIF orientation, 1 to 8 (1: as stored).
    pub orientation: i16,
    /// A presigned GET, present when the asset is ready.
    pub url: Option<String>,
    pub created_at: DateTime<Utc>,
}
