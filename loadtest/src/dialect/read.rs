//! Numbers of the two encodings.

/// bincode 2, standard configuration: one byte below 251, else a marker and two, four or eight bytes.
pub fn bincode_uint(bytes: &mut &[u8]) -> Option<u64> {
    let (first, rest) = bytes.split_first()?;
    let length = match first {
        ..=250 => {
            *bytes = rest;
            return Some(u64::from(*first));
        }
        251 => 2,
        252 => 4,
        253 => 8,
        _ => return None,
    };
    let (number, rest) = rest.split_at_checked(length)?;
    *bytes = rest;
    Some(number.iter().rev().fold(0, |n, byte| n << 8 | u64::from(*byte)))
}

pub fn write_bincode_uint(out: &mut Vec<u8>, number: u64) {
    match number {
        0..251 => out.push(number as u8),
        251..0x1_0000 => {
            out.push(251);
            out.extend_from_slice(&(number as u16).to_le_bytes());
        }
        0x1_0000..0x1_0000_0000 => {
            out.push(252);
            out.extend_from_slice(&(number as u32).to_le_bytes());
        }
        _ => {
            out.push(253);
            out.extend_from_slice(&number.to_le_bytes());
        }
    }
}

/// LEB128, as lib0 writes it.
pub fn varuint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..63).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

/// Bytes after their length.
pub fn varbytes<'a>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(varuint(bytes)?).ok()?;
    let (these, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(these)
}

#[cfg(test)]
mod tests {
    use tandem_protocol::ws::varint::write_uint;

    use super::*;

    #[test]
    fn numbers_come_back_in_both_encodings() {
        for number in [0, 1, 127, 128, 250, 251, 65_535, 65_536, 1 << 40] {
            let (mut one, mut other) = (Vec::new(), Vec::new());
            write_bincode_uint(&mut one, number);
            write_uint(&mut other, number);
            assert_eq!(bincode_uint(&mut one.as_slice()), Some(number));
            assert_eq!(varuint(&mut other.as_slice()), Some(number));
            assert_eq!(bincode_uint(&mut &one[..one.len() - 1]), None);
            assert_eq!(varuint(&mut &other[..other.len() - 1]), None);
        }
    }
}
