//! A database of its own, an S3 server over a folder, and what tests ask them.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use tandem_actors::jobs::{
    Cancel,
    export::{self, Sink},
    import::{Destination, ImportContext, ImportError, ImportFormat, ImportRequest, Progress, Report, import},
};
use tandem_protocol::{
    ProjectId,
    rest::{ExportFormat, Region},
};
use tandem_store::{
    Tenant,
    export::{ExportRow, page},
    objects::Objects,
    projects,
    testing::{Database, objects},
};
use tempfile::TempDir;
use tokio::sync::mpsc;

pub struct World {
    pub database: Database,
    pub objects: Objects,
    pub tenant: Tenant,
    s3: TempDir,
    /// For generated datasets.
    pub folder: TempDir,
}

impl World {
    pub async fn new() -> Self {
        let database = Database::fresh().await;
        let s3 = tempfile::tempdir().expect("a folder");
        let tenant = Tenant { workspace: database.a.workspace, user: None };
        let objects = objects(s3.path()).await;
        Self { database, objects, tenant, s3, folder: tempfile::tempdir().expect("a folder") }
    }

    pub fn context(&self) -> ImportContext {
        ImportContext {
            store: self.database.store.clone(),
            objects: self.objects.clone(),
            tenant: self.tenant,
            progress: Arc::new(|_: Progress| {}),
            cancel: Cancel::default(),
            job: None,
        }
    }

    pub async fn import(&self, format: ImportFormat, path: &Path, project: &str) -> Result<Report, ImportError> {
        import(&self.context(), &request(format, path, project)).await
    }

    pub async fn project(&self, name: &str) -> Option<ProjectId> {
        let mut tx = self.tenant.begin(&self.database.store).await.expect("a transaction");
        projects::find_by_name(&mut tx, name).await.expect("a query")
    }

    pub async fn full_project(&self, name: &str) -> tandem_protocol::rest::Project {
        let id = self.project(name).await.expect("the project");
        let mut tx = self.tenant.begin(&self.database.store).await.expect("a transaction");
        let viewer = projects::Viewer { user: self.database.a.admin, workspace_admin: true };
        projects::get(&mut tx, id, viewer).await.expect("a query").expect("the project")
    }

    /// Everything in a project, by file name.
    pub async fn rows(&self, name: &str) -> Vec<ExportRow> {
        let project = self.project(name).await.expect("the project");
        let mut tx = self.tenant.begin_snapshot(&self.database.store).await.expect("a transaction");
        let mut rows = page(&mut tx, project, None, None, 10_000).await.expect("a page");
        rows.sort_by(|a, b| a.external_id.cmp(&b.external_id));
        rows
    }

    /// Each image's regions without ids, by file name.
    pub async fn regions(&self, name: &str) -> Vec<(String, Vec<serde_json::Value>)> {
        let rows = self.rows(name).await;
        let plain = |r: &Region| serde_json::json!({"label": r.label, "geometry": r.geometry, "attributes": r.attributes, "z": r.z});
        rows.into_iter()
            .map(|row| {
                let mut regions = row.annotation.map(|a| a.regions).unwrap_or_default();
                regions.sort_by_key(|r| r.z);
                (row.external_id.unwrap_or_default(), regions.iter().map(plain).collect())
            })
            .collect()
    }

    pub async fn export(&self, name: &str, format: ExportFormat) -> String {
        let project = self.full_project(name).await;
        let tx = self.tenant.begin_snapshot(&self.database.store).await.expect("a transaction");
        let (chunks, mut body) = mpsc::channel(4);
        let mut sink = Sink::new(chunks);
        let run = tokio::spawn(async move { export::run(tx, &project, &export::Of::All, format, &mut sink).await });
        let mut bytes = Vec::new();
        while let Some(chunk) = body.recv().await {
            bytes.extend_from_slice(&chunk.expect("a chunk"));
        }
        run.await.expect("no panic").expect("an export");
        String::from_utf8(bytes).expect("text")
    }

    /// Files in the object store.
    pub fn stored_objects(&self) -> usize {
        fn count(folder: &Path) -> usize {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            entries
                .map(|e| match e.file_type() {
                    Ok(kind) if kind.is_dir() => count(&e.path()),
                    // s3s-fs keeps metadata in hidden files beside objects.
                    _ if e.file_name().to_string_lossy().starts_with('.') => 0,
                    _ => 1,
                })
                .sum()
        }
        count(&self.s3.path().join("files"))
    }
}

pub fn request(format: ImportFormat, path: &Path, project: &str) -> ImportRequest {
    let project = Destination::Named(project.to_owned());
    ImportRequest { format, path: path.to_owned(), images: None, project, report: None, source: None, suggested_by: None }
}

/// `code: place: reason`, sorted.
pub fn refusals(report: &Report) -> Vec<String> {
    let mut lines: Vec<String> = report.refused.shown.iter().map(|r| format!("{}: {}: {}", r.code, r.place, r.reason)).collect();
    lines.sort();
    lines
}

/// The shared sample files, or `None` (with a line that says so) where they are not checked out.
pub fn samples(below: &str) -> Option<PathBuf> {
    let root = option_env!("TANDEM_SHARED_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/dev"), PathBuf::from);
    let path = root.join("A_images").join(below);
    if !path.exists() {
        println!("NOTICE: {} is not there; nothing checked", path.display());
        return None;
    }
    Some(path)
}
