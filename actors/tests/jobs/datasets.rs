//! Generated files: good pictures, bad pictures, and COCO around them.

use std::{
    io::Cursor,
    path::{Path, PathBuf},
};

use image::{DynamicImage, ImageFormat, RgbImage};
use serde_json::{Value, json};

pub fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let pixels = RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 90]));
    DynamicImage::ImageRgb8(pixels).write_to(&mut bytes, format).expect("encodes");
    bytes.into_inner()
}

/// A JPEG of this stored size with an EXIF orientation.
pub fn photo(width: u32, height: u32, orientation: u8) -> Vec<u8> {
    let plain = picture(width, height, ImageFormat::Jpeg);
    let exif = [b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".as_slice(), &[orientation, 0, 0, 0, 0, 0, 0, 0]].concat();
    let length = u16::try_from(exif.len() + 2).expect("short").to_be_bytes();
    [&plain[..2], &[0xff, 0xe1], &length, &exif, &plain[2..]].concat()
}

/// A whole PNG file whose header claims any size, with next to no data.
pub fn claimed(width: u32, height: u32) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    png.extend([width.to_be_bytes(), height.to_be_bytes()].concat());
    png.extend([8, 2, 0, 0, 0, 0, 0, 0, 0]);
    png.extend(b"\0\0\0\x04IDAT\0\0\0\0\0\0\0\0\0\0\0\0IEND\xae\x42\x60\x82");
    png
}

/// A folder with `annotations.json` and the pictures beside it.
pub fn coco(folder: &Path, pictures: &[(&str, Vec<u8>)], file: &Value) -> PathBuf {
    std::fs::create_dir_all(folder).expect("a folder");
    for (name, bytes) in pictures {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, bytes).expect("writes");
    }
    let path = folder.join("annotations.json");
    std::fs::write(&path, file.to_string()).expect("writes");
    path
}

pub fn boxed(id: i64, image: i64, category: i64, bbox: [f64; 4]) -> Value {
    json!({"id": id, "image_id": image, "category_id": category, "bbox": bbox, "area": bbox[2] * bbox[3], "iscrowd": 0})
}

pub fn image(id: i64, name: &str, width: u32, height: u32) -> Value {
    json!({"id": id, "file_name": name, "width": width, "height": height})
}
