//! What an image file is, told from its bytes. Names and declared types are never believed.
//!
//! Nothing is decoded: sizes come from headers, and completeness from each container's own structure (JPEG's end marker, PNG's
//! `IEND`, RIFF's and BMP's declared lengths, GIF's blocks). So a 60-megapixel photo costs one read of its bytes, and a
//! decompression bomb costs its few header bytes.

mod bmp;
mod exif;
mod gif;
mod jpeg;
mod png;
mod problem;
mod source;
mod webp;

use std::io::{Cursor, Read, Seek};

pub use problem::ImageProblem;

use crate::geometry::Size;
use source::Source;

/// More pixels than this are refused. 16384 x 16384 is what browsers still draw on one canvas; sixty megapixels fit four times.
pub const MAX_PIXELS: u64 = 16_384 * 16_384;

/// Longer sides than this are refused: WebGL and Skia stop here.
pub const MAX_SIDE: u32 = 32_767;

/// What people will see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageInfo {
    /// Read from the bytes, e.g. `image/jpeg`.
    pub content_type: &'static str,
    /// Pixels as displayed, after EXIF orientation.
    pub width: u32,
    pub height: u32,
    /// EXIF orientation, 1 to 8; 1 where the file has none.
    pub orientation: u8,
}

impl ImageInfo {
    /// The size people see; region coordinates live in this frame.
    #[must_use]
    pub fn displayed(&self) -> Size {
        Size { width: self.width, height: self.height }
    }

    /// The size as stored, before EXIF orientation.
    #[must_use]
    pub fn stored(&self) -> Size {
        if exif::swaps_sides(self.orientation) { self.displayed().transposed() } else { self.displayed() }
    }
}

/// What a format's parser finds: sizes as stored.
struct Header {
    width: u32,
    height: u32,
    orientation: u8,
}

/// Reads type, displayed size and orientation, and checks that the file is whole.
///
/// # Errors
/// [`ImageProblem`] says what is wrong in a sentence made for people.
pub fn probe<R: Read + Seek>(reader: R) -> Result<ImageInfo, ImageProblem> {
    let mut source = Source::open(reader)?;
    if source.is_empty() {
        return Err(ImageProblem::Empty);
    }
    let magic = source.peek()?;
    let (content_type, header) = match magic.as_slice() {
        [0xff, 0xd8, 0xff, ..] => ("image/jpeg", jpeg::read(&mut source)?),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => ("image/png", png::read(&mut source)?),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => ("image/webp", webp::read(&mut source)?),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => ("image/gif", gif::read(&mut source)?),
        // "BM" alone starts many a text; a bitmap's header size stands at byte 14.
        [b'B', b'M', ..] if bmp::plausible(&magic) => ("image/bmp", bmp::read(&mut source)?),
        other => return Err(problem::unknown(other)),
    };
    checked(content_type, &header)
}

/// [`probe`] over bytes in memory.
///
/// # Errors
/// As [`probe`].
pub fn probe_bytes(bytes: &[u8]) -> Result<ImageInfo, ImageProblem> {
    probe(Cursor::new(bytes))
}

fn checked(content_type: &'static str, header: &Header) -> Result<ImageInfo, ImageProblem> {
    let Header { width, height, orientation } = *header;
    if width == 0 || height == 0 {
        return Err(ImageProblem::Damaged { format: content_type, why: format!("its header says {width} x {height} pixels") });
    }
    if u64::from(width) * u64::from(height) > MAX_PIXELS || width.max(height) > MAX_SIDE {
        return Err(ImageProblem::TooManyPixels { width, height });
    }
    let stored = Size { width, height };
    let shown = if exif::swaps_sides(orientation) { stored.transposed() } else { stored };
    Ok(ImageInfo { content_type, width: shown.width, height: shown.height, orientation })
}

/// The file name extensions that promise a content type; used to notice a file that is not what its name says.
#[must_use]
pub fn promised_by_name(filename: &str) -> Option<&'static str> {
    let (_, extension) = filename.rsplit_once('.')?;
    match extension.to_ascii_lowercase().as_str() {
        "jpg" | "jpeg" | "jpe" | "jfif" => Some("image/jpeg"),
        "png" => Some("image/png"),
        "webp" => Some("image/webp"),
        "gif" => Some("image/gif"),
        "bmp" | "dib" => Some("image/bmp"),
        "tif" | "tiff" => Some("image/tiff"),
        _ => None,
    }
}

/// Whether a file of this name may be an image; for scanning folders.
#[must_use]
pub fn named_like_an_image(filename: &str) -> bool {
    promised_by_name(filename).is_some()
}

#[cfg(test)]
mod tests;
