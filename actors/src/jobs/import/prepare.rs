//! The blocking half: reading, joining, checking. Leaves prepared images sorted by name, on disk.

use std::{
    io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tandem_domain::{
    formats::{FileProblem, Reason, Refusal, frame::Frame, labels},
    image::ImageInfo,
    relabel::Renames,
    validate,
};
use tandem_protocol::rest::{LabelDef, LabelSchema, Region};
use tempfile::TempDir;

use super::{
    ImportContext, ImportError, ImportFormat, ImportRequest, Progress, Stage, coco, jsonl, labelme,
    pictures::{self, Picture},
    report::Recorder,
};
use crate::jobs::sorter::{Merge, Sorter};

/// The longest file name an asset may have.
const MAX_FILENAME: usize = 255;
const MAX_EXTERNAL_ID: usize = 500;

/// An image that may go in, with its regions.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Prepared {
    pub place: String,
    pub external_id: String,
    pub filename: String,
    pub path: PathBuf,
    pub bytes: u64,
    pub content_type: String,
    pub width: u32,
    pub height: u32,
    pub orientation: u8,
    pub input: Map<String, Value>,
    pub regions: Vec<Region>,
}

pub(super) struct AllPrepared {
    pub images: Merge,
    pub count: u64,
    /// The project's labels as they will be.
    pub schema: LabelSchema,
    pub schema_changed: bool,
    pub recorder: Recorder,
    /// Holds images that were embedded in annotation files, until the end.
    pub embedded: TempDir,
}

/// What the readers of the formats work with.
pub(super) struct Workbench<'c> {
    pub context: &'c ImportContext,
    pub recorder: Recorder,
    pub schema: LabelSchema,
    schema_changed: bool,
    sorter: Sorter,
    count: u64,
    ordinal: u64,
    embedded: TempDir,
}

pub(super) fn prepare(
    context: &ImportContext,
    request: &ImportRequest,
    project: &str,
    schema: LabelSchema,
) -> Result<AllPrepared, ImportError> {
    check_path(&request.path)?;
    if let Some(images) = &request.images
        && !images.is_dir()
    {
        return Err(ImportError::Path { path: images.clone(), problem: "there is no such folder".into() });
    }
    let report = request.report.as_deref();
    let recorder = Recorder::new(project, report).map_err(|e| ImportError::Path {
        path: report.unwrap_or(Path::new("")).to_owned(),
        problem: format!("cannot write the report: {e}"),
    })?;
    let mut bench = Workbench {
        context,
        recorder,
        schema,
        schema_changed: false,
        sorter: Sorter::default(),
        count: 0,
        ordinal: 0,
        embedded: tempfile::tempdir()?,
    };
    match request.format {
        ImportFormat::Coco => coco::prepare(&mut bench, request)?,
        ImportFormat::Labelme => labelme::prepare(&mut bench, request)?,
        ImportFormat::Jsonl => jsonl::prepare(&mut bench, request)?,
    }
    Ok(AllPrepared {
        images: bench.sorter.sorted()?,
        count: bench.count,
        schema: bench.schema,
        schema_changed: bench.schema_changed,
        recorder: bench.recorder,
        embedded: bench.embedded,
    })
}

fn check_path(path: &Path) -> Result<(), ImportError> {
    if path.exists() { Ok(()) } else { Err(ImportError::Path { path: path.to_owned(), problem: "there is no such file or folder".into() }) }
}

