//! An import as a job: the upload is fetched and unpacked, then imported as from the command line.
//!
//! It may be killed anywhere and done again: all it leaves before the end are temporary files and objects that nothing refers to; the tasks
//! and the end of the job are one transaction, which only the newest attempt can commit.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use tandem_protocol::{JobFileId, rest::ImportInput};
use tandem_store::{
    Store, StoreError,
    job_files::{self, StoredFile},
    objects::{ObjectError, Objects},
};
use tokio::runtime::Handle;

use super::{
    archive::{self, ArchiveError},
    import::{self, Destination, Ending, ImportContext, ImportError, ImportFormat, ImportRequest, Progress},
    kind::{Done, Failure, Kind, Work},
};

/// Bytes fetched at once.
const PIECE: u64 = 8 << 20;
/// An upload that is being read is kept at least so long.
const WHILE_READ: Duration = Duration::from_secs(86_400);

pub struct Importing {
    store: Store,
    objects: Objects,
}

impl Importing {
    #[must_use]
    pub fn new(store: Store, objects: Objects) -> Self {
        Self { store, objects }
    }
}

#[async_trait]
impl Kind for Importing {
    fn name(&self) -> &'static str {
        ImportInput::KIND
    }

    async fn run(&self, work: &Work) -> Result<Done, Failure> {
        let input: ImportInput = work.input()?;
        let upload = self.upload(work, input.file_id).await?;
        let bench = tempfile::tempdir()?;
        let packed = bench.path().join("upload");
        self.fetch(work, &upload, &packed).await?;
        let folder = bench.path().join("files");
        unpack(work, packed, folder.clone()).await?;
        let path = annotations(&folder, &input).map_err(Failure::Refused)?;
        let request = ImportRequest {
            format: input.format,
            path,
            images: None,
            project: Destination::Existing(work.claim.project),
            report: None,
            source: Some(upload.file.filename),
            suggested_by: input.suggested_by,
        };
        match run(self.context(work, &folder), request).await {
            Ok(()) => Ok(Done::Committed),
            Err(error) => Err(failure(error, &folder)),
        }
    }
}

/// On a thread of its own: between its waits an import takes the processor.
async fn run(context: ImportContext, request: ImportRequest) -> Result<(), ImportError> {
    let here = Handle::current();
    let importing = tokio::task::spawn_blocking(move || here.block_on(import::import(&context, &request)));
    match importing.await {
        Ok(outcome) => outcome.map(drop),
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(error) => Err(ImportError::Panicked(error.to_string())),
        },
    }
}

impl Importing {
    async fn upload(&self, work: &Work, file: JobFileId) -> Result<StoredFile, Failure> {
        let mut tx = work.claim.tenant().begin(&self.store).await?;
        let gone = || Failure::Refused("The uploaded file is not kept any longer; upload it again.".to_owned());
        let upload = job_files::get(&mut tx, file).await?.filter(|upload| upload.project == work.claim.project).ok_or_else(gone)?;
        let is_kept = job_files::keep(&mut tx, file, upload.file.size, WHILE_READ).await?;
        tx.commit().await?;
        if is_kept { Ok(upload) } else { Err(gone()) }
    }

    async fn fetch(&self, work: &Work, upload: &StoredFile, to: &Path) -> Result<(), Failure> {
        let mut file = std::fs::File::create(to)?;
        let total = u64::try_from(upload.file.size).unwrap_or(0);
        let mut done = 0;
        while done < total {
            work.go_on()?;
            work.progress("fetching", done, total);
            let piece = self.objects.get_range(&upload.object_key, done..total.min(done + PIECE)).await.map_err(fetched)?;
            if piece.is_empty() {
                return Err(Failure::Refused("The uploaded file is shorter than was announced; upload it again.".to_owned()));
            }
            file.write_all(&piece)?;
            done += piece.len() as u64;
        }
        Ok(file.flush()?)
    }

    fn context(&self, work: &Work, folder: &Path) -> ImportContext {
        let told = work.clone();
        ImportContext {
            store: self.store.clone(),
            objects: self.objects.clone(),
            tenant: work.claim.tenant(),
            progress: Arc::new(move |now: Progress| told.progress(now.stage.as_str(), now.done, now.total)),
            cancel: work.cancel.clone(),
            job: Some(Ending { claim: Arc::clone(&work.claim), folder: folder.to_owned() }),
        }
    }
}

fn fetched(error: ObjectError) -> Failure {
    match error {
        ObjectError::NotFound { .. } => Failure::Refused("The uploaded file is not there; upload it again.".to_owned()),
        other => other.into(),
    }
}

async fn unpack(work: &Work, packed: PathBuf, folder: PathBuf) -> Result<(), Failure> {
    let told = work.clone();
    let unpacking = tokio::task::spawn_blocking(move || {
        std::fs::create_dir_all(&folder)?;
        let outcome = archive::unpack(&packed, &folder, |done, total| {
            told.progress("unpacking", done, total);
            !told.cancel.is_cancelled()
        });
        // The disk has better uses.
        outcome.and_then(|()| Ok(std::fs::remove_file(&packed)?))
    });
    match unpacking.await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(ArchiveError::Stopped)) => Err(Failure::Stopped),
        Ok(Err(ArchiveError::Temporary(error))) => Err(error.into()),
        Ok(Err(error)) => Err(Failure::Refused(error.to_string())),
        Err(error) => Err(Failure::Broken(format!("Unpacking ended unexpectedly: {error}."))),
    }
}

/// Where the annotations are.
fn annotations(folder: &Path, input: &ImportInput) -> Result<PathBuf, String> {
    match (&input.annotations, input.format) {
        (Some(name), _) => archive::named(folder, name),
        (None, ImportFormat::Labelme) => Ok(folder.to_owned()),
        (None, ImportFormat::Coco) => archive::only(folder, &["json"]),
        (None, ImportFormat::Jsonl) => archive::only(folder, &["jsonl", "ndjson"]),
    }
}

fn failure(error: ImportError, folder: &Path) -> Failure {
    match error {
        ImportError::Cancelled => Failure::Stopped,
        ImportError::Lost => Failure::Lost,
        ImportError::File { .. } | ImportError::Path { .. } => Failure::Refused(import::hide(&error.to_string(), folder)),
        ImportError::Store(StoreError::NotFound { .. }) => Failure::Refused("The project is not there any more.".to_owned()),
        ImportError::Store(error) => error.into(),
        ImportError::Objects(error) => error.into(),
        ImportError::Temporary(error) => error.into(),
        ImportError::Panicked(why) => Failure::Broken(format!("The import ended unexpectedly: {why}.")),
    }
}
