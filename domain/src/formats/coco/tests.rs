use std::{
    collections::BTreeMap,
    convert::Infallible,
    path::{Path, PathBuf},
};

use proptest::prelude::*;
use serde_json::{Value, json};
use tandem_protocol::{
    Geometry, RegionId,
    geometry::Keypoint,
    rest::{LabelSchema, Region},
};

use super::*;
use crate::{
    formats::{FileProblem, Reason, frame::Frame, labels, record},
    geometry::Size,
    image::ImageInfo,
};

/// All of a small file, read as the importer does but kept in memory.
#[derive(Default, Debug)]
struct Loaded {
    categories: Categories,
    images: BTreeMap<CocoId, CocoImage>,
    regions: BTreeMap<CocoId, Vec<Region>>,
    refused: Vec<String>,
}

fn load(text: &str) -> Result<Loaded, FileProblem> {
    load_with(text, 1)
}

fn load_with(text: &str, orientation: u8) -> Result<Loaded, FileProblem> {
    let mut loaded = Loaded::default();
    let mut annotations = Vec::new();
    let result = read(text.as_bytes(), |item| {
        let place = format!("{}[{}]", item.section.name(), item.index);
        let outcome: Result<(), Reason> = match item.section {
            Section::Images => record::<CocoImage>(item.text).map(|image| {
                loaded.images.insert(image.id.clone().unwrap_or(CocoId::Int(0)), image);
            }),
            Section::Categories => record(item.text).and_then(|c| loaded.categories.add(c)),
            Section::Annotations => record::<Annotation>(item.text).map(|a| annotations.push((place.clone(), a))),
        };
        if let Err(reason) = outcome {
            loaded.refused.push(format!("{place}: {} {}", reason.code, reason.text));
        }
        Ok::<_, Infallible>(())
    });
    match result {
        Ok(()) => {}
        Err(ReadError::File(problem)) => return Err(problem),
        Err(ReadError::Stopped(never)) => match never {},
    }
    for (_, a) in &annotations {
        if let (Some(category), Some(keypoints)) = (&a.category_id, &a.keypoints) {
            loaded.categories.saw_keypoints(category, keypoints.len());
        }
    }
    for (place, annotation) in annotations {
        match one(&loaded, &annotation, orientation) {
            Ok((image, region)) => loaded.regions.entry(image).or_default().push(region),
            Err(reason) => loaded.refused.push(format!("{place}: {} {}", reason.code, reason.text)),
        }
    }
    Ok(loaded)
}

fn one(loaded: &Loaded, annotation: &Annotation, orientation: u8) -> Result<(CocoId, Region), Reason> {
    let id = annotation.image_id.clone().ok_or_else(|| Reason::new("missing_field", "image_id"))?;
    let image = loaded.images.get(&id).ok_or_else(|| Reason::new("unknown_image", id.to_string()))?;
    let category = annotation.category_id.as_ref().and_then(|c| loaded.categories.get(c));
    let category = category.ok_or_else(|| Reason::new("unknown_category", format!("{:?}", annotation.category_id)))?;
    let size = Size { width: image.width.expect("size").0, height: image.height.expect("size").0 };
    let shown = if orientation >= 5 { size.transposed() } else { size };
    let info = ImageInfo { content_type: "image/jpeg", width: shown.width, height: shown.height, orientation };
    let frame = Frame::of(Some(size), &info)?;
    let z = loaded.regions.get(&id).map_or(0, Vec::len) as i32;
    Ok((id, region(annotation, category, &frame, RegionId::new(), z)?))
}

fn schema(loaded: &Loaded) -> LabelSchema {
    let mut schema = LabelSchema::default();
    labels::extend(&mut schema, loaded.categories.labels());
    schema
}

fn export(schema: &LabelSchema, loaded: &Loaded, numbering: Numbering) -> String {
    let mut writer = Writer::new(Vec::new(), schema, &json!({}), numbering).expect("writes");
    for (id, image) in &loaded.images {
        let size = Size { width: image.width.expect("size").0, height: image.height.expect("size").0 };
        let name = image.file_name.clone().unwrap_or_default();
        writer.image(&image_json(id, &name, size, Some(&image.extra))).expect("writes");
    }
    for (id, regions) in &loaded.regions {
        writer.regions(id, regions).expect("writes");
    }
    String::from_utf8(writer.finish().expect("writes")).expect("text")
}

