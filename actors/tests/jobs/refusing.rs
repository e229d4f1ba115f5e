//! What does not go in: told by its place, with nothing half-imported.

use image::ImageFormat;
use std::sync::Arc;

use serde_json::json;
use tandem_actors::jobs::import::{Counts, ImportContext, ImportError, ImportFormat, Stage, import};

use crate::{
    datasets::{boxed, claimed, coco, image, picture},
    world::{World, refusals, request},
};

#[tokio::test]
async fn bad_pictures_are_refused_and_the_good_ones_go_in() {
    let world = World::new().await;
    let good = picture(20, 10, ImageFormat::Png);
    let jpeg = picture(64, 48, ImageFormat::Jpeg);
    let pictures = [
        ("good.png", good.clone()),
        ("empty.png", Vec::new()),
        ("cut.png", good[..good.len() / 2].to_vec()),
        ("cut.jpg", jpeg[..jpeg.len() * 2 / 3].to_vec()),
        ("text.jpg", b"this is no picture at all".to_vec()),
        ("scan.tif", picture(20, 10, ImageFormat::Tiff)),
        ("bomb.png", claimed(60_000, 60_000)),
        ("sixty.png", claimed(9_000, 6_667)),
        ("really_a_jpeg.png", jpeg),
        ("other_size.png", good),
    ];
    let names: Vec<&str> = pictures.iter().map(|(name, _)| *name).chain(["not_there.png"]).collect();
    let size = |name: &str| match name {
        "sixty.png" => (9_000, 6_667),
        "really_a_jpeg.png" => (64, 48),
        "other_size.png" => (21, 10),
        _ => (20, 10),
    };
    let file = json!({
        "images": names.iter().zip(1..).map(|(name, id)| image(id, name, size(name).0, size(name).1)).collect::<Vec<_>>(),
        "annotations": (1..=11).map(|i| boxed(i, i, 1, [1.0, 1.0, 5.0, 5.0])).collect::<Vec<_>>(),
        "categories": [{"id": 1, "name": "cat"}],
    });
    let path = coco(world.folder.path(), &pictures, &file);
    let report = world.import(ImportFormat::Coco, &path, "Bad pictures").await.expect("imports");
    assert_eq!(report.imported, Counts { images: 3, annotations: 3 });
    let expected = [
        "image_empty: images[1] (id 2) \"empty.png\": the file is empty (0 bytes)",
        "image_too_many_pixels: images[6] (id 7) \"bomb.png\": 60000 x 60000 pixels are too many",
        "image_truncated: images[2] (id 3) \"cut.png\": the PNG file is cut off",
        "image_truncated: images[3] (id 4) \"cut.jpg\": the JPEG file is cut off",
        "image_unsupported: images[5] (id 6) \"scan.tif\": TIFF images are not supported: browsers do not show them",
        "missing_file: images[10] (id 11) \"not_there.png\": there is no file \"not_there.png\" in",
        "not_an_image: images[4] (id 5) \"text.jpg\": not an image: it starts with the text \"this is no pictu\"",
        "size_mismatch: images[9] (id 10) \"other_size.png\": the file says 21 x 10 pixels, the picture has 20 x 10",
    ];
    let lines = refusals(&report);
    for line in &expected {
        assert!(lines.iter().any(|l| l.starts_with(line)), "{line}\nis not in\n{lines:#?}");
    }
    assert_eq!(report.refused.by_code["image_refused"], 8, "each refused image had one annotation");
    assert_eq!(report.notes.shown[0].reason, "\"really_a_jpeg.png\" is named like image/png and holds image/jpeg; taken as what it holds");
    let rows = world.rows("Bad pictures").await;
    let types: Vec<_> = rows.iter().map(|r| (r.external_id.as_deref().unwrap_or_default(), r.asset.content_type.as_str())).collect();
    assert_eq!(types, [("good.png", "image/png"), ("really_a_jpeg.png", "image/jpeg"), ("sixty.png", "image/png")]);
}

