//! COCO: annotations are joined with their images by external sorting, whatever order the file has.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufReader, Read},
    iter::Peekable,
    path::Path,
};

use serde_json::{Map, Value, json};
use tandem_domain::{
    formats::{
        Reason,
        coco::{self, Annotation, Categories, CocoCategory, CocoId, CocoImage, Item, ReadError, Section},
        labels, record,
    },
    geometry::Size,
    validate,
};
use tandem_protocol::RegionId;

use super::{
    ImportError, ImportRequest, Stage,
    pictures::Folders,
    prepare::{Workbench, in_file},
};
use crate::jobs::sorter::{Merge, Record, Sorter};

/// Bytes between two reports of progress.
const STEP: u64 = 1 << 20;

pub(super) fn prepare(bench: &mut Workbench<'_>, request: &ImportRequest) -> Result<(), ImportError> {
    if request.path.is_dir() {
        let problem = "this is a folder; COCO is one JSON file, e.g. annotations/instances_train.json".into();
        return Err(ImportError::Path { path: request.path.clone(), problem });
    }
    let staged = stage(bench, &request.path)?;
    bench.add_labels(staged.categories.labels());
    let annotations = unique_annotations(bench, staged.annotations)?;
    let folders = Folders::around(&request.path, request.images.as_deref());
    join(bench, &staged.categories, staged.images, annotations, &folders)
}

/// What one pass over the file leaves.
struct Staged {
    categories: Categories,
    /// By image id.
    images: Sorter,
    /// By annotation id.
    annotations: Sorter,
}

fn stage(bench: &mut Workbench<'_>, path: &Path) -> Result<Staged, ImportError> {
    let unreadable = |e| in_file(path)(tandem_domain::formats::FileProblem::Unreadable(e));
    let file = File::open(path).map_err(unreadable)?;
    let total = file.metadata().map_err(unreadable)?.len();
    let mut staged = Staged { categories: Categories::default(), images: Sorter::default(), annotations: Sorter::default() };
    // Categories that name no keypoints learn their number from annotations, which may come first.
    let mut keypoints = BTreeMap::new();
    let read = std::rc::Rc::new(std::cell::Cell::new(0));
    let mut reported = 0;
    let counted = Counted { inner: file, read: read.clone() };
    let result = coco::read(BufReader::with_capacity(64 * 1024, counted), |item| {
        if read.get() >= reported + STEP {
            reported = read.get();
            bench.progress(Stage::Reading, reported, total)?;
        }
        take(bench, &mut staged, &mut keypoints, &item).map_err(ImportError::from)
    });
    match result {
        Ok(()) => {}
        Err(ReadError::File(problem)) => return Err(in_file(path)(problem)),
        Err(ReadError::Stopped(error)) => return Err(error),
    }
    for (category, numbers) in keypoints {
        staged.categories.saw_keypoints(&category, numbers);
    }
    bench.progress(Stage::Reading, total, total)?;
    Ok(staged)
}

struct Counted<R> {
    inner: R,
    read: std::rc::Rc<std::cell::Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.set(self.read.get() + count as u64);
        Ok(count)
    }
}

fn take(bench: &mut Workbench<'_>, staged: &mut Staged, keypoints: &mut BTreeMap<CocoId, usize>, item: &Item<'_>) -> io::Result<()> {
    let outcome = match item.section {
        Section::Categories => record::<CocoCategory>(item.text).and_then(|c| staged.categories.add(c)).map(|()| None),
        Section::Images => {
            bench.recorder.report.read.images += 1;
            image_key(item).map(Some)
        }
        Section::Annotations => {
            bench.recorder.report.read.annotations += 1;
            annotation_key(item, keypoints).map(Some)
        }
    };
    match (outcome, item.section) {
        (Ok(Some(key)), Section::Images) => staged.images.push(key, item.text.as_bytes().to_vec()),
        (Ok(Some(key)), _) => staged.annotations.push(key, item.text.as_bytes().to_vec()),
        (Ok(None), _) => Ok(()),
        (Err(reason), section) => bench.recorder.refuse(reason.at(format!("{}[{}]", section.name(), item.index))),
    }
}

fn image_key(item: &Item<'_>) -> Result<Vec<u8>, Reason> {
    let image: CocoImage = record(item.text)?;
    let id = image.id.ok_or_else(|| Reason::new("missing_field", "it has no id"))?;
    image.file_name.filter(|n| !n.is_empty()).ok_or_else(|| Reason::new("missing_field", "it has no file_name"))?;
    Ok(key(Some(&id), item.index))
}