/// Regions without their ids, which are made anew each time.
fn comparable(loaded: &Loaded) -> BTreeMap<CocoId, Vec<Value>> {
    let plain = |r: &Region| json!({"label": r.label, "geometry": r.geometry, "attributes": r.attributes, "z": r.z});
    loaded.regions.iter().map(|(id, regions)| (id.clone(), regions.iter().map(plain).collect())).collect()
}

fn sample_files() -> Vec<PathBuf> {
    let root = option_env!("TANDEM_SHARED_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/dev"), PathBuf::from)
        .join("A_images");
    let folders = [
        "datumaro_fixtures/coco_dataset/coco/annotations",
        "datumaro_fixtures/roboflow_dataset/coco/train",
        "datumaro_fixtures/roboflow_dataset/coco/val",
        "keypoints/coco",
        "labelme/instance_segmentation_coco",
        "voc_multiformat/coco",
    ];
    let files: Vec<PathBuf> = folders
        .iter()
        .filter_map(|f| std::fs::read_dir(root.join(f)).ok())
        .flat_map(|entries| entries.flatten().map(|e| e.path()))
        .filter(|p| p.extension().is_some_and(|e| e == "json") && !p.ends_with("test_coco_det_AP_H_56.json"))
        .collect();
    if files.is_empty() {
        println!("NOTICE: {} is not there; nothing checked", root.display());
    }
    files
}

#[test]
fn every_sample_file_comes_back_the_same_after_export_and_import() {
    let mut total = 0;
    for path in sample_files() {
        let text = std::fs::read_to_string(&path).expect("readable");
        let first = load(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let written = export(&schema(&first), &first, Numbering::keeping(1_000_000_000_000));
        let second = load(&written).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert_eq!(second.refused, Vec::<String>::new(), "{}", path.display());
        assert_eq!(comparable(&first), comparable(&second), "{}", path.display());
        assert_eq!(schema(&first), schema(&second), "{}", path.display());
        // The numbers of the original file are there too.
        let (original, again): (Value, Value) = (parse(&text), parse(&written));
        for region in first.regions.values().flatten() {
            let id = &region.attributes[KEPT]["id"];
            let find = |file: &Value| file["annotations"].as_array().and_then(|l| l.iter().find(|a| a["id"] == *id).cloned());
            let (Some(was), Some(is)) = (find(&original), find(&again)) else {
                assert_eq!(id, &json!(0), "{}", path.display());
                continue;
            };
            same_fields(&was, &is, &path);
            total += 1;
        }
    }
    println!("{total} annotations compared");
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

/// Every field of the original annotation stands in the export with the same value. Category ids may differ where one was refused.
fn same_fields(was: &Value, is: &Value, path: &Path) {
    for (key, value) in was.as_object().expect("object") {
        let trivial = value == &json!([]) || value == &json!({});
        if trivial || key == "segmentation" && value.get("counts").is_some() {
            continue;
        }
        assert_eq!(numbers(value), numbers(&is[key]), "{}: {key} of {was} is {is}", path.display());
    }
}

/// 5 and 5.0 are the same.
fn numbers(value: &Value) -> Value {
    match value {
        Value::Number(n) => json!(n.as_f64()),
        Value::Array(list) => list.iter().map(numbers).collect(),
        Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), numbers(v))).collect(),
        other => other.clone(),
    }
}

#[test]
fn the_sample_keypoints_and_polygons_become_what_they_are() {
    let Some(path) = sample_files().into_iter().find(|p| p.ends_with("test_coco.json")) else { return };
    let loaded = load(&std::fs::read_to_string(path).expect("readable")).expect("reads");
    assert_eq!(loaded.refused, Vec::<String>::new());
    let regions: Vec<&Region> = loaded.regions.values().flatten().collect();
    assert_eq!(regions.len(), 14);
    assert!(regions.iter().all(|r| r.label == "person"));
    let keypoints = regions.iter().filter(|r| matches!(&r.geometry, Geometry::Keypoints { points } if points.len() == 17)).count();
    assert!(keypoints >= 10, "{keypoints}");
    let schema = schema(&loaded);
    assert_eq!(schema.labels[0].keypoints[0], "nose");
    // COCO's first edge is [16, 14], counted from 1.
    assert_eq!(schema.labels[0].skeleton[0], [15, 13]);
    assert_eq!(schema.labels[0].symmetry.len(), 8, "eyes, ears, shoulders, elbows, wrists, hips, knees, ankles");
}

