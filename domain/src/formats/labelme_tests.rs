use std::path::{Path, PathBuf};

use super::*;
use crate::image::ImageInfo;

fn samples() -> Vec<PathBuf> {
    let root = option_env!("TANDEM_SHARED_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/dev"), PathBuf::from)
        .join("A_images");
    let folders = [
        "labelme/primitives",
        "labelme/instance_segmentation",
        "labelme/bbox_detection",
        "labelme/classification",
        "voc_multiformat/labelme",
    ];
    let files: Vec<PathBuf> = folders
        .iter()
        .filter_map(|f| std::fs::read_dir(root.join(f)).ok())
        .flat_map(|entries| entries.flatten().map(|e| e.path()))
        .filter(|p| p.extension().is_some_and(|e| e == "json"))
        .collect();
    if files.is_empty() {
        println!("NOTICE: {} is not there; nothing checked", root.display());
    }
    files
}

fn frame(file: &File) -> Frame {
    let size = file.declared().unwrap_or(Size { width: 500, height: 338 });
    Frame::of(Some(size), &ImageInfo { content_type: "image/jpeg", width: size.width, height: size.height, orientation: 1 }).expect("fits")
}

#[test]
fn every_sample_file_is_read_without_a_refusal() {
    let files = samples();
    for path in &files {
        let file = read(&std::fs::read_to_string(path).expect("readable")).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let (regions, refused) = file.regions("f", &frame(&file), RegionId::new);
        assert_eq!(refused, [], "{}", path.display());
        assert_eq!(regions.len(), file.shapes.len());
    }
    assert!(files.is_empty() || files.len() >= 14, "{}", files.len());
}

#[test]
fn the_primitives_become_what_they_are() {
    let Some(path) = samples().into_iter().find(|p| p.ends_with("primitives.json")) else { return };
    let file = read(&std::fs::read_to_string(path).expect("readable")).expect("reads");
    let (regions, _) = file.regions("f", &frame(&file), RegionId::new);
    let shape = |label: &str| regions.iter().find(|r| r.label == label).map(|r| r.geometry.clone());
    assert_eq!(shape("rectangle"), Some(Geometry::Box { x: 32.0, y: 35.0, width: 100.0, height: 100.0 }));
    // Centre (195, 84), a point on it (225, 125).
    let r = 30.0_f64.hypot(41.0);
    assert_eq!(shape("circle"), Some(Geometry::Ellipse { cx: 195.0, cy: 84.0, rx: r, ry: r, rotation: 0.0 }));
    assert!(matches!(shape("polygon"), Some(Geometry::Polygon { parts }) if parts[0][0].len() == 4));
    assert!(matches!(shape("line"), Some(Geometry::Polyline { points }) if points.len() == 2));
    assert!(matches!(shape("line_strip"), Some(Geometry::Polyline { points }) if points.len() == 3));
    assert_eq!(shape("point"), Some(Geometry::Point { x: 345.0, y: 174.0 }));
    let Some(Geometry::Mask { width: 560, height: 450, counts }) = shape("octagon") else { panic!("a mask") };
    let bounds = mask::bounds(Size { width: 560, height: 450 }, &counts).expect("something inside");
    assert_eq!((bounds.x, bounds.y), (417.0, 305.0));
    assert_eq!((bounds.width, bounds.height), (100.0, 100.0));
    // Counted once with an independent PNG decoder.
    assert_eq!(mask::area(&counts), 7275);
}

#[test]
fn the_embedded_image_is_the_one_the_file_speaks_of() {
    for path in samples().into_iter().filter(|p| p.to_string_lossy().contains("voc_multiformat")) {
        let file = read(&std::fs::read_to_string(&path).expect("readable")).expect("reads");
        let bytes = file.embedded().expect("base64").expect("there");
        let info = crate::image::probe_bytes(&bytes).expect("an image");
        assert_eq!(Some(info.displayed()), file.declared());
    }
}

fn refused(shape: Value) -> String {
    let text = json!({"shapes": [shape], "imageWidth": 20, "imageHeight": 10, "imagePath": "..\\a\\b.png"}).to_string();
    let file = read(&text).expect("reads");
    assert_eq!(file.path().as_deref(), Some("../a/b.png"));
    let (regions, refused) = file.regions("f.json", &frame(&file), RegionId::new);
    assert!(regions.is_empty());
    refused.iter().map(|r| format!("{}: {} {}", r.place, r.code, r.reason)).collect()
}

#[test]
fn bad_shapes_are_refused_with_their_place() {
    for (shape, expected) in [
        (
            json!({"label": "a", "points": [[1, 1]], "shape_type": "circle"}),
            "f.json: shapes[0]: bad_shape a circle has 2 points; this one has 1",
        ),
        (
            json!({"label": "a", "points": [[1, 1], [2, 2]]}),
            "f.json: shapes[0]: bad_shape .parts[0][0] a ring needs at least 3 points; it has 2",
        ),
        (
            json!({"label": "a", "points": [[1, 1]], "shape_type": "blob"}),
            "f.json: shapes[0]: unknown_shape shapes of type \"blob\" are not supported",
        ),
        (
            json!({"label": "a", "points": [[30, 1]], "shape_type": "point"}),
            "f.json: shapes[0]: outside_image (30, 1) lies outside the image of 20 x 10 pixels",
        ),
        (
            json!({"label": "a", "points": [["x", 1]], "shape_type": "point"}),
            "f.json: shapes[0]: wrong_type points[0][0]: invalid type: string \"x\", expected f64",
        ),
        (json!({"points": []}), "f.json: shapes[0]: wrong_type missing field `label`"),
        (
            json!({"label": "a", "points": [[1, 1], [2, 2]], "shape_type": "mask", "mask": "!"}),
            "f.json: shapes[0]: bad_mask the mask is no base64",
        ),
        (
            json!({"label": "a", "points": [[1, 1], [2, 2]], "shape_type": "mask", "mask": ""}),
            "f.json: shapes[0]: bad_mask the mask's picture: the file is empty (0 bytes)",
        ),
    ] {
        assert_eq!(refused(shape), expected);
    }
}

#[test]
fn what_is_no_labelme_file_is_refused_as_a_whole() {
    assert_eq!(
        read("{").expect_err("cut off").to_string(),
        "the file ends in the middle, at line 1, column 1: EOF while parsing an object"
    );
    assert_eq!(read("[1]").map(|_| ()).expect_err("another").to_string().split(':').next(), Some("this is no LabelMe file"));
    assert_eq!(read("{\"images\": []}").expect_err("another").to_string(), "this is no LabelMe file: missing field `shapes`");
}
