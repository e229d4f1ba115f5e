//! An export as a job: written to a temporary file, stored, and kept for a week.
//!
//! The file's row is there before its bytes, and lasts a day unless the job ends well: what an attempt that was killed has stored goes with it.

use std::{io::Write as _, path::Path, time::Duration};

use async_trait::async_trait;
use serde_json::json;
use tandem_protocol::rest::{ExportFormat, ExportInput, Project};
use tandem_store::{
    Store,
    job_files::{self, NewJobFile, StoredFile},
    jobs,
    objects::Objects,
    projects,
};
use tokio::sync::mpsc;

use super::{
    export::{self, ExportError, Sink},
    kind::{Done, Failure, Kind, Work},
};

/// Chunks on their way to the file.
const CHUNKS: usize = 4;
const UNTIL_WHOLE: Duration = Duration::from_secs(86_400);
const KEPT: Duration = Duration::from_secs(7 * 86_400);

pub struct Exporting {
    store: Store,
    objects: Objects,
}

impl Exporting {
    #[must_use]
    pub fn new(store: Store, objects: Objects) -> Self {
        Self { store, objects }
    }
}

#[async_trait]
impl Kind for Exporting {
    fn name(&self) -> &'static str {
        ExportInput::KIND
    }

    async fn run(&self, work: &Work) -> Result<Done, Failure> {
        let ExportInput { format } = work.input()?;
        let project = self.project(work).await?;
        let bench = tempfile::tempdir()?;
        let path = bench.path().join("export");
        self.write(work, &project, format, &path).await?;
        let size = std::fs::metadata(&path)?.len();
        let file = self.announce(work, &project, format, size).await?;
        work.go_on()?;
        work.progress("storing", 0, 0);
        self.objects.put_file(&file.object_key, &path, format.content_type()).await?;
        let mut tx = work.claim.tenant().begin(&self.store).await?;
        if !job_files::keep(&mut tx, file.file.id, file.file.size, KEPT).await? {
            return Err(Failure::Broken("Storing the file took longer than a day.".to_owned()));
        }
        jobs::succeed(&mut tx, &work.claim, &json!({ "format": format, "bytes": size })).await?;
        tx.commit().await?;
        Ok(Done::Committed)
    }
}

impl Exporting {
    async fn project(&self, work: &Work) -> Result<Project, Failure> {
        let mut tx = work.claim.tenant().begin(&self.store).await?;
        // Whoever asked was allowed to when they did.
        let viewer = projects::Viewer { user: work.claim.user.unwrap_or_default(), workspace_admin: true };
        let found = projects::get(&mut tx, work.claim.project, viewer).await?;
        found.ok_or_else(|| Failure::Refused("The project is not there any more.".to_owned()))
    }

    async fn announce(&self, work: &Work, project: &Project, format: ExportFormat, size: u64) -> Result<StoredFile, Failure> {
        let mut tx = work.claim.tenant().begin(&self.store).await?;
        let new = NewJobFile {
            project: project.id,
            job: Some(work.claim.job),
            filename: export::filename(project, format),
            content_type: format.content_type().to_owned(),
            size: i64::try_from(size).unwrap_or(i64::MAX),
            keep: UNTIL_WHOLE,
        };
        let file = job_files::create(&mut tx, &new).await?;
        tx.commit().await?;
        Ok(file)
    }

    async fn write(&self, work: &Work, project: &Project, format: ExportFormat, path: &Path) -> Result<(), Failure> {
        let snapshot = work.claim.tenant().begin_snapshot(&self.store).await?;
        let (chunks, mut body) = mpsc::channel(CHUNKS);
        let mut sink = Sink::new(chunks);
        let (read, total) = (sink.tasks_read(), export::tasks_to_read(project, format));
        let whole = project.clone();
        let reading = tokio::spawn(async move { export::run(snapshot, &whole, &export::Of::All, format, &mut sink).await });
        let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
        loop {
            work.go_on()?;
            work.progress("writing", read.now().min(total), total);
            // Often enough to be stopped while COCO is read for the first time and nothing comes yet.
            match tokio::time::timeout(Duration::from_millis(200), body.recv()).await {
                Ok(None) => break,
                Ok(Some(chunk)) => file.write_all(&chunk.map_err(failure)?)?,
                Err(_) => {}
            }
        }
        reading.await.map_err(|e| Failure::Broken(format!("Reading ended unexpectedly: {e}.")))?.map_err(failure)?;
        Ok(file.flush()?)
    }
}

fn failure(error: ExportError) -> Failure {
    match error {
        ExportError::Gone => Failure::Stopped,
        ExportError::Store(error) => error.into(),
        ExportError::Write(error) => error.into(),
    }
}
