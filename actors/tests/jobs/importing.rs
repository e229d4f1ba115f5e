//! What goes in, and how it lies in the database.

use image::ImageFormat;
use serde_json::json;
use tandem_actors::{
    document::{self, Limits, LiveDoc},
    jobs::import::{Counts, ImportFormat, ImportRequest, import},
};
use tandem_protocol::{Geometry, ProjectId, TaskId, rest::AnnotationSource};
use tandem_store::{
    documents::{DocumentKey, DocumentLog, PgLog},
    tasks,
};
use yrs::{ReadTxn as _, Transact as _, types::ToJson as _};

use crate::{
    datasets::{boxed, coco, image, photo, picture},
    world::{World, refusals, request, samples},
};

#[tokio::test]
async fn a_dataset_becomes_pending_tasks_with_an_imported_annotation_and_a_live_document() {
    let world = World::new().await;
    let file = json!({
        // Annotations first: the order of a file does not matter.
        "annotations": [boxed(7, 2, 5, [1.0, 2.0, 3.0, 4.0]), boxed(3, 1, 5, [0.0, 0.0, 5.5, 5.0]), boxed(9, 2, 6, [2.0, 2.0, 2.0, 2.0])],
        "images": [image(2, "sub/b.png", 20, 10), image(1, "a.jpg", 30, 10), image(3, "c.png", 8, 8)],
        "categories": [{"id": 5, "name": "cat"}, {"id": 6, "name": "new one"}],
    });
    let pictures = [
        ("sub/b.png", picture(20, 10, ImageFormat::Png)),
        ("a.jpg", picture(30, 10, ImageFormat::Jpeg)),
        ("c.png", picture(8, 8, ImageFormat::Png)),
    ];
    let path = coco(world.folder.path(), &pictures, &file);
    let report = world.import(ImportFormat::Coco, &path, "Fresh").await.expect("imports");
    assert_eq!(
        (report.created_project, report.read, report.imported),
        (true, Counts { images: 3, annotations: 3 }, Counts { images: 3, annotations: 3 })
    );
    assert_eq!((report.refused.total, report.skipped), (0, Counts::default()));
    assert_eq!(world.stored_objects(), 3);

    let project = world.full_project("Fresh").await;
    assert_eq!(project.label_schema.labels.iter().map(|l| l.name.as_str()).collect::<Vec<_>>(), ["cat", "new one"]);
    assert_eq!((project.progress.total, project.progress.pending), (3, 3));

    let rows = world.rows("Fresh").await;
    assert_eq!(rows.iter().filter_map(|r| r.external_id.as_deref()).collect::<Vec<_>>(), ["a.jpg", "c.png", "sub/b.png"]);
    let b = &rows[2];
    assert_eq!((b.asset.filename.as_str(), b.asset.width, b.asset.height, b.asset.content_type.as_str()), ("b.png", 20, 10, "image/png"));
    assert!(rows[1].annotation.is_none(), "a bare image has no annotation");
    let annotation = b.annotation.clone().expect("an annotation");
    assert_eq!((annotation.source, annotation.version, annotation.user_id), (AnnotationSource::Import, 1, None));
    assert_eq!(annotation.regions.len(), 2);
    let bytes = world.objects.get(&b.asset.object_key).await.expect("the object");
    assert_eq!(bytes, pictures[0].1);

    let live = document_of(&world, project.id, b.task).await;
    assert_eq!(document::read(live.doc()).expect("regions"), annotation.regions);
}

async fn document_of(world: &World, project: ProjectId, task: TaskId) -> LiveDoc {
    let log = PgLog::new(world.database.store.clone());
    let key = DocumentKey { workspace: world.tenant.workspace, project, task, step: "annotate".into() };
    let stored = log.open(&key).await.expect("the document");
    let updates: Vec<_> = stored.snapshot.into_iter().chain(stored.updates).collect();
    LiveDoc::load(&updates, Limits::default()).expect("loads")
}

