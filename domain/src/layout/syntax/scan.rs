//! A place in the text that moves forward.

use super::super::span::Span;

pub(super) struct Scanner<'t> {
    pub text: &'t str,
    pub at: usize,
    source: u16,
}

impl<'t> Scanner<'t> {
    pub fn new(text: &'t str, source: u16) -> Self {
        Self { text, at: 0, source }
    }

    pub fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub fn is_at(&self, what: &str) -> bool {
        self.rest().starts_with(what)
    }

    pub fn take_if(&mut self, what: &str) -> bool {
        let found = self.is_at(what);
        if found {
            self.at += what.len();
        }
        found
    }

    pub fn take(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    pub fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let length = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    pub fn skip_space(&mut self) {
        self.take_while(is_space);
    }

    /// Up to `end` and past it; without one, to the end of the text, and false.
    pub fn skip_past(&mut self, end: &str) -> bool {
        match self.rest().find(end) {
            Some(length) => {
                self.at += length + end.len();
                true
            }
            None => {
                self.at = self.text.len();
                false
            }
        }
    }

    pub fn since(&self, start: usize) -> Span {
        Span { source: self.source, start, end: self.at }
    }

    /// The next character, or the end.
    pub fn here(&self) -> Span {
        let length = self.peek().map_or(0, char::len_utf8);
        Span { source: self.source, start: self.at, end: self.at + length }
    }

    /// What stands here, for a message.
    pub fn found(&self) -> String {
        self.peek().map_or_else(|| "the end of the text".to_owned(), |c| format!("{c:?}"))
    }
}

pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

pub(super) fn starts_name(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

/// Of an element or an attribute.
pub(super) fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}
