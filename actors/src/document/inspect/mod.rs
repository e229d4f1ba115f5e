//! Reads a Yjs update (version 1) without building anything, and refuses what would harm the document.
//!
//! yrs trusts its input in places: it recurses as deep as nested values go, reserves what a length claims, and keeps
//! edits whose causes are missing for ever. A hostile or broken client could use each against everybody in the room, so an edit
//! comes through here first. Format: <https://github.com/yjs/yjs/blob/main/INTERNALS.md> and Yjs' `src/utils/encoding.js`.

mod nesting;

use std::{collections::HashMap, ops::Range};

use tandem_protocol::ws::varint::Reader;

use nesting::{Place, Places};

pub use nesting::Nesting;

/// Numbers of elements are kept in an `i32` at places.
const MAX_CLOCK: u64 = i32::MAX as u64;
/// Nesting of plain JSON values inside one element, and of shared types in each other, unless another depth is set.
pub const MAX_DEPTH: usize = 32;

const SKIP: u8 = 10;
const GC: u8 = 0;
/// Kind of content: a map, an array, a text in the document.
const SHARED_TYPE: u8 = 7;
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
    #[error("values are nested deeper than {limit}")]
    TooDeep { limit: usize },
    #[error("{0} are not supported")]
    Unsupported(&'static str),
    #[error("this document has no root named {0:?}")]
    UnknownRoot(String),
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
            Self::TooDeep { .. } => "max_depth",
            Self::Unsupported(_) => "unsupported_content",
            Self::UnknownRoot(_) => "unknown_root",
            Self::MissingCauses => "missing_causes",
        }
    }

    /// Whether the same edit may be taken later.
    #[must_use]
    pub fn retryable(&self) -> bool {
        matches!(self, Self::MissingCauses)
    }
}

/// One client's elements in an update: where its run of numbers starts and ends, how many elements that are, and where their bytes lie.
#[derive(Clone, Debug)]
pub(super) struct Section {
    pub start: u64,
    pub end: u64,
    pub elements: u64,
    pub bytes: Range<usize>,
}

/// What an update needs and brings.
#[derive(Debug, Default)]
pub struct Inspected {
    /// Elements by client, without a gap except those in `gaps`.
    brings: HashMap<u64, Section>,
    /// Ranges an update leaves out of a client's run.
    gaps: Vec<(u64, u64)>,
    /// How far each other client's elements must be known.
    needs: HashMap<u64, u64>,
    /// Ranges of deleted elements by client, each in order.
    deletes: HashMap<u64, Vec<Range<u64>>>,
    nesting: Nesting,
}

impl Inspected {
    /// How deep shared types lie in each other after it.
    #[must_use]
    pub fn nesting(&self) -> Nesting {
        self.nesting
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.brings.is_empty() && self.deletes.is_empty()
    }

    /// Whether a document that knows `clock(client)` elements of each client can take the update at once, whole.
    #[must_use]
    pub fn fits(&self, clock: impl Fn(u64) -> u64) -> bool {
        let starts = self.brings.iter().all(|(client, section)| section.start <= clock(*client));
        let gaps = self.gaps.iter().all(|(client, end)| *end <= clock(*client));
        let known = |client: &u64| self.brings.get(client).map_or(0, |section| section.end).max(clock(*client));
        starts && gaps && self.needs.iter().all(|(client, upto)| *upto <= known(client))
    }

    /// Whether a document that knows `clock(client)` elements of each client has all that are brought. Of deletions it says nothing.
    #[must_use]
    pub fn brings_nothing_to(&self, clock: impl Fn(u64) -> u64) -> bool {
        self.brings.iter().all(|(client, section)| section.end <= clock(*client))
    }

    /// The elements it brings, by client. None: some in between are left out.
    pub(super) fn sections(&self) -> Option<&HashMap<u64, Section>> {
        self.gaps.is_empty().then_some(&self.brings)
    }

    pub(super) fn deletes(&self) -> &HashMap<u64, Vec<Range<u64>>> {
        &self.deletes
    }

    fn need(&mut self, client: u64, upto: u64) {
        let entry = self.needs.entry(client).or_default();
        *entry = (*entry).max(upto);
    }
}

