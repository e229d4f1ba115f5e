use std::f64::consts::PI;

use tandem_protocol::{
    Geometry,
    geometry::{Face, Point},
};

use super::{Rect, Size, mask, ring};

/// Square pixels. Lines and points have none; a cuboid has that of what it covers; keypoints take the box around their present points, as COCO's evaluation does
/// where no segmentation is given.
#[must_use]
pub fn area(geometry: &Geometry) -> f64 {
    match geometry {
        Geometry::Box { width, height, .. } | Geometry::RotatedBox { width, height, .. } => width.abs() * height.abs(),
        Geometry::Ellipse { rx, ry, .. } => PI * rx.abs() * ry.abs(),
        Geometry::Polygon { parts } => ring::parts_area(parts),
        Geometry::Polyline { .. } | Geometry::Point { .. } => 0.0,
        Geometry::Keypoints { .. } => bounds(geometry).area(),
        Geometry::Cuboid { front, back } => ring::area(&cuboid_outline(*front, *back)),
        Geometry::Mask { counts, .. } => mask::area(counts) as f64,
    }
}

/// The axis-parallel rectangle around a shape. Empty shapes give an empty rectangle at the origin.
#[must_use]
pub fn bounds(geometry: &Geometry) -> Rect {
    let nothing = Rect::new(0.0, 0.0, 0.0, 0.0);
    match geometry {
        Geometry::Box { x, y, width, height } => Rect::new(*x, *y, *width, *height),
        Geometry::RotatedBox { x, y, width, height, rotation } => {
            let corners = rotated_corners(*x, *y, *width, *height, *rotation);
            Rect::around(&corners).unwrap_or(nothing)
        }
        Geometry::Ellipse { cx, cy, rx, ry, rotation } => {
            // Extremes of a turned ellipse: sqrt((rx cos)^2 + (ry sin)^2).
            let (sin, cos) = rotation.to_radians().sin_cos();
            let (dx, dy) = ((rx * cos).hypot(ry * sin), (rx * sin).hypot(ry * cos));
            Rect::new(cx - dx, cy - dy, 2.0 * dx, 2.0 * dy)
        }
        Geometry::Polygon { parts } => Rect::around(parts.iter().flatten().flatten()).unwrap_or(nothing),
        Geometry::Polyline { points } => Rect::around(points).unwrap_or(nothing),
        Geometry::Point { x, y } => Rect::new(*x, *y, 0.0, 0.0),
        Geometry::Keypoints { points } => {
            let present: Vec<Point> = points.iter().filter(|p| p.v > 0).map(|p| [p.x, p.y]).collect();
            Rect::around(&present).unwrap_or(nothing)
        }
        Geometry::Cuboid { front, back } => {
            let corners = [front.corners(), back.corners()];
            Rect::around(corners.as_flattened()).unwrap_or(nothing)
        }
        Geometry::Mask { width, height, counts } => mask::bounds(Size { width: *width, height: *height }, counts).unwrap_or(nothing),
    }
}

/// What a cuboid covers: the hull of its eight corners.
#[must_use]
pub fn cuboid_outline(front: Face, back: Face) -> Vec<Point> {
    ring::hull([front.corners(), back.corners()].as_flattened())
}

/// Top left, top right, bottom right, bottom left of a box turned clockwise around its centre.
#[must_use]
pub fn rotated_corners(x: f64, y: f64, width: f64, height: f64, rotation: f64) -> [Point; 4] {
    let (sin, cos) = rotation.to_radians().sin_cos();
    let (cx, cy) = (x + width / 2.0, y + height / 2.0);
    [(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)].map(|(u, v)| {
        let (dx, dy) = (u * width, v * height);
        [cx + dx * cos - dy * sin, cy + dx * sin + dy * cos]
    })
}
