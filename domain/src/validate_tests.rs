use serde_json::json;
use tandem_protocol::{RegionId, RegionKind};

use super::*;

const IMAGE: Size = Size { width: 100, height: 50 };

fn schema() -> LabelSchema {
    let label = |name: &str, kinds: &[RegionKind], keypoints: &[&str]| LabelDef {
        name: name.into(),
        color: "#112233".into(),
        kinds: kinds.to_vec(),
        keypoints: keypoints.iter().map(|k| (*k).to_owned()).collect(),
        ..LabelDef::default()
    };
    LabelSchema {
        labels: vec![label("anything", &[], &[]), label("car", &[RegionKind::Box], &[]), label("hand", &[], &["thumb", "index"])],
    }
}

fn region(label: &str, geometry: serde_json::Value) -> Region {
    Region {
        id: RegionId::new(),
        label: label.into(),
        geometry: serde_json::from_value(geometry).expect("a geometry"),
        attributes: serde_json::Map::new(),
        author: None,
        z: 0,
        relations: Vec::new(),
    }
}

/// The broken rules as `field rule`.
fn broken(list: &[Region]) -> Vec<String> {
    regions(&schema(), IMAGE, list).into_iter().map(|e| format!("{} {}", e.field, e.rule)).collect()
}

fn cuboid(front: [i32; 4], back: [i32; 4]) -> serde_json::Value {
    let face = |[x, y, width, height]: [i32; 4]| json!({"x": x, "y": y, "width": width, "height": height});
    json!({"kind": "cuboid", "front": face(front), "back": face(back)})
}

#[test]
fn good_regions_of_every_kind_pass() {
    let good = [
        region("car", json!({"kind": "box", "x": 0, "y": 0, "width": 100, "height": 50})),
        region("anything", json!({"kind": "rotated_box", "x": 90, "y": 20, "width": 18, "height": 10, "rotation": 30})),
        region("anything", json!({"kind": "ellipse", "cx": 1, "cy": 1, "rx": 5, "ry": 5, "rotation": 0})),
        region("anything", json!({"kind": "polygon", "parts": [[[[0, 0], [10, 0], [10, 10]], [[2, 1], [3, 1], [3, 2]]]]})),
        region("anything", json!({"kind": "polyline", "points": [[0, 0], [10, 0]]})),
        region("anything", json!({"kind": "point", "x": 3, "y": 4})),
        region("anything", cuboid([10, 10, 40, 30], [30, 5, 35, 25])),
        region("hand", json!({"kind": "keypoints", "points": [{"x": 1, "y": 2, "v": 2}, {"x": 0, "y": 0, "v": 0}]})),
        region("anything", json!({"kind": "mask", "width": 100, "height": 50, "counts": [10, 20, 4970]})),
    ];
    assert_eq!(broken(&good), Vec::<String>::new());
}

#[test]
fn each_broken_rule_names_its_field() {
    for (label, geometry, expected) in [
        ("boat", json!({"kind": "point", "x": 1, "y": 1}), "regions[0].label unknown_label"),
        ("car", json!({"kind": "point", "x": 1, "y": 1}), "regions[0].geometry.kind kind_not_allowed"),
        ("car", json!({"kind": "box", "x": 1, "y": 1, "width": 0, "height": 3}), "regions[0].geometry.width positive"),
        ("car", json!({"kind": "box", "x": 1, "y": 1, "width": 1, "height": -3}), "regions[0].geometry.height positive"),
        ("car", json!({"kind": "box", "x": 99, "y": 1, "width": 3, "height": 3}), "regions[0].geometry inside_image"),
        ("anything", json!({"kind": "point", "x": -1, "y": 1}), "regions[0].geometry inside_image"),
        ("anything", json!({"kind": "ellipse", "cx": 130, "cy": 1, "rx": 5, "ry": 5, "rotation": 0}), "regions[0].geometry inside_image"),
        (
            "anything",
            json!({"kind": "ellipse", "cx": 1, "cy": 1, "rx": 5e9, "ry": 5, "rotation": 0}),
            "regions[0].geometry.rx inside_image",
        ),
        ("anything", cuboid([10, 10, 0, 30], [30, 5, 35, 25]), "regions[0].geometry.front.width positive"),
        ("anything", cuboid([10, 10, 40, 30], [80, 5, 35, 25]), "regions[0].geometry.back inside_image"),
        ("anything", json!({"kind": "polygon", "parts": []}), "regions[0].geometry.parts min_items"),
        ("anything", json!({"kind": "polygon", "parts": [[]]}), "regions[0].geometry.parts[0] min_items"),
        ("anything", json!({"kind": "polygon", "parts": [[[[0, 0], [1, 1]]]]}), "regions[0].geometry.parts[0][0] min_items"),
        ("anything", json!({"kind": "polygon", "parts": [[[[0, 0], [1, 1], [0, 60]]]]}), "regions[0].geometry.parts[0][0][2] inside_image"),
        ("anything", json!({"kind": "polyline", "points": [[0, 0]]}), "regions[0].geometry.points min_items"),
        ("hand", json!({"kind": "keypoints", "points": [{"x": 1, "y": 2, "v": 2}]}), "regions[0].geometry.points keypoint_count"),
        (
            "hand",
            json!({"kind": "keypoints", "points": [{"x": 1, "y": 2, "v": 3}, {"x": 0, "y": 0, "v": 0}]}),
            "regions[0].geometry.points[0].v one_of",
        ),
        (
            "hand",
            json!({"kind": "keypoints", "points": [{"x": 0, "y": 0, "v": 0}, {"x": 0, "y": 0, "v": 0}]}),
            "regions[0].geometry.points required",
        ),
        ("anything", json!({"kind": "mask", "width": 50, "height": 100, "counts": [5000]}), "regions[0].geometry mask_size"),
        ("anything", json!({"kind": "mask", "width": 100, "height": 50, "counts": [10, 20]}), "regions[0].geometry.counts mask_total"),
        ("anything", json!({"kind": "mask", "width": 100, "height": 50, "counts": [5000]}), "regions[0].geometry.counts required"),
    ] {
        assert_eq!(broken(&[region(label, geometry)]), [expected]);
    }
}

