//! Why a file is no image we can show, in words for the person who chose it.

use super::{MAX_PIXELS, MAX_SIDE};

#[derive(Debug, thiserror::Error)]
pub enum ImageProblem {
    #[error("the file is empty (0 bytes)")]
    Empty,
    #[error("not an image: {0}")]
    NotAnImage(String),
    #[error("the {} file is cut off: {why}", word(format))]
    Truncated { format: &'static str, why: String },
    #[error("the {} file is damaged: {why}", word(format))]
    Damaged { format: &'static str, why: String },
    #[error("{width} x {height} pixels are too many; the limit is {MAX_PIXELS} pixels and {MAX_SIDE} a side")]
    TooManyPixels { width: u32, height: u32 },
    #[error("{format} images are not supported: {why}")]
    Unsupported { format: &'static str, why: &'static str },
    #[error("the file cannot be read: {0}")]
    Unreadable(std::io::Error),
}

impl ImageProblem {
    /// Stable machine word.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "image_empty",
            Self::NotAnImage(_) => "not_an_image",
            Self::Truncated { .. } => "image_truncated",
            Self::Damaged { .. } => "image_damaged",
            Self::TooManyPixels { .. } => "image_too_many_pixels",
            Self::Unsupported { .. } => "image_unsupported",
            Self::Unreadable(_) => "image_unreadable",
        }
    }
}

fn word(content_type: &str) -> String {
    content_type.trim_start_matches("image/").to_ascii_uppercase()
}

const CONVERT: &str = "browsers do not show them; convert to PNG or JPEG first";

/// The problem of bytes that are none of the formats we show: named where we know what they are.
pub(super) fn unknown(magic: &[u8]) -> ImageProblem {
    let unsupported = |format| ImageProblem::Unsupported { format, why: CONVERT };
    match magic {
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] | [b'I', b'I', 43, 0, ..] | [b'M', b'M', 0, 43, ..] => unsupported("TIFF"),
        [_, _, _, _, b'f', b't', b'y', b'p', b'a', b'v', b'i', b'f' | b's', ..] => {
            ImageProblem::Unsupported { format: "AVIF", why: "convert to WebP, PNG or JPEG first" }
        }
        [_, _, _, _, b'f', b't', b'y', b'p', b'h' | b'm', ..] => unsupported("HEIC"),
        [0xff, 0x0a, ..] | [0, 0, 0, 12, b'J', b'X', b'L', b' ', ..] => unsupported("JPEG XL"),
        [0, 0, 0, 12, b'j', b'P', ..] => unsupported("JPEG 2000"),
        [b'8', b'B', b'P', b'S', ..] => unsupported("Photoshop"),
        [0, 0, 1, 0, ..] => ImageProblem::Unsupported { format: "icon", why: "convert to PNG first" },
        [b'%', b'P', b'D', b'F', ..] => ImageProblem::NotAnImage("it is a PDF document".into()),
        [b'P', b'K', 3, 4, ..] => ImageProblem::NotAnImage("it is a ZIP archive".into()),
        other => ImageProblem::NotAnImage(describe(other)),
    }
}

fn describe(magic: &[u8]) -> String {
    let text = String::from_utf8_lossy(magic);
    let lower = text.trim_start().to_ascii_lowercase();
    if lower.starts_with("<svg") || lower.starts_with("<?xml") {
        return "it is XML or SVG text".into();
    }
    if lower.starts_with("<!doctype html") || lower.starts_with("<html") {
        return "it is an HTML page".into();
    }
    if !magic.contains(&0) && std::str::from_utf8(magic).is_ok() {
        return format!("it starts with the text {:?}", text.chars().take(16).collect::<String>());
    }
    let hex: Vec<String> = magic.iter().take(8).map(|b| format!("{b:02x}")).collect();
    format!("its first bytes ({}) are those of no known image format", hex.join(" "))
}
