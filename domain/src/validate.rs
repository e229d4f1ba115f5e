//! Whether regions fit their project and their image. The same rules for submits, imports and tests, so nothing that one door
//! refuses comes in through another.

use std::collections::{HashMap, HashSet};

use tandem_protocol::{
    FieldError, Geometry, RegionId,
    geometry::{Face, Point},
    rest::{LabelDef, LabelSchema, Region, Relation},
};

use crate::geometry::{Size, mask};

/// Half a pixel: tools that count pixel centres from 0 (LabelMe's mask boxes, many COCO exporters) put the outermost pixel's edge that far
/// off ours; more is a mistake.
pub const EDGE_TOLERANCE: f64 = 0.5;
/// Twice what the workbench promises to pan smoothly.
pub const MAX_REGIONS: usize = 20_000;
pub const MAX_POINTS: usize = 50_000;
pub const MAX_PARTS: usize = 2_000;
pub const MAX_MASK_RUNS: usize = 1_000_000;
/// Relations of one region to others.
pub const MAX_RELATIONS: usize = 1_000;
/// Letters of a relation's label.
pub const MAX_RELATION_LABEL: usize = 100;
/// JSON bytes of one region's attributes.
pub const MAX_ATTRIBUTES: usize = 256 * 1024;
/// A report longer than this helps nobody.
const MAX_ERRORS: usize = 100;

/// Every rule the regions break, with fields like `regions[3].geometry.width`; empty when all is well. At most a hundred errors,
/// then one that says so.
#[must_use]
pub fn regions(schema: &LabelSchema, image: Size, regions: &[Region]) -> Vec<FieldError> {
    let mut errors = Errors::default();
    if regions.len() > MAX_REGIONS {
        errors.add("regions", "max_items", format!("an image holds at most {MAX_REGIONS} regions; these are {}", regions.len()));
        return errors.list;
    }
    let labels: HashMap<&str, &LabelDef> = schema.labels.iter().map(|l| (l.name.as_str(), l)).collect();
    let ids: HashSet<RegionId> = regions.iter().map(|region| region.id).collect();
    let mut seen = HashSet::new();
    for (index, region) in regions.iter().enumerate() {
        if errors.full() {
            break;
        }
        errors.path = format!("regions[{index}]");
        if region.id.0.is_nil() {
            errors.add(".id", "required", "a region needs an id other than the nil UUID");
        } else if !seen.insert(region.id) {
            errors.add(".id", "unique", format!("{} is the id of an earlier region", region.id));
        }
        label(&labels, region, &mut errors);
        attributes(region, &mut errors);
        geometry(&region.geometry, image, &mut errors);
        relations(region, &ids, &mut errors);
    }
    errors.list
}

/// The rules one geometry breaks in an image, with fields like `.width`.
#[must_use]
pub fn shape(geometry_: &Geometry, image: Size) -> Vec<FieldError> {
    let mut errors = Errors::default();
    geometry(geometry_, image, &mut errors);
    errors.list
}

#[derive(Default)]
struct Errors {
    path: String,
    list: Vec<FieldError>,
}

impl Errors {
    fn add(&mut self, field: &str, rule: &str, message: impl Into<String>) {
        if self.list.len() < MAX_ERRORS {
            self.list.push(FieldError { field: format!("{}{field}", self.path), rule: rule.to_owned(), message: message.into() });
        } else if self.list.len() == MAX_ERRORS {
            let message = format!("more than {MAX_ERRORS} errors; the rest is not listed");
            self.list.push(FieldError { field: "regions".into(), rule: "more_errors".into(), message });
        }
    }

    fn full(&self) -> bool {
        self.list.len() > MAX_ERRORS
    }
}

fn label(labels: &HashMap<&str, &LabelDef>, region: &Region, errors: &mut Errors) {
    let Some(label) = labels.get(region.label.as_str()) else {
        let shown: String = region.label.chars().take(100).collect();
        errors.add(".label", "unknown_label", format!("the project has no label {shown:?}"));
        return;
    };
    let kind = region.geometry.kind();
    if !label.kinds.is_empty() && !label.kinds.contains(&kind) {
        let allowed: Vec<_> = label.kinds.iter().map(|k| k.as_str()).collect();
        errors.add(".geometry.kind", "kind_not_allowed", format!("{:?} takes {}, not {kind}", label.name, allowed.join(", ")));
    }
    if let Geometry::Keypoints { points } = &region.geometry
        && points.len() != label.keypoints.len()
    {
        let message = format!("{:?} has {} keypoints; these are {}", label.name, label.keypoints.len(), points.len());
        errors.add(".geometry.points", "keypoint_count", message);
    }
}

