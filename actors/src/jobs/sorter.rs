//! Sorting more than fits in memory: records gather in a bounded buffer, go sorted to temporary files, and are merged on the way out.
//!
//! That is how a file whose annotations come in no helpful order is joined with its images in constant memory.

use std::{
    cmp::Reverse,
    collections::BinaryHeap,
    fs::File,
    io::{self, BufReader, BufWriter, ErrorKind, Read, Seek, Write},
};

/// Bytes held before they go to a file.
const BUFFER: usize = 8 * 1024 * 1024;
/// Files merged at once; more are first merged into one.
const FAN_IN: usize = 48;
/// What a record costs in memory beside its bytes.
const OVERHEAD: usize = 64;

/// A key, compared byte by byte, and what goes with it.
pub type Record = (Vec<u8>, Vec<u8>);

pub struct Sorter {
    limit: usize,
    buffer: Vec<Record>,
    held: usize,
    runs: Vec<File>,
}

impl Default for Sorter {
    fn default() -> Self {
        Self::with_limit(BUFFER)
    }
}

impl Sorter {
    /// As [`Sorter::default`], holding `limit` bytes.
    #[must_use]
    pub fn with_limit(limit: usize) -> Self {
        Self { limit, buffer: Vec::new(), held: 0, runs: Vec::new() }
    }

    /// # Errors
    /// No room for temporary files.
    pub fn push(&mut self, key: Vec<u8>, value: Vec<u8>) -> io::Result<()> {
        self.held += key.len() + value.len() + OVERHEAD;
        self.buffer.push((key, value));
        if self.held > self.limit { self.spill() } else { Ok(()) }
    }

    fn spill(&mut self) -> io::Result<()> {
        self.buffer.sort_unstable();
        let mut run = BufWriter::new(tempfile::tempfile()?);
        for (key, value) in self.buffer.drain(..) {
            write_record(&mut run, &key, &value)?;
        }
        self.held = 0;
        self.runs.push(rewound(run)?);
        if self.runs.len() < FAN_IN {
            return Ok(());
        }
        let mut merged = BufWriter::new(tempfile::tempfile()?);
        for record in Merge::of(std::mem::take(&mut self.runs), Vec::new())? {
            let (key, value) = record?;
            write_record(&mut merged, &key, &value)?;
        }
        self.runs.push(rewound(merged)?);
        Ok(())
    }

    /// The records in the order of their keys.
    ///
    /// # Errors
    /// Temporary files cannot be read.
    pub fn sorted(mut self) -> io::Result<Merge> {
        self.buffer.sort_unstable();
        Merge::of(self.runs, self.buffer)
    }
}

fn rewound(run: BufWriter<File>) -> io::Result<File> {
    let mut file = run.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.rewind()?;
    Ok(file)
}

fn write_record(out: &mut impl Write, key: &[u8], value: &[u8]) -> io::Result<()> {
    for part in [key, value] {
        let length = u32::try_from(part.len()).map_err(|_| io::Error::new(ErrorKind::InvalidInput, "a record of more than 4 GiB"))?;
        out.write_all(&length.to_le_bytes())?;
        out.write_all(part)?;
    }
    Ok(())
}

fn read_record(input: &mut impl Read) -> io::Result<Option<Record>> {
    let Some(key) = read_part(input)? else { return Ok(None) };
    let value = read_part(input)?.ok_or(ErrorKind::UnexpectedEof)?;
    Ok(Some((key, value)))
}

fn read_part(input: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    match input.read_exact(&mut length) {
        Ok(()) => {}
        Err(e) if e.kind() == ErrorKind::UnexpectedEof => return Ok(None),
        Err(e) => return Err(e),
    }
    let mut part = vec![0; u32::from_le_bytes(length) as usize];
    input.read_exact(&mut part)?;
    Ok(Some(part))
}

/// Sorted records, from files and from what was still in memory.
pub struct Merge {
    runs: Vec<BufReader<File>>,
    rest: std::vec::IntoIter<Record>,
    /// The next record of each source; the rest's index is one past the files'.
    heads: BinaryHeap<Reverse<(Record, usize)>>,
}

impl Merge {
    fn of(runs: Vec<File>, sorted: Vec<Record>) -> io::Result<Self> {
        let runs = runs.into_iter().map(|f| BufReader::with_capacity(32 * 1024, f)).collect();
        let mut merge = Self { runs, rest: sorted.into_iter(), heads: BinaryHeap::new() };
        for source in 0..=merge.runs.len() {
            merge.advance(source)?;
        }
        Ok(merge)
    }

    fn advance(&mut self, source: usize) -> io::Result<()> {
        let next = match self.runs.get_mut(source) {
            Some(run) => read_record(run)?,
            None => self.rest.next(),
        };
        self.heads.extend(next.map(|record| Reverse((record, source))));
        Ok(())
    }
}

impl Iterator for Merge {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        let Reverse((record, source)) = self.heads.pop()?;
        Some(self.advance(source).map(|()| record))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn everything_comes_out_in_order(keys in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..4), any::<u16>()), 0..300), limit in 0..4000_usize) {
            let mut sorter = Sorter::with_limit(limit);
            let mut expected = Vec::new();
            for (key, value) in keys {
                expected.push((key.clone(), value.to_le_bytes().to_vec()));
                sorter.push(key, value.to_le_bytes().to_vec()).expect("room");
            }
            expected.sort_unstable();
            let found: Vec<Record> = sorter.sorted().expect("reads").collect::<Result<_, _>>().expect("reads");
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn no_more_than_the_limit_is_held() {
        let mut sorter = Sorter::with_limit(10_000);
        for i in 0..20_000_u32 {
            sorter.push(i.wrapping_mul(2_654_435_761).to_be_bytes().to_vec(), vec![7; 100]).expect("room");
            assert!(sorter.held <= 10_000 && sorter.runs.len() < FAN_IN);
        }
        let keys: Vec<Vec<u8>> = sorter.sorted().expect("reads").map(|r| r.expect("reads").0).collect();
        assert_eq!(keys.len(), 20_000);
        assert!(keys.is_sorted());
    }
}
