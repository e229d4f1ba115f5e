//! Fingerprints that tell whether something was changed since they were taken.

use tandem_protocol::Geometry;

use super::{Counts, Segmentation};

/// 64-bit FNV-1a (Fowler, Noll, Vo): enough to notice a change, which is all it is for.
struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn number(&mut self, value: f64) {
        // -0 and 0 are the same place.
        self.bytes(&(value + 0.0).to_bits().to_le_bytes());
    }

    /// Separates lists, so that moving a number from one to the next shows.
    fn numbers(&mut self, values: impl IntoIterator<Item = f64>) {
        for value in values {
            self.number(value);
        }
        self.bytes(b"|");
    }

    fn text(self) -> String {
        format!("{:016x}", self.0)
    }
}

/// Of one of our shapes.
pub(super) fn of_geometry(geometry: &Geometry) -> String {
    let mut fnv = Fnv::new();
    fnv.bytes(geometry.kind().as_str().as_bytes());
    match geometry {
        Geometry::Box { x, y, width, height } => fnv.numbers([*x, *y, *width, *height]),
        Geometry::RotatedBox { x, y, width, height, rotation } => fnv.numbers([*x, *y, *width, *height, *rotation]),
        Geometry::Ellipse { cx, cy, rx, ry, rotation } => fnv.numbers([*cx, *cy, *rx, *ry, *rotation]),
        Geometry::Polygon { parts } => {
            for part in parts {
                for ring in part {
                    fnv.numbers(ring.iter().flatten().copied());
                }
                fnv.bytes(b"/");
            }
        }
        Geometry::Polyline { points } => fnv.numbers(points.iter().flatten().copied()),
        Geometry::Point { x, y } => fnv.numbers([*x, *y]),
        Geometry::Keypoints { points } => fnv.numbers(points.iter().flat_map(|p| [p.x, p.y, f64::from(p.v)])),
        Geometry::Cuboid { front, back } => {
            fnv.numbers([front, back].into_iter().flat_map(|face| [face.x, face.y, face.width, face.height]))
        }
        Geometry::Mask { width, height, counts } => {
            fnv.numbers([f64::from(*width), f64::from(*height)].into_iter().chain(counts.iter().map(|c| f64::from(*c))));
        }
    }
    fnv.text()
}

/// Of what a COCO annotation says about its shape.
pub(super) fn of_fields(bbox: Option<&[f64]>, segmentation: Option<&Segmentation>, keypoints: Option<&[f64]>) -> String {
    let mut fnv = Fnv::new();
    fnv.numbers(bbox.unwrap_or_default().iter().copied());
    match segmentation {
        None => {}
        Some(Segmentation::Polygons(polygons)) => polygons.iter().for_each(|p| fnv.numbers(p.iter().copied())),
        Some(Segmentation::Runs { size, counts }) => {
            fnv.numbers(size.map(f64::from));
            match counts {
                Counts::List(list) => fnv.numbers(list.iter().map(|c| f64::from(*c))),
                Counts::Compressed(text) => fnv.bytes(text.as_bytes()),
            }
        }
    }
    fnv.numbers(keypoints.unwrap_or_default().iter().copied());
    fnv.text()
}
