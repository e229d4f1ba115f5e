//! Reading with a known length, where running out of bytes means "cut off", not "I/O error".

use std::io::{BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom};

use super::ImageProblem;

pub(super) struct Source<R> {
    reader: BufReader<R>,
    len: u64,
    /// Where the next byte is read; kept here because asking the reader costs a system call.
    at: u64,
    /// For messages.
    format: &'static str,
}

impl<R: Read + Seek> Source<R> {
    pub fn open(mut reader: R) -> Result<Self, ImageProblem> {
        let len = reader.seek(SeekFrom::End(0)).map_err(ImageProblem::Unreadable)?;
        reader.seek(SeekFrom::Start(0)).map_err(ImageProblem::Unreadable)?;
        Ok(Self { reader: BufReader::with_capacity(64 * 1024, reader), len, at: 0, format: "image" })
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub fn len(&self) -> u64 {
        self.len
    }

    pub fn position(&self) -> u64 {
        self.at
    }

    pub fn set_format(&mut self, format: &'static str) {
        self.format = format;
    }

    /// The first bytes (up to 32), without moving.
    pub fn peek(&mut self) -> Result<Vec<u8>, ImageProblem> {
        let mut head = vec![0; 32.min(usize::try_from(self.len).unwrap_or(32))];
        self.fill(&mut head)?;
        self.seek_to(0)?;
        Ok(head)
    }

    pub fn bytes<const N: usize>(&mut self) -> Result<[u8; N], ImageProblem> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    pub fn u8(&mut self) -> Result<u8, ImageProblem> {
        Ok(self.bytes::<1>()?[0])
    }

    pub fn u16_be(&mut self) -> Result<u16, ImageProblem> {
        Ok(u16::from_be_bytes(self.bytes()?))
    }

    pub fn u32_be(&mut self) -> Result<u32, ImageProblem> {
        Ok(u32::from_be_bytes(self.bytes()?))
    }

    pub fn u16_le(&mut self) -> Result<u16, ImageProblem> {
        Ok(u16::from_le_bytes(self.bytes()?))
    }

    pub fn u32_le(&mut self) -> Result<u32, ImageProblem> {
        Ok(u32::from_le_bytes(self.bytes()?))
    }

    /// `count` bytes; the caller has bounded `count`.
    pub fn vec(&mut self, count: usize) -> Result<Vec<u8>, ImageProblem> {
        if self.at + count as u64 > self.len {
            return Err(self.cut_off());
        }
        let mut bytes = vec![0; count];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// Moves over `count` bytes that must be there.
    pub fn skip(&mut self, count: u64) -> Result<(), ImageProblem> {
        let to = self.at.saturating_add(count);
        if to > self.len {
            return Err(self.cut_off());
        }
        self.reader.seek_relative(i64::try_from(count).unwrap_or(i64::MAX)).map_err(ImageProblem::Unreadable)?;
        self.at = to;
        Ok(())
    }

    pub fn seek_to(&mut self, to: u64) -> Result<(), ImageProblem> {
        self.reader.seek(SeekFrom::Start(to)).map_err(ImageProblem::Unreadable)?;
        self.at = to;
        Ok(())
    }

    /// Moves behind the next `byte`.
    pub fn skip_past(&mut self, byte: u8) -> Result<(), ImageProblem> {
        loop {
            let buffer = self.reader.fill_buf().map_err(ImageProblem::Unreadable)?;
            if buffer.is_empty() {
                return Err(self.cut_off());
            }
            let found = buffer.iter().position(|b| *b == byte);
            let used = found.map_or(buffer.len(), |at| at + 1);
            self.reader.consume(used);
            self.at += used as u64;
            if found.is_some() {
                return Ok(());
            }
        }
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), ImageProblem> {
        match self.reader.read_exact(bytes) {
            Ok(()) => {
                self.at += bytes.len() as u64;
                Ok(())
            }
            Err(e) if e.kind() == ErrorKind::UnexpectedEof => Err(self.cut_off()),
            Err(e) => Err(ImageProblem::Unreadable(e)),
        }
    }

    pub fn cut_off(&self) -> ImageProblem {
        ImageProblem::Truncated { format: self.format, why: format!("it ends after {} bytes, before its end mark", self.len) }
    }

    pub fn damaged(&self, why: impl Into<String>) -> ImageProblem {
        ImageProblem::Damaged { format: self.format, why: why.into() }
    }
}
