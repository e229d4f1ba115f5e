//! What an uploaded object really is. The bytes decide; what the uploader said is only compared.

use tandem_domain::image::{self, ImageInfo, ImageProblem};
use tandem_store::{
    objects::{ObjectError, Objects},
    pg::assets::{Inspected, StoredAsset},
};
use tokio::{runtime::Handle, sync::Semaphore};

use crate::api::{
    object_reader::ObjectReader,
    problem::{Kind, Refusal},
    validate::ASSET_SIZE,
};

/// Files looked at in parallel: reading is CPU and network, and must leave both to the people at work.
static AT_ONCE: Semaphore = Semaphore::const_new(8);

pub enum Verdict {
    Image(Inspected),
    /// The sentence that the uploader is shown.
    Rejected(String),
}

pub async fn object(objects: &Objects, stored: &StoredAsset) -> Result<Verdict, Refusal> {
    let key = &stored.object_key;
    let size = match objects.head(key).await {
        Ok(info) => info.size,
        Err(ObjectError::NotFound { .. }) => {
            let detail = "The bytes are not there: PUT them to the upload's URL, then complete.";
            return Err(Refusal::new(Kind::UploadMissing, detail));
        }
        Err(error) => return Err(error.into()),
    };
    if size > ASSET_SIZE {
        return Ok(Verdict::Rejected(format!("the file has {size} bytes; the limit is {ASSET_SIZE}")));
    }
    let announced = u64::try_from(stored.asset.size).unwrap_or(0);
    if size != announced {
        return Ok(Verdict::Rejected(format!("the file has {size} bytes; {announced} were announced")));
    }
    let _turn = AT_ONCE.acquire().await.map_err(Refusal::internal)?;
    let reader = ObjectReader::new(objects.clone(), key.clone(), size, Handle::current());
    let probed = tokio::task::spawn_blocking(move || image::probe(reader)).await.map_err(Refusal::internal)?;
    match probed {
        Ok(info) => inspected(&info, size).map(Verdict::Image),
        // Not the file's fault: nothing is decided, and the uploader may ask again.
        Err(ImageProblem::Unreadable(error)) => {
            Err(Refusal::new(Kind::StorageUnavailable, "The file cannot be read back at the moment; complete it again shortly.")
                .because(error))
        }
        Err(problem) => Ok(Verdict::Rejected(problem.to_string())),
    }
}

fn inspected(info: &ImageInfo, size: u64) -> Result<Inspected, Refusal> {
    Ok(Inspected {
        content_type: info.content_type.to_owned(),
        size: i64::try_from(size).map_err(Refusal::internal)?,
        width: i32::try_from(info.width).map_err(Refusal::internal)?,
        height: i32::try_from(info.height).map_err(Refusal::internal)?,
        orientation: i16::from(info.orientation),
    })
}