#[tokio::test]
async fn bad_records_are_refused_and_the_good_ones_go_in() {
    let world = World::new().await;
    let file = json!({
        "images": [
            image(1, "a.png", 20, 10),
            image(1, "again.png", 20, 10),
            {"id": 5, "width": 20, "height": 10},
            {"id": 6, "file_name": 7},
            image(9, "./a.png", 20, 10),
        ],
        "annotations": [
            boxed(1, 1, 1, [1.0, 1.0, 5.0, 5.0]),
            boxed(1, 1, 1, [2.0, 2.0, 5.0, 5.0]),
            boxed(2, 1, 77, [1.0, 1.0, 5.0, 5.0]),
            boxed(3, 44, 1, [1.0, 1.0, 5.0, 5.0]),
            boxed(4, 1, 1, [1.0, 1.0, -5.0, 5.0]),
            boxed(5, 1, 1, [18.0, 1.0, 5.0, 5.0]),
            {"id": 6, "image_id": 1, "category_id": 1, "bbox": ["x", 1, 2, 3]},
            {"id": 7, "category_id": 1},
            boxed(8, 5, 1, [1.0, 1.0, 5.0, 5.0]),
        ],
        "categories": [{"id": 1, "name": "cat"}, {"id": 1, "name": "dog"}],
    });
    let path = coco(world.folder.path(), &[("a.png", picture(20, 10, ImageFormat::Png))], &file);
    let report_path = world.folder.path().join("report.jsonl");
    let mut asked = request(ImportFormat::Coco, &path, "Bad records");
    asked.report = Some(report_path.clone());
    let report = import(&world.context(), &asked).await.expect("imports");
    assert_eq!(report.imported, Counts { images: 1, annotations: 1 });
    assert_eq!(
        refusals(&report),
        [
            "duplicate_id: annotations[1] (id 1): id 1 is already that of annotations[0]",
            "duplicate_id: categories[1]: id 1 is already category \"cat\"",
            "duplicate_id: images[1] (id 1): its id is already that of images[0]",
            "duplicate_name: images[4] (id 9) \"./a.png\": the file name \"a.png\" is already that of another image of this import",
            "missing_field: annotations[7]: it has no image_id",
            "missing_field: images[2]: it has no file_name",
            "negative_box: annotations[4] (id 4): bbox has a negative size: -5 x 5",
            "outside_image: annotations[5] (id 5): bbox from (18, 1) to (23, 6) lies outside the image of 20 x 10 pixels",
            "unknown_category: annotations[2] (id 2): no category has the id 77",
            "unknown_image: annotations[3] (id 3): no image has the id 44, or it was refused",
            "unknown_image: annotations[8] (id 8): no image has the id 5, or it was refused",
            "wrong_type: annotations[6]: bbox[0]: invalid type: string \"x\", expected f64",
            "wrong_type: images[3]: file_name: invalid type: integer `7`, expected a string",
        ]
    );
    let written = std::fs::read_to_string(report_path).expect("the report");
    assert_eq!(written.lines().count(), 13);
    assert!(written.lines().all(|l| l.starts_with("{\"kind\":\"refused\",\"place\":")));
}

#[tokio::test]
async fn a_broken_file_imports_nothing_at_all() {
    let world = World::new().await;
    let good = json!({"images": [image(1, "a.png", 20, 10)], "annotations": [boxed(1, 1, 1, [1.0, 1.0, 5.0, 5.0])], "categories": [{"id": 1, "name": "cat"}]});
    let path = coco(world.folder.path(), &[("a.png", picture(20, 10, ImageFormat::Png))], &good);
    let text = good.to_string();
    for (broken, says) in [
        (text[..text.len() - 3].to_owned(), "the file ends in the middle, at line 1"),
        (text.replace("\"a.png\"", "\"a.png\","), "broken JSON at line 1"),
        (String::new(), "the file is empty"),
        ("[]".to_owned(), "this is a list"),
        ("{}".to_owned(), "this is no COCO file"),
    ] {
        std::fs::write(&path, broken).expect("writes");
        let error = world.import(ImportFormat::Coco, &path, "Broken").await.expect_err("broken");
        assert!(matches!(error, ImportError::File { .. }) && error.to_string().contains(says), "{error}");
    }
    let missing = world.folder.path().join("nowhere");
    for format in [ImportFormat::Coco, ImportFormat::Labelme, ImportFormat::Jsonl] {
        let error = world.import(format, &missing, "Broken").await.expect_err("missing");
        assert!(error.to_string().contains("there is no such file or folder"), "{error}");
    }
    let error = world.import(ImportFormat::Coco, world.folder.path(), "Broken").await.expect_err("a folder");
    assert!(error.to_string().contains("this is a folder"), "{error}");
    assert!(world.project("Broken").await.is_none());
    assert_eq!(world.stored_objects(), 0);
}

