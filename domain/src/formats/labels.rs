//! A project's labels, extended by what a file brings.

use std::collections::HashSet;

use tandem_protocol::rest::{LabelDef, LabelSchema};

use super::Reason;
use crate::relabel::Renames;

/// Characters of a label's name.
pub const MAX_NAME: usize = 100;
/// A project with more labels than this cannot be worked with.
pub const MAX_LABELS: usize = 5_000;

/// A label nobody has configured: any shape, no key, the colour chosen when it joins a schema.
#[must_use]
pub fn plain(name: &str) -> LabelDef {
    LabelDef { name: name.to_owned(), ..LabelDef::default() }
}

/// # Errors
/// The name is empty, too long or holds control characters.
pub fn check_name(name: &str) -> Result<(), Reason> {
    let count = name.chars().count();
    if name.trim().is_empty() || count > MAX_NAME || name.chars().any(char::is_control) {
        return Err(Reason::new("label_name", format!("a label's name has 1 to {MAX_NAME} visible characters; this one has {count}")));
    }
    Ok(())
}

/// The pairs of points that differ in a `left` and a `right` of their names, as everybody's people, faces and hands have them.
#[must_use]
pub fn mirrored(keypoints: &[String]) -> Vec<[u32; 2]> {
    let other = |name: &str| {
        let lower = name.to_lowercase();
        lower.contains("left").then(|| lower.replacen("left", "right", 1))
    };
    let place = |wanted: &str| keypoints.iter().position(|name| name.to_lowercase() == wanted);
    let pair = |(index, name): (usize, &String)| Some([u32::try_from(index).ok()?, u32::try_from(place(&other(name)?)?).ok()?]);
    keypoints.iter().enumerate().filter_map(pair).collect()
}

/// Adds the labels the schema lacks, and the skeleton to a label that has none. What is already there is not changed: the
/// project's own rules win over a file's. A label that the file calls what it once was is the one it is now.
pub fn extend(schema: &mut LabelSchema, wanted: impl IntoIterator<Item = LabelDef>) -> bool {
    let mut changed = false;
    let renames = Renames::of(schema);
    for mut label in wanted {
        if let Some(current) = renames.current(&label.name) {
            current.clone_into(&mut label.name);
        }
        if let Some(known) = schema.labels.iter_mut().find(|l| l.name == label.name) {
            if known.keypoints.is_empty() && !label.keypoints.is_empty() {
                known.keypoints = label.keypoints;
                known.skeleton = label.skeleton;
                known.symmetry = label.symmetry;
                changed = true;
            }
        } else if schema.labels.len() < MAX_LABELS {
            let new = fitted(schema, label);
            schema.labels.push(new);
            changed = true;
        }
    }
    changed
}

/// The label with a colour and a key that are free in the schema.
fn fitted(schema: &LabelSchema, mut label: LabelDef) -> LabelDef {
    let used: HashSet<&str> = schema.labels.iter().filter_map(|l| l.hotkey.as_deref()).collect();
    if label.color.is_empty() {
        label.color = color(schema.labels.len());
    }
    let taken = label.hotkey.as_deref().is_some_and(|key| used.contains(key));
    if label.hotkey.is_none() || taken {
        label.hotkey = (1..=9).map(|n| n.to_string()).find(|key| !used.contains(key.as_str()));
    }
    label
}

/// Colours that stay apart: hues at the golden angle, lightness alternating, readable on photos and on both themes.
#[must_use]
pub fn color(index: usize) -> String {
    let hue = (index as f64 * 137.507_764 + 210.0).rem_euclid(360.0);
    let lightness = [0.55, 0.45, 0.63][index % 3];
    let [r, g, b] = hsl(hue, 0.78, lightness);
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// CSS Color 4, section 7.
fn hsl(hue: f64, saturation: f64, lightness: f64) -> [u8; 3] {
    let a = saturation * lightness.min(1.0 - lightness);
    [0.0, 8.0, 4.0].map(|n| {
        let k = (n + hue / 30.0) % 12.0;
        let value = lightness - a * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0);
        (value * 255.0).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_labels_get_a_colour_and_a_free_key() {
        let mut schema = LabelSchema { labels: vec![LabelDef { hotkey: Some("1".into()), color: "#000000".into(), ..plain("car") }] };
        assert!(extend(&mut schema, (0..12).map(|i| plain(&format!("l{i}")))));
        let keys: Vec<_> = schema.labels.iter().filter_map(|l| l.hotkey.clone()).collect();
        assert_eq!(keys, ["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
        let colors: HashSet<_> = schema.labels.iter().map(|l| l.color.clone()).collect();
        assert_eq!(colors.len(), 13);
    }

    #[test]
    fn the_projects_own_labels_are_not_changed() {
        let mine = LabelDef { color: "#000000".into(), keypoints: vec!["a".into()], ..plain("car") };
        let mut schema = LabelSchema { labels: vec![mine.clone()] };
        let theirs = LabelDef { color: "#ffffff".into(), keypoints: vec!["b".into(), "c".into()], ..plain("car") };
        assert!(!extend(&mut schema, [theirs]));
        assert_eq!(schema.labels, [mine]);
    }

    #[test]
    fn names_are_one_to_a_hundred_visible_characters() {
        assert!(check_name("traffic light").is_ok());
        for bad in ["", "  ", "a\nb", &"x".repeat(101)] {
            assert!(check_name(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn points_whose_names_differ_in_left_and_right_are_mirror_images() {
        let names = ["nose", "Left_Eye", "right_eye", "left hip", "right knee"].map(str::to_owned);
        assert_eq!(mirrored(&names), [[1, 2]]);
    }
}
