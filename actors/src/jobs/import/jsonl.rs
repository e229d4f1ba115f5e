//! Our own JSON Lines.

use std::{collections::HashMap, fs::File, io::BufReader};

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
        let regions = brought(line.regions, |g| frame.bring(g));
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

/// Regions of another task are other regions: each gets an id of its own, which its relations follow, and nobody here has drawn it. A relation to
/// none of them stays as it is, so that the check names it.
fn brought(mut regions: Vec<Region>, frame: impl Fn(Geometry) -> Geometry) -> Vec<Region> {
    let mut ids = HashMap::new();
    for region in &mut regions {
        let id = RegionId::new();
        // Of several with one id the first is meant.
        ids.entry(region.id).or_insert(id);
        (region.id, region.author) = (id, None);
        region.geometry = frame(std::mem::replace(&mut region.geometry, Geometry::Point { x: 0.0, y: 0.0 }));
    }
    for relation in regions.iter_mut().flat_map(|region| &mut region.relations) {
        relation.to = ids.get(&relation.to).copied().unwrap_or(relation.to);
    }
    regions
}

/// The label a region needs where the project has none: with as many keypoints as the region has.
fn label_of(region: &Region) -> LabelDef {
    let mut label = labels::plain(&region.label);
    if let Geometry::Keypoints { points } = &region.geometry {
        label.keypoints = (1..=points.len()).map(|n| n.to_string()).collect();
    }
    label
}

#[cfg(test)]
mod tests {
    use tandem_protocol::rest::Relation;

    use super::*;

    #[test]
    fn relations_follow_their_regions_to_new_ids() {
        let region = |relations| Region {
            id: RegionId::new(),
            label: "car".into(),
            geometry: Geometry::Point { x: 1.0, y: 2.0 },
            attributes: serde_json::Map::new(),
            author: None,
            z: 0,
            relations,
        };
        let to = |to| Relation { to, label: "tows".into(), directed: true };
        let (other, nobody) = (region(Vec::new()), RegionId::new());
        let came = brought(vec![region(vec![to(other.id), to(nobody)]), other.clone()], |g| g);
        assert_ne!(came[1].id, other.id);
        assert_eq!(came[0].relations, [to(came[1].id), to(nobody)]);
    }
}
