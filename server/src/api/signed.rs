//! Presigned URLs, put into what is answered.

use std::time::Duration;

use chrono::Utc;
use tandem_protocol::rest::{Asset, AssetStatus, Model, PresignedRequest, Task};
use tandem_store::{
    objects::Upload,
    pg::{assets::StoredAsset, models::object_keys, tasks::StoredTask},
};

use super::{call::Call, problem::Refusal};

/// How long an image's address works. Longer than a person looks at one image, even with lunch in between.
const DOWNLOAD: Duration = Duration::from_secs(4 * 60 * 60);
/// How long there is to begin an upload.
const UPLOAD: Duration = Duration::from_secs(15 * 60);

/// The asset with its address, if it is ready.
pub async fn asset(call: &Call, stored: StoredAsset) -> Result<Asset, Refusal> {
    let StoredAsset { mut asset, object_key } = stored;
    asset.url = address(call, asset.status, &object_key).await?;
    Ok(asset)
}

/// The task with its image's address, unless it is withheld from whom it was read for.
pub async fn task(call: &Call, stored: StoredTask) -> Result<Task, Refusal> {
    let StoredTask { mut task, object_key, is_withheld } = stored;
    if is_withheld {
        return Ok(task.withheld());
    }
    task.asset.url = address(call, task.asset.status, &object_key).await?;
    Ok(task)
}

pub async fn upload(call: &Call, object_key: &str, upload: Upload<'_>) -> Result<PresignedRequest, Refusal> {
    Ok(call.state.objects.presign_put(object_key, upload, Utc::now(), UPLOAD, endpoint(call).as_deref()).await?)
}

/// Where a file is fetched, to be kept under this name.
pub async fn download(call: &Call, object_key: &str, filename: &str) -> Result<String, Refusal> {
    let request = call.state.objects.presign_download(object_key, filename, Utc::now(), DOWNLOAD, endpoint(call).as_deref()).await?;
    Ok(request.url)
}

/// The model with the addresses of its files.
pub async fn model(call: &Call, mut model: Model) -> Result<Model, Refusal> {
    let keys = object_keys(call.identity.workspace_id, model.id);
    for (file, key) in [(&mut model.encoder, &keys.encoder), (&mut model.decoder, &keys.decoder)] {
        let request = call.state.objects.presign_constant(key, Utc::now(), DOWNLOAD, endpoint(call).as_deref()).await?;
        file.url = Some(request.url);
    }
    Ok(model)
}

async fn address(call: &Call, status: AssetStatus, object_key: &str) -> Result<Option<String>, Refusal> {
    match status {
        AssetStatus::Ready => {
            let request = call.state.objects.presign_get(object_key, Utc::now(), DOWNLOAD, endpoint(call).as_deref()).await?;
            Ok(Some(request.url))
        }
        AssetStatus::Pending | AssetStatus::Rejected => Ok(None),
    }
}

/// The embedded S3 answers under whatever name this server was reached by; images then come from the page's own origin.
fn endpoint(call: &Call) -> Option<String> {
    let embedded = call.state.config.s3.endpoint.is_none();
    embedded.then(|| {
        let info = call.request().connection_info();
        format!("{}://{}", info.scheme(), info.host())
    })
}
