//! Writing COCO, record by record: images, then annotations, then categories.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
};

use serde_json::{Map, Value, json};
use tandem_protocol::{
    Geometry,
    rest::{LabelDef, LabelSchema, Region},
};

use super::{
    Annotation, CocoId, Numbering, Segmentation, category, convert,
    kept::{self, KEPT, OURS},
    print,
};
use crate::geometry::Size;

/// An element of `images`. `original` is what import kept of the image (see `input.coco` of its task).
#[must_use]
pub fn image_json(id: &CocoId, file_name: &str, size: Size, original: Option<&Map<String, Value>>) -> Value {
    let mut image = original.cloned().unwrap_or_default();
    image.insert("id".into(), json!(id));
    image.insert("file_name".into(), file_name.into());
    image.insert("width".into(), size.width.into());
    image.insert("height".into(), size.height.into());
    Value::Object(image)
}

/// Where the writer stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    Images,
    Annotations,
}

pub struct Writer<W> {
    out: W,
    labels: BTreeMap<String, LabelDef>,
    order: Vec<String>,
    /// Category ids by label, decided when a label is first met.
    ids: BTreeMap<String, i64>,
    taken: BTreeSet<i64>,
    section: Section,
    /// Whether the section has a record already.
    begun: bool,
    annotations: Numbering,
}

impl<W: Write> Writer<W> {
    /// # Errors
    /// What `out` says.
    pub fn new(mut out: W, schema: &LabelSchema, info: &Value, annotations: Numbering) -> io::Result<Self> {
        write!(out, "{{\"info\":{info},\n\"licenses\":[],\n\"images\":[")?;
        let order: Vec<String> = schema.labels.iter().map(|l| l.name.clone()).collect();
        let labels = schema.labels.iter().map(|l| (l.name.clone(), l.clone())).collect();
        let (ids, taken) = (BTreeMap::new(), BTreeSet::new());
        Ok(Self { out, labels, order, ids, taken, section: Section::Images, begun: false, annotations })
    }

    /// The bytes written so far, for taking them away.
    pub fn out(&mut self) -> &mut W {
        &mut self.out
    }

    /// Writes one image; all images come before the first annotation.
    ///
    /// # Errors
    /// What `out` says; `InvalidInput` for an image after an annotation.
    pub fn image(&mut self, image: &Value) -> io::Result<()> {
        if self.section != Section::Images {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "images come before annotations"));
        }
        self.record(image)
    }

    /// Writes the regions of one image.
    ///
    /// # Errors
    /// What `out` says.
    pub fn regions(&mut self, image: &CocoId, regions: &[Region]) -> io::Result<()> {
        self.enter_annotations()?;
        let mut sorted: Vec<&Region> = regions.iter().collect();
        sorted.sort_by_key(|r| r.z);
        for (index, region) in sorted.into_iter().enumerate() {
            let annotation = self.annotation(image, index, region);
            self.record(&annotation)?;
        }
        Ok(())
    }

    /// Writes the categories and the end.
    ///
    /// # Errors
    /// What `out` says.
    pub fn finish(mut self) -> io::Result<W> {
        self.enter_annotations()?;
        self.out.write_all(b"\n],\n\"categories\":[")?;
        self.begun = false;
        for name in self.order.clone() {
            let id = self.category(&name, None);
            let label = self.labels.get(&name).cloned().unwrap_or_else(|| crate::formats::labels::plain(&name));
            self.record(&category::to_json(id, &label))?;
        }
        self.out.write_all(b"\n]}\n")?;
        Ok(self.out)
    }

    fn enter_annotations(&mut self) -> io::Result<()> {
        if self.section == Section::Images {
            self.section = Section::Annotations;
            self.begun = false;
            self.out.write_all(b"\n],\n\"annotations\":[")?;
        }
        Ok(())
    }

    fn record(&mut self, record: &Value) -> io::Result<()> {
        self.out.write_all(if self.begun { b",\n" } else { b"\n" })?;
        self.begun = true;
        serde_json::to_writer(&mut self.out, record).map_err(io::Error::from)
    }

    /// The id of a label's category: the one it came with where that is free, else its place among the labels, else the next free one.
    fn category(&mut self, label: &str, came_with: Option<i64>) -> i64 {
        if let Some(id) = self.ids.get(label) {
            return *id;
        }
        let place = self.order.iter().position(|l| l == label);
        if place.is_none() {
            // A label removed from the schema since; its regions still need a category.
            self.order.push(label.to_owned());
        }
        let place = place.map_or(1, |p| p as i64 + 1);
        let free = |id: &i64| !self.taken.contains(id);
        let id = came_with.filter(free).unwrap_or_else(|| (place..).find(free).unwrap_or(place));
        self.taken.insert(id);
        self.ids.insert(label.to_owned(), id);
        id
    }

    fn annotation(&mut self, image: &CocoId, index: usize, region: &Region) -> Value {
        let mut kept = kept::of_region(region);
        let original = kept.remove("id");
        let id = self.annotations.assign(original.as_ref().and_then(|v| serde_json::from_value(v.clone()).ok()).as_ref());
        let came_with = kept.remove("category_id");
        let category = self.category(&region.label, came_with.as_ref().and_then(Value::as_i64));

        let mut ours = Map::new();
        if original.as_ref() != Some(&json!(id)) {
            ours.insert("id".into(), original.unwrap_or(Value::Null));
        }
        if came_with.as_ref() != Some(&json!(category)) {
            ours.insert("category_id".into(), came_with.unwrap_or(Value::Null));
        }
        if i32::try_from(index) != Ok(region.z) {
            ours.insert("z".into(), region.z.into());
        }
        let label = self.labels.get(&region.label);
        let fields = Fields::of(&region.geometry, &mut kept, label);
        if fields.read_back(label) != Some(&region.geometry).cloned() {
            ours.insert("geometry".into(), json!(region.geometry));
            ours.insert("of".into(), fields.print().into());
        }

        let mut record = Map::new();
        record.insert("id".into(), json!(id));
        record.insert("image_id".into(), json!(image));
        record.insert("category_id".into(), category.into());
        fields.write(&mut record);
        write_attributes(&mut record, &mut kept, region);
        record.extend(kept);
        record.entry("iscrowd").or_insert_with(|| 0.into());
        if !ours.is_empty() {
            record.insert(OURS.into(), Value::Object(ours));
        }
        Value::Object(record)
    }
}