fn annotation_key(item: &Item<'_>, keypoints: &mut BTreeMap<CocoId, usize>) -> Result<Vec<u8>, Reason> {
    let annotation: Annotation = record(item.text)?;
    annotation.image_id.ok_or_else(|| Reason::new("missing_field", "it has no image_id"))?;
    let category = annotation.category_id.ok_or_else(|| Reason::new("missing_field", "it has no category_id"))?;
    if let Some(numbers) = annotation.keypoints.filter(|k| !k.is_empty())
        && keypoints.len() < labels::MAX_LABELS
    {
        keypoints.entry(category).or_insert(numbers.len());
    }
    Ok(key(annotation.id.as_ref(), item.index))
}

/// Sorts by id, then by place in the file. The id's part ends before the last eight bytes.
fn key(id: Option<&CocoId>, index: u64) -> Vec<u8> {
    let mut key = match id {
        None => vec![0],
        // Flipping the sign bit makes negative numbers come first.
        Some(CocoId::Int(id)) => [&[1], (id.cast_unsigned() ^ (1 << 63)).to_be_bytes().as_slice()].concat(),
        Some(CocoId::Text(id)) => [&[2], id.as_bytes()].concat(),
    };
    key.extend(index.to_be_bytes());
    key
}

fn split(key: &[u8]) -> (&[u8], u64) {
    let (id, index) = key.split_at(key.len() - 8);
    (id, index.iter().fold(0, |n, b| n << 8 | u64::from(*b)))
}

fn place(section: &str, index: u64, id: Option<&CocoId>) -> String {
    match id {
        Some(id) => format!("{section}[{index}] (id {id})"),
        None => format!("{section}[{index}]"),
    }
}

/// Refuses annotations whose id is taken, and sorts the others by image.
fn unique_annotations(bench: &mut Workbench<'_>, by_id: Sorter) -> Result<Merge, ImportError> {
    let mut by_image = Sorter::default();
    let mut first: Option<(Vec<u8>, u64)> = None;
    for entry in by_id.sorted()? {
        let (sort_key, text) = entry?;
        let (id, index) = split(&sort_key);
        let annotation: Annotation = match parsed(&text) {
            Ok(annotation) => annotation,
            Err(_) => continue,
        };
        // The first byte tells whether there is an id.
        match &first {
            Some((seen, earlier)) if id[0] != 0 && seen == id => {
                let shown = annotation.id.as_ref().map(ToString::to_string).unwrap_or_default();
                let reason = Reason::new("duplicate_id", format!("id {shown} is already that of annotations[{earlier}]"));
                bench.recorder.refuse(reason.at(place("annotations", index, annotation.id.as_ref())))?;
                continue;
            }
            _ => first = Some((id.to_vec(), index)),
        }
        by_image.push(key(annotation.image_id.as_ref(), index), text)?;
    }
    Ok(by_image.sorted()?)
}

/// Reads what was read before; it cannot fail again.
fn parsed<'t, T: serde::Deserialize<'t>>(text: &'t [u8]) -> Result<T, Reason> {
    record(std::str::from_utf8(text).map_err(|e| Reason::new("text", e.to_string()))?)
}

/// Goes through images and annotations side by side, both in the order of image ids.
fn join(
    bench: &mut Workbench<'_>,
    categories: &Categories,
    images: Sorter,
    annotations: Merge,
    folders: &Folders,
) -> Result<(), ImportError> {
    let total = bench.recorder.report.read.images;
    let mut annotations = annotations.peekable();
    let mut last: Option<(Vec<u8>, u64)> = None;
    for (done, entry) in images.sorted()?.enumerate() {
        let (sort_key, text) = entry?;
        bench.progress(Stage::Checking, done as u64, total)?;
        let (id, index) = split(&sort_key);
        let Ok(image) = parsed::<CocoImage>(&text) else { continue };
        if let Some((seen, earlier)) = &last
            && seen == id
        {
            let reason = Reason::new("duplicate_id", format!("its id is already that of images[{earlier}]"));
            bench.recorder.refuse(reason.at(place("images", index, image.id.as_ref())))?;
            continue;
        }
        orphans(bench, &mut annotations, Some(id))?;
        one(bench, categories, &image, index, id, &mut annotations, folders)?;
        last = Some((id.to_vec(), index));
    }
    orphans(bench, &mut annotations, None)?;
    bench.progress(Stage::Checking, total, total)
}

