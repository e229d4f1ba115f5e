//! Between the stored and the displayed frame of a photo with EXIF orientation. Tools that ignore EXIF label the stored pixels;
//! we keep what people see. Points are pixel-edge coordinates, so a mirrored `x` is `width - x`, not `width - 1 - x`.

use tandem_protocol::{
    Geometry,
    geometry::{Face, Keypoint, Point},
};

use super::{Rect, Size, mask};

/// A shape of the stored picture (of size `stored`) as it lies in the displayed one.
#[must_use]
pub fn turned(geometry: &Geometry, stored: Size, orientation: u8) -> Geometry {
    Turn { size: stored, orientation }.geometry(geometry)
}

/// The inverse of [`turned`]: a displayed shape in the stored picture of size `stored`.
#[must_use]
pub fn unturned(geometry: &Geometry, stored: Size, orientation: u8) -> Geometry {
    // Quarter turns undo each other; every other orientation undoes itself.
    let (inverse, swaps) = match orientation {
        6 => (8, true),
        8 => (6, true),
        5 | 7 => (orientation, true),
        other => (other, false),
    };
    let displayed = if swaps { stored.transposed() } else { stored };
    Turn { size: displayed, orientation: inverse }.geometry(geometry)
}

#[derive(Clone, Copy)]
struct Turn {
    size: Size,
    orientation: u8,
}

impl Turn {
    fn point(self, [x, y]: Point) -> Point {
        let (w, h) = (f64::from(self.size.width), f64::from(self.size.height));
        match self.orientation {
            2 => [w - x, y],
            3 => [w - x, h - y],
            4 => [x, h - y],
            5 => [y, x],
            6 => [h - y, x],
            7 => [h - y, w - x],
            8 => [y, w - x],
            _ => [x, y],
        }
    }

    fn swaps(self) -> bool {
        (5..=8).contains(&self.orientation)
    }

    fn mirrors(self) -> bool {
        matches!(self.orientation, 2 | 4 | 5 | 7)
    }

    /// A clockwise angle of a shape whose own width and height keep their names.
    fn angle(self, rotation: f64) -> f64 {
        let own = if self.mirrors() { -rotation } else { rotation };
        let turn = match self.orientation {
            3 | 4 => 180.0,
            5 | 6 => 90.0,
            7 | 8 => 270.0,
            _ => 0.0,
        };
        (own + turn).rem_euclid(360.0)
    }

    fn points(self, points: &[Point]) -> Vec<Point> {
        points.iter().map(|p| self.point(*p)).collect()
    }

    fn geometry(self, geometry: &Geometry) -> Geometry {
        if !(2..=8).contains(&self.orientation) {
            return geometry.clone();
        }
        match geometry {
            Geometry::Box { x, y, width, height } => {
                let Rect { x, y, width, height } = self.rect(*x, *y, *width, *height);
                Geometry::Box { x, y, width, height }
            }
            Geometry::Cuboid { front, back } => Geometry::Cuboid { front: self.face(*front), back: self.face(*back) },
            Geometry::RotatedBox { x, y, width, height, rotation } => {
                let [cx, cy] = self.point([x + width / 2.0, y + height / 2.0]);
                let (x, y) = (cx - width / 2.0, cy - height / 2.0);
                Geometry::RotatedBox { x, y, width: *width, height: *height, rotation: self.angle(*rotation) }
            }
            Geometry::Ellipse { cx, cy, rx, ry, rotation } => {
                let [cx, cy] = self.point([*cx, *cy]);
                Geometry::Ellipse { cx, cy, rx: *rx, ry: *ry, rotation: self.angle(*rotation) }
            }
            Geometry::Polygon { parts } => {
                Geometry::Polygon { parts: parts.iter().map(|rings| rings.iter().map(|r| self.points(r)).collect()).collect() }
            }
            Geometry::Polyline { points } => Geometry::Polyline { points: self.points(points) },
            Geometry::Point { x, y } => {
                let [x, y] = self.point([*x, *y]);
                Geometry::Point { x, y }
            }
            Geometry::Keypoints { points } => Geometry::Keypoints { points: points.iter().map(|p| self.keypoint(*p)).collect() },
            Geometry::Mask { width, height, counts } => self.mask(Size { width: *width, height: *height }, counts),
        }
    }

    fn rect(self, x: f64, y: f64, width: f64, height: f64) -> Rect {
        let (a, b) = (self.point([x, y]), self.point([x + width, y + height]));
        Rect::from_corners(a[0], a[1], b[0], b[1])
    }

    fn face(self, Face { x, y, width, height }: Face) -> Face {
        let Rect { x, y, width, height } = self.rect(x, y, width, height);
        Face { x, y, width, height }
    }

    /// An absent point stays at 0, 0, where COCO keeps it.
    fn keypoint(self, Keypoint { x, y, v }: Keypoint) -> Keypoint {
        if v == 0 {
            return Keypoint { x, y, v };
        }
        let [x, y] = self.point([x, y]);
        Keypoint { x, y, v }
    }

    fn mask(self, size: Size, counts: &[u32]) -> Geometry {
        let target = if self.swaps() { size.transposed() } else { size };
        let pixels = mask::decode(size, counts);
        let mut turned = vec![false; pixels.len()];
        for (at, _) in pixels.iter().enumerate().filter(|(_, inside)| **inside) {
            let (x, y) = (at % size.width as usize, at / size.width as usize);
            // Through the pixel's centre, so that edges cannot round to a neighbour.
            let [tx, ty] = Turn { size, ..self }.point([x as f64 + 0.5, y as f64 + 0.5]);
            turned[ty as usize * target.width as usize + tx as usize] = true;
        }
        Geometry::Mask { width: target.width, height: target.height, counts: mask::encode(target, &turned) }
    }
}
