//! EXIF orientation: how the stored picture is turned for display (CIPA DC-008, tag 0x0112).

use exif::{In, Reader, Tag};

/// EXIF blocks are at most 64 KiB in JPEG; more than this in PNG is not worth reading for one number.
pub(super) const MAX_EXIF_BYTES: usize = 1 << 20;

/// The orientation in a TIFF-structured EXIF block; 1 where it has none, is malformed or says nonsense, as browsers do.
pub(super) fn orientation(tiff: Vec<u8>) -> u8 {
    // PNG writers sometimes keep JPEG's prefix.
    let tiff = tiff.strip_prefix(b"Exif\0\0").map(<[u8]>::to_vec).unwrap_or(tiff);
    let Ok(exif) = Reader::new().read_raw(tiff) else { return 1 };
    let value = exif.get_field(Tag::Orientation, In::PRIMARY).and_then(|field| field.value.get_uint(0));
    value.and_then(|v| u8::try_from(v).ok()).filter(|v| (1..=8).contains(v)).unwrap_or(1)
}

/// Orientations 5 to 8 show the picture lying on its side.
pub(super) fn swaps_sides(orientation: u8) -> bool {
    (5..=8).contains(&orientation)
}
