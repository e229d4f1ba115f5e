//! LabelMe: one JSON file beside (or around) each image (<https://github.com/wkentaro/labelme>).
//!
//! `rectangle` gives a box, `polygon` a polygon, `point` a point, `line` and `linestrip` a polyline, `circle` (centre and a point on it) an
//! ellipse, `mask` (a box and a PNG of what is inside) a mask. `group_id`, `description` and `flags` become attributes of the same
//! names where they say something; the file's own flags go with the image.

use std::io::Cursor;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use tandem_protocol::{Geometry, RegionId, geometry::Point, rest::Region};

use super::{FileProblem, Reason, Refusal, coco::Whole, frame::Frame, labels, record};
use crate::{
    geometry::{Rect, Size, mask},
    validate,
};

/// A mask's PNG may decode to as many pixels as an image may have; memory for them is bounded by this.
const MAX_MASK_BYTES: u64 = 256 * 1024 * 1024;

/// A LabelMe file. Shapes are kept unread, so that a bad one refuses itself only.
#[derive(Debug, Deserialize)]
pub struct File {
    pub shapes: Vec<Value>,
    #[serde(rename = "imagePath", default)]
    pub image_path: Option<String>,
    /// The image itself, base64, where the file embeds it.
    #[serde(rename = "imageData", default)]
    pub image_data: Option<String>,
    #[serde(rename = "imageWidth", default)]
    width: Option<Whole>,
    #[serde(rename = "imageHeight", default)]
    height: Option<Whole>,
    #[serde(default)]
    flags: Option<Map<String, Value>>,
}

#[derive(Debug, Deserialize)]
struct Shape {
    label: String,
    points: Vec<Point>,
    /// Absent in files of 2018 and before, where everything was a polygon.
    #[serde(default)]
    shape_type: Option<String>,
    #[serde(default)]
    group_id: Option<Value>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    flags: Option<Map<String, Value>>,
    #[serde(default)]
    mask: Option<String>,
}

/// Reads a file.
///
/// # Errors
/// Broken JSON, or JSON that is no LabelMe file.
pub fn read(text: &str) -> Result<File, FileProblem> {
    let text = text.trim_start_matches('\u{feff}');
    // First as JSON of any kind, so that a file of another format is told from a broken one.
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        return Err(FileProblem::from_json(error));
    }
    record(text).map_err(|reason| FileProblem::NotThisFormat(format!("this is no LabelMe file: {}", reason.text)))
}

impl File {
    /// The size the file says the image has.
    #[must_use]
    pub fn declared(&self) -> Option<Size> {
        Some(Size { width: self.width?.0, height: self.height?.0 })
    }

    /// The embedded image.
    ///
    /// # Errors
    /// Text that is no base64.
    pub fn embedded(&self) -> Result<Option<Vec<u8>>, Reason> {
        let Some(text) = self.image_data.as_deref().filter(|t| !t.is_empty()) else { return Ok(None) };
        unbase64(text).map(Some).ok_or_else(|| Reason::new("bad_base64", "imageData is no base64"))
    }

    /// The path of the image, with the separators of this system's URLs (LabelMe on Windows writes backslashes).
    #[must_use]
    pub fn path(&self) -> Option<String> {
        self.image_path.as_deref().map(|p| p.replace('\\', "/")).filter(|p| !p.is_empty())
    }

    /// What goes with the image: flags of the whole.
    #[must_use]
    pub fn input(&self) -> Map<String, Value> {
        let flags = self.flags.as_ref().filter(|f| !f.is_empty());
        flags.map(|f| Map::from_iter([("flags".to_owned(), Value::Object(f.clone()))])).unwrap_or_default()
    }

    /// The regions, in the displayed frame, and the shapes that are none, with `file` in their places.
    pub fn regions(&self, file: &str, frame: &Frame, mut id: impl FnMut() -> RegionId) -> (Vec<Region>, Vec<Refusal>) {
        let (mut regions, mut refused) = (Vec::new(), Vec::new());
        for (index, value) in self.shapes.iter().enumerate() {
            let z = i32::try_from(regions.len()).unwrap_or(i32::MAX);
            match region(value, frame, z, &mut id) {
                Ok(region) => regions.push(region),
                Err(reason) => refused.push(reason.at(format!("{file}: shapes[{index}]"))),
            }
        }
        (regions, refused)
    }
}

fn region(value: &Value, frame: &Frame, z: i32, id: &mut impl FnMut() -> RegionId) -> Result<Region, Reason> {
    let shape: Shape = serde_path_to_error::deserialize(value).map_err(|e| super::wrong_type(&e))?;
    labels::check_name(&shape.label)?;
    let geometry = frame.bring(shape.geometry(frame.declared())?);
    if let Some(error) = validate::shape(&geometry, frame.displayed).into_iter().next() {
        let code = if error.rule == "inside_image" { "outside_image" } else { "bad_shape" };
        return Err(Reason::new(code, format!("{} {}", error.field.trim_start_matches(".geometry"), error.message).trim()));
    }
    Ok(Region { id: id(), label: shape.label.clone(), geometry, attributes: shape.attributes(), author: None, z, relations: Vec::new() })
}

