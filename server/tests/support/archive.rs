//! A dataset as people upload it: a ZIP archive of a COCO file and its images.

use std::io::{Cursor, Write as _};

use image::{DynamicImage, ImageFormat};
use serde_json::{Value, json};

use super::{Api, Person};

/// So many images of 32 x 24 pixels, each with a box.
pub fn coco(images: usize) -> Vec<u8> {
    let mut picture = Cursor::new(Vec::new());
    DynamicImage::new_rgb8(32, 24).write_to(&mut picture, ImageFormat::Png).unwrap();
    let name = |n: usize| format!("images/{n:05}.png");
    let file = json!({
        "images": (1..=images).map(|n| json!({ "id": n, "file_name": name(n), "width": 32, "height": 24 })).collect::<Vec<_>>(),
        "annotations": (1..=images)
            .map(|n| json!({ "id": n, "image_id": n, "category_id": 1, "bbox": [1, 2, 10, 12], "area": 120, "iscrowd": 0 }))
            .collect::<Vec<_>>(),
        "categories": [{ "id": 1, "name": "cat" }],
    });
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("annotations.json", options).unwrap();
    zip.write_all(file.to_string().as_bytes()).unwrap();
    for n in 1..=images {
        zip.start_file(name(n), options).unwrap();
        zip.write_all(picture.get_ref()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Uploads an archive as a browser does; the id of the file.
pub async fn upload(api: &Api, person: &Person<'_>, bytes: &[u8]) -> String {
    let path = format!("/api/v1/projects/{}/job-files", api.a().project);
    let asked = person.post(&path, json!({ "filename": "street.zip", "size": bytes.len() })).await.expect(201);
    assert_eq!(api.perform(&asked["upload"], bytes).await, 200);
    asked["file"]["id"].as_str().unwrap().to_owned()
}

/// What starts the import of an uploaded archive.
pub fn import_of(file: &str) -> Value {
    json!({ "kind": "import", "input": { "format": "coco", "file_id": file } })
}
