//! An object as a file: read where it is looked at, a block at a time. A header costs one block; only formats that must be read to
//! their end are, and never more than a block of them is in memory.

use std::io::{self, Read, Seek, SeekFrom};

use bytes::Bytes;
use tandem_store::objects::Objects;
use tokio::runtime::Handle;

const BLOCK: u64 = 1024 * 1024;

/// Blocks its thread while it reads: only for `spawn_blocking`.
pub struct ObjectReader {
    objects: Objects,
    key: String,
    size: u64,
    runtime: Handle,
    position: u64,
    /// The block around the last read, and where it begins.
    block: Bytes,
    block_start: u64,
}

impl ObjectReader {
    pub fn new(objects: Objects, key: String, size: u64, runtime: Handle) -> Self {
        Self { objects, key, size, runtime, position: 0, block: Bytes::new(), block_start: 0 }
    }

    /// What of the held block lies at the position.
    fn held(&self) -> &[u8] {
        let offset = self.position.checked_sub(self.block_start).and_then(|offset| usize::try_from(offset).ok());
        offset.and_then(|offset| self.block.get(offset..)).unwrap_or_default()
    }

    fn fetch(&mut self) -> io::Result<()> {
        let range = self.position..self.size.min(self.position.saturating_add(BLOCK));
        let wanted = range.end - range.start;
        let block = self.runtime.block_on(self.objects.get_range(&self.key, range)).map_err(io::Error::other)?;
        if u64::try_from(block.len()).unwrap_or(0) != wanted {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the object became shorter while it was read"));
        }
        self.block_start = self.position;
        self.block = block;
        Ok(())
    }
}

impl Read for ObjectReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.size || buffer.is_empty() {
            return Ok(0);
        }
        if self.held().is_empty() {
            self.fetch()?;
        }
        let held = self.held();
        let count = held.len().min(buffer.len());
        buffer[..count].copy_from_slice(&held[..count]);
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for ObjectReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.size.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = target.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "before the beginning"))?;
        Ok(self.position)
    }
}