impl Shape {
    fn geometry(&self, image: Size) -> Result<Geometry, Reason> {
        match self.shape_type.as_deref().unwrap_or("polygon") {
            "rectangle" => self.rectangle(),
            "polygon" => Ok(Geometry::Polygon { parts: vec![vec![self.points.clone()]] }),
            "point" => {
                let [[x, y]] = self.exactly()?;
                Ok(Geometry::Point { x, y })
            }
            "line" => Ok(Geometry::Polyline { points: self.exactly::<2>()?.to_vec() }),
            "linestrip" => Ok(Geometry::Polyline { points: self.points.clone() }),
            "circle" => {
                let [[cx, cy], [x, y]] = self.exactly()?;
                let r = (x - cx).hypot(y - cy);
                Ok(Geometry::Ellipse { cx, cy, rx: r, ry: r, rotation: 0.0 })
            }
            "mask" => self.mask(image),
            other => Err(Reason::new("unknown_shape", format!("shapes of type {other:?} are not supported"))),
        }
    }

    fn exactly<const N: usize>(&self) -> Result<[Point; N], Reason> {
        let points: Result<[Point; N], _> = self.points.clone().try_into();
        points.map_err(|_| {
            let kind = self.shape_type.as_deref().unwrap_or("polygon");
            Reason::new("bad_shape", format!("a {kind} has {N} points; this one has {}", self.points.len()))
        })
    }

    /// Two opposite corners; newer files may hold all four.
    fn rectangle(&self) -> Result<Geometry, Reason> {
        if !matches!(self.points.len(), 2 | 4) {
            self.exactly::<2>()?;
        }
        let Some(Rect { x, y, width, height }) = Rect::around(&self.points) else { return Err(Reason::new("bad_shape", "no points")) };
        Ok(Geometry::Box { x, y, width, height })
    }

    /// LabelMe pastes the PNG at the truncated corner, inclusive of both corner pixels.
    fn mask(&self, image: Size) -> Result<Geometry, Reason> {
        let bad = |text: String| Reason::new("bad_mask", text);
        let [[x, y], _] = self.exactly()?;
        let text = self.mask.as_deref().ok_or_else(|| bad("a mask shape needs its mask".into()))?;
        let png = unbase64(text).ok_or_else(|| bad("the mask is no base64".into()))?;
        let info = crate::image::probe_bytes(&png).map_err(|e| bad(format!("the mask's picture: {e}")))?;
        if x < 0.0
            || y < 0.0
            || x + f64::from(info.width) > f64::from(image.width) + 1.0
            || y + f64::from(info.height) > f64::from(image.height) + 1.0
        {
            return Err(Reason::new(
                "outside_image",
                format!("the mask of {} at ({x}, {y}) lies outside the image of {image} pixels", info.displayed()),
            ));
        }
        let mut reader = image::ImageReader::with_format(Cursor::new(png), image::ImageFormat::Png);
        let mut limits = image::Limits::default();
        limits.max_alloc = Some(MAX_MASK_BYTES);
        reader.limits(limits);
        let crop = reader.decode().map_err(|e| bad(format!("the mask's picture: {e}")))?.into_luma8();
        let mut inside = vec![false; usize::try_from(image.pixels()).unwrap_or(0)];
        for (px, py, value) in crop.enumerate_pixels() {
            let (px, py) = (px as usize + x as usize, py as usize + y as usize);
            if value.0[0] > 0 && px < image.width as usize && py < image.height as usize {
                inside[py * image.width as usize + px] = true;
            }
        }
        Ok(Geometry::Mask { width: image.width, height: image.height, counts: mask::encode(image, &inside) })
    }

    fn attributes(&self) -> Map<String, Value> {
        let mut attributes = Map::new();
        if let Some(group) = self.group_id.as_ref().filter(|g| !g.is_null()) {
            attributes.insert("group_id".into(), group.clone());
        }
        if let Some(description) = self.description.as_ref().filter(|d| !d.is_empty()) {
            attributes.insert("description".into(), json!(description));
        }
        if let Some(flags) = self.flags.as_ref().filter(|f| !f.is_empty()) {
            attributes.insert("flags".into(), Value::Object(flags.clone()));
        }
        attributes
    }
}

/// Python's base64 is lenient about line breaks; so are we.
fn unbase64(text: &str) -> Option<Vec<u8>> {
    if text.bytes().any(|b| b.is_ascii_whitespace()) {
        let dense: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        return STANDARD.decode(dense).ok();
    }
    STANDARD.decode(text).ok()
}

#[cfg(test)]
#[path = "labelme_tests.rs"]
mod tests;