fn attributes(region: &Region, errors: &mut Errors) {
    if region.attributes.is_empty() {
        return;
    }
    let bytes = serde_json::to_vec(&region.attributes).map_or(usize::MAX, |json| json.len());
    if bytes > MAX_ATTRIBUTES {
        errors.add(".attributes", "max_length", format!("attributes take at most {MAX_ATTRIBUTES} bytes of JSON; these take {bytes}"));
    }
}

fn relations(region: &Region, ids: &HashSet<RegionId>, errors: &mut Errors) {
    if region.relations.len() > MAX_RELATIONS {
        let message = format!("a region has at most {MAX_RELATIONS} relations; these are {}", region.relations.len());
        return errors.add(".relations", "max_items", message);
    }
    let mut seen = HashSet::new();
    for (index, Relation { to, label, .. }) in region.relations.iter().enumerate() {
        let field = |name: &str| format!(".relations[{index}].{name}");
        if *to == region.id {
            errors.add(&field("to"), "other_region", "a relation goes to another region");
        } else if !ids.contains(to) {
            errors.add(&field("to"), "unknown_region", format!("there is no region {to} here"));
        }
        if label.trim().is_empty() {
            errors.add(&field("label"), "required", "a relation needs a label");
        } else if label.chars().count() > MAX_RELATION_LABEL {
            errors.add(&field("label"), "max_length", format!("a relation's label has at most {MAX_RELATION_LABEL} letters"));
        }
        if !seen.insert((to, label)) {
            errors.add(&field("label"), "unique", "an earlier relation of this region goes to the same one with the same label");
        }
    }
}

fn geometry(geometry: &Geometry, image: Size, errors: &mut Errors) {
    let before = errors.path.len();
    errors.path.push_str(".geometry");
    let mut shape = Shape { image, errors };
    match geometry {
        Geometry::Box { x, y, width, height } => {
            if shape.finite(&[("x", *x), ("y", *y), ("width", *width), ("height", *height)])
                && shape.positive(&[("width", *width), ("height", *height)])
            {
                shape.box_inside(*x, *y, *width, *height);
            }
        }
        Geometry::RotatedBox { x, y, width, height, rotation } => {
            if shape.finite(&[("x", *x), ("y", *y), ("width", *width), ("height", *height), ("rotation", *rotation)])
                && shape.positive(&[("width", *width), ("height", *height)])
            {
                shape.centre_inside([x + width / 2.0, y + height / 2.0]);
                shape.not_vast(&[("width", *width), ("height", *height)]);
            }
        }
        Geometry::Ellipse { cx, cy, rx, ry, rotation } => {
            if shape.finite(&[("cx", *cx), ("cy", *cy), ("rx", *rx), ("ry", *ry), ("rotation", *rotation)])
                && shape.positive(&[("rx", *rx), ("ry", *ry)])
            {
                shape.centre_inside([*cx, *cy]);
                shape.not_vast(&[("rx", *rx), ("ry", *ry)]);
            }
        }
        Geometry::Cuboid { front, back } => {
            for (name, face) in [("front", front), ("back", back)] {
                shape.face(name, *face);
            }
        }
        Geometry::Polygon { parts } => shape.polygon(parts),
        Geometry::Polyline { points } => shape.polyline(points),
        Geometry::Point { x, y } => {
            if shape.finite(&[("x", *x), ("y", *y)]) {
                shape.point_inside("", [*x, *y]);
            }
        }
        Geometry::Keypoints { points } => {
            let many = points.len();
            shape.bounded("points", many, MAX_POINTS);
            if many == 0 || points.iter().all(|p| p.v == 0) {
                shape.errors.add(".points", "required", "at least one keypoint must be present");
            }
            for (i, point) in points.iter().enumerate().take(MAX_POINTS) {
                let field = format!(".points[{i}]");
                if point.v > 2 {
                    shape.errors.add(&format!("{field}.v"), "one_of", "visibility is 0 (absent), 1 (occluded) or 2 (visible)");
                }
                // An absent point has no place; COCO writes 0, 0.
                if !(point.x.is_finite() && point.y.is_finite()) {
                    shape.errors.add(&field, "finite", "coordinates must be finite numbers");
                } else if point.v > 0 {
                    shape.point_inside(&field, [point.x, point.y]);
                }
            }
        }
        Geometry::Mask { width, height, counts } => shape.mask(Size { width: *width, height: *height }, counts),
    }
    errors.path.truncate(before);
}

struct Shape<'e> {
    image: Size,
    errors: &'e mut Errors,
}