fn file(annotations: Value) -> String {
    json!({
        "annotations": annotations,
        "images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 50}],
        "categories": [{"id": 7, "name": "cat"}, {"id": 8, "name": "hand", "keypoints": ["a", "b"], "skeleton": [[1, 2]]}],
    })
    .to_string()
}

fn refusal(annotation: Value) -> String {
    let loaded = load(&file(json!([annotation]))).expect("reads");
    assert!(loaded.regions.is_empty(), "{loaded:?}");
    loaded.refused.join("; ")
}

#[test]
fn bad_records_are_refused_with_their_place_and_reason() {
    for (annotation, expected) in [
        (json!({"image_id": 1, "category_id": 9, "bbox": [1, 1, 2, 2]}), "annotations[0]: unknown_category Some(Int(9))"),
        (json!({"image_id": 2, "category_id": 7, "bbox": [1, 1, 2, 2]}), "annotations[0]: unknown_image 2"),
        (json!({"image_id": 1, "category_id": 7, "bbox": [1, 1, -2, 2]}), "annotations[0]: negative_box bbox has a negative size: -2 x 2"),
        (json!({"image_id": 1, "category_id": 7, "bbox": [1, 1, 2, 0]}), "annotations[0]: empty_box bbox is empty: 2 x 0"),
        (
            json!({"image_id": 1, "category_id": 7, "bbox": [90, 1, 20, 2]}),
            "annotations[0]: outside_image bbox from (90, 1) to (110, 3) lies outside the image of 100 x 50 pixels",
        ),
        (
            json!({"image_id": 1, "category_id": 7, "bbox": [1, 1, 2]}),
            "annotations[0]: bad_box bbox has 4 numbers (x, y, width, height); this one has 3",
        ),
        (
            json!({"image_id": 1, "category_id": 7, "bbox": [1, "x", 2, 2]}),
            "annotations[0]: wrong_type bbox[1]: invalid type: string \"x\", expected f64",
        ),
        (json!([1, 2]), "annotations[0]: wrong_type invalid type: sequence, expected an object"),
        (
            json!({"image_id": 1, "category_id": 7, "segmentation": [[1, 1, 2, 2]]}),
            "annotations[0]: bad_polygon segmentation[0] has 4 numbers; a polygon has an even count of at least 6",
        ),
        (
            json!({"image_id": 1, "category_id": 7, "segmentation": {"size": [50, 100], "counts": "`"}}),
            "annotations[0]: bad_rle segmentation.counts: the compressed mask ends inside a number",
        ),
        (
            json!({"image_id": 1, "category_id": 7, "segmentation": {"size": [50, 100], "counts": [3, 4]}}),
            "annotations[0]: mask_total .counts runs cover 7 pixels, the mask has 5000",
        ),
        (
            json!({"image_id": 1, "category_id": 7, "segmentation": {"size": [100, 50], "counts": [3, 4997]}}),
            "annotations[0]: mask_size the mask is 50 x 100, the image 100 x 50 pixels",
        ),
        (
            json!({"image_id": 1, "category_id": 8, "keypoints": [1, 1, 2]}),
            "annotations[0]: keypoint_count keypoints has 3 numbers; category \"hand\" has 2 keypoints, which take 6",
        ),
        (
            json!({"image_id": 1, "category_id": 8, "keypoints": [1, 1, 2, 1, 1, 5]}),
            "annotations[0]: keypoint_visibility keypoints[5] is 5; visibility is 0, 1 or 2",
        ),
        (
            json!({"image_id": 1, "category_id": 7}),
            "annotations[0]: no_shape it has no bbox, segmentation or keypoints (a label of the whole image is not a region)",
        ),
        (json!({"image_id": 1, "category_id": 7, "caption": "hi"}), "annotations[0]: no_shape a caption is not a region"),
    ] {
        assert_eq!(refusal(annotation), expected);
    }
}