impl Workbench<'_> {
    pub fn progress(&self, stage: Stage, done: u64, total: u64) -> Result<(), ImportError> {
        if self.context.cancel.is_cancelled() {
            return Err(ImportError::Cancelled);
        }
        (self.context.progress)(Progress { stage, done, total });
        Ok(())
    }

    pub fn add_labels(&mut self, wanted: impl IntoIterator<Item = LabelDef>) {
        self.schema_changed |= labels::extend(&mut self.schema, wanted);
    }

    /// A folder's place for the bytes of an embedded image.
    pub fn keep_embedded(&mut self, bytes: &[u8]) -> io::Result<PathBuf> {
        self.ordinal += 1;
        let path = self.embedded.path().join(self.ordinal.to_string());
        std::fs::write(&path, bytes)?;
        Ok(path)
    }

    /// Looks at a picture and finds out in which frame its shapes are.
    pub fn picture(
        &mut self,
        place: &str,
        name: &str,
        path: PathBuf,
        declared: Option<tandem_domain::geometry::Size>,
    ) -> io::Result<Option<(Picture, Frame)>> {
        let looked = pictures::look(path).and_then(|picture| Frame::of(declared, &picture.info).map(|frame| (picture, frame)));
        match looked {
            Ok((picture, frame)) => {
                if let Some(note) = pictures::mislabelled(place, name, &picture.info) {
                    self.recorder.note(note)?;
                }
                if frame.ambiguous {
                    let text = format!(
                        "{name:?} is turned by EXIF orientation {} and its sizes do not tell whether the shapes are too; taken as displayed",
                        picture.info.orientation
                    );
                    self.recorder.note(Refusal::new(place, "exif_frame", text))?;
                }
                Ok(Some((picture, frame)))
            }
            Err(reason) => {
                self.recorder.refuse(reason.at(place))?;
                Ok(None)
            }
        }
    }

    /// Passes an image on, without the regions that break the project's rules (`places[i]` is where region `i` stood).
    pub fn add(
        &mut self,
        place: &str,
        name: &str,
        picture: Picture,
        input: Map<String, Value>,
        regions: Vec<Region>,
        places: &[String],
    ) -> io::Result<()> {
        let external_id = name.trim_start_matches("./").to_owned();
        let filename = external_id.rsplit('/').next().unwrap_or_default().to_owned();
        if let Err(reason) = check_name(&external_id, &filename) {
            return self.recorder.refuse(reason.at(place));
        }
        let regions = self.allowed(&picture.info, regions, places)?;
        let prepared = Prepared {
            place: place.to_owned(),
            external_id,
            filename,
            path: picture.path,
            bytes: picture.bytes,
            content_type: picture.info.content_type.to_owned(),
            width: picture.info.width,
            height: picture.info.height,
            orientation: picture.info.orientation,
            input,
            regions,
        };
        self.ordinal += 1;
        let mut key = prepared.external_id.clone().into_bytes();
        key.push(0);
        key.extend(self.ordinal.to_be_bytes());
        self.count += 1;
        self.sorter.push(key, serde_json::to_vec(&prepared)?)
    }

    /// The readers have checked shapes; what is left are the project's rules (kinds, keypoints) and the number of regions.
    fn allowed(&mut self, info: &ImageInfo, mut regions: Vec<Region>, places: &[String]) -> io::Result<Vec<Region>> {
        let mut allowed = Vec::with_capacity(regions.len());
        Renames::of(&self.schema).regions(&mut regions);
        for (index, region) in regions.into_iter().enumerate() {
            let place = places.get(index).map_or("", String::as_str);
            let errors = validate::regions(&self.schema, info.displayed(), std::slice::from_ref(&region));
            if let Some(error) = errors.into_iter().next() {
                self.recorder.refuse(Refusal::new(place, &error.rule, error.message))?;
            } else if allowed.len() == validate::MAX_REGIONS {
                let text = format!("an image holds at most {} regions", validate::MAX_REGIONS);
                self.recorder.refuse(Refusal::new(place, "max_items", text))?;
            } else {
                allowed.push(region);
            }
        }
        Ok(allowed)
    }
}

fn check_name(external_id: &str, filename: &str) -> Result<(), Reason> {
    if filename.is_empty()
        || filename.len() > MAX_FILENAME
        || external_id.len() > MAX_EXTERNAL_ID
        || external_id.chars().any(char::is_control)
    {
        let text =
            format!("a file name has 1 to {MAX_FILENAME} bytes and no control characters; with its folders at most {MAX_EXTERNAL_ID}");
        return Err(Reason::new("file_name", text));
    }
    Ok(())
}

/// A file's problem, with its path.
pub(super) fn in_file(path: &Path) -> impl Fn(FileProblem) -> ImportError + '_ {
    |problem| ImportError::File { path: path.to_owned(), problem }
}