#[tokio::test]
async fn what_a_model_found_comes_in_as_suggestions_with_its_scores_and_is_nobodys_answer() {
    let world = World::new().await;
    let scored = |mut annotation: serde_json::Value, score: f64| {
        annotation["score"] = json!(score);
        annotation
    };
    let file = json!({
        "annotations": [
            scored(boxed(1, 1, 5, [0.0, 0.0, 5.0, 5.0]), 0.75),
            scored(boxed(2, 1, 5, [1.0, 1.0, 2.0, 2.0]), 87.0),
            boxed(3, 1, 5, [2.0, 2.0, 3.0, 3.0]),
        ],
        "images": [image(1, "a.png", 20, 10), image(2, "b.png", 8, 8)],
        "categories": [{"id": 5, "name": "cat"}],
    });
    let pictures = [("a.png", picture(20, 10, ImageFormat::Png)), ("b.png", picture(8, 8, ImageFormat::Png))];
    let path = coco(world.folder.path(), &pictures, &file);
    let request = ImportRequest { suggested_by: Some("detector 3".into()), ..request(ImportFormat::Coco, &path, "Found") };
    let report = import(&world.context(), &request).await.expect("imports");
    assert_eq!(report.imported, Counts { images: 2, annotations: 3 });

    let project = world.full_project("Found").await;
    assert_eq!((project.progress.total, project.progress.pending), (2, 2));
    let rows = world.rows("Found").await;
    assert!(rows.iter().all(|row| row.annotation.is_none()), "nobody has answered");
    let live = document_of(&world, project.id, rows[0].task).await;
    assert_eq!(document::read(live.doc()).expect("regions"), []);
    let txn = live.doc().transact();
    let suggestions = txn.get_map("suggestions").expect("suggestions").to_json(&txn);
    let suggestions = serde_json::to_value(suggestions).expect("JSON");
    let mut scores: Vec<_> = suggestions.as_object().expect("by id").values().map(|one| one["score"].as_f64()).collect();
    scores.sort_by(|a, b| a.partial_cmp(b).expect("numbers"));
    assert_eq!(scores, [None, None, Some(0.75)], "what is no share of one says nothing");
    assert!(suggestions.as_object().expect("by id").values().all(|one| one["source"] == "detector 3" && one["label"] == "cat"));
}

#[tokio::test]
async fn a_second_import_finds_everything_there_and_a_longer_file_adds_what_is_new() {
    let world = World::new().await;
    let pictures = [("a.png", picture(20, 10, ImageFormat::Png)), ("b.png", picture(20, 10, ImageFormat::Png))];
    let file = |images: usize| {
        json!({
            "images": ([image(1, "a.png", 20, 10), image(2, "b.png", 20, 10)][..images]),
            "annotations": ([boxed(1, 1, 1, [1.0, 1.0, 2.0, 2.0]), boxed(2, 2, 1, [1.0, 1.0, 2.0, 2.0])][..images]),
            "categories": [{"id": 1, "name": "cat"}],
        })
    };
    let path = coco(world.folder.path(), &pictures, &file(1));
    world.import(ImportFormat::Coco, &path, "Twice").await.expect("imports");
    let before = world.rows("Twice").await;

    let again = world.import(ImportFormat::Coco, &path, "Twice").await.expect("imports");
    assert_eq!((again.imported, again.skipped, again.created_project), (Counts::default(), Counts { images: 1, annotations: 1 }, false));

    coco(world.folder.path(), &pictures, &file(2));
    let longer = world.import(ImportFormat::Coco, &path, "Twice").await.expect("imports");
    let one = Counts { images: 1, annotations: 1 };
    assert_eq!((longer.imported, longer.skipped), (one, one));
    let after = world.rows("Twice").await;
    assert_eq!(after[0].task, before[0].task, "what was there stays as it was");
    assert_eq!((after.len(), world.stored_objects()), (2, 2));
}

