//! From an annotation to a region.

use tandem_protocol::{
    Geometry, RegionId,
    geometry::{Keypoint, Point},
    rest::{LabelDef, Region},
};

use super::{
    Annotation, Category, Counts, Segmentation,
    kept::{self, Ours},
};
use crate::{
    formats::{Reason, frame::Frame},
    geometry::{Rect, mask},
    validate,
};

/// The region an annotation describes, in the displayed frame.
///
/// # Errors
/// The first rule it breaks.
pub fn region(annotation: &Annotation, category: &Category, frame: &Frame, id: RegionId, z: i32) -> Result<Region, Reason> {
    let ours = Ours::of(annotation);
    let geometry = match ours.geometry_if_unchanged(annotation) {
        // The box beside one of our own shapes may stick out: turned shapes may.
        Some(geometry) => geometry,
        None => {
            check_bbox(annotation, frame)?;
            standard(annotation, &category.label)?
        }
    };
    let geometry = frame.bring(geometry);
    if let Some(error) = validate::shape(&geometry, frame.displayed).into_iter().next() {
        let code = if error.rule == "inside_image" { "outside_image".to_owned() } else { error.rule };
        return Err(Reason {
            code: interned(&code),
            text: format!("{} {}", error.field.trim_start_matches(".geometry"), error.message).trim().to_owned(),
        });
    }
    let attributes = kept::attributes(annotation, &geometry, frame, &ours)?;
    Ok(Region { id, label: category.label.name.clone(), geometry, attributes, author: None, z: ours.z.unwrap_or(z), relations: Vec::new() })
}

/// The rules of `validate` as reason codes.
fn interned(rule: &str) -> &'static str {
    const RULES: [&str; 11] = [
        "outside_image",
        "positive",
        "finite",
        "required",
        "min_items",
        "max_items",
        "one_of",
        "mask_size",
        "mask_total",
        "keypoint_count",
        "bad_shape",
    ];
    RULES.iter().find(|r| **r == rule).copied().unwrap_or("bad_shape")
}

/// A bbox that is there must be one, whatever else describes the shape: one that is not shows that the record is broken.
fn check_bbox(annotation: &Annotation, frame: &Frame) -> Result<(), Reason> {
    let Some(rect) = bbox(annotation)? else { return Ok(()) };
    if rect.width < 0.0 || rect.height < 0.0 {
        return Err(Reason::new("negative_box", format!("bbox has a negative size: {} x {}", rect.width, rect.height)));
    }
    if rect.width == 0.0 || rect.height == 0.0 {
        return Err(Reason::new("empty_box", format!("bbox is empty: {} x {}", rect.width, rect.height)));
    }
    let size = frame.declared();
    let (right, bottom) = (f64::from(size.width) + validate::EDGE_TOLERANCE, f64::from(size.height) + validate::EDGE_TOLERANCE);
    if rect.x < -validate::EDGE_TOLERANCE || rect.y < -validate::EDGE_TOLERANCE || rect.right() > right || rect.bottom() > bottom {
        let text =
            format!("bbox from ({}, {}) to ({}, {}) lies outside the image of {size} pixels", rect.x, rect.y, rect.right(), rect.bottom());
        return Err(Reason::new("outside_image", text));
    }
    Ok(())
}

pub(super) fn bbox(annotation: &Annotation) -> Result<Option<Rect>, Reason> {
    match annotation.bbox.as_deref() {
        None | Some([]) => Ok(None),
        Some([x, y, width, height]) => Ok(Some(Rect::new(*x, *y, *width, *height))),
        Some(other) => Err(Reason::new("bad_box", format!("bbox has 4 numbers (x, y, width, height); this one has {}", other.len()))),
    }
}

/// The shape that COCO's own fields describe.
pub(super) fn standard(annotation: &Annotation, label: &LabelDef) -> Result<Geometry, Reason> {
    if let Some(numbers) = annotation.keypoints.as_deref().filter(|k| !k.is_empty()) {
        let points = keypoints(numbers, label)?;
        if points.iter().any(|p| p.v > 0) {
            return Ok(Geometry::Keypoints { points });
        }
    }
    match annotation.segmentation.as_ref().filter(|s| !s.is_empty()) {
        Some(segmentation) => shape_of(segmentation),
        None => match bbox(annotation)? {
            Some(Rect { x, y, width, height }) => Ok(Geometry::Box { x, y, width, height }),
            None => Err(nothing(annotation)),
        },
    }
}

fn nothing(annotation: &Annotation) -> Reason {
    let text = if annotation.extra.contains_key("segments_info") {
        "panoptic segments are not supported"
    } else if annotation.extra.contains_key("caption") {
        "a caption is not a region"
    } else {
        "it has no bbox, segmentation or keypoints (a label of the whole image is not a region)"
    };
    Reason::new("no_shape", text)
}

fn keypoints(numbers: &[f64], label: &LabelDef) -> Result<Vec<Keypoint>, Reason> {
    let expected = label.keypoints.len() * 3;
    if numbers.len() != expected {
        let text = format!(
            "keypoints has {} numbers; category {:?} has {} keypoints, which take {expected}",
            numbers.len(),
            label.name,
            label.keypoints.len()
        );
        return Err(Reason::new("keypoint_count", text));
    }
    let point = |(i, p): (usize, &[f64])| {
        let v = [0_u8, 1, 2].into_iter().find(|v| f64::from(*v) == p[2]);
        let v =
            v.ok_or_else(|| Reason::new("keypoint_visibility", format!("keypoints[{}] is {}; visibility is 0, 1 or 2", i * 3 + 2, p[2])))?;
        Ok(Keypoint { x: p[0], y: p[1], v })
    };
    numbers.chunks_exact(3).enumerate().map(point).collect()
}

pub(super) fn shape_of(segmentation: &Segmentation) -> Result<Geometry, Reason> {
    match segmentation {
        Segmentation::Polygons(polygons) => {
            let parts = polygons.iter().enumerate().map(|(i, p)| Ok(vec![ring(i, p)?])).collect::<Result<_, Reason>>()?;
            Ok(Geometry::Polygon { parts })
        }
        Segmentation::Runs { size: [height, width], counts } => {
            let counts = match counts {
                Counts::List(list) => list.clone(),
                Counts::Compressed(text) => {
                    mask::from_compressed(text).map_err(|e| Reason::new("bad_rle", format!("segmentation.counts: {e}")))?
                }
            };
            Ok(Geometry::Mask { width: *width, height: *height, counts })
        }
    }
}

fn ring(index: usize, numbers: &[f64]) -> Result<Vec<Point>, Reason> {
    if numbers.len() < 6 || !numbers.len().is_multiple_of(2) {
        let text = format!("segmentation[{index}] has {} numbers; a polygon has an even count of at least 6", numbers.len());
        return Err(Reason::new("bad_polygon", text));
    }
    let mut points: Vec<Point> = numbers.chunks_exact(2).map(|p| [p[0], p[1]]).collect();
    // Some tools repeat the first point to close the ring; ours are open.
    if points.len() > 3 && points.first() == points.last() {
        points.pop();
    }
    Ok(points)
}
