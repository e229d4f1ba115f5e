//! GIF89a: a screen descriptor, then blocks up to the trailer. Browsers show files without the trailer, so those count as whole
//! when they stop between blocks and hold at least one picture.

use std::io::{Read, Seek};

use super::{Header, ImageProblem, source::Source};

pub(super) fn read<R: Read + Seek>(source: &mut Source<R>) -> Result<Header, ImageProblem> {
    source.set_format("image/gif");
    source.skip(6)?;
    let width = source.u16_le()?.into();
    let height = source.u16_le()?.into();
    let flags = source.u8()?;
    source.skip(2 + colour_table(flags))?;
    let mut pictures = 0;
    while source.position() < source.len() {
        match source.u8()? {
            0x2c => {
                source.skip(8)?;
                let flags = source.u8()?;
                source.skip(colour_table(flags) + 1)?;
                sub_blocks(source)?;
                pictures += 1;
            }
            0x21 => {
                source.skip(1)?;
                sub_blocks(source)?;
            }
            0x3b => break,
            // Some encoders pad with zeros.
            0x00 => {}
            other => return Err(source.damaged(format!("an unknown block 0x{other:02x}"))),
        }
    }
    if pictures == 0 {
        return Err(source.damaged("it holds no picture"));
    }
    Ok(Header { width, height, orientation: 1 })
}

/// Bytes of the colour table a flags byte announces.
fn colour_table(flags: u8) -> u64 {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) }
}

fn sub_blocks<R: Read + Seek>(source: &mut Source<R>) -> Result<(), ImageProblem> {
    loop {
        match source.u8()? {
            0 => return Ok(()),
            length => source.skip(length.into())?,
        }
    }
}
