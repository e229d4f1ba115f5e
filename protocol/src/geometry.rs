//! Shapes. Coordinates are pixels of the image as people see it (after EXIF orientation), x right, y down, origin at the
//! top left corner of the top left pixel; fractions are allowed. Angles are degrees, clockwise on screen.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::role::text;

/// `[x, y]` in image pixels.
pub type Point = [f64; 2];

/// The geometry of a region. The tag `kind` stands beside the fields: `{"kind": "box", "x": 1, ...}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Geometry {
    /// An axis-parallel rectangle; `x`, `y` is its top left corner.
    Box {
        x: f64,
        y: f64,
        width: f64,
        height: f64,
    },
    /// A rectangle turned by `rotation` around its centre.
    RotatedBox {
        x: f64,
        y: f64,
        width: f64,
        height: f64,
        rotation: f64,
    },
    /// An ellipse around (`cx`, `cy`) with radii `rx`, `ry`.
    Ellipse {
        cx: f64,
        cy: f64,
        rx: f64,
        ry: f64,
        rotation: f64,
    },
    /// GeoJSON's MultiPolygon nesting: parts, each a list of rings (first the exterior, then holes), each a list of points.
    /// Rings are open: the first point is not repeated at the end.
    Polygon {
        #[schema(value_type = Vec<Vec<Vec<Vec<f64>>>>)]
        parts: Vec<Vec<Vec<Point>>>,
    },
    Polyline {
        #[schema(value_type = Vec<Vec<f64>>)]
        points: Vec<Point>,
    },
    Point {
        x: f64,
        y: f64,
    },
    /// A skeleton's points in the order of the label's `keypoints`.
    Keypoints {
        points: Vec<Keypoint>,
    },
    /// A box in space as a picture shows it: its front face, its back face, and between them the four edges that join corner to corner.
    Cuboid {
        front: Face,
        back: Face,
    },
    /// A raster mask, run-length encoded in COCO's column-major order, starting with a run of zeros.
    Mask {
        width: u32,
        height: u32,
        counts: Vec<u32>,
    },
}

/// A face of a cuboid: an axis-parallel rectangle; `x`, `y` is its top left corner.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Face {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Face {
    /// From the top left one, clockwise.
    #[must_use]
    pub fn corners(self) -> [Point; 4] {
        let Self { x, y, width, height } = self;
        [[x, y], [x + width, y], [x + width, y + height], [x, y + height]]
    }
}

/// One point of a skeleton.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Keypoint {
    pub x: f64,
    pub y: f64,
    /// COCO's flag: 0 absent, 1 there but occluded, 2 visible.
    pub v: u8,
}

/// The kind of a geometry, without its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegionKind {
    Box,
    RotatedBox,
    Ellipse,
    Polygon,
    Polyline,
    Point,
    Keypoints,
    Cuboid,
    Mask,
}

text!(RegionKind {
    Box = "box",
    RotatedBox = "rotated_box",
    Ellipse = "ellipse",
    Polygon = "polygon",
    Polyline = "polyline",
    Point = "point",
    Keypoints = "keypoints",
    Cuboid = "cuboid",
    Mask = "mask",
});

impl Geometry {
    #[must_use]
    pub fn kind(&self) -> RegionKind {
        match self {
            Self::Box { .. } => RegionKind::Box,
            Self::RotatedBox { .. } => RegionKind::RotatedBox,
            Self::Ellipse { .. } => RegionKind::Ellipse,
            Self::Polygon { .. } => RegionKind::Polygon,
            Self::Polyline { .. } => RegionKind::Polyline,
            Self::Point { .. } => RegionKind::Point,
            Self::Keypoints { .. } => RegionKind::Keypoints,
            Self::Cuboid { .. } => RegionKind::Cuboid,
            Self::Mask { .. } => RegionKind::Mask,
        }
    }
}
