//! Out, and in again.

use image::ImageFormat;
use serde_json::{Value, json};
use tandem_actors::jobs::import::{ImportFormat, import};
use tandem_protocol::rest::ExportFormat;

use crate::{
    datasets::{boxed, coco, image, picture},
    world::{World, refusals, request, samples},
};

const FILES: [(&str, &str); 6] = [
    ("keypoints/coco/test_coco.json", "keypoints/coco"),
    ("keypoints/coco/test_coco_wholebody.json", "keypoints/coco"),
    ("labelme/instance_segmentation_coco/annotations.json", "labelme/instance_segmentation_coco"),
    ("voc_multiformat/coco/instances_default.json", "voc_multiformat/images"),
    ("datumaro_fixtures/coco_dataset/coco/annotations/instances_val.json", "datumaro_fixtures/coco_dataset/coco/images/val"),
    ("datumaro_fixtures/coco_dataset/coco/annotations/person_keypoints_val.json", "datumaro_fixtures/coco_dataset/coco/images/val"),
];

#[tokio::test]
async fn real_files_imported_exported_and_imported_again_give_the_same_regions() {
    let Some(root) = samples("") else { return };
    let world = World::new().await;
    for (n, (file, images)) in FILES.into_iter().enumerate() {
        let images = Some(root.join(images));
        let (first, second, third) = (format!("{n} first"), format!("{n} coco"), format!("{n} jsonl"));
        let mut asked = request(ImportFormat::Coco, &root.join(file), &first);
        asked.images.clone_from(&images);
        let report = import(&world.context(), &asked).await.expect("imports");
        assert_eq!((report.refused.total, report.imported.annotations), (0, report.read.annotations), "{file}: {:?}", refusals(&report));

        for (format, text, name) in [
            (ImportFormat::Coco, world.export(&first, ExportFormat::Coco).await, &second),
            (ImportFormat::Jsonl, world.export(&first, ExportFormat::Jsonl).await, &third),
        ] {
            let path = world.folder.path().join("out.json");
            std::fs::write(&path, text).expect("writes");
            let mut asked = request(format, &path, name);
            asked.images.clone_from(&images);
            let report = import(&world.context(), &asked).await.expect("imports");
            assert_eq!(report.refused.total, 0, "{file}: {:?}", refusals(&report));
            assert_eq!(world.regions(&first).await, world.regions(name).await, "{file}");
        }
        let labels = |p: tandem_protocol::rest::Project| p.label_schema;
        assert_eq!(labels(world.full_project(&first).await), labels(world.full_project(&second).await), "{file}");
    }
}

#[tokio::test]
async fn ids_stay_where_they_are_unique_and_are_made_anew_where_they_are_not() {
    let world = World::new().await;
    let pictures = [("a.png", picture(20, 10, ImageFormat::Png)), ("b.png", picture(20, 10, ImageFormat::Png))];
    let file = |name: &str| json!({"images": [image(70, name, 20, 10)], "annotations": [boxed(500, 70, 1, [1.0, 1.0, 5.0, 5.0])], "categories": [{"id": 1, "name": "cat"}]});
    let path = coco(world.folder.path(), &pictures, &file("a.png"));
    world.import(ImportFormat::Coco, &path, "Ids").await.expect("imports");
    let one: Value = serde_json::from_str(&world.export("Ids", ExportFormat::Coco).await).expect("JSON");
    assert_eq!(
        (&one["images"][0]["id"], &one["annotations"][0]["id"], &one["annotations"][0]["image_id"]),
        (&json!(70), &json!(500), &json!(70))
    );

    coco(world.folder.path(), &pictures, &file("b.png"));
    world.import(ImportFormat::Coco, &path, "Ids").await.expect("imports");
    let two: Value = serde_json::from_str(&world.export("Ids", ExportFormat::Coco).await).expect("JSON");
    let ids = |list: &Value, key: &str| list.as_array().expect("a list").iter().map(|e| e[key].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&two["images"], "id"), [1, 2]);
    assert_eq!(ids(&two["annotations"], "id"), [1, 2]);
    assert_eq!(ids(&two["annotations"], "image_id"), [1, 2]);
    assert_eq!(two["annotations"][1]["tandem"]["id"], 500, "the original id is not lost");
}