#[test]
fn numbers_that_are_none_refuse_their_record_and_not_the_file() {
    let text = file(json!([
        {"id": 1, "image_id": 1, "category_id": 7, "bbox": [1, 1, "@", 2]},
        {"id": 2, "image_id": 1, "category_id": 7, "bbox": [1, 1, 2, 2], "score": "@"},
        {"id": 3, "image_id": 1, "category_id": 7, "bbox": [1, 1, 2, 2]},
    ]));
    for word in ["NaN", "Infinity", "-Infinity"] {
        let loaded = load(&text.replace("\"@\"", word)).expect("reads");
        assert_eq!(loaded.refused.len(), 2);
        assert_eq!(loaded.refused[0], "annotations[0]: not_finite bbox[2]: NaN and infinities are not numbers in JSON");
        assert!(loaded.refused[1].starts_with("annotations[1]: not_finite"), "{}", loaded.refused[1]);
        assert_eq!(loaded.regions.values().flatten().count(), 1);
    }
    let loaded = load(&text.replace("\"@\"", "1e999")).expect("reads");
    assert!(loaded.refused[0].starts_with("annotations[0]: not_finite bbox[2]: number out of range"), "{}", loaded.refused[0]);
}

#[test]
fn a_broken_file_is_refused_with_line_and_column() {
    for (text, expected) in [
        ("", "the file is empty"),
        ("  \n ", "the file ends in the middle, at line 2, column 1: EOF while parsing a value"),
        ("{\"images\": [],\n \"annotations\": [{\"id\": 1,}]}", "broken JSON at line 2, column 27: key must be a string"),
        ("{\"images\": [{}", "the file ends in the middle, at line 1, column 14: EOF while parsing a list"),
        ("{\"images\": {}}", "line 1, column 13: invalid type: map, expected a list of images"),
        ("{\"images\": [], \"images\": []}", "line 1, column 24: \"images\" appears twice"),
        ("{\"annotations\": []}", "this is no COCO file: it has no \"images\" list"),
        ("3", "line 1, column 1: invalid type: integer `3`, expected an object with images, annotations and categories"),
        ("{\"images\": []} x", "broken JSON at line 1, column 16: trailing characters"),
    ] {
        assert_eq!(load(text).expect_err("broken").to_string(), expected, "{text}");
    }
    let list = load("[{\"bbox\": []}]").expect_err("a list").to_string();
    assert!(list.contains("a list is a file of detection results"), "{list}");
}

#[test]
fn any_prefix_of_a_file_is_refused_as_a_whole() {
    let text = file(json!([{"id": 1, "image_id": 1, "category_id": 7, "bbox": [1, 1, 2, 2]}]));
    for end in 0..text.len() {
        assert!(load(&text[..end]).is_err(), "{}", &text[..end]);
    }
}

#[test]
fn duplicate_and_unusable_categories_are_refused() {
    let text = json!({
        "images": [],
        "categories": [{"id": 1, "name": "a"}, {"id": 1, "name": "b"}, {"id": 2}, {"name": "c"}, {"id": 3, "name": ""}, {"id": 4, "name": 7}],
    });
    assert_eq!(
        load(&text.to_string()).expect("reads").refused,
        [
            "categories[1]: duplicate_id id 1 is already category \"a\"",
            "categories[2]: missing_field it has no name",
            "categories[3]: missing_field it has no id",
            "categories[4]: label_name a label's name has 1 to 100 visible characters; this one has 0",
            "categories[5]: wrong_type name: invalid type: integer `7`, expected a string",
        ]
    );
}

