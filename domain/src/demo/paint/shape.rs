//! Outlines. Each returns `None` only for shapes without extent, which then are not drawn.

use tiny_skia::{Path, PathBuilder, Rect};

pub fn rect(x: f32, y: f32, width: f32, height: f32) -> Option<Path> {
    Some(PathBuilder::from_rect(Rect::from_xywh(x, y, width, height)?))
}

pub fn ellipse(cx: f32, cy: f32, rx: f32, ry: f32) -> Option<Path> {
    PathBuilder::from_oval(Rect::from_xywh(cx - rx, cy - ry, rx * 2.0, ry * 2.0)?)
}

pub fn circle(cx: f32, cy: f32, r: f32) -> Option<Path> {
    ellipse(cx, cy, r, r)
}

pub fn poly(points: &[[f32; 2]]) -> Option<Path> {
    rounded(points, 0.0)
}

/// A polygon whose corners are cut to curves of about this radius.
pub fn rounded(points: &[[f32; 2]], radius: f32) -> Option<Path> {
    let count = points.len();
    let mut path = PathBuilder::new();
    for i in 0..count {
        let (before, corner, after) = (points[(i + count - 1) % count], points[i], points[(i + 1) % count]);
        let (a, b) = (toward(corner, before, radius), toward(corner, after, radius));
        if i == 0 {
            path.move_to(a[0], a[1])
        } else {
            path.line_to(a[0], a[1])
        }
        path.quad_to(corner[0], corner[1], b[0], b[1]);
    }
    path.close();
    path.finish()
}

/// The point `distance` from `from` towards `to`, at most half way.
fn toward(from: [f32; 2], to: [f32; 2], distance: f32) -> [f32; 2] {
    let (dx, dy) = (to[0] - from[0], to[1] - from[1]);
    let length = dx.hypot(dy).max(1e-6);
    let t = (distance / length).min(0.5);
    [from[0] + dx * t, from[1] + dy * t]
}

/// A closed curve through the middles of a polygon's sides: hills, clouds, foliage.
pub fn smooth(points: &[[f32; 2]]) -> Option<Path> {
    rounded(points, f32::MAX)
}
