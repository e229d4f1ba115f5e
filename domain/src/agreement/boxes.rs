//! Agreement on axis-aligned boxes, and on the boxes around other shapes.

use serde::Deserialize;
use serde_json::Value;
use tandem_protocol::Geometry;

use crate::geometry::bounds;

#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Rect {
    #[serde(default)]
    pub label: String,
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// The area both cover over the area either covers (Jaccard). Two that cover nothing, around points or upright lines, are the same or share nothing.
#[must_use]
pub fn intersection_over_union(a: &Rect, b: &Rect) -> f64 {
    let overlap = |a: f64, a_length: f64, b: f64, b_length: f64| ((a + a_length).min(b + b_length) - a.max(b)).max(0.0);
    let both = overlap(a.x, a.width, b.x, b.width) * overlap(a.y, a.height, b.y, b.height);
    let either = a.width * a.height + b.width * b.height - both;
    if either > 0.0 { both / either } else { f64::from(u8::from((a.x, a.y, a.width, a.height) == (b.x, b.y, b.width, b.height))) }
}

/// Boxes of the same label are matched, the best pair first; the sum of their overlaps over as many as the one with more boxes drew. So a box that
/// only one of them drew counts against them as a miss.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of boxes")]
pub fn box_agreement(left: &[Rect], right: &[Rect]) -> f64 {
    let most = left.len().max(right.len());
    if most == 0 {
        return 1.0;
    }
    let mut pairs: Vec<(f64, usize, usize)> = Vec::new();
    for (l, a) in left.iter().enumerate() {
        let matching = right.iter().enumerate().filter(|(_, b)| a.label == b.label);
        pairs.extend(matching.map(|(r, b)| (intersection_over_union(a, b), l, r)).filter(|(overlap, ..)| *overlap > 0.0));
    }
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
    let (mut taken_left, mut taken_right) = (vec![false; left.len()], vec![false; right.len()]);
    let mut sum = 0.0;
    for (overlap, l, r) in pairs {
        if !taken_left[l] && !taken_right[r] {
            (taken_left[l], taken_right[r]) = (true, true);
            sum += overlap;
        }
    }
    sum / most as f64
}

/// `regions` or `boxes` of an answer, each with its numbers beside `label` or under `geometry`; of any other shape the box around it, so that two who drew
/// something else never agree for want of boxes.
pub(super) fn rects(answer: &Value) -> Result<Vec<Rect>, String> {
    let list = ["regions", "boxes"].iter().find_map(|key| answer.get(key)).or(Some(answer)).and_then(Value::as_array);
    let list = list.ok_or("it has no list \"regions\" or \"boxes\"")?;
    let mut rects = Vec::new();
    for item in list {
        let geometry = item.get("geometry").unwrap_or(item);
        let mut rect: Rect = if geometry.get("kind").is_some_and(|kind| kind != "box") {
            let shape = Geometry::deserialize(geometry).map_err(|error| error.to_string())?;
            let around = bounds(&shape);
            Rect { label: String::new(), x: around.x, y: around.y, width: around.width, height: around.height }
        } else {
            Rect::deserialize(geometry).map_err(|error| error.to_string())?
        };
        if let Some(label) = item.get("label").and_then(Value::as_str) {
            label.clone_into(&mut rect.label);
        }
        rects.push(rect);
    }
    Ok(rects)
}