#[test]
fn shapes_of_a_photo_labelled_without_its_orientation_are_turned() {
    let text = file(json!([
        {"id": 1, "image_id": 1, "category_id": 7, "bbox": [10, 5, 20, 4], "area": 80},
        {"id": 2, "image_id": 1, "category_id": 8, "bbox": [10, 5, 20, 4], "keypoints": [10, 5, 2, 0, 0, 0], "segmentation": [[10, 5, 30, 5, 30, 9]]},
    ]));
    // Stored 100 x 50, shown 50 x 100, turned a quarter clockwise: (x, y) goes to (50 - y, x).
    let loaded = load_with(&text, 6).expect("reads");
    let regions: Vec<&Region> = loaded.regions.values().flatten().collect();
    assert_eq!(regions[0].geometry, Geometry::Box { x: 41.0, y: 10.0, width: 4.0, height: 20.0 });
    assert_eq!(
        regions[1].geometry,
        Geometry::Keypoints { points: vec![Keypoint { x: 45.0, y: 10.0, v: 2 }, Keypoint { x: 0.0, y: 0.0, v: 0 }] }
    );
    assert_eq!(regions[1].attributes[KEPT]["bbox"], json!([41.0, 10.0, 4.0, 20.0]));
    assert_eq!(regions[1].attributes[KEPT]["segmentation"], json!([[45.0, 10.0, 45.0, 30.0, 41.0, 30.0]]));
}

#[test]
fn what_belonged_to_the_old_shape_goes_when_the_shape_changes() {
    let text = file(json!([{"id": 5, "image_id": 1, "category_id": 7, "bbox": [1, 1, 9, 9], "area": 3, "iscrowd": 1, "score": 0.5,
        "segmentation": [[2, 2, 8, 2, 8, 8]]}]));
    let mut loaded = load(&text).expect("reads");
    let schema = schema(&loaded);
    let annotation = |loaded: &Loaded| parse(&export(&schema, loaded, Numbering::keeping(10)))["annotations"][0].clone();
    assert_eq!(annotation(&loaded)["bbox"], json!([1.0, 1.0, 9.0, 9.0]));
    let regions = loaded.regions.values_mut().next().expect("one");
    regions[0].geometry = Geometry::Polygon { parts: vec![vec![vec![[2.0, 2.0], [6.0, 2.0], [6.0, 6.0]]]] };
    let moved = annotation(&loaded);
    assert_eq!(moved["bbox"], json!([2.0, 2.0, 4.0, 4.0]));
    assert_eq!(moved["area"], json!(8.0));
    assert_eq!((&moved["id"], &moved["iscrowd"], &moved["score"]), (&json!(5), &json!(1), &json!(0.5)));
}

