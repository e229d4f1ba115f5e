//! What goes along with a region so that nothing of an annotation is lost, in both directions.
//!
//! `attributes.coco` of a region keeps what COCO said and a region cannot. The `tandem` field of an exported annotation keeps what a
//! region says and COCO cannot. Either is used only while the shape it belongs to is unchanged, which fingerprints tell.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use tandem_protocol::{Geometry, geometry::Point, rest::Region};

use super::{
    Annotation, CocoId, Counts, Segmentation,
    convert::{bbox, shape_of},
    print,
};
use crate::{
    formats::{Reason, frame::Frame},
    geometry::{self, Rect, mask, ring},
};

/// The key under which a region's attributes keep what COCO said.
pub const KEPT: &str = "coco";
/// The extra field of annotations that we write.
pub(super) const OURS: &str = "tandem";
const OF_GEOMETRY: &str = "of_geometry";
/// What describes the shape as it was, and is stale once it changes.
const OF_THE_SHAPE: [&str; 4] = ["bbox", "segmentation", "area", "num_keypoints"];

/// The `tandem` field.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Ours {
    geometry: Option<Geometry>,
    /// Fingerprint of the COCO fields written beside `geometry`.
    of: Option<String>,
    pub z: Option<i32>,
    /// The id it had before we numbered it: `Some(Null)` where it had none.
    #[serde(deserialize_with = "present")]
    id: Option<Value>,
    #[serde(deserialize_with = "present")]
    category_id: Option<Value>,
}

/// Tells `null` from absent.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl Ours {
    /// A field of another shape under that name is somebody else's, and stays an ordinary extra field.
    pub fn of(annotation: &Annotation) -> Self {
        annotation.extra.get(OURS).and_then(|v| Self::deserialize(v).ok()).unwrap_or_default()
    }

    pub fn geometry_if_unchanged(&self, annotation: &Annotation) -> Option<Geometry> {
        let now = print::of_fields(annotation.bbox.as_deref(), annotation.segmentation.as_ref(), annotation.keypoints.as_deref());
        self.geometry.clone().filter(|_| self.of.as_deref() == Some(now.as_str()))
    }

    fn original(kept: Option<&Value>, written: Option<&CocoId>) -> Option<Value> {
        match kept {
            Some(Value::Null) => None,
            Some(id) => Some(id.clone()),
            None => written.map(|id| json!(id)),
        }
    }
}

/// The attributes of the region made from an annotation.
pub(super) fn attributes(annotation: &Annotation, geometry: &Geometry, frame: &Frame, ours: &Ours) -> Result<Map<String, Value>, Reason> {
    let mut kept = annotation.extra.clone();
    kept.remove(OURS);
    if let Some(id) = Ours::original(ours.id.as_ref(), annotation.id.as_ref()) {
        kept.insert("id".into(), id);
    }
    if let Some(id) = Ours::original(ours.category_id.as_ref(), annotation.category_id.as_ref()) {
        kept.insert("category_id".into(), id);
    }
    keep_shape_fields(&mut kept, annotation, geometry, frame)?;
    drop_what_export_computes(&mut kept, geometry);
    let mut attributes = annotation.attributes.clone().unwrap_or_default();
    // An attribute of the same name moves inside, where export finds it.
    if let Some(theirs) = attributes.remove(KEPT) {
        kept.insert("attributes".into(), json!({KEPT: theirs}));
    }
    if !kept.is_empty() {
        attributes.insert(KEPT.into(), Value::Object(kept));
    }
    Ok(attributes)
}

/// Keeps bbox, segmentation and keypoints where the geometry does not hold them.
fn keep_shape_fields(kept: &mut Map<String, Value>, annotation: &Annotation, geometry: &Geometry, frame: &Frame) -> Result<(), Reason> {
    if let Some(Rect { x, y, width, height }) = bbox(annotation)? {
        let brought = geometry::bounds(&frame.bring(Geometry::Box { x, y, width, height }));
        if brought.xywh() != export_bounds(geometry).xywh() {
            kept.insert("bbox".into(), json!(brought.xywh()));
        }
    }
    let beside = matches!(geometry, Geometry::Keypoints { .. } | Geometry::Box { .. });
    if let Some(segmentation) = annotation.segmentation.as_ref().filter(|s| beside && !s.is_empty()) {
        let brought = if frame.turns { segmentation_of(&frame.bring(shape_of(segmentation)?)) } else { Some(segmentation.clone()) };
        let bounds = kept_bbox(kept).unwrap_or_else(|| export_bounds(geometry));
        if let Some(brought) = brought.filter(|b| *b != rectangle(bounds)) {
            kept.insert("segmentation".into(), brought.to_json());
        }
    }
    if let Some(numbers) = annotation.keypoints.as_ref().filter(|k| !k.is_empty() && !matches!(geometry, Geometry::Keypoints { .. })) {
        kept.insert("keypoints".into(), json!(numbers));
    }
    Ok(())
}