#[tokio::test]
async fn a_labelme_folder_tells_its_bad_files_and_takes_the_others() {
    let world = World::new().await;
    let folder = world.folder.path();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes).expect("writes");
    write("good.png", &picture(20, 10, ImageFormat::Png));
    let shape = json!({"label": "cat", "points": [[1, 1], [5, 5]], "shape_type": "rectangle"});
    write("good.json", json!({"shapes": [shape], "imagePath": "good.png", "imageWidth": 20, "imageHeight": 10}).to_string().as_bytes());
    write("lost.json", json!({"shapes": [shape], "imagePath": "lost.png"}).to_string().as_bytes());
    write("cut.json", b"{\"shapes\": [");
    write("other.json", b"{\"images\": []}");
    let report = world.import(ImportFormat::Labelme, folder, "Mixed").await.expect("imports");
    assert_eq!((report.imported, report.refused_files), (Counts { images: 1, annotations: 1 }, 2));
    assert_eq!(
        refusals(&report),
        [
            "json_cut_off: cut.json: the file ends in the middle, at line 1, column 12: EOF while parsing a list",
            "missing_file: lost.json: there is no file \"lost.png\", and no image is embedded",
            "not_this_format: other.json: this is no LabelMe file: missing field `shapes`",
        ]
    );
}

#[tokio::test]
async fn an_import_that_does_not_commit_takes_its_uploads_back() {
    let world = World::new().await;
    let file = json!({"images": [image(1, "a.png", 20, 10)], "annotations": [boxed(1, 1, 1, [1.0, 1.0, 5.0, 5.0])], "categories": [{"id": 1, "name": "cat"}]});
    let path = coco(world.folder.path(), &[("a.png", picture(20, 10, ImageFormat::Png))], &file);
    for stage in [Stage::Reading, Stage::Checking, Stage::Uploading, Stage::Saving] {
        let context = world.context();
        let cancel = context.cancel.clone();
        let uploaded = Arc::new(std::sync::atomic::AtomicBool::new(false));
        // Stopped by whoever watches, at the first sign of each stage.
        let progress = {
            let uploaded = uploaded.clone();
            move |p: tandem_actors::jobs::import::Progress| {
                uploaded.fetch_or(p.stage == Stage::Uploading, std::sync::atomic::Ordering::SeqCst);
                if p.stage == stage {
                    cancel.cancel();
                }
            }
        };
        let context = ImportContext { progress: Arc::new(progress), ..context };
        let result = import(&context, &request(ImportFormat::Coco, &path, "Never")).await;
        if stage == Stage::Saving {
            // The last sign comes when everything is written: too late to stop is fine, half is not.
            assert!(result.is_ok() == world.project("Never").await.is_some());
            continue;
        }
        assert!(matches!(result, Err(ImportError::Cancelled)), "{stage:?}");
        assert!(world.project("Never").await.is_none());
        assert_eq!(world.stored_objects(), 0, "{stage:?}");
    }
}

#[tokio::test]
async fn a_transaction_the_database_refuses_takes_its_uploads_back() {
    let world = World::new().await;
    let file = json!({"images": [image(1, "a.png", 20, 10)], "annotations": [], "categories": []});
    let path = coco(world.folder.path(), &[("a.png", picture(20, 10, ImageFormat::Png))], &file);
    // A name that breaks a rule of the table, found out by the transaction only.
    let error = world.import(ImportFormat::Coco, &path, &"x".repeat(500)).await.expect_err("refused");
    assert!(matches!(error, ImportError::Store(_)), "{error}");
    assert_eq!(world.stored_objects(), 0);
}