type Annotations = Peekable<Merge>;

/// Takes the next annotation if its image's key passes `fits`.
fn next_if(annotations: &mut Annotations, fits: impl Fn(&[u8]) -> bool) -> Option<io::Result<Record>> {
    annotations.next_if(|entry| entry.as_ref().map_or(true, |(key, _)| fits(split(key).0)))
}

/// Refuses annotations of images that are not there: those before image `until`, or all that are left.
fn orphans(bench: &mut Workbench<'_>, annotations: &mut Annotations, until: Option<&[u8]>) -> Result<(), ImportError> {
    while let Some(entry) = next_if(annotations, |image| until.is_none_or(|until| image < until)) {
        let (sort_key, text) = entry?;
        let Ok(annotation) = parsed::<Annotation>(&text) else { continue };
        let image = annotation.image_id.as_ref().map(ToString::to_string).unwrap_or_default();
        let reason = Reason::new("unknown_image", format!("no image has the id {image}, or it was refused"));
        bench.recorder.refuse(reason.at(place("annotations", split(&sort_key).1, annotation.id.as_ref())))?;
    }
    Ok(())
}

fn one(
    bench: &mut Workbench<'_>,
    categories: &Categories,
    image: &CocoImage,
    index: u64,
    id: &[u8],
    annotations: &mut Annotations,
    folders: &Folders,
) -> Result<(), ImportError> {
    let name = image.file_name.clone().unwrap_or_default().replace('\\', "/");
    let place_of_image = format!("{} {name:?}", place("images", index, image.id.as_ref()));
    let declared = image.width.zip(image.height).map(|(w, h)| Size { width: w.0, height: h.0 });
    let found = match folders.find(&name) {
        Ok(path) => bench.picture(&place_of_image, &name, path, declared)?,
        Err(reason) => {
            bench.recorder.refuse(reason.at(&place_of_image))?;
            None
        }
    };
    let Some((picture, frame)) = found else { return refuse_with_image(bench, annotations, id, &place_of_image) };
    let (mut regions, mut places) = (Vec::new(), Vec::new());
    while let Some(entry) = next_if(annotations, |image| image == id) {
        let (sort_key, text) = entry?;
        let Ok(annotation) = parsed::<Annotation>(&text) else { continue };
        let place = place("annotations", split(&sort_key).1, annotation.id.as_ref());
        // The image's own limit; the rest is not kept in memory to be refused later.
        let z = i32::try_from(regions.len()).unwrap_or(i32::MAX);
        let region = if regions.len() > validate::MAX_REGIONS {
            Err(Reason::new("max_items", format!("an image holds at most {} regions", validate::MAX_REGIONS)))
        } else {
            category(categories, &annotation).and_then(|c| coco::region(&annotation, c, &frame, RegionId::new(), z))
        };
        match region {
            Ok(region) => {
                regions.push(region);
                places.push(place);
            }
            Err(reason) => bench.recorder.refuse(reason.at(place))?,
        }
    }
    bench.add(&place_of_image, &name, picture, input_of(image), regions, &places)?;
    Ok(())
}

fn category<'c>(categories: &'c Categories, annotation: &Annotation) -> Result<&'c coco::Category, Reason> {
    let id = annotation.category_id.as_ref();
    let known = id.and_then(|id| categories.get(id));
    known.ok_or_else(|| {
        Reason::new("unknown_category", format!("no category has the id {}", id.map(ToString::to_string).unwrap_or_default()))
    })
}

/// An image that is refused takes its annotations along; each is counted, and they share one line.
fn refuse_with_image(bench: &mut Workbench<'_>, annotations: &mut Annotations, id: &[u8], image: &str) -> Result<(), ImportError> {
    let mut count = 0_u64;
    while let Some(entry) = next_if(annotations, |of| of == id) {
        entry?;
        count += 1;
    }
    if count > 0 {
        let reason = Reason::new("image_refused", format!("{count} annotations of this image were refused with it"));
        bench.recorder.refuse_many(reason.at(image), count)?;
    }
    Ok(())
}

/// What goes back into `images` on export.
fn input_of(image: &CocoImage) -> Map<String, Value> {
    let mut kept = image.extra.clone();
    kept.insert("id".into(), json!(image.id));
    Map::from_iter([(coco::KEPT.to_owned(), Value::Object(kept))])
}