#[tokio::test]
async fn photos_of_every_orientation_get_their_displayed_size_and_shapes_in_that_frame() {
    let world = World::new().await;
    let names: Vec<String> = (1..=8).map(|o| format!("{o}.jpg")).collect();
    let pictures: Vec<(&str, Vec<u8>)> = names.iter().zip(1..=8).map(|(name, o)| (name.as_str(), photo(60, 20, o))).collect();
    // The tool that wrote this did not look at EXIF: every image is 60 x 20 and the box lies in the stored top left corner.
    let file = json!({
        "images": (1..=8).map(|o| image(o, &names[o as usize - 1], 60, 20)).collect::<Vec<_>>(),
        "annotations": (1..=8).map(|o| boxed(o, o, 1, [0.0, 0.0, 6.0, 2.0])).collect::<Vec<_>>(),
        "categories": [{"id": 1, "name": "corner"}],
    });
    let path = coco(world.folder.path(), &pictures, &file);
    let report = world.import(ImportFormat::Coco, &path, "Exif").await.expect("imports");
    assert_eq!((report.imported.images, report.refused.total), (8, 0));
    // Orientations 2 to 4 do not change the size, so the file's frame cannot be told: noted, and taken as displayed.
    assert_eq!(report.notes.by_code.get("exif_frame"), Some(&3));
    for (row, orientation) in world.rows("Exif").await.iter().zip(1_i16..) {
        let shown = if orientation >= 5 { (20, 60) } else { (60, 20) };
        assert_eq!((row.asset.width, row.asset.height, row.asset.orientation), (shown.0, shown.1, orientation));
        let expected = match orientation {
            5 => (0.0, 0.0, 2.0, 6.0),
            6 => (18.0, 0.0, 2.0, 6.0),
            7 => (18.0, 54.0, 2.0, 6.0),
            8 => (0.0, 54.0, 2.0, 6.0),
            _ => (0.0, 0.0, 6.0, 2.0),
        };
        let regions = &row.annotation.as_ref().expect("an annotation").regions;
        let Geometry::Box { x, y, width, height } = regions[0].geometry else { panic!("a box") };
        assert_eq!((x, y, width, height), expected, "orientation {orientation}");
    }
}

#[tokio::test]
async fn real_turned_photos_labelled_in_either_frame_agree() {
    let Some(folder) = samples("exif_orientation") else { return };
    let world = World::new().await;
    // The same corner of the displayed picture, said in the stored frame and in the displayed one. Orientation 6 is stored lying down.
    let path = folder.join("Landscape_6.jpg");
    let info = tandem_domain::image::probe(std::fs::File::open(&path).expect("opens")).expect("a photo");
    let (stored, shown) = (info.stored(), info.displayed());
    let bytes = std::fs::read(&path).expect("reads");
    let file = json!({
        "images": [image(1, "s.jpg", stored.width, stored.height), image(2, "d.jpg", shown.width, shown.height)],
        "annotations": [
            boxed(1, 1, 1, [0.0, f64::from(stored.height) - 30.0, 10.0, 30.0]),
            boxed(2, 2, 1, [0.0, 0.0, 30.0, 10.0]),
        ],
        "categories": [{"id": 1, "name": "corner"}],
    });
    let path = coco(world.folder.path(), &[("s.jpg", bytes.clone()), ("d.jpg", bytes)], &file);
    let report = world.import(ImportFormat::Coco, &path, "Frames").await.expect("imports");
    assert_eq!(report.refused.total, 0, "{:?}", refusals(&report));
    let regions = world.regions("Frames").await;
    assert_eq!(regions[0].1[0]["geometry"], regions[1].1[0]["geometry"]);
}

