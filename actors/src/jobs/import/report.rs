//! What went in and what did not, and why.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufWriter, Write},
    path::Path,
};

use serde::Serialize;
use tandem_domain::formats::Refusal;

/// Refusals and notes kept for showing; all of them are counted, and written to the report file.
const SHOWN: usize = 50;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub images: u64,
    pub annotations: u64,
}

/// The report of a job that imported something, or found that everything was there already.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    pub project: String,
    pub created_project: bool,
    pub read: Counts,
    pub imported: Counts,
    /// Already in the project, from an earlier import.
    pub skipped: Counts,
    pub refused: Tally,
    /// What went in but deserves a look.
    pub notes: Tally,
    /// Whole files that were refused (LabelMe has one an image).
    pub refused_files: u64,
}

/// Reasons, counted by kind, with the first of them in full.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Tally {
    pub total: u64,
    pub by_code: BTreeMap<String, u64>,
    pub shown: Vec<Refusal>,
}

impl Tally {
    fn add(&mut self, entry: Refusal, count: u64) {
        self.total += count;
        *self.by_code.entry(entry.code.clone()).or_default() += count;
        if self.shown.len() < SHOWN {
            self.shown.push(entry);
        }
    }
}

/// A report being written.
pub(super) struct Recorder {
    pub report: Report,
    out: Option<BufWriter<File>>,
}

#[derive(Serialize)]
struct Line<'r> {
    kind: &'static str,
    #[serde(flatten)]
    entry: &'r Refusal,
}

impl Recorder {
    pub fn new(project: &str, path: Option<&Path>) -> io::Result<Self> {
        let out = path.map(File::create).transpose()?.map(BufWriter::new);
        Ok(Self { report: Report { project: project.to_owned(), ..Report::default() }, out })
    }

    pub fn refuse(&mut self, refusal: Refusal) -> io::Result<()> {
        self.refuse_many(refusal, 1)
    }

    /// One line that stands for `count` records.
    pub fn refuse_many(&mut self, refusal: Refusal, count: u64) -> io::Result<()> {
        self.write("refused", &refusal)?;
        self.report.refused.add(refusal, count);
        Ok(())
    }

    pub fn refuse_file(&mut self, refusal: Refusal) -> io::Result<()> {
        self.report.refused_files += 1;
        self.refuse(refusal)
    }

    pub fn note(&mut self, note: Refusal) -> io::Result<()> {
        self.write("note", &note)?;
        self.report.notes.add(note, 1);
        Ok(())
    }

    fn write(&mut self, kind: &'static str, entry: &Refusal) -> io::Result<()> {
        let Some(out) = &mut self.out else { return Ok(()) };
        serde_json::to_writer(&mut *out, &Line { kind, entry }).map_err(io::Error::from)?;
        out.write_all(b"\n")
    }

    pub fn finish(mut self) -> io::Result<Report> {
        if let Some(out) = &mut self.out {
            out.flush()?;
        }
        Ok(self.report)
    }
}
