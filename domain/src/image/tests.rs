use std::{
    io::Cursor,
    path::{Path, PathBuf},
};

use image::{DynamicImage, ImageFormat, RgbImage};

use super::*;

/// The shared sample files, or `None` (with a line that says so) where they are not checked out.
fn samples(folder: &str) -> Option<PathBuf> {
    let root = option_env!("TANDEM_SHARED_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/dev"), PathBuf::from);
    let path = root.join("A_images").join(folder);
    if !path.is_dir() {
        println!("NOTICE: {} is not there; nothing checked", path.display());
        return None;
    }
    Some(path)
}

fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| image::Rgb([(x * 7) as u8, (y * 5) as u8, (x ^ y) as u8]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture).write_to(&mut bytes, format).expect("encodes");
    bytes.into_inner()
}

/// A TIFF block holding the orientation alone.
fn exif_block(orientation: u8) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    tiff.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
    tiff
}

fn jpeg_with_orientation(width: u32, height: u32, orientation: u8) -> Vec<u8> {
    let plain = encoded(width, height, ImageFormat::Jpeg);
    let block = [b"Exif\0\0".as_slice(), &exif_block(orientation)].concat();
    let length = u16::try_from(block.len() + 2).expect("short").to_be_bytes();
    [&plain[..2], &[0xff, 0xe1], &length, &block, &plain[2..]].concat()
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes
        .iter()
        .fold(!0_u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), |c, _| if c & 1 == 1 { (c >> 1) ^ 0xedb8_8320 } else { c >> 1 }))
}

fn png_chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let typed = [kind.as_slice(), body].concat();
    [&u32::try_from(body.len()).expect("short").to_be_bytes(), typed.as_slice(), &crc32(&typed).to_be_bytes()].concat()
}

fn png_of_claimed_size(width: u32, height: u32) -> Vec<u8> {
    let header = [&width.to_be_bytes(), &height.to_be_bytes(), [8, 2, 0, 0, 0].as_slice()].concat();
    [b"\x89PNG\r\n\x1a\n".as_slice(), &png_chunk(b"IHDR", &header), &png_chunk(b"IDAT", &[0; 20]), &png_chunk(b"IEND", &[])].concat()
}

#[test]
fn the_type_is_read_from_the_bytes_and_the_size_from_the_header() {
    for (format, expected) in [
        (ImageFormat::Jpeg, "image/jpeg"),
        (ImageFormat::Png, "image/png"),
        (ImageFormat::WebP, "image/webp"),
        (ImageFormat::Gif, "image/gif"),
        (ImageFormat::Bmp, "image/bmp"),
    ] {
        let info = probe_bytes(&encoded(37, 21, format)).expect("a good image");
        assert_eq!((info.content_type, info.width, info.height, info.orientation), (expected, 37, 21, 1));
    }
}

#[test]
fn every_proper_prefix_of_an_image_is_refused() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Bmp] {
        let whole = encoded(40, 30, format);
        for end in 0..whole.len() {
            let problem = probe_bytes(&whole[..end]).expect_err("cut off");
            if end > 32 {
                assert!(matches!(problem, ImageProblem::Truncated { .. }), "{format:?} cut at {end} of {}: {problem}", whole.len());
            }
        }
    }
}

#[test]
fn a_gif_is_whole_without_its_trailer_and_cut_off_inside_a_block() {
    let whole = encoded(40, 30, ImageFormat::Gif);
    assert!(probe_bytes(&whole[..whole.len() - 1]).is_ok());
    let problem = probe_bytes(&whole[..whole.len() - 5]).expect_err("cut off");
    assert!(matches!(problem, ImageProblem::Truncated { .. }), "{problem}");
}

#[test]
fn all_eight_orientations_give_the_displayed_size() {
    for orientation in 1..=8 {
        let info = probe_bytes(&jpeg_with_orientation(60, 20, orientation)).expect("a good photo");
        let expected = if orientation >= 5 { (20, 60) } else { (60, 20) };
        assert_eq!((info.width, info.height, info.orientation), (expected.0, expected.1, orientation));
        assert_eq!(info.stored(), Size { width: 60, height: 20 });
    }
}

/// Tried with Chromium 156: `naturalWidth` of such files.
#[test]
fn orientation_counts_where_browsers_apply_it() {
    let png = encoded(60, 20, ImageFormat::Png);
    let chunk = png_chunk(b"eXIf", &exif_block(6));
    // Behind the header chunk: 8 bytes of signature, 25 of IHDR. The end chunk has 12.
    let before = [&png[..33], &chunk, &png[33..]].concat();
    let info = probe_bytes(&before).expect("a good image");
    assert_eq!((info.width, info.height, info.orientation), (20, 60, 6));
    let after = [&png[..png.len() - 12], &chunk, &png[png.len() - 12..]].concat();
    assert_eq!(probe_bytes(&after).expect("a good image").orientation, 1);

    let mut riff = encoded(60, 20, ImageFormat::WebP);
    let block = exif_block(8);
    riff.extend([b"EXIF".as_slice(), &u32::try_from(block.len()).expect("short").to_le_bytes(), &block].concat());
    let size = u32::try_from(riff.len() - 8).expect("short").to_le_bytes();
    riff[4..8].copy_from_slice(&size);
    let info = probe_bytes(&riff).expect("a good image");
    assert_eq!((info.width, info.height, info.orientation), (60, 20, 1));
}

