//! Rings: closed chains of points whose last point is not repeated.

use tandem_protocol::geometry::Point;

/// The area a ring encloses, by the shoelace formula; positive whatever way it turns.
#[must_use]
pub fn area(ring: &[Point]) -> f64 {
    signed_area(ring).abs()
}

/// Positive when the ring turns clockwise on screen (y down).
#[must_use]
pub fn signed_area(ring: &[Point]) -> f64 {
    // Relative to the first point: far from the origin the products would cancel to noise.
    let Some(&[ox, oy]) = ring.first() else { return 0.0 };
    let cross = |a: Point, b: Point| (a[0] - ox) * (b[1] - oy) - (b[0] - ox) * (a[1] - oy);
    ring.windows(2).map(|w| cross(w[0], w[1])).sum::<f64>() / 2.0
}

/// Area of parts with holes: exteriors minus holes, never negative.
#[must_use]
pub fn parts_area(parts: &[Vec<Vec<Point>>]) -> f64 {
    let part = |rings: &Vec<Vec<Point>>| match rings.split_first() {
        Some((exterior, holes)) => (area(exterior) - holes.iter().map(|h| area(h)).sum::<f64>()).max(0.0),
        None => 0.0,
    };
    parts.iter().map(part).sum()
}

/// Whether a point is inside a ring, by the even-odd rule.
#[must_use]
pub fn contains(ring: &[Point], [x, y]: Point) -> bool {
    let mut inside = false;
    let Some(mut previous) = ring.last() else { return false };
    for point in ring {
        let crosses = (point[1] > y) != (previous[1] > y);
        if crosses && x < (previous[0] - point[0]) * (y - point[1]) / (previous[1] - point[1]) + point[0] {
            inside = !inside;
        }
        previous = point;
    }
    inside
}

/// An ellipse as a ring of `count` points, clockwise on screen from its own right.
#[must_use]
pub fn ellipse([cx, cy]: Point, rx: f64, ry: f64, rotation: f64, count: usize) -> Vec<Point> {
    let (sin, cos) = rotation.to_radians().sin_cos();
    (0..count)
        .map(|i| {
            let (s, c) = (std::f64::consts::TAU * i as f64 / count as f64).sin_cos();
            [cx + rx * c * cos - ry * s * sin, cy + rx * c * sin + ry * s * cos]
        })
        .collect()
}

/// The convex hull of points, clockwise on screen from the leftmost (Andrew's monotone chain, 1979). Points on its edges are left out.
#[must_use]
pub fn hull(points: &[Point]) -> Vec<Point> {
    let mut sorted = points.to_vec();
    sorted.sort_by(|a, b| a[0].total_cmp(&b[0]).then(a[1].total_cmp(&b[1])));
    sorted.dedup();
    if sorted.len() < 3 {
        return sorted;
    }
    let mut ring = chain(sorted.iter());
    ring.extend(chain(sorted.iter().rev()));
    ring
}

/// Along one side of the hull, without its last point: the other side begins there.
fn chain<'p>(points: impl Iterator<Item = &'p Point>) -> Vec<Point> {
    let turns = |a: Point, b: Point, c: Point| (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
    let mut kept: Vec<Point> = Vec::new();
    for point in points {
        while let [.., a, b] = kept[..]
            && turns(a, b, *point) <= 0.0
        {
            kept.pop();
        }
        kept.push(*point);
    }
    kept.pop();
    kept
}