#[tokio::test]
async fn labelme_folders_come_in_whole() {
    let (Some(primitives), Some(voc), Some(bare)) =
        (samples("labelme/primitives"), samples("voc_multiformat/labelme"), samples("labelme/classification"))
    else {
        return;
    };
    let world = World::new().await;
    let report = world.import(ImportFormat::Labelme, &primitives, "Shapes").await.expect("imports");
    assert_eq!((report.imported.images, report.refused.total), (1, 0), "{:?}", refusals(&report));
    assert_eq!(report.imported.annotations, report.read.annotations);
    // Images inside the JSON files.
    let report = world.import(ImportFormat::Labelme, &voc, "Voc").await.expect("imports");
    assert_eq!((report.imported.images, report.refused.total), (8, 0), "{:?}", refusals(&report));
    let again = world.import(ImportFormat::Labelme, &voc, "Voc").await.expect("imports");
    assert_eq!((again.imported.images, again.skipped.images), (0, 8));
    let report = world.import(ImportFormat::Labelme, &bare, "Flags").await.expect("imports");
    assert_eq!(report.imported, Counts { images: 1, annotations: 0 });
    assert_eq!(world.rows("Flags").await[0].input["flags"]["cat"], true);
}

#[tokio::test]
async fn an_imported_task_is_handed_out_like_any_other() {
    let world = World::new().await;
    let file = json!({"images": [image(1, "a.png", 20, 10)], "annotations": [boxed(1, 1, 1, [1.0, 1.0, 2.0, 2.0])], "categories": [{"id": 1, "name": "cat"}]});
    let path = coco(world.folder.path(), &[("a.png", picture(20, 10, ImageFormat::Png))], &file);
    import(&world.context(), &request(ImportFormat::Coco, &path, "Work")).await.expect("imports");
    let row = &world.rows("Work").await[0];
    let mut tx = world.tenant.begin(&world.database.store).await.expect("a transaction");
    let task = tasks::get(&mut tx, row.task).await.expect("a query").expect("the task").task;
    assert_eq!((task.status, task.region_count), (tandem_protocol::rest::TaskStatus::Pending, 1));
}

#[tokio::test]
async fn a_projects_own_rules_win_over_a_files_and_its_labels_grow() {
    let world = World::new().await;
    let file = |categories: serde_json::Value, annotation: serde_json::Value, name: &str| json!({"images": [image(1, name, 20, 10)], "annotations": [annotation], "categories": categories});
    let pictures = [("a.png", picture(20, 10, ImageFormat::Png)), ("b.png", picture(20, 10, ImageFormat::Png))];
    let first = file(
        json!([{"id": 1, "name": "cat", "tandem": {"color": "#123456", "kinds": ["box"]}}]),
        boxed(1, 1, 1, [1.0, 1.0, 2.0, 2.0]),
        "a.png",
    );
    let path = coco(world.folder.path(), &pictures, &first);
    world.import(ImportFormat::Coco, &path, "Rules").await.expect("imports");

    let polygon = json!({"id": 2, "image_id": 1, "category_id": 1, "segmentation": [[1, 1, 5, 1, 5, 5]]});
    let second = file(json!([{"id": 1, "name": "cat", "supercategory": "animal"}, {"id": 2, "name": "dog"}]), polygon, "b.png");
    coco(world.folder.path(), &pictures, &second);
    let report = world.import(ImportFormat::Coco, &path, "Rules").await.expect("imports");
    assert_eq!(refusals(&report), ["kind_not_allowed: annotations[0] (id 2): \"cat\" takes box, not polygon"]);
    assert_eq!(report.imported, Counts { images: 1, annotations: 0 });
    let labels = world.full_project("Rules").await.label_schema.labels;
    assert_eq!(labels.iter().map(|l| (l.name.as_str(), l.color.as_str())).collect::<Vec<_>>()[0], ("cat", "#123456"));
    assert_eq!((labels.len(), labels[1].name.as_str(), labels[1].hotkey.as_deref()), (2, "dog", Some("2")));
    assert_eq!(labels[0].supercategory, None, "what is there is not changed");
}