fn drop_what_export_computes(kept: &mut Map<String, Value>, geometry: &Geometry) {
    if kept.get("iscrowd").and_then(Value::as_f64) == Some(0.0) {
        kept.remove("iscrowd");
    }
    if kept.get("area").and_then(Value::as_f64) == Some(export_area(geometry)) {
        kept.remove("area");
    }
    let present = kept_keypoints(kept).map_or_else(|| count_present(geometry), |_| 0);
    if kept.get("num_keypoints").and_then(Value::as_u64) == Some(present) {
        kept.remove("num_keypoints");
    }
    if OF_THE_SHAPE.iter().any(|key| kept.contains_key(*key)) {
        kept.insert(OF_GEOMETRY.into(), print::of_geometry(geometry).into());
    }
}

/// What a region keeps of COCO, without what no longer fits its shape.
pub(super) fn of_region(region: &Region) -> Map<String, Value> {
    let Some(Value::Object(kept)) = region.attributes.get(KEPT) else { return Map::new() };
    let mut kept = kept.clone();
    let print = kept.remove(OF_GEOMETRY);
    if print.as_ref().and_then(Value::as_str) != Some(print::of_geometry(&region.geometry).as_str()) {
        for stale in OF_THE_SHAPE {
            kept.remove(stale);
        }
    }
    kept
}

pub(super) fn kept_bbox(kept: &Map<String, Value>) -> Option<Rect> {
    let [x, y, width, height] = serde_json::from_value(kept.get("bbox")?.clone()).ok()?;
    Some(Rect::new(x, y, width, height))
}

pub(super) fn kept_keypoints(kept: &Map<String, Value>) -> Option<Vec<f64>> {
    serde_json::from_value(kept.get("keypoints")?.clone()).ok()
}

pub(super) fn count_present(geometry: &Geometry) -> u64 {
    match geometry {
        Geometry::Keypoints { points } => points.iter().filter(|p| p.v > 0).count() as u64,
        _ => 0,
    }
}

/// The box COCO gets: what has no extent (points, straight lines) is widened to a pixel, since COCO has no boxes without area.
pub(super) fn export_bounds(shape: &Geometry) -> Rect {
    let mut rect = geometry::bounds(shape);
    if rect.width <= 0.0 {
        rect = Rect { x: rect.x - 0.5, width: 1.0, ..rect };
    }
    if rect.height <= 0.0 {
        rect = Rect { y: rect.y - 0.5, height: 1.0, ..rect };
    }
    rect
}

pub(super) fn export_area(shape: &Geometry) -> f64 {
    match shape {
        Geometry::Keypoints { .. } | Geometry::Polyline { .. } | Geometry::Point { .. } => export_bounds(shape).area(),
        other => geometry::area(other),
    }
}

/// A box as a polygon, so that tools which want a segmentation for everything find one.
pub(super) fn rectangle(r: Rect) -> Segmentation {
    Segmentation::Polygons(vec![vec![r.x, r.y, r.right(), r.y, r.right(), r.bottom(), r.x, r.bottom()]])
}

fn flat(points: &[Point]) -> Vec<f64> {
    points.iter().flatten().copied().collect()
}

/// The segmentation that says most of a shape; `None` for those whose box must do.
pub(super) fn segmentation_of(shape: &Geometry) -> Option<Segmentation> {
    match shape {
        Geometry::Polygon { parts } if parts.iter().all(|rings| rings.len() == 1) => {
            Some(Segmentation::Polygons(parts.iter().flatten().map(|ring| flat(ring)).collect()))
        }
        // COCO has no holes. The outer rings are the closest it can say; ours come along in the extra field.
        Geometry::Polygon { parts } => {
            Some(Segmentation::Polygons(parts.iter().filter_map(|rings| rings.first()).map(|ring| flat(ring)).collect()))
        }
        Geometry::Mask { width, height, counts } => {
            Some(Segmentation::Runs { size: [*height, *width], counts: Counts::Compressed(mask::to_compressed(counts)) })
        }
        Geometry::RotatedBox { x, y, width, height, rotation } => {
            Some(Segmentation::Polygons(vec![flat(&geometry::rotated_corners(*x, *y, *width, *height, *rotation))]))
        }
        Geometry::Cuboid { front, back } => Some(Segmentation::Polygons(vec![flat(&geometry::cuboid_outline(*front, *back))])),
        Geometry::Ellipse { cx, cy, rx, ry, rotation } => {
            Some(Segmentation::Polygons(vec![flat(&ring::ellipse([*cx, *cy], *rx, *ry, *rotation, 48))]))
        }
        Geometry::Box { .. } | Geometry::Polyline { .. } | Geometry::Point { .. } | Geometry::Keypoints { .. } => None,
    }
}