/// Walk an update from front to back. Content may lie in these roots only.
pub fn inspect(update: &[u8], roots: &[&str]) -> Result<Inspected, Refusal> {
    inspect_within(update, roots, MAX_DEPTH)
}

/// The same, with another depth of plain values.
///
/// # Errors
/// Those of [`inspect`].
pub fn inspect_within(update: &[u8], roots: &[&str], max_depth: usize) -> Result<Inspected, Refusal> {
    let (out, places) = (Inspected::default(), Places::default());
    let mut walk = Walk { r: Reader::new(update), size: update.len(), roots, max_depth, out, places, reach: (0, 0) };
    let clients = walk.uint()?;
    for _ in 0..clients {
        walk.client()?;
    }
    walk.deletions()?;
    if !walk.r.is_empty() {
        return Err(Refusal::Malformed("bytes after its end"));
    }
    walk.settle();
    walk.out.nesting = walk.places.nesting()?;
    Ok(walk.out)
}

struct Walk<'a> {
    r: Reader<'a>,
    size: usize,
    roots: &'a [&'a str],
    max_depth: usize,
    out: Inspected,
    /// Where each element lies.
    places: Places,
    /// How far elements of the client that was referred to last must be known. Most references are to one client's, one after the other.
    reach: (u64, u64),
}

impl Walk<'_> {
    fn client(&mut self) -> Result<(), Refusal> {
        let blocks = self.uint()?;
        let (client, start) = (self.uint()?, self.clock()?);
        if blocks == 0 {
            return Err(Refusal::Malformed("a client without elements"));
        }
        let (mut clock, from) = (start, self.at());
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
        let section = Section { start, end: clock, elements: blocks, bytes: from..self.at() };
        match self.out.brings.insert(client, section) {
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
        let left = if info & HAS_LEFT != 0 { Some(self.reference(client, clock)?) } else { None };
        let right = if info & HAS_RIGHT != 0 { Some(self.reference(client, clock)?) } else { None };
        let place = match left.or(right) {
            Some(neighbour) => Place::Beside(neighbour),
            None => self.parent(client, clock, info)?,
        };
        let kind = info & 0x1f;
        let length = self.content(kind)?;
        self.places.add((client, clock), length, place, kind == SHARED_TYPE);
        Ok(length)
    }

    fn parent(&mut self, client: u64, clock: u64, info: u8) -> Result<Place, Refusal> {
        let place = match self.uint()? {
            1 => self.root()?,
            0 => Place::In(self.reference(client, clock)?),
            _ => return Err(Refusal::Malformed("parent")),
        };
        if info & HAS_KEY != 0 {
            self.string()?;
        }
        Ok(place)
    }

    fn root(&mut self) -> Result<Place, Refusal> {
        let roots = self.roots;
        let name = self.string()?;
        if roots.contains(&name) { Ok(Place::Root) } else { Err(Refusal::UnknownRoot(name.chars().take(64).collect())) }
    }

    /// An element this one stands beside or in. It must be older than this one.
    fn reference(&mut self, client: u64, clock: u64) -> Result<(u64, u64), Refusal> {
        let (other, number) = (self.uint()?, self.clock()?);
        if other == client && number >= clock {
            return Err(Refusal::Malformed("an element that refers to a later one of its own client"));
        }
        if other != self.reach.0 {
            self.settle();
            self.reach = (other, 0);
        }
        self.reach.1 = self.reach.1.max(number + 1);
        Ok((other, number))
    }

    fn settle(&mut self) {
        let (client, upto) = self.reach;
        if upto > 0 {
            self.out.need(client, upto);
        }
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
            SHARED_TYPE => self.shared_type().map(|()| 1),
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
        if depth > self.max_depth {
            return Err(Refusal::TooDeep { limit: self.max_depth });
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
                self.out.deletes.entry(client).or_default().push(start..last);
            }
            self.out.need(client, last);
        }
        Ok(())
    }

    /// How far it was read.
    fn at(&self) -> usize {
        self.size - self.r.rest().len()
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
mod tests;
