//! Images: what is asked for, what is sent, and what the bytes turn out to be.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::{Api, Person, http};
use tandem_store::{objects::ObjectError, pg::assets::object_key};

fn png(width: u32, height: u32) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes()[..], &[8, 0, 0, 0, 0]].concat();
    // One deflated row of nothing: what is told from an image is in its structure, not in its pixels.
    for (kind, data) in [(b"IHDR", header), (b"IDAT", vec![0x78, 0x9c, 0x63, 0, 0, 0, 1, 0, 1]), (b"IEND", vec![])] {
        file.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        let start = file.len();
        file.extend(kind);
        file.extend(&data);
        let crc = crc32(&file[start..]);
        file.extend(crc.to_be_bytes());
    }
    file
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

/// A grey JPEG with an EXIF orientation.
fn jpeg(width: u16, height: u16, orientation: u8) -> Vec<u8> {
    let mut file = vec![0xff, 0xd8];
    let tiff = [b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".as_slice(), &[orientation, 0, 0, 0], &[0; 4]].concat();
    let exif = [b"Exif\0\0".as_slice(), &tiff].concat();
    let frame = [&[8][..], &height.to_be_bytes(), &width.to_be_bytes(), &[1, 1, 0x11, 0]].concat();
    for (marker, data) in [(0xe1, exif), (0xc0, frame), (0xda, vec![1, 1, 0, 0, 63, 0])] {
        file.extend([0xff, marker]);
        file.extend(u16::try_from(data.len() + 2).unwrap().to_be_bytes());
        file.extend(data);
    }
    file.extend([0x12, 0x34, 0x56, 0xff, 0xd9]);
    file
}

async fn ask(api: &Api, person: &Person<'_>, filename: &str, content_type: &str, size: usize) -> Value {
    let body = json!({ "filename": filename, "content_type": content_type, "size": size });
    person.post(&format!("/api/v1/projects/{}/assets", api.a().project), body).await.expect(201)
}

fn complete_path(asked: &Value) -> String {
    format!("/api/v1/assets/{}/complete", asked["asset"]["id"].as_str().unwrap())
}

/// Asks, sends, completes.
async fn upload(api: &Api, filename: &str, content_type: &str, bytes: &[u8]) -> Value {
    let admin = api.admin();
    let asked = ask(api, &admin, filename, content_type, bytes.len()).await;
    assert_eq!(asked["asset"]["status"], "pending");
    let status = api.perform(&asked["upload"], bytes).await;
    assert_eq!(status, 200, "the presigned PUT of {filename}");
    admin.call(&complete_path(&asked)).await.expect(200)
}

#[actix_web::test]
async fn an_image_is_asked_for_sent_and_completed() {
    let api = Api::start().await;
    let bytes = png(64, 48);
    let asset = upload(&api, "street.png", "image/png", &bytes).await;
    assert_eq!(asset["status"], "ready");
    assert_eq!((&asset["width"], &asset["height"], &asset["orientation"]), (&json!(64), &json!(48), &json!(1)));
    assert_eq!(asset["size"], bytes.len());

    let seen = api.labeler().get(&format!("/api/v1/assets/{}", asset["id"].as_str().unwrap())).await.expect(200);
    let url = seen["url"].as_str().unwrap();
    assert!(url.starts_with(&api.base), "the image comes from where the page does: {url}");
    let fetched = http::raw("GET", url, &[], vec![]).await;
    assert_eq!((fetched.status, fetched.bytes.as_ref()), (200, bytes.as_slice()));
    assert_eq!(http::raw("GET", url.split('?').next().unwrap(), &[], vec![]).await.status, 403, "without the signature");
}

#[actix_web::test]
async fn completing_again_gives_the_same_answer() {
    let api = Api::start().await;
    let admin = api.admin();
    let asset = upload(&api, "a.png", "image/png", &png(8, 8)).await;
    let again = admin.call(&format!("/api/v1/assets/{}/complete", asset["id"].as_str().unwrap())).await.expect(200);
    let without_url = |asset: &Value| {
        let mut asset = asset.clone();
        asset["url"] = Value::Null;
        asset
    };
    assert_eq!(without_url(&again), without_url(&asset));
}

#[actix_web::test]
async fn completing_before_sending_says_so_and_can_be_repeated() {
    let api = Api::start().await;
    let admin = api.admin();
    let bytes = png(8, 8);
    let asked = ask(&api, &admin, "late.png", "image/png", bytes.len()).await;
    let early = admin.call(&complete_path(&asked)).await.problem(409, "upload_missing");
    assert_eq!(early["retryable"], true);
    assert_eq!(api.perform(&asked["upload"], &bytes).await, 200);
    assert_eq!(admin.call(&complete_path(&asked)).await.expect(200)["status"], "ready");
}

#[actix_web::test]
async fn sizes_are_those_people_see() {
    let api = Api::start().await;
    let turned = upload(&api, "phone.jpg", "image/jpeg", &jpeg(40, 30, 6)).await;
    assert_eq!((&turned["width"], &turned["height"], &turned["orientation"]), (&json!(30), &json!(40), &json!(6)));
    let upright = upload(&api, "camera.jpg", "image/jpeg", &jpeg(40, 30, 1)).await;
    assert_eq!((&upright["width"], &upright["height"]), (&json!(40), &json!(30)));
}

#[actix_web::test]
async fn the_bytes_win_over_the_label() {
    let api = Api::start().await;
    let asset = upload(&api, "really-a-png.jpg", "image/jpeg", &png(8, 8)).await;
    assert_eq!((&asset["status"], &asset["content_type"]), (&json!("ready"), &json!("image/png")));
}

#[actix_web::test]
async fn what_is_no_image_is_rejected_with_its_reason() {
    let api = Api::start().await;
    let mut cut = png(64, 48);
    cut.truncate(cut.len() - 14);
    let cases: [(&str, Vec<u8>, &str); 5] = [
        ("empty.png", vec![], "empty"),
        ("cut.png", cut, "cut off"),
        ("cut.jpg", jpeg(40, 30, 1)[..40].to_vec(), "cut off"),
        ("page.png", b"<!doctype html><html></html>".to_vec(), "HTML"),
        ("bomb.png", png(60_000, 60_000), "too many"),
    ];
    for (filename, bytes, reason) in cases {
        let asset = upload(&api, filename, "image/png", &bytes).await;
        assert_eq!(asset["status"], "rejected", "{filename}");
        assert!(asset["reason"].as_str().unwrap().contains(reason), "{filename}: {}", asset["reason"]);
        assert_eq!(asset["url"], Value::Null, "{filename}");
        let key = object_key(api.a().workspace, api.a().project, asset["id"].as_str().unwrap().parse().unwrap());
        assert!(matches!(api.state().objects.head(&key).await, Err(ObjectError::NotFound { .. })), "the bytes of {filename} are kept");
    }
}

/// Sixty megapixels are fine, and are not decoded to find that out.
#[actix_web::test]
async fn a_large_image_is_ready() {
    let api = Api::start().await;
    let asset = upload(&api, "large.png", "image/png", &png(9_000, 7_000)).await;
    assert_eq!((&asset["status"], &asset["width"]), (&json!("ready"), &json!(9_000)));
}

#[actix_web::test]
async fn an_upload_of_another_length_than_announced_is_not_taken() {
    let api = Api::start().await;
    let admin = api.admin();
    let bytes = png(8, 8);
    let asked = ask(&api, &admin, "a.png", "image/png", bytes.len() + 1).await;
    let status = api.perform(&asked["upload"], &bytes).await;
    let outcome = admin.call(&complete_path(&asked)).await;
    if status == 200 {
        let asset = outcome.expect(200);
        assert_eq!(asset["status"], "rejected");
        assert!(asset["reason"].as_str().unwrap().contains("announced"), "{}", asset["reason"]);
    } else {
        assert_eq!(status, 403);
        outcome.problem(409, "upload_missing");
    }
}

#[actix_web::test]
async fn what_is_asked_for_is_checked_before_anything_is_signed() {
    let api = Api::start().await;
    let path = format!("/api/v1/projects/{}/assets", api.a().project);
    let body = json!({ "filename": "../up.png", "content_type": "image", "size": 100 * 1024 * 1024 + 1 });
    let broken = api.admin().post(&path, body).await.broken();
    assert_eq!(broken, ["filename: characters", "content_type: format", "size: range"]);
}

#[actix_web::test]
async fn assets_are_listed_page_by_page() {
    let api = Api::start().await;
    let path = format!("/api/v1/projects/{}/assets", api.a().project);
    let first = api.labeler().get(&format!("{path}?limit=2")).await.expect(200);
    let second = api.labeler().get(&format!("{path}?limit=2&cursor={}", first["next_cursor"].as_str().unwrap())).await.expect(200);
    let ids: Vec<&Value> = [&first, &second].iter().flat_map(|page| page["items"].as_array().unwrap()).map(|a| &a["id"]).collect();
    let seeded: Vec<Value> = api.a().assets.iter().map(|id| json!(id)).collect();
    assert_eq!(ids, seeded.iter().collect::<Vec<_>>());
    assert_eq!(second["next_cursor"], Value::Null);
    assert_eq!(api.labeler().get(&format!("{path}?status=rejected")).await.expect(200)["items"], json!([]));
}