#[test]
fn half_a_pixel_outside_is_the_tools_rounding_and_more_is_a_mistake() {
    let at = |x: f64| region("anything", json!({"kind": "point", "x": x, "y": 1}));
    assert!(broken(&[at(100.5), at(-0.5)]).is_empty());
    assert_eq!(broken(&[at(100.51), at(-0.51)]).len(), 2);
}

#[test]
fn numbers_that_are_none_are_refused() {
    let mut bad = region("car", json!({"kind": "box", "x": 1, "y": 1, "width": 1, "height": 1}));
    bad.geometry = Geometry::Box { x: f64::NAN, y: 1.0, width: f64::INFINITY, height: 1.0 };
    assert_eq!(broken(&[bad]), ["regions[0].geometry.x finite", "regions[0].geometry.width finite"]);
}

#[test]
fn an_id_is_used_once() {
    let first = region("anything", json!({"kind": "point", "x": 1, "y": 1}));
    assert_eq!(broken(&[first.clone(), first]), ["regions[1].id unique"]);
}

#[test]
fn a_list_of_errors_ends() {
    let many: Vec<_> = (0..500).map(|_| region("boat", json!({"kind": "point", "x": -9, "y": 1}))).collect();
    let errors = regions(&schema(), IMAGE, &many);
    assert_eq!(errors.len(), 101);
    assert_eq!(errors.last().map(|e| e.rule.as_str()), Some("more_errors"));
}

#[test]
fn too_many_regions_are_refused_without_reading_them() {
    let one = region("boat", json!({"kind": "point", "x": 1, "y": 1}));
    assert_eq!(broken(&vec![one; MAX_REGIONS + 1]), ["regions max_items"]);
}

#[test]
fn attributes_have_a_limit() {
    let mut fat = region("anything", json!({"kind": "point", "x": 1, "y": 1}));
    fat.attributes.insert("note".into(), "x".repeat(MAX_ATTRIBUTES).into());
    assert_eq!(broken(&[fat]), ["regions[0].attributes max_length"]);
}

#[test]
fn a_relation_goes_to_another_region_that_is_here_and_has_a_label() {
    let point = || region("anything", json!({"kind": "point", "x": 1, "y": 1}));
    let to = |to: RegionId, label: &str| Relation { to, label: label.into(), directed: true };
    let (mut from, other) = (point(), point());
    from.relations = vec![to(other.id, "holds"), to(other.id, "owns")];
    assert_eq!(broken(&[from.clone(), other.clone()]), Vec::<String>::new());
    from.relations = vec![
        to(from.id, "holds"),
        to(RegionId::new(), "holds"),
        to(other.id, " "),
        to(other.id, &"x".repeat(MAX_RELATION_LABEL + 1)),
        to(other.id, "owns"),
        to(other.id, "owns"),
    ];
    let expected = [
        "regions[0].relations[0].to other_region",
        "regions[0].relations[1].to unknown_region",
        "regions[0].relations[2].label required",
        "regions[0].relations[3].label max_length",
        "regions[0].relations[5].label unique",
    ];
    assert_eq!(broken(&[from, other]), expected);
}