impl Shape<'_> {
    fn finite(&mut self, fields: &[(&str, f64)]) -> bool {
        let mut all = true;
        for (name, value) in fields {
            if !value.is_finite() {
                all = false;
                self.errors.add(&format!(".{name}"), "finite", format!("{name} must be a finite number"));
            }
        }
        all
    }

    fn positive(&mut self, fields: &[(&str, f64)]) -> bool {
        let mut all = true;
        for (name, value) in fields {
            if *value <= 0.0 {
                all = false;
                self.errors.add(&format!(".{name}"), "positive", format!("{name} must be greater than 0; it is {value}"));
            }
        }
        all
    }

    /// What is cut off by the image's edge cannot be clipped without changing a turned shape's meaning, so its parts may stick out; its
    /// centre may not, and it may not be larger than twice the image's diagonal.
    fn not_vast(&mut self, fields: &[(&str, f64)]) {
        let limit = 2.0 * f64::from(self.image.width).hypot(self.image.height.into());
        for (name, value) in fields {
            if *value > limit {
                self.errors.add(&format!(".{name}"), "inside_image", format!("{name} is {value}, more than twice the image's diagonal"));
            }
        }
    }

    fn is_inside(&self, [x, y]: Point) -> bool {
        let inside = |value: f64, length: u32| (-EDGE_TOLERANCE..=f64::from(length) + EDGE_TOLERANCE).contains(&value);
        inside(x, self.image.width) && inside(y, self.image.height)
    }

    fn centre_inside(&mut self, centre: Point) {
        if !self.is_inside(centre) {
            self.outside("", &format!("its centre ({}, {})", centre[0], centre[1]));
        }
    }

    fn point_inside(&mut self, field: &str, point: Point) -> bool {
        let inside = self.is_inside(point);
        if !inside {
            self.outside(field, &format!("({}, {})", point[0], point[1]));
        }
        inside
    }

    fn box_inside(&mut self, x: f64, y: f64, width: f64, height: f64) {
        if !self.is_inside([x, y]) || !self.is_inside([x + width, y + height]) {
            self.outside("", &format!("the box from ({x}, {y}) to ({}, {})", x + width, y + height));
        }
    }

    fn face(&mut self, name: &str, Face { x, y, width, height }: Face) {
        let before = self.errors.path.len();
        self.errors.path += &format!(".{name}");
        let finite = self.finite(&[("x", x), ("y", y), ("width", width), ("height", height)]);
        if finite && self.positive(&[("width", width), ("height", height)]) {
            self.box_inside(x, y, width, height);
        }
        self.errors.path.truncate(before);
    }

    fn outside(&mut self, field: &str, what: &str) {
        self.errors.add(field, "inside_image", format!("{what} lies outside the image of {} pixels", self.image));
    }

    fn bounded(&mut self, field: &str, count: usize, limit: usize) {
        if count > limit {
            self.errors.add(&format!(".{field}"), "max_items", format!("at most {limit}; these are {count}"));
        }
    }

    fn polyline(&mut self, points: &[Point]) {
        self.bounded("points", points.len(), MAX_POINTS);
        if points.len() < 2 {
            self.errors.add(".points", "min_items", format!("a line needs at least 2 points; it has {}", points.len()));
        }
        self.points(".points", points);
    }

    fn polygon(&mut self, parts: &[Vec<Vec<Point>>]) {
        if parts.is_empty() {
            self.errors.add(".parts", "min_items", "a polygon needs at least one part");
        }
        self.bounded("parts", parts.iter().map(Vec::len).sum(), MAX_PARTS);
        self.bounded("parts", parts.iter().flatten().map(Vec::len).sum(), MAX_POINTS);
        for (p, rings) in parts.iter().enumerate().take(MAX_PARTS) {
            if rings.is_empty() {
                self.errors.add(&format!(".parts[{p}]"), "min_items", "a part needs at least its outer ring");
            }
            for (r, ring) in rings.iter().enumerate() {
                let field = format!(".parts[{p}][{r}]");
                if ring.len() < 3 {
                    self.errors.add(&field, "min_items", format!("a ring needs at least 3 points; it has {}", ring.len()));
                }
                self.points(&field, ring);
            }
        }
    }

    /// Reports the first bad point only: one shape in the wrong frame would fill the list.
    fn points(&mut self, field: &str, points: &[Point]) {
        for (i, point) in points.iter().enumerate() {
            let field = format!("{field}[{i}]");
            if !(point[0].is_finite() && point[1].is_finite()) {
                return self.errors.add(&field, "finite", "coordinates must be finite numbers");
            }
            if !self.point_inside(&field, *point) {
                return;
            }
        }
    }

    fn mask(&mut self, size: Size, counts: &[u32]) {
        if size != self.image {
            self.errors.add("", "mask_size", format!("the mask is {size}, the image {} pixels", self.image));
            return;
        }
        self.bounded("counts", counts.len(), MAX_MASK_RUNS);
        if let Err(e) = mask::check(size, counts) {
            self.errors.add(".counts", "mask_total", e.to_string());
        } else if mask::area(counts) == 0 {
            self.errors.add(".counts", "required", "the mask holds no pixel");
        }
    }
}

#[cfg(test)]
#[path = "validate_tests.rs"]
mod tests;
