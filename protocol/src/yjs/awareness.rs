//! Awareness updates: a count, then a client id, a clock and a JSON text each; `null` means gone.

use crate::ws::{
    DecodeError,
    varint::{Reader, write_uint},
};

/// The text of whoever is gone.
pub const GONE: &str = "null";

/// One client's state. The text is not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    pub client: u64,
    pub clock: u64,
    pub state: &'a [u8],
}

impl Entry<'_> {
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.state == GONE.as_bytes()
    }
}

/// Reads the entries one after the other; ends with the first that is broken.
pub struct Entries<'a> {
    r: Reader<'a>,
    left: u64,
}

impl<'a> Entries<'a> {
    pub fn new(update: &'a [u8]) -> Result<Self, DecodeError> {
        let mut r = Reader::new(update);
        let left = r.uint()?;
        Ok(Self { r, left })
    }

    fn entry(&mut self) -> Result<Entry<'a>, DecodeError> {
        Ok(Entry { client: self.r.uint()?, clock: self.r.uint()?, state: self.r.var_bytes()? })
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<Entry<'a>, DecodeError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let entry = self.entry();
        if entry.is_err() {
            self.left = 0;
        }
        Some(entry)
    }
}

/// Append one entry. The count goes before the first.
pub fn write_entry(out: &mut Vec<u8>, entry: Entry<'_>) {
    write_uint(out, entry.client);
    write_uint(out, entry.clock);
    write_uint(out, entry.state.len() as u64);
    out.extend_from_slice(entry.state);
}

/// A whole update.
#[must_use]
pub fn encode<'a>(entries: impl ExactSizeIterator<Item = Entry<'a>>) -> Vec<u8> {
    let mut out = Vec::new();
    write_uint(&mut out, entries.len() as u64);
    for entry in entries {
        write_entry(&mut out, entry);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_entry_looks_as_y_protocols_writes_it() {
        let bytes = encode([Entry { client: 300, clock: 2, state: b"{}" }].into_iter());
        assert_eq!(bytes, [1, 0xac, 2, 2, 2, b'{', b'}']);
    }

    proptest! {
        #[test]
        fn entries_come_back(given in proptest::collection::vec((0u64..1 << 53, 0u64..1 << 53, any::<String>()), 0..20)) {
            let entries: Vec<Entry<'_>> = given
                .iter()
                .map(|(client, clock, state)| Entry { client: *client, clock: *clock, state: state.as_bytes() })
                .collect();
            let bytes = encode(entries.iter().copied());
            let back: Result<Vec<_>, _> = Entries::new(&bytes).unwrap().collect();
            prop_assert_eq!(back.unwrap(), entries);
        }

        #[test]
        fn garbage_never_panics_and_ends(bytes: Vec<u8>) {
            if let Ok(entries) = Entries::new(&bytes) {
                prop_assert!(entries.count() <= bytes.len());
            }
        }
    }
}
