//! JPEG (ITU T.81): a chain of marker segments; after each start-of-scan, entropy-coded bytes up to the next marker.

use std::io::{Read, Seek};

use super::{Header, ImageProblem, exif, source::Source};

pub(super) fn read<R: Read + Seek>(source: &mut Source<R>) -> Result<Header, ImageProblem> {
    source.set_format("image/jpeg");
    source.skip(2)?;
    let mut size = None;
    let mut orientation = None;
    let mut scans = 0;
    loop {
        let marker = next_marker(source)?;
        match marker {
            // End of image. What follows (a second picture of a multi-picture file, camera data) is not ours to judge.
            0xd9 if scans == 0 => return Err(source.damaged("it ends before any picture data")),
            0xd9 => break,
            // Standalone: restart markers, TEM, a stray start of image.
            0x01 | 0xd0..=0xd8 => {}
            0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Err(ImageProblem::Unsupported {
                    format: "lossless, hierarchical or arithmetic-coded JPEG",
                    why: "browsers do not show them",
                });
            }
            0xc0..=0xc2 => size = Some(frame(source)?),
            0xe1 => app1(source, &mut orientation)?,
            0xda => {
                if size.is_none() {
                    return Err(source.damaged("picture data comes before its size"));
                }
                scans += 1;
                skip_segment(source)?;
            }
            _ => skip_segment(source)?,
        }
    }
    let (width, height) = size.ok_or_else(|| source.damaged("it has no frame header"))?;
    Ok(Header { width, height, orientation: orientation.unwrap_or(1) })
}

/// The next marker's code. Bytes before it are entropy-coded data or padding: `ff 00` there is a stuffed data byte, `ff ff` a fill.
fn next_marker<R: Read + Seek>(source: &mut Source<R>) -> Result<u8, ImageProblem> {
    source.skip_past(0xff)?;
    loop {
        match source.u8()? {
            0xff => {}
            0x00 => source.skip_past(0xff)?,
            marker => return Ok(marker),
        }
    }
}

fn length<R: Read + Seek>(source: &mut Source<R>) -> Result<u16, ImageProblem> {
    source.u16_be()?.checked_sub(2).ok_or_else(|| source.damaged("a segment has an impossible length"))
}

fn skip_segment<R: Read + Seek>(source: &mut Source<R>) -> Result<(), ImageProblem> {
    let length = length(source)?;
    source.skip(length.into())
}

fn frame<R: Read + Seek>(source: &mut Source<R>) -> Result<(u32, u32), ImageProblem> {
    let length = length(source)?;
    if length < 6 {
        return Err(source.damaged("its frame header is too short"));
    }
    let _precision = source.u8()?;
    let height = source.u16_be()?;
    let width = source.u16_be()?;
    source.skip(u64::from(length) - 5)?;
    Ok((width.into(), height.into()))
}

/// EXIF lives in the first APP1 that says so; XMP uses APP1 too.
fn app1<R: Read + Seek>(source: &mut Source<R>, orientation: &mut Option<u8>) -> Result<(), ImageProblem> {
    let length = length(source)?;
    let body = source.vec(length.into())?;
    if orientation.is_none() && body.starts_with(b"Exif\0") {
        *orientation = Some(exif::orientation(body));
    }
    Ok(())
}
