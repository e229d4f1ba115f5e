//! Reads a Yjs update (version 1) without building anything, and refuses what would harm the document.
//!
//! yrs trusts its input in places: it recurses as deep as nested values go, reserves what a length claims, and keeps
//! edits whose causes are missing for ever. A hostile or broken client could use each against everybody in the room, so an edit
//! comes through here first. Format: <https://github.com/yjs/yjs/blob/main/INTERNALS.md> and Yjs' `src/utils/encoding.js`.

use std::collections::HashMap;

use tandem_protocol::ws::varint::Reader;

/// Numbers of elements are kept in an `i32` at places.
const MAX_CLOCK: u64 = i32::MAX as u64;
/// Nesting of plain JSON values inside one element.
const MAX_DEPTH: usize = 32;

const SKIP: u8 = 10;
const GC: u8 = 0;
const HAS_LEFT: u8 = 0x80;
const HAS_RIGHT: u8 = 0x40;
const HAS_KEY: u8 = 0x20;

/// Why an edit is refused. The document was not touched.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("not a Yjs update: {0}")]
    Malformed(&'static str),
    #[error("an edit may have {limit} bytes, this one has {size}")]
    TooBig { size: usize, limit: usize },
    #[error("the document is full: it may have {limit} bytes")]
    DocumentFull { limit: usize },
    #[error("values are nested deeper than {MAX_DEPTH}")]
    TooDeep,
    #[error("{0} are not supported")]
    Unsupported(&'static str),
    #[error("the edit builds on edits that the server does not have; subscribe again to send them")]
    MissingCauses,
}

impl Refusal {
    /// The rule's machine word.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        match self {
            Self::Malformed(_) => "malformed",
            Self::TooBig { .. } => "max_update_bytes",
            Self::DocumentFull { .. } => "max_document_bytes",
            Self::TooDeep => "max_depth",
            Self::Unsupported(_) => "unsupported_content",
            Self::MissingCauses => "missing_causes",
        }
    }

    /// Whether the same edit may be taken later.
    #[must_use]
    pub fn retryable(&self) -> bool {
        matches!(self, Self::MissingCauses)
    }
}

/// What an update needs and brings.
#[derive(Debug, Default)]
pub struct Inspected {
    /// Elements by client: from where to where, without a gap except those in `gaps`.
    brings: HashMap<u64, (u64, u64)>,
    /// Ranges an update leaves out of a client's run.
    gaps: Vec<(u64, u64)>,
    /// How far each other client's elements must be known.
    needs: HashMap<u64, u64>,
    deletes: bool,
}

impl Inspected {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.brings.is_empty() && !self.deletes
    }

    /// Whether a document that knows `clock(client)` elements of each client can take the update at once, whole.
    #[must_use]
    pub fn fits(&self, clock: impl Fn(u64) -> u64) -> bool {
        let starts = self.brings.iter().all(|(client, (start, _))| *start <= clock(*client));
        let gaps = self.gaps.iter().all(|(client, end)| *end <= clock(*client));
        let known = |client: &u64| self.brings.get(client).map_or(0, |(_, end)| *end).max(clock(*client));
        starts && gaps && self.needs.iter().all(|(client, upto)| *upto <= known(client))
    }

    /// Whether a document that knows `clock(client)` elements of each client has all that are brought. Of deletions it says nothing.
    #[must_use]
    pub fn brings_nothing_to(&self, clock: impl Fn(u64) -> u64) -> bool {
        self.brings.iter().all(|(client, (_, end))| *end <= clock(*client))
    }

    fn need(&mut self, client: u64, upto: u64) {
        let entry = self.needs.entry(client).or_default();
        *entry = (*entry).max(upto);
    }
}

/// Walk an update from front to back.
pub fn inspect(update: &[u8]) -> Result<Inspected, Refusal> {
    let mut walk = Walk { r: Reader::new(update), out: Inspected::default() };
    let clients = walk.uint()?;
    for _ in 0..clients {
        walk.client()?;
    }
    walk.deletions()?;
    if walk.r.is_empty() { Ok(walk.out) } else { Err(Refusal::Malformed("bytes after its end")) }
}

struct Walk<'a> {
    r: Reader<'a>,
    out: Inspected,
}

