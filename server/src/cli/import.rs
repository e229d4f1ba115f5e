//! `tandem import`: datasets of other tools into a project.

use std::{
    io::{IsTerminal as _, Write as _},
    path::PathBuf,
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
};

use clap::{Args, Subcommand};
use tandem_actors::jobs::{
    Cancel,
    import::{Destination, ImportContext, ImportFormat, ImportRequest, Progress, Report, Stage, Tally, import},
};

use super::{Global, log, place::Place};
use crate::config::Environment;

#[derive(Debug, Subcommand)]
pub enum Import {
    /// COCO: one JSON file, with boxes, polygons, masks or keypoints
    Coco(From),
    /// LabelMe: a folder of JSON files, one an image
    Labelme(From),
    /// JSON Lines, as `tandem export jsonl` writes them
    Jsonl(From),
}

#[derive(Debug, Args)]
pub struct From {
    /// The annotation file (LabelMe: the folder)
    path: PathBuf,
    /// The project to import into; made if there is none of this name
    #[arg(long, value_name = "NAME")]
    project: String,
    /// Where the images are [default: beside the annotation file, and in images/ next to it]
    #[arg(long, value_name = "FOLDER")]
    images: Option<PathBuf>,
    /// Regions become suggestions of this model, for people to accept or reject
    #[arg(long, value_name = "MODEL")]
    as_suggestions: Option<String>,
    /// Write every refusal to this file, as JSON lines
    #[arg(long, value_name = "FILE.jsonl")]
    report: Option<PathBuf>,
    /// Needed where there are several
    #[arg(long, value_name = "NAME")]
    workspace: Option<String>,
}

pub fn run(global: &Global, env: &Environment, what: &Import) -> anyhow::Result<ExitCode> {
    let config = global.load(env)?.config;
    log::start(&config)?;
    let (format, from) = match what {
        Import::Coco(from) => (ImportFormat::Coco, from),
        Import::Labelme(from) => (ImportFormat::Labelme, from),
        Import::Jsonl(from) => (ImportFormat::Jsonl, from),
    };
    let request = ImportRequest {
        format,
        path: from.path.clone(),
        images: from.images.clone(),
        project: Destination::Named(from.project.clone()),
        report: from.report.clone(),
        source: None,
        suggested_by: from.as_suggestions.clone(),
    };
    let report = super::block_on(async {
        let place = Place::open(&config, env, from.workspace.as_deref()).await?;
        let result = import_at(&place, &request).await;
        place.close().await;
        if result.is_err() && std::io::stderr().is_terminal() {
            // What is said next begins a line of its own.
            eprintln!();
        }
        result
    })?;
    // Nobody reads it: the import was done all the same.
    let _ = std::io::stdout().write_all(page(&report, from.report.is_some()).as_bytes());
    let nothing = report.imported.images + report.skipped.images == 0 && report.read.images > 0;
    Ok(if report.refused_files > 0 || nothing { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn import_at(place: &Place, request: &ImportRequest) -> anyhow::Result<Report> {
    let cancel = Cancel::default();
    let context = ImportContext {
        store: place.store.clone(),
        objects: place.objects.clone(),
        tenant: place.tenant,
        progress: progress(),
        cancel: cancel.clone(),
        job: None,
    };
    let work = import(&context, request);
    tokio::pin!(work);
    loop {
        tokio::select! {
            result = &mut work => return Ok(result?),
            // The job ends by itself, and takes back what it uploaded.
            _ = tokio::signal::ctrl_c(), if !cancel.is_cancelled() => cancel.cancel(),
        }
    }
}

/// On a terminal one line that moves; elsewhere a line every tenth.
fn progress() -> Arc<dyn Fn(Progress) + Send + Sync> {
    let terminal = std::io::stderr().is_terminal();
    let last: Mutex<Option<(Stage, u64)>> = Mutex::new(None);
    Arc::new(move |now: Progress| {
        let percent = now.done.saturating_mul(100).checked_div(now.total).unwrap_or(0).min(100);
        let step = if terminal { percent } else { percent / 10 * 10 };
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.replace((now.stage, step)) == Some((now.stage, step)) {
            return;
        }
        let mut err = std::io::stderr();
        // A closed stderr is no reason to stop.
        let _ = if terminal {
            let end = if now.stage == Stage::Saving && percent == 100 { "\n" } else { "" };
            write!(err, "\r{:<10} {percent:>3} %  {end}", now.stage.as_str()).and_then(|()| err.flush())
        } else {
            writeln!(err, "{} {step} %", now.stage.as_str())
        };
    })
}

fn page(report: &Report, has_file: bool) -> String {
    let new = if report.created_project { " (a new project)" } else { "" };
    let head = match report.imported.images {
        0 => format!("Nothing new for \"{}\".\n", report.project),
        _ => format!("Imported into \"{}\"{new}.\n", report.project),
    };
    let mut page = head;
    page.push_str("\n              images  annotations\n");
    for (name, counts) in [("read", report.read), ("imported", report.imported), ("skipped", report.skipped)] {
        let why = if name == "skipped" && counts.images > 0 { "  already in the project" } else { "" };
        page.push_str(&format!("{name:<10}{:>10}{:>13}{why}\n", counts.images, counts.annotations));
    }
    page.push_str(&format!("{:<10}{:>23}\n", "refused", report.refused.total));
    section(&mut page, "Refused", &report.refused, has_file);
    section(&mut page, "Worth a look", &report.notes, has_file);
    page
}

/// Lines shown; the report file has all.
const LINES: usize = 20;

fn section(page: &mut String, title: &str, tally: &Tally, has_file: bool) {
    if tally.total == 0 {
        return;
    }
    page.push_str(&format!("\n{title}:\n"));
    for (code, count) in &tally.by_code {
        page.push_str(&format!("{count:>10}  {}\n", code.replace('_', " ")));
    }
    page.push('\n');
    for entry in tally.shown.iter().take(LINES) {
        page.push_str(&format!("  {}: {}\n", entry.place, entry.reason));
    }
    if tally.shown.len() > LINES {
        page.push_str(if has_file { "  ... all of them are in the report file\n" } else { "  ... all of them with --report FILE.jsonl\n" });
    }
}

#[cfg(test)]
mod tests {
    use tandem_actors::jobs::import::Counts;

    use super::*;

    #[test]
    fn the_page_says_what_went_in_and_why_the_rest_did_not() {
        let counts = |images, annotations| Counts { images, annotations };
        let refusal = tandem_domain::formats::Refusal::new("annotations[3] (id 4)", "negative_box", "bbox has a negative size: -5 x 5");
        let tally = Tally { total: 30, by_code: [("negative_box".to_owned(), 30)].into(), shown: vec![refusal; 30] };
        let report = Report {
            project: "Street".into(),
            created_project: true,
            read: counts(120, 2400),
            imported: counts(118, 2370),
            skipped: counts(2, 0),
            refused: tally,
            ..Report::default()
        };
        let page = page(&report, false);
        let expected = "Imported into \"Street\" (a new project).\n\n              images  annotations\n\
                        read             120         2400\nimported         118         2370\n\
                        skipped            2            0  already in the project\nrefused                        30\n\n\
                        Refused:\n        30  negative box\n\n  annotations[3] (id 4): bbox has a negative size: -5 x 5\n";
        assert!(page.starts_with(expected), "{page}");
        assert!(page.ends_with("  ... all of them with --report FILE.jsonl\n"));
    }
}
