//! `tandem export`: a project's annotations as a file.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use tandem_actors::jobs::export::{self, ExportError, Sink};
use tandem_protocol::{
    UserId,
    rest::{ExportFormat, Project},
};
use tandem_store::projects;
use tokio::sync::mpsc;

use super::{Global, log, place::Place};
use crate::config::Environment;

/// Chunks on their way to the file.
const CHUNKS: usize = 4;

#[derive(Debug, Subcommand)]
pub enum Export {
    /// COCO: one JSON file
    Coco(To),
    /// JSON Lines: one line an image, complete and exact
    Jsonl(To),
}

#[derive(Debug, Args)]
pub struct To {
    /// The project to export
    #[arg(long, value_name = "NAME")]
    project: String,
    /// The file to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Needed where there are several
    #[arg(long, value_name = "NAME")]
    workspace: Option<String>,
}

pub fn run(global: &Global, env: &Environment, what: &Export) -> anyhow::Result<ExitCode> {
    let config = global.load(env)?.config;
    log::start(&config)?;
    let (format, to) = match what {
        Export::Coco(to) => (ExportFormat::Coco, to),
        Export::Jsonl(to) => (ExportFormat::Jsonl, to),
    };
    super::block_on(async {
        let place = Place::open(&config, env, to.workspace.as_deref()).await?;
        let result = export_to(&place, format, to).await;
        place.close().await;
        result
    })?;
    Ok(ExitCode::SUCCESS)
}

async fn export_to(place: &Place, format: ExportFormat, to: &To) -> anyhow::Result<()> {
    let project = project(place, &to.project).await?;
    match &to.out {
        None => copy(place, project, format, &mut io::stdout().lock()).await,
        // Under its name only when it is whole.
        Some(path) => {
            let part = partial(path);
            let mut file = std::fs::File::create(&part).with_context(|| format!("{} cannot be written", part.display()))?;
            let copied = copy(place, project, format, &mut file).await;
            let written = copied.and_then(|()| Ok(file.sync_all().and_then(|()| std::fs::rename(&part, path))?));
            if written.is_err() {
                // What is left of it is of no use; if it cannot go either, its name says what it is.
                let _ = std::fs::remove_file(&part);
            }
            written
        }
    }
}

fn partial(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    path.with_file_name(name)
}

async fn project(place: &Place, name: &str) -> anyhow::Result<Project> {
    let mut tx = place.tenant.begin(&place.store).await?;
    let viewer = projects::Viewer { user: UserId::default(), workspace_admin: true };
    if let Some(id) = projects::find_by_name(&mut tx, name).await?
        && let Some(project) = projects::get(&mut tx, id, viewer).await?
    {
        return Ok(project);
    }
    let names: Vec<String> = projects::list(&mut tx, viewer).await?.into_iter().map(|p| p.name).collect();
    bail!("There is no project \"{name}\"; there are: {}.", names.join(", "))
}

async fn copy(place: &Place, project: Project, format: ExportFormat, out: &mut impl Write) -> anyhow::Result<()> {
    let tx = place.tenant.begin_snapshot(&place.store).await?;
    let (chunks, mut body) = mpsc::channel(CHUNKS);
    let job = tokio::spawn(async move {
        let mut sink = Sink::new(chunks);
        export::run(tx, &project, &export::Of::All, format, &mut sink).await
    });
    while let Some(chunk) = body.recv().await {
        out.write_all(&chunk?).context("the export cannot be written")?;
    }
    match job.await? {
        Ok(()) => Ok(out.flush()?),
        Err(ExportError::Gone) => bail!("the export was stopped"),
        Err(error) => Err(error.into()),
    }
}
