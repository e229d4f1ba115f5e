//! Streaming: sections in any order, one record in memory at a time.
//!
//! Each record is first taken as raw text, then read with the path of what is wrong in it. So a wrong type refuses its record, and only
//! JSON that is no JSON refuses the file.

use std::{collections::HashSet, fmt, io::BufRead};

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::formats::{FileProblem, nonfinite::Filter};

/// The lists that matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Section {
    Images,
    Categories,
    Annotations,
}

impl Section {
    fn named(key: &str) -> Option<Self> {
        match key {
            "images" => Some(Self::Images),
            "categories" => Some(Self::Categories),
            "annotations" => Some(Self::Annotations),
            _ => None,
        }
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Images => "images",
            Self::Categories => "categories",
            Self::Annotations => "annotations",
        }
    }
}

/// One record where it stands in its section.
#[derive(Clone, Copy, Debug)]
pub struct Item<'t> {
    pub section: Section,
    pub index: u64,
    /// Its JSON, read with [`crate::formats::record`].
    pub text: &'t str,
}

#[derive(Debug, thiserror::Error)]
pub enum ReadError<E> {
    #[error(transparent)]
    File(FileProblem),
    /// The taker of records gave up.
    #[error("stopped")]
    Stopped(E),
}

/// Gives every record of the three lists to `take`, in the file's order.
///
/// # Errors
/// [`ReadError::File`] when the file is no COCO file; records given before that must then be thrown away. [`ReadError::Stopped`] with what `take`
/// returned.
pub fn read<R, E, F>(reader: R, take: F) -> Result<(), ReadError<E>>
where
    R: BufRead,
    F: FnMut(Item<'_>) -> Result<(), E>,
{
    let mut state = State { take, stopped: None, seen: HashSet::new() };
    let mut json = serde_json::Deserializer::from_reader(Filter::new(reader));
    let result = File(&mut state).deserialize(&mut json).and_then(|()| json.end());
    if let Some(stopped) = state.stopped {
        return Err(ReadError::Stopped(stopped));
    }
    result.map_err(|e| ReadError::File(FileProblem::from_json(e)))?;
    if !state.seen.contains(&Section::Images) {
        let says = "this is no COCO file: it has no \"images\" list".to_owned();
        return Err(ReadError::File(FileProblem::NotThisFormat(says)));
    }
    Ok(())
}

struct State<F, E> {
    take: F,
    /// Carried past serde, whose errors are text.
    stopped: Option<E>,
    seen: HashSet<Section>,
}

struct File<'s, F, E>(&'s mut State<F, E>);

impl<'de, E, F: FnMut(Item<'_>) -> Result<(), E>> DeserializeSeed<'de> for File<'_, F, E> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, E, F: FnMut(Item<'_>) -> Result<(), E>> Visitor<'de> for File<'_, F, E> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with images, annotations and categories")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match Section::named(&key) {
                Some(section) if !self.0.seen.insert(section) => {
                    return Err(A::Error::custom(format!("{key:?} appears twice")));
                }
                Some(section) => map.next_value_seed(List { section, state: &mut *self.0 })?,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(A::Error::custom(
            "this is a list; a COCO file is an object with images, annotations and categories (a list is a file of detection results)",
        ))
    }
}

struct List<'s, F, E> {
    section: Section,
    state: &'s mut State<F, E>,
}

impl<'de, E, F: FnMut(Item<'_>) -> Result<(), E>> DeserializeSeed<'de> for List<'_, F, E> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, E, F: FnMut(Item<'_>) -> Result<(), E>> Visitor<'de> for List<'_, F, E> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of {}", self.section.name())
    }

    fn visit_unit<X: Error>(self) -> Result<(), X> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let mut index = 0;
        while let Some(raw) = seq.next_element::<Box<RawValue>>()? {
            let item = Item { section: self.section, index, text: raw.get() };
            if let Err(stopped) = (self.state.take)(item) {
                self.state.stopped = Some(stopped);
                return Err(A::Error::custom("stopped"));
            }
            index += 1;
        }
        Ok(())
    }
}
