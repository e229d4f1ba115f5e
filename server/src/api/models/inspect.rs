//! What the uploaded files of a model really are: as long as announced, and ONNX as far as their beginning tells. Read through once, for their hashes.

use std::io::{self, Read as _};

use sha2::{Digest as _, Sha256};
use tandem_domain::onnx::{HEAD, begins_as_model};
use tandem_protocol::{
    FieldError,
    rest::{Model, ModelFile},
};
use tandem_store::{
    objects::{ObjectError, Objects},
    pg::models::Files,
};
use tokio::{runtime::Handle, sync::Semaphore};

use crate::api::{
    object_reader::ObjectReader,
    problem::{Kind, Refusal},
};

/// Models read through at a time: hashing a gigabyte is a second of CPU that people at work have use for.
const AT_ONCE: usize = 2;
static TURNS: Semaphore = Semaphore::const_new(AT_ONCE);

/// The hashes of both, or which rules they break.
pub async fn files(objects: &Objects, model: &Model, keys: &Files<String>) -> Result<Result<Files<String>, Vec<FieldError>>, Refusal> {
    let _turn = TURNS.acquire().await.map_err(Refusal::internal)?;
    // Both are looked for before either is read.
    let sizes = (size(objects, "encoder", &keys.encoder).await?, size(objects, "decoder", &keys.decoder).await?);
    let encoder = file(objects, "encoder", &model.encoder, &keys.encoder, sizes.0).await?;
    let decoder = file(objects, "decoder", &model.decoder, &keys.decoder, sizes.1).await?;
    Ok(match (encoder, decoder) {
        (Ok(encoder), Ok(decoder)) => Ok(Files { encoder, decoder }),
        (encoder, decoder) => Err([encoder.err(), decoder.err()].into_iter().flatten().collect()),
    })
}

async fn size(objects: &Objects, field: &str, key: &str) -> Result<u64, Refusal> {
    match objects.head(key).await {
        Ok(info) => Ok(info.size),
        Err(ObjectError::NotFound { .. }) => {
            let detail = format!("The bytes of the {field} are not there: PUT them to the upload's URL, then complete.");
            Err(Refusal::new(Kind::UploadMissing, detail))
        }
        Err(error) => Err(error.into()),
    }
}

async fn file(objects: &Objects, field: &str, announced: &ModelFile, key: &str, size: u64) -> Result<Result<String, FieldError>, Refusal> {
    let broken = |rule: &str, message: String| Ok(Err(FieldError { field: field.to_owned(), rule: rule.to_owned(), message }));
    if i64::try_from(size).ok() != Some(announced.size) {
        return broken("size", format!("the file has {size} bytes; {} were announced", announced.size));
    }
    let reader = ObjectReader::new(objects.clone(), key.to_owned(), size, Handle::current());
    let read = tokio::task::spawn_blocking(move || hashed(reader)).await.map_err(Refusal::internal)?;
    // Not the file's fault: nothing is decided, and the uploader may ask again.
    let (head, sha256) = read.map_err(|error| {
        Refusal::new(Kind::StorageUnavailable, "The file cannot be read back at the moment; complete it again shortly.").because(error)
    })?;
    match begins_as_model(&head) {
        Ok(()) => Ok(Ok(sha256)),
        Err(problem) => broken("onnx", format!("the file {problem}")),
    }
}

/// How it begins, and the hash of all of it in hexadecimal.
fn hashed(mut reader: ObjectReader) -> io::Result<(Vec<u8>, String)> {
    let mut head = Vec::with_capacity(HEAD);
    io::Read::by_ref(&mut reader).take(HEAD as u64).read_to_end(&mut head)?;
    // Nothing of a file that is no model has to be read to its end.
    if begins_as_model(&head).is_err() {
        return Ok((head, String::new()));
    }
    let mut hash = Sha256::new();
    hash.update(&head);
    io::copy(&mut reader, &mut hash)?;
    Ok((head, format!("{:x}", hash.finalize())))
}
