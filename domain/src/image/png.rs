//! PNG (ISO/IEC 15948): a chain of length-type-data-crc chunks from `IHDR` to `IEND`.

use std::io::{Read, Seek};

use super::{Header, ImageProblem, exif, source::Source};

pub(super) fn read<R: Read + Seek>(source: &mut Source<R>) -> Result<Header, ImageProblem> {
    source.set_format("image/png");
    source.skip(8)?;
    let mut size = None;
    let mut orientation = 1;
    let mut has_data = false;
    loop {
        let length = source.u32_be()?;
        let kind = source.bytes::<4>()?;
        match &kind {
            b"IHDR" => {
                if length != 13 {
                    return Err(source.damaged("its header chunk has an impossible length"));
                }
                size = Some((source.u32_be()?, source.u32_be()?));
                source.skip(5 + 4)?;
            }
            _ if size.is_none() => return Err(source.damaged("it does not start with a header chunk")),
            b"IEND" => {
                source.skip(u64::from(length) + 4)?;
                break;
            }
            // The third edition allows eXIf after the picture data too, but Chromium (156, tried) looks before it only, and what
            // people see decides.
            b"eXIf" if !has_data && length as usize <= exif::MAX_EXIF_BYTES => {
                orientation = exif::orientation(source.vec(length as usize)?);
                source.skip(4)?;
            }
            other => {
                has_data |= other == b"IDAT";
                source.skip(u64::from(length) + 4)?;
            }
        }
    }
    if !has_data {
        return Err(source.damaged("it holds no picture data"));
    }
    let (width, height) = size.ok_or_else(|| source.damaged("it has no header chunk"))?;
    Ok(Header { width, height, orientation })
}
