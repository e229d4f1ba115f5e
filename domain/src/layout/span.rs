//! Where something stands: byte offsets while we work, line and column when we talk to people.

use serde::{Deserialize, Serialize};

/// From `start` up to but not with `end`, in bytes of one of the texts that make up a layout: 0 is the author's own, others are inherited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub source: u16,
    pub start: usize,
    pub end: usize,
}

impl Span {
    /// The span that both are in.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { source: self.source, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// As editors count: both from 1, columns in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

/// A text that knows where its lines begin.
#[derive(Clone, Debug)]
pub struct Lines<T> {
    text: T,
    starts: Vec<usize>,
}

impl<T: AsRef<str>> Lines<T> {
    #[must_use]
    pub fn of(text: T) -> Self {
        let starts = std::iter::once(0).chain(text.as_ref().match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// An offset past the end, or within a character, is taken back to one that is there.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let text = self.text.as_ref();
        let offset = text.floor_char_boundary(offset);
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts[line - 1];
        Position { line, column: text[start..offset].chars().count() + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        let lines = Lines::of("é<b\n\n😀x");
        assert_eq!(lines.position(2), Position { line: 1, column: 2 });
        assert_eq!(lines.position(5), Position { line: 2, column: 1 });
        assert_eq!(lines.position(10), Position { line: 3, column: 2 });
        assert_eq!(lines.position(7), Position { line: 3, column: 1 }, "within a character");
        assert_eq!(lines.position(99), Position { line: 3, column: 3 }, "past the end");
    }
}