#[test]
fn a_shape_moved_by_another_tool_is_believed() {
    let ours = Loaded {
        images: BTreeMap::from([(CocoId::Int(1), record(r#"{"id": 1, "file_name": "a", "width": 100, "height": 50}"#).expect("an image"))]),
        regions: BTreeMap::from([(
            CocoId::Int(1),
            vec![drawn("cat", Geometry::Ellipse { cx: 20.0, cy: 20.0, rx: 9.0, ry: 4.0, rotation: 0.0 })],
        )]),
        ..Loaded::default()
    };
    let schema = LabelSchema { labels: vec![labels::plain("cat")] };
    let mut written = parse(&export(&schema, &ours, Numbering::fresh()));
    assert_eq!(comparable(&load(&written.to_string()).expect("reads")), comparable(&ours));
    written["annotations"][0]["segmentation"] = json!([[1, 1, 5, 1, 5, 5]]);
    let regions = load(&written.to_string()).expect("reads").regions;
    assert!(matches!(regions.values().next().expect("one")[0].geometry, Geometry::Polygon { .. }));
}

#[test]
fn category_ids_stay_where_they_are_free() {
    let text = json!({
        "images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 50}],
        "categories": [{"id": 18, "name": "dog"}, {"id": 90, "name": "brush"}, {"id": 1, "name": "person"}],
        "annotations": [
            {"id": 3, "image_id": 1, "category_id": 90, "bbox": [1, 1, 2, 2]},
            {"id": 4, "image_id": 1, "category_id": 18, "bbox": [1, 1, 2, 2]},
        ],
    });
    let loaded = load(&text.to_string()).expect("reads");
    let written = parse(&export(&schema(&loaded), &loaded, Numbering::keeping(10)));
    assert_eq!(written["annotations"][0]["category_id"], 90);
    assert_eq!(written["annotations"][1]["category_id"], 18);
    let ids: Vec<_> = written["categories"].as_array().expect("list").iter().map(|c| (c["name"].clone(), c["id"].clone())).collect();
    assert_eq!(ids, [(json!("dog"), json!(18)), (json!("brush"), json!(90)), (json!("person"), json!(3))]);
}

fn drawn(label: &str, geometry: Geometry) -> Region {
    Region {
        id: RegionId::new(),
        label: label.into(),
        geometry,
        attributes: serde_json::Map::new(),
        author: None,
        z: 0,
        relations: Vec::new(),
    }
}

fn shapes() -> impl Strategy<Value = Geometry> {
    let point = (0.0..100.0, 0.0..50.0).prop_map(|(x, y)| [x, y]);
    let ring = prop::collection::vec(point.clone(), 3..6);
    prop_oneof![
        (0.0..50.0, 0.0..25.0, 0.1..50.0, 0.1..25.0).prop_map(|(x, y, width, height)| Geometry::Box { x, y, width, height }),
        (0.0..50.0, 0.0..25.0, 0.1..50.0, 0.1..25.0, 0.0..360.0).prop_map(|(x, y, width, height, rotation)| Geometry::RotatedBox {
            x,
            y,
            width,
            height,
            rotation
        }),
        (point.clone(), 0.1..20.0, 0.1..20.0, 0.0..360.0).prop_map(|([cx, cy], rx, ry, rotation)| Geometry::Ellipse {
            cx,
            cy,
            rx,
            ry,
            rotation
        }),
        prop::collection::vec(prop::collection::vec(ring, 1..3), 1..3).prop_map(|parts| Geometry::Polygon { parts }),
        prop::collection::vec(point.clone(), 2..5).prop_map(|points| Geometry::Polyline { points }),
        point.clone().prop_map(|[x, y]| Geometry::Point { x, y }),
        (point.clone(), 1..3_u8)
            .prop_map(|([x, y], v)| Geometry::Keypoints { points: vec![Keypoint { x, y, v }, Keypoint { x: 0.0, y: 0.0, v: 0 }] }),
        (1..2000_u32, 1..2000_u32).prop_map(|(a, b)| Geometry::Mask { width: 100, height: 50, counts: vec![a, b, 5000 - a - b] }),
    ]
}

proptest! {
    #[test]
    fn whatever_people_draw_survives_export_and_import(
        shapes in prop::collection::vec(shapes(), 1..6),
        zs in prop::collection::vec(-3..9_i32, 6),
        note in "\\PC{0,8}",
    ) {
        let schema = LabelSchema { labels: vec![labels::plain("cat"), tandem_protocol::rest::LabelDef { keypoints: vec!["a".into(), "b".into()], ..labels::plain("hand") }] };
        let mut regions: Vec<Region> = shapes.into_iter().zip(zs).map(|(g, z)| {
            let label = if matches!(g, Geometry::Keypoints { .. }) { "hand" } else { "cat" };
            let mut region = drawn(label, g);
            region.z = z;
            region.attributes.insert("note".into(), note.clone().into());
            region
        }).collect();
        regions.sort_by_key(|r| r.z);
        let ours = Loaded {
            images: BTreeMap::from([(CocoId::Int(1), record(r#"{"id": 1, "file_name": "a", "width": 100, "height": 50}"#).expect("an image"))]),
            regions: BTreeMap::from([(CocoId::Int(1), regions)]),
            ..Loaded::default()
        };
        for numbering in [Numbering::fresh(), Numbering::keeping(500)] {
            let again = load(&export(&schema, &ours, numbering)).expect("reads");
            prop_assert_eq!(&again.refused, &Vec::<String>::new());
            prop_assert_eq!(comparable(&ours), comparable(&again));
        }
    }

    #[test]
    fn damaged_files_never_panic(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = file(json!([
            {"id": 1, "image_id": 1, "category_id": 7, "bbox": [1, 1, 2, 2], "segmentation": {"size": [50, 100], "counts": "`04n0"}},
            {"id": 2, "image_id": 1, "category_id": 8, "keypoints": [1, 1, 2, 0, 0, 0], "segmentation": [[1, 2, 3, 4, 5, 6]]},
        ])).into_bytes();
        for (index, value) in flips {
            let at = index.index(bytes.len());
            bytes[at] = value;
        }
        // What is no text any more is refused by the reader as such.
        let _ = read(bytes.as_slice(), |item| {
            if item.section == Section::Annotations {
                let _ = record::<Annotation>(item.text);
            }
            Ok::<_, Infallible>(())
        });
    }
}
