//! LEB128 as lib0 (and so every Yjs client) writes it, plus zigzag for signed numbers.

use super::codec::DecodeError;

/// Append an unsigned number, seven bits a byte, low bits first.
pub fn write_uint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value as u8 & 0x7f) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Append a signed number as zigzag: 0, -1, 1, -2 ... become 0, 1, 2, 3 ...
pub fn write_int(out: &mut Vec<u8>, value: i32) {
    let wide = i64::from(value);
    write_uint(out, ((wide << 1) ^ (wide >> 63)) as u64);
}

/// Reads a frame from front to back and never past its end.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Everything not read yet.
    #[must_use]
    pub fn rest(self) -> &'a [u8] {
        self.rest
    }

    pub fn byte(&mut self) -> Result<u8, DecodeError> {
        let (first, rest) = self.rest.split_first().ok_or(DecodeError::Truncated)?;
        self.rest = rest;
        Ok(*first)
    }

    /// At most 53 bits: what a JavaScript number holds.
    pub fn uint(&mut self) -> Result<u64, DecodeError> {
        let mut value = 0u64;
        for shift in (0..56).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return if value < 1 << 53 { Ok(value) } else { Err(DecodeError::NumberTooBig) };
            }
        }
        Err(DecodeError::NumberTooBig)
    }

    /// Bytes with their length before them.
    pub fn var_bytes(&mut self) -> Result<&'a [u8], DecodeError> {
        let length = usize::try_from(self.uint()?).map_err(|_| DecodeError::Truncated)?;
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(DecodeError::Truncated)?;
        self.rest = rest;
        Ok(bytes)
    }

    /// A text with its length in bytes before it.
    pub fn var_str(&mut self) -> Result<&'a str, DecodeError> {
        std::str::from_utf8(self.var_bytes()?).map_err(|_| DecodeError::NotUtf8)
    }

    pub fn uint32(&mut self) -> Result<u32, DecodeError> {
        u32::try_from(self.uint()?).map_err(|_| DecodeError::NumberTooBig)
    }

    pub fn int(&mut self) -> Result<i32, DecodeError> {
        let raw = self.uint()?;
        let value = (raw >> 1) as i64 ^ -((raw & 1) as i64);
        i32::try_from(value).map_err(|_| DecodeError::NumberTooBig)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_cursors_take_few_bytes() {
        let mut out = Vec::new();
        write_int(&mut out, -64);
        assert_eq!(out, [0x7f]);
    }

    proptest::proptest! {
        #[test]
        fn numbers_come_back(u in 0u64..1 << 53, i: i32) {
            let mut out = Vec::new();
            write_uint(&mut out, u);
            write_int(&mut out, i);
            let mut reader = Reader::new(&out);
            assert_eq!(reader.uint(), Ok(u));
            assert_eq!(reader.int(), Ok(i));
            assert!(reader.is_empty());
        }

        #[test]
        fn garbage_never_panics(bytes: Vec<u8>) {
            let mut reader = Reader::new(&bytes);
            while reader.uint().is_ok() {}
        }
    }
}
