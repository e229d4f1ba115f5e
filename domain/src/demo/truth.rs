//! Ground truth from what is visible: bounds and outlines of each object's pixels.

use tandem_protocol::geometry::Point;

use crate::geometry::Rect;

/// The pixels of one object.
pub struct Visible<'i> {
    ids: &'i [u16],
    width: usize,
    height: usize,
    id: u16,
}

impl<'i> Visible<'i> {
    #[must_use]
    pub fn new(ids: &'i [u16], width: u32, height: u32, id: u16) -> Self {
        Self { ids, width: width as usize, height: height as usize, id }
    }

    fn at(&self, x: i64, y: i64) -> bool {
        x >= 0
            && y >= 0
            && (x as usize) < self.width
            && (y as usize) < self.height
            && self.ids[y as usize * self.width + x as usize] == self.id
    }

    /// The outlines of its pieces, largest first, along pixel edges, then simplified. Pieces of fewer than `min_area` pixels are specks
    /// between what is in front.
    #[must_use]
    pub fn outlines(&self, within: Rect, min_area: f64, tolerance: f64) -> Vec<Vec<Point>> {
        let mut seen = std::collections::HashSet::new();
        let mut rings = Vec::new();
        for y in within.y as i64..within.bottom() as i64 {
            for x in within.x as i64..within.right() as i64 {
                // A left edge not yet walked begins an outline or a hole; holes turn the other way.
                if self.at(x, y) && !self.at(x - 1, y) && !seen.contains(&(x, y)) {
                    let ring = self.walk(x, y, &mut seen);
                    if crate::geometry::ring::signed_area(&ring) >= min_area {
                        rings.push(simplified(&ring, tolerance));
                    }
                }
            }
        }
        rings.retain(|r| r.len() >= 3);
        rings.sort_by(|a, b| crate::geometry::ring::area(b).total_cmp(&crate::geometry::ring::area(a)));
        rings
    }

    /// Walks the boundary from the top left corner of pixel (x, y) with the object on the right hand, marking the left edges it passes.
    fn walk(&self, x: i64, y: i64, seen: &mut std::collections::HashSet<(i64, i64)>) -> Vec<Point> {
        let (start, mut at) = ((x, y + 1), (x, y + 1));
        // Up along the left edge first.
        let (mut dx, mut dy) = (0, -1);
        let mut ring = Vec::new();
        loop {
            if (dx, dy) == (0, -1) {
                seen.insert((at.0, at.1 - 1));
            }
            at = (at.0 + dx, at.1 + dy);
            ring.push([at.0 as f64, at.1 as f64]);
            // Pixels ahead, left and right of the direction.
            let ahead_right = self.at(at.0 + (dx - dy - 1) / 2, at.1 + (dy + dx - 1) / 2);
            let ahead_left = self.at(at.0 + (dx + dy - 1) / 2, at.1 + (dy - dx - 1) / 2);
            (dx, dy) = match (ahead_left, ahead_right) {
                // Keep to the right where pieces touch at a corner, so that each stays its own.
                (_, false) => (-dy, dx),
                (false, true) => (dx, dy),
                (true, true) => (dy, -dx),
            };
            if at == start && (dx, dy) == (0, -1) || ring.len() > 4 * self.width * self.height {
                return ring;
            }
        }
    }
}

/// Visible pixels and bounds (`x0, y0, x1, y1`, pixel edges) of all objects in one pass; index 0 is scenery.
#[must_use]
pub fn extents(ids: &[u16], width: u32, objects: u16) -> Vec<(u64, Rect)> {
    let mut found = vec![(0_u64, [i64::MAX, i64::MAX, 0, 0]); usize::from(objects) + 1];
    for (at, id) in ids.iter().enumerate().filter(|(_, id)| **id > 0) {
        let (x, y) = ((at % width as usize) as i64, (at / width as usize) as i64);
        let (count, b) = &mut found[usize::from(*id)];
        *count += 1;
        *b = [b[0].min(x), b[1].min(y), b[2].max(x + 1), b[3].max(y + 1)];
    }
    let rect = |b: [i64; 4]| Rect::from_corners(b[0] as f64, b[1] as f64, b[2] as f64, b[3] as f64);
    found.into_iter().map(|(count, b)| (count, if count == 0 { Rect::new(0.0, 0.0, 0.0, 0.0) } else { rect(b) })).collect()
}

/// Douglas and Peucker 1973, on a closed ring.
fn simplified(ring: &[Point], tolerance: f64) -> Vec<Point> {
    let Some((far, _)) = ring.iter().enumerate().max_by(|a, b| distance(ring[0], *a.1).total_cmp(&distance(ring[0], *b.1))) else {
        return Vec::new();
    };
    let mut kept = Vec::new();
    keep(&ring[..=far], tolerance, &mut kept);
    let back: Vec<Point> = ring[far..].iter().chain(&ring[..1]).copied().collect();
    keep(&back, tolerance, &mut kept);
    kept
}

/// The kept points of a chain, without its last.
fn keep(chain: &[Point], tolerance: f64, kept: &mut Vec<Point>) {
    let mut open = vec![(0, chain.len().saturating_sub(1))];
    while let Some((from, to)) = open.pop() {
        let worst = (from + 1..to).map(|i| (i, off(chain[i], chain[from], chain[to]))).max_by(|a, b| a.1.total_cmp(&b.1));
        match worst {
            Some((at, away)) if away > tolerance => {
                open.push((at, to));
                open.push((from, at));
            }
            _ => kept.push(chain[from]),
        }
    }
}

fn distance(a: Point, b: Point) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// How far `p` lies from the line through `a` and `b`.
fn off(p: Point, a: Point, b: Point) -> f64 {
    let length = distance(a, b);
    if length == 0.0 { distance(p, a) } else { ((b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])).abs() / length }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::ring;

    fn outlines(picture: &[&str], tolerance: f64) -> Vec<Vec<Point>> {
        let width = picture[0].len() as u32;
        let ids: Vec<u16> = picture.iter().flat_map(|r| r.bytes().map(|b| u16::from(b == b'#'))).collect();
        let all = extents(&ids, width, 1)[1].1;
        Visible::new(&ids, width, picture.len() as u32, 1).outlines(all, 1.0, tolerance)
    }

    #[test]
    fn an_outline_encloses_exactly_its_pixels() {
        let rings = outlines(&["......", ".###..", ".####.", "..##..", "......"], 0.1);
        assert_eq!(rings.len(), 1);
        assert_eq!(ring::area(&rings[0]), 9.0);
        assert_eq!(rings[0].len(), 10, "{:?}", rings[0]);
    }

    #[test]
    fn pieces_and_corners_stay_apart_and_holes_are_left_out() {
        let rings = outlines(&["##..#", "##..#", "..##.", ".####", ".#..#", ".####"], 0.1);
        // Two squares touch at a corner; the ring with a hole counts with the hole filled.
        let mut areas: Vec<f64> = rings.iter().map(|r| ring::area(r)).collect();
        areas.sort_by(f64::total_cmp);
        assert_eq!(areas, [2.0, 4.0, 14.0]);
    }

    #[test]
    fn a_straight_edge_needs_no_points_between() {
        assert_eq!(outlines(&["#####", "#####"], 0.5)[0].len(), 4);
    }
}
