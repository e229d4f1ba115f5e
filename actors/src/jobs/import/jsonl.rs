//! Our own JSON Lines.

use std::{fs::File, io::BufReader};

use tandem_domain::formats::{FileProblem, jsonl, labels};
use tandem_protocol::{
    Geometry, RegionId,
    rest::{LabelDef, Region},
};

use super::{
    ImportError, ImportRequest, Stage,
    pictures::Folders,
    prepare::{Workbench, in_file},
};

/// An error on its way through the reader.
enum Stop {
    File(FileProblem),
    Import(ImportError),
}

impl From<FileProblem> for Stop {
    fn from(problem: FileProblem) -> Self {
        Self::File(problem)
    }
}

impl From<std::io::Error> for Stop {
    fn from(error: std::io::Error) -> Self {
        Self::Import(error.into())
    }
}

pub(super) fn prepare(bench: &mut Workbench<'_>, request: &ImportRequest) -> Result<(), ImportError> {
    let path = &request.path;
    let file = File::open(path).map_err(|e| in_file(path)(FileProblem::Unreadable(e)))?;
    let folders = Folders::around(path, request.images.as_deref());
    let read = jsonl::read(BufReader::new(file), |number, line| {
        bench.progress(Stage::Checking, number, 0).map_err(Stop::Import)?;
        bench.recorder.report.read.images += 1;
        let place = format!("line {number}");
        let line = match line {
            Ok(line) => line,
            Err(reason) => return Ok(bench.recorder.refuse(reason.at(place))?),
        };
        bench.recorder.report.read.annotations += line.regions.len() as u64;
        let name = line.file_name.replace('\\', "/");
        let path = match folders.find(&name) {
            Ok(path) => path,
            Err(reason) => return Ok(bench.recorder.refuse(reason.at(place))?),
        };
        let Some((picture, frame)) = bench.picture(&place, &name, path, line.declared())? else { return Ok(()) };
        let regions: Vec<Region> = line.regions.into_iter().map(|r| brought(r, |g| frame.bring(g))).collect();
        bench.add_labels(regions.iter().map(label_of).collect::<Vec<_>>());
        let places: Vec<String> = (0..regions.len()).map(|i| format!("{place}: regions[{i}]")).collect();
        Ok(bench.add(&place, &name, picture, line.input, regions, &places)?)
    });
    match read {
        Ok(()) => Ok(()),
        Err(Stop::File(problem)) => Err(in_file(path)(problem)),
        Err(Stop::Import(error)) => Err(error),
    }
}

/// A region of another task is another region: it gets an id of its own, and nobody here has drawn it.
fn brought(region: Region, frame: impl Fn(Geometry) -> Geometry) -> Region {
    Region { id: RegionId::new(), geometry: frame(region.geometry), author: None, ..region }
}

/// The label a region needs where the project has none: with as many keypoints as the region has.
fn label_of(region: &Region) -> LabelDef {
    let mut label = labels::plain(&region.label);
    if let Geometry::Keypoints { points } = &region.geometry {
        label.keypoints = (1..=points.len()).map(|n| n.to_string()).collect();
    }
    label
}