impl Walk<'_> {
    fn client(&mut self) -> Result<(), Refusal> {
        let blocks = self.uint()?;
        let (client, start) = (self.uint()?, self.clock()?);
        if blocks == 0 {
            return Err(Refusal::Malformed("a client without elements"));
        }
        let mut clock = start;
        for _ in 0..blocks {
            let length = self.block(client, clock)?;
            if length == 0 {
                return Err(Refusal::Malformed("an empty element"));
            }
            clock += length;
            if clock > MAX_CLOCK {
                return Err(Refusal::Malformed("an element's number is too big"));
            }
        }
        match self.out.brings.insert(client, (start, clock)) {
            Some(_) => Err(Refusal::Malformed("a client named twice")),
            None => Ok(()),
        }
    }

    fn block(&mut self, client: u64, clock: u64) -> Result<u64, Refusal> {
        let info = self.byte()?;
        match info {
            GC => self.clock(),
            SKIP => {
                let length = self.clock()?;
                self.out.gaps.push((client, clock + length));
                Ok(length)
            }
            info => self.item(client, clock, info),
        }
    }

    fn item(&mut self, client: u64, clock: u64, info: u8) -> Result<u64, Refusal> {
        if info & HAS_LEFT != 0 {
            self.reference(client, clock)?;
        }
        if info & HAS_RIGHT != 0 {
            self.reference(client, clock)?;
        }
        if info & (HAS_LEFT | HAS_RIGHT) == 0 {
            match self.uint()? {
                1 => self.string()?.len(),
                0 => self.reference(client, clock).map(|()| 0)?,
                _ => return Err(Refusal::Malformed("parent")),
            };
            if info & HAS_KEY != 0 {
                self.string()?;
            }
        }
        self.content(info & 0x1f)
    }

    /// An element this one stands beside or in. It must be older than this one.
    fn reference(&mut self, client: u64, clock: u64) -> Result<(), Refusal> {
        let (other, number) = (self.uint()?, self.clock()?);
        if other == client && number >= clock {
            return Err(Refusal::Malformed("an element that refers to a later one of its own client"));
        }
        self.out.need(other, number + 1);
        Ok(())
    }

    fn content(&mut self, kind: u8) -> Result<u64, Refusal> {
        match kind {
            1 => self.clock(),
            3 => self.bytes().map(|_| 1),
            4 => self.string().map(|text| text.encode_utf16().count() as u64),
            5 => self.string().map(|_| 1),
            6 => {
                self.string()?;
                self.string().map(|_| 1)
            }
            7 => self.shared_type().map(|()| 1),
            8 => {
                let count = self.clock()?;
                for _ in 0..count {
                    self.any(0)?;
                }
                Ok(count)
            }
            2 => Err(Refusal::Unsupported("elements of Yjs before version 13")),
            9 => Err(Refusal::Unsupported("subdocuments")),
            _ => Err(Refusal::Malformed("unknown kind of element")),
        }
    }

    fn shared_type(&mut self) -> Result<(), Refusal> {
        match self.byte()? {
            // Array, map, text, XML fragment, XML text.
            0..=2 | 4 | 6 => Ok(()),
            // An XML element, by name.
            3 => self.string().map(|_| ()),
            _ => Err(Refusal::Unsupported("shared types other than map, array, text and XML")),
        }
    }

    /// A plain value as lib0 writes it.
    fn any(&mut self, depth: usize) -> Result<(), Refusal> {
        if depth > MAX_DEPTH {
            return Err(Refusal::TooDeep);
        }
        match self.byte()? {
            127 | 126 | 121 | 120 => Ok(()),
            125 => self.signed(),
            124 => self.skip(4),
            123 | 122 => self.skip(8),
            119 => self.string().map(|_| ()),
            118 => {
                for _ in 0..self.uint()? {
                    self.string()?;
                    self.any(depth + 1)?;
                }
                Ok(())
            }
            117 => {
                for _ in 0..self.uint()? {
                    self.any(depth + 1)?;
                }
                Ok(())
            }
            116 => self.bytes().map(|_| ()),
            _ => Err(Refusal::Malformed("unknown kind of value")),
        }
    }

    fn deletions(&mut self) -> Result<(), Refusal> {
        for _ in 0..self.uint()? {
            let client = self.uint()?;
            let mut last = 0;
            for _ in 0..self.uint()? {
                let (start, length) = (self.clock()?, self.clock()?);
                if length == 0 || start < last || start + length > MAX_CLOCK {
                    return Err(Refusal::Malformed("a range of deletions"));
                }
                last = start + length;
                self.out.deletes = true;
            }
            self.out.need(client, last);
        }
        Ok(())
    }

    fn byte(&mut self) -> Result<u8, Refusal> {
        self.r.byte().map_err(|_| Refusal::Malformed("it ends too early"))
    }

    fn uint(&mut self) -> Result<u64, Refusal> {
        self.r.uint().map_err(|_| Refusal::Malformed("a number"))
    }

    fn clock(&mut self) -> Result<u64, Refusal> {
        self.uint().and_then(|n| if n <= MAX_CLOCK { Ok(n) } else { Err(Refusal::Malformed("a number is too big")) })
    }

    /// lib0's signed varint: like the unsigned one for our purpose, the bits mean nothing to us.
    fn signed(&mut self) -> Result<(), Refusal> {
        for _ in 0..9 {
            if self.byte()? & 0x80 == 0 {
                return Ok(());
            }
        }
        Err(Refusal::Malformed("a number"))
    }

    fn bytes(&mut self) -> Result<&[u8], Refusal> {
        let length = self.uint()?;
        let rest = self.r.rest();
        let length = usize::try_from(length).ok().filter(|n| *n <= rest.len()).ok_or(Refusal::Malformed("it ends too early"))?;
        let (taken, rest) = rest.split_at(length);
        self.r = Reader::new(rest);
        Ok(taken)
    }

    fn string(&mut self) -> Result<&str, Refusal> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Refusal::Malformed("text that is not UTF-8"))
    }

    fn skip(&mut self, count: usize) -> Result<(), Refusal> {
        for _ in 0..count {
            self.byte()?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use yrs::{Any, Doc, Map, OffsetKind, Options, ReadTxn, StateVector, Text, Transact, WriteTxn};

    use super::*;

    fn rich_document() -> Doc {
        let doc = Doc::with_options(Options { offset_kind: OffsetKind::Utf16, ..Options::default() });
        let mut txn = doc.transact_mut();
        let map = txn.get_or_insert_map("regions");
        let inner = map.insert(&mut txn, "a", yrs::MapPrelim::default());
        inner.insert(&mut txn, "n", 3.5);
        inner.insert(&mut txn, "big", Any::from(1_i64 << 40));
        inner.insert(&mut txn, "list", Any::from_json(r#"[1,-2,null,true,{"x":"ü"},[["y"]]]"#).unwrap());
        inner.remove(&mut txn, "n");
        let text = txn.get_or_insert_text("t");
        text.insert(&mut txn, 0, "he😀llo");
        text.remove_range(&mut txn, 1, 2);
        drop(txn);
        doc
    }

    #[test]
    fn what_yrs_writes_is_accepted_and_fits_an_empty_document() {
        let update = rich_document().transact().encode_state_as_update_v1(&StateVector::default());
        let inspected = inspect(&update).unwrap();
        assert!(!inspected.is_empty());
        assert!(inspected.fits(|_| 0));
    }

    #[test]
    fn the_empty_update_is_empty() {
        assert!(inspect(super::super::EMPTY_UPDATE).unwrap().is_empty());
    }

    #[test]
    fn an_edit_without_its_causes_does_not_fit() {
        let doc = rich_document();
        let before = doc.transact().state_vector();
        doc.get_or_insert_text("t").insert(&mut doc.transact_mut(), 0, "x");
        let update = doc.transact().encode_diff_v1(&before);
        let inspected = inspect(&update).unwrap();
        assert!(!inspected.fits(|_| 0));
        assert!(inspected.fits(|client| before.get(&yrs::ClientID::new(client)).into()));
    }

    #[test]
    fn deep_nesting_is_refused_before_anything_recurses() {
        // One client, one element: root "r", content "any", one value: 100,000 arrays in each other.
        let mut update = vec![1, 1, 1, 0, 8, 1, 1, b'r', 1];
        update.extend(std::iter::repeat_n([117, 1], 100_000).flatten());
        update.extend([126, 0]);
        assert_eq!(inspect(&update).unwrap_err(), Refusal::TooDeep);
    }

    #[test]
    fn lengths_that_lie_are_refused_without_reserving_them() {
        let claims_4g_values = [1, 1, 1, 0, 8, 1, 1, b'r', 0xff, 0xff, 0xff, 0xff, 0x07];
        assert!(inspect(&claims_4g_values).is_err());
        assert!(inspect(&[0xff, 0xff, 0xff, 0xff, 0x0f]).is_err());
    }

    proptest::proptest! {
        #[test]
        fn garbage_never_panics(bytes: Vec<u8>) {
            let _ = inspect(&bytes);
        }

        #[test]
        fn a_damaged_update_never_panics(at: proptest::sample::Index, byte: u8) {
            let mut update = rich_document().transact().encode_state_as_update_v1(&StateVector::default());
            let at = at.index(update.len());
            update[at] = byte;
            let _ = inspect(&update);
        }
    }
}
