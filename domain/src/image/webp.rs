//! WebP (RFC 9649): RIFF chunks; lossy `VP8 `, lossless `VP8L`, or extended `VP8X` followed by the rest.
//!
//! An `EXIF` chunk's orientation is not read: Chromium (156, tried) shows such pictures as stored, and coordinates must be those of what
//! people see.

use std::io::{Read, Seek};

use super::{Header, ImageProblem, source::Source};

pub(super) fn read<R: Read + Seek>(source: &mut Source<R>) -> Result<Header, ImageProblem> {
    source.set_format("image/webp");
    source.skip(4)?;
    let end = u64::from(source.u32_le()?) + 8;
    if end > source.len() {
        let why = format!("it announces {end} bytes and has {}", source.len());
        return Err(ImageProblem::Truncated { format: "image/webp", why });
    }
    source.skip(4)?;
    let mut canvas = None;
    let mut picture = None;
    // A chunk needs its eight bytes of header; less is padding.
    while source.position() + 8 <= end {
        let kind = source.bytes::<4>()?;
        let length = u64::from(source.u32_le()?);
        let next = source.position() + length + (length & 1);
        match &kind {
            b"VP8X" if length >= 10 => canvas = Some(extended(source)?),
            b"VP8 " if length >= 10 => picture = picture.or(Some(lossy(source)?)),
            b"VP8L" if length >= 5 => picture = picture.or(Some(lossless(source)?)),
            b"ANMF" => picture = picture.or(canvas),
            _ => {}
        }
        if next > source.len() + 1 {
            return Err(source.cut_off());
        }
        source.seek_to(next)?;
    }
    let (width, height) = match (canvas, picture) {
        (Some(canvas), Some(_)) => canvas,
        (None, Some(picture)) => picture,
        (_, None) => return Err(source.damaged("it holds no picture data")),
    };
    Ok(Header { width, height, orientation: 1 })
}

fn extended<R: Read + Seek>(source: &mut Source<R>) -> Result<(u32, u32), ImageProblem> {
    source.skip(4)?;
    let [a, b, c, d, e, f] = source.bytes::<6>()?;
    Ok((1 + u32::from_le_bytes([a, b, c, 0]), 1 + u32::from_le_bytes([d, e, f, 0])))
}

fn lossy<R: Read + Seek>(source: &mut Source<R>) -> Result<(u32, u32), ImageProblem> {
    source.skip(3)?;
    if source.bytes::<3>()? != [0x9d, 0x01, 0x2a] {
        return Err(source.damaged("its key frame does not start as one"));
    }
    // The two top bits are the upscaling hint, not size.
    Ok(((source.u16_le()? & 0x3fff).into(), (source.u16_le()? & 0x3fff).into()))
}

fn lossless<R: Read + Seek>(source: &mut Source<R>) -> Result<(u32, u32), ImageProblem> {
    if source.u8()? != 0x2f {
        return Err(source.damaged("its lossless data does not start as such"));
    }
    let bits = source.u32_le()?;
    Ok((1 + (bits & 0x3fff), 1 + ((bits >> 14) & 0x3fff)))
}