fn write_attributes(record: &mut Map<String, Value>, kept: &mut Map<String, Value>, region: &Region) {
    let mut attributes = region.attributes.clone();
    if matches!(attributes.get(KEPT), Some(Value::Object(_))) {
        attributes.remove(KEPT);
    }
    if let Some(Value::Object(inside)) = kept.remove("attributes") {
        attributes.extend(inside);
    }
    if !attributes.is_empty() {
        record.insert("attributes".into(), Value::Object(attributes));
    }
}

/// COCO's own fields of a shape.
struct Fields {
    bbox: Vec<f64>,
    area: Value,
    segmentation: Segmentation,
    keypoints: Option<Vec<f64>>,
    num_keypoints: Option<Value>,
}

impl Fields {
    /// Takes what was kept, computes the rest.
    fn of(geometry: &Geometry, kept: &mut Map<String, Value>, label: Option<&LabelDef>) -> Self {
        let bounds = kept::kept_bbox(kept).unwrap_or_else(|| kept::export_bounds(geometry));
        kept.remove("bbox");
        let kept_segmentation = kept.remove("segmentation").and_then(|v| serde_json::from_value(v).ok());
        let segmentation = kept_segmentation.or_else(|| kept::segmentation_of(geometry)).unwrap_or_else(|| kept::rectangle(bounds));
        let points = label.map_or(0, |l| l.keypoints.len());
        let absent = kept::kept_keypoints(kept).filter(|k| k.len() == points * 3);
        kept.remove("keypoints");
        let keypoints = match geometry {
            Geometry::Keypoints { points } => Some(points.iter().flat_map(|p| [p.x, p.y, f64::from(p.v)]).collect()),
            _ => absent,
        };
        let num_keypoints = kept.remove("num_keypoints").or_else(|| keypoints.is_some().then(|| kept::count_present(geometry).into()));
        let area = kept.remove("area").unwrap_or_else(|| json!(kept::export_area(geometry)));
        Self { bbox: bounds.xywh().to_vec(), area, segmentation, keypoints, num_keypoints }
    }

    /// What an importer would make of these fields alone.
    fn read_back(&self, label: Option<&LabelDef>) -> Option<Geometry> {
        let annotation = Annotation {
            bbox: Some(self.bbox.clone()),
            segmentation: Some(self.segmentation.clone()),
            keypoints: self.keypoints.clone(),
            ..Annotation::default()
        };
        convert::standard(&annotation, label?).ok()
    }

    fn print(&self) -> String {
        print::of_fields(Some(&self.bbox), Some(&self.segmentation), self.keypoints.as_deref())
    }

    fn write(&self, record: &mut Map<String, Value>) {
        record.insert("bbox".into(), json!(self.bbox));
        record.insert("area".into(), self.area.clone());
        record.insert("segmentation".into(), self.segmentation.to_json());
        if let Some(keypoints) = &self.keypoints {
            // Visibility is written as a whole number, as everybody does.
            let numbers = keypoints.iter().enumerate().map(|(i, v)| if i % 3 == 2 { json!(*v as i64) } else { json!(v) });
            record.insert("keypoints".into(), numbers.collect());
        }
        if let Some(count) = &self.num_keypoints {
            record.insert("num_keypoints".into(), count.clone());
        }
    }
}
