//! BMP: a file header, an information header of one of several sizes, rows of pixels padded to four bytes.

use std::io::{Read, Seek};

use super::{Header, ImageProblem, source::Source};

/// The sizes of information headers in use: core, OS/2 2.x, V3, V4, V5 and their odd relatives.
const HEADER_SIZES: [u32; 7] = [12, 16, 40, 52, 56, 108, 124];

pub(super) fn plausible(magic: &[u8]) -> bool {
    let Some(size) = magic.get(14..18).and_then(|b| b.try_into().ok()).map(u32::from_le_bytes) else {
        // Cut off inside the header: let the reader say so, if the reserved words are zero as they must be.
        return magic.len() < 18 && magic.get(6..10).is_some_and(|reserved| reserved == [0; 4]);
    };
    HEADER_SIZES.contains(&size) || size == 64
}

pub(super) fn read<R: Read + Seek>(source: &mut Source<R>) -> Result<Header, ImageProblem> {
    source.set_format("image/bmp");
    source.skip(10)?;
    let pixels_at = u64::from(source.u32_le()?);
    let header_size = source.u32_le()?;
    let (width, height, bits, compression) = if header_size == 12 {
        let (width, height) = (u32::from(source.u16_le()?), u32::from(source.u16_le()?));
        source.skip(2)?;
        (width, height, source.u16_le()?, 0)
    } else {
        // A negative height means top-down rows.
        let (width, height) = (source.u32_le()?, source.u32_le()?.cast_signed().unsigned_abs());
        source.skip(2)?;
        (width, height, source.u16_le()?, source.u32_le()?)
    };
    if ![1, 2, 4, 8, 16, 24, 32].contains(&bits) && compression < 4 {
        return Err(source.damaged(format!("{bits} bits a pixel do not exist")));
    }
    // Rows have a known length only without run-length coding (0: plain, 3 and 6: bit fields).
    if matches!(compression, 0 | 3 | 6) {
        let row = (u64::from(width) * u64::from(bits)).div_ceil(32) * 4;
        let end = pixels_at.saturating_add(row.saturating_mul(height.into()));
        if end > source.len() {
            let why = format!("its {width} x {height} pixels end at byte {end}, the file at {}", source.len());
            return Err(ImageProblem::Truncated { format: "image/bmp", why });
        }
    } else if pixels_at >= source.len() {
        return Err(source.cut_off());
    }
    Ok(Header { width, height, orientation: 1 })
}