#[test]
fn nonsense_in_exif_is_taken_as_no_orientation() {
    for orientation in [0, 9, 255] {
        assert_eq!(probe_bytes(&jpeg_with_orientation(6, 4, orientation)).expect("a good photo").orientation, 1);
    }
    let mut broken = jpeg_with_orientation(6, 4, 6);
    broken[12] = b'X';
    assert_eq!(probe_bytes(&broken).expect("a good photo").orientation, 1);
}

#[test]
fn the_sample_photos_of_each_orientation_have_the_size_people_see() {
    let Some(folder) = samples("exif_orientation") else { return };
    let mut checked = 0;
    for entry in std::fs::read_dir(folder).expect("readable").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let expected: u8 = name.trim_end_matches(".jpg").rsplit('_').next().and_then(|n| n.parse().ok()).expect("name ends in its tag");
        let info = probe_bytes(&std::fs::read(entry.path()).expect("readable")).expect("a good photo");
        assert_eq!(info.orientation, expected, "{name}");
        assert_eq!(info.width > info.height, name.starts_with("Landscape"), "{name}: {} x {}", info.width, info.height);
        checked += 1;
    }
    assert!(checked >= 7);
}

#[test]
fn every_sample_image_agrees_with_the_decoder() {
    let Some(folder) = samples("") else { return };
    let mut pending = vec![folder];
    let mut checked = 0;
    while let Some(folder) = pending.pop() {
        for entry in std::fs::read_dir(folder).expect("readable").flatten() {
            let path = entry.path();
            if path.is_dir() {
                pending.push(path);
            } else if named_like_an_image(&path.to_string_lossy()) {
                let bytes = std::fs::read(&path).expect("readable");
                let info = probe_bytes(&bytes).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
                let decoded = image::load_from_memory(&bytes).expect("decodes");
                assert_eq!(info.stored(), Size { width: decoded.width(), height: decoded.height() }, "{}", path.display());
                checked += 1;
            }
        }
    }
    assert!(checked > 50, "{checked}");
}

#[test]
fn nothing_and_no_image_are_named_as_such() {
    assert!(matches!(probe_bytes(&[]), Err(ImageProblem::Empty)));
    for (bytes, says) in [
        (b"hello, this is text".as_slice(), "starts with the text"),
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "SVG"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04............", "ZIP"),
        (b"BMW is a car, not a bitmap.", "starts with the text"),
        (&[0xff, 0xd8], "first bytes (ff d8)"),
        (&[0; 64], "first bytes (00 00"),
    ] {
        let problem = probe_bytes(bytes).expect_err("no image");
        assert!(matches!(problem, ImageProblem::NotAnImage(_)) && problem.to_string().contains(says), "{problem}");
    }
}

#[test]
fn images_that_browsers_do_not_show_are_refused_by_name() {
    let tiff = encoded(8, 8, ImageFormat::Tiff);
    for (bytes, says) in [
        (tiff.as_slice(), "TIFF images are not supported: browsers do not show them"),
        (b"\0\0\0\x20ftypavif............", "AVIF"),
        (b"\0\0\0\x20ftypheic............", "HEIC"),
        (b"8BPS............", "Photoshop"),
    ] {
        let problem = probe_bytes(bytes).expect_err("unsupported");
        assert!(matches!(problem, ImageProblem::Unsupported { .. }) && problem.to_string().contains(says), "{problem}");
    }
}

#[test]
fn sixty_megapixels_pass_and_bombs_do_not() {
    // Only headers are read, so a file of a hundred bytes may claim anything; what it claims decides.
    let info = probe_bytes(&png_of_claimed_size(9_000, 6_667)).expect("sixty megapixels");
    assert_eq!(u64::from(info.width) * u64::from(info.height), 60_003_000);
    for (width, height) in [(65_535, 65_535), (u32::MAX, u32::MAX), (40_000, 10), (20_000, 20_000)] {
        assert!(matches!(probe_bytes(&png_of_claimed_size(width, height)), Err(ImageProblem::TooManyPixels { .. })));
    }
    assert!(matches!(probe_bytes(&png_of_claimed_size(0, 10)), Err(ImageProblem::Damaged { .. })));
}

#[test]
fn bytes_after_the_end_are_not_our_business() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
        let padded = [encoded(12, 9, format), b"a second picture, or whatever a camera adds".to_vec()].concat();
        assert!(probe_bytes(&padded).is_ok(), "{format:?}");
    }
}

mod fuzz {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn damaged_bytes_never_panic(format in 0..5_usize, flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
            let formats = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Bmp];
            let mut bytes = encoded(16, 12, formats[format]);
            for (index, value) in flips {
                let at = index.index(bytes.len());
                bytes[at] = value;
            }
            let _ = probe_bytes(&bytes);
        }
    }
}
