//! `NaN`, `Infinity` and `-Infinity` are no JSON, but Python writes them. So that one such number refuses its record and not the whole
//! file, this reader turns each into a string of the same length (lines and columns stay right) that no number field accepts and
//! that [`explain`] knows.

use std::io::{self, BufRead, Read};

/// Starts every stand-in; a control character that JSON allows in strings and people do not write.
const MARK: char = '\u{7f}';

pub const EXPLANATION: &str = "NaN and infinities are not numbers in JSON";

const STAND_INS: [(&[u8], &[u8]); 3] = [(b"NaN", b"\"\x7f\""), (b"Infinity", b"\"\x7finfin\""), (b"-Infinity", b"\"\x7f-infin\"")];

/// Whether a text is a stand-in.
#[must_use]
pub fn is_stand_in(text: &str) -> bool {
    text.starts_with(MARK)
}

/// Replaces serde's complaint about a stand-in by what is really wrong.
#[must_use]
pub fn explain(message: &str) -> String {
    // serde shows strings escaped, and a lone DEL so as well.
    if message.contains(MARK) || message.contains("\\u{7f}") || message.contains("\\x7f") {
        EXPLANATION.to_owned()
    } else {
        message.to_owned()
    }
}

/// Whether a value holds a stand-in anywhere.
#[must_use]
pub fn hides_in(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => is_stand_in(text),
        serde_json::Value::Array(list) => list.iter().any(hides_in),
        serde_json::Value::Object(map) => map.values().any(hides_in),
        _ => false,
    }
}

/// The filter. Also drops a UTF-8 byte order mark.
pub struct Filter<R> {
    inner: R,
    started: bool,
    strings: Strings,
    /// Bytes already decided, given out first.
    ready: Vec<u8>,
    given: usize,
}

/// Whether the text is inside a string.
#[derive(Default)]
struct Strings {
    inside: bool,
    escaped: bool,
}

impl Strings {
    fn step(&mut self, byte: u8) {
        if self.escaped {
            self.escaped = false;
        } else if self.inside && byte == b'\\' {
            self.escaped = true;
        } else if byte == b'"' {
            self.inside = !self.inside;
        }
    }
}

impl<R: BufRead> Filter<R> {
    pub fn new(inner: R) -> Self {
        Self { inner, started: false, strings: Strings::default(), ready: Vec::new(), given: 0 }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.given = 0;
        if !self.started {
            self.started = true;
            self.drop_mark()?;
        }
        let buffer = self.inner.fill_buf()?;
        let used = buffer.len();
        let mut at = 0;
        while at < used && (self.strings.inside || !matches!(buffer[at], b'N' | b'I' | b'-')) {
            self.strings.step(buffer[at]);
            at += 1;
        }
        self.ready.extend_from_slice(&buffer[..at]);
        if at > 0 {
            self.inner.consume(at);
        } else if used > 0 {
            self.word()?;
        }
        Ok(())
    }

    /// Outside strings, at a byte that may begin one of the words. Reads while what was read is the beginning of one.
    fn word(&mut self) -> io::Result<()> {
        let mut word = Vec::new();
        loop {
            if let Some((_, stand_in)) = STAND_INS.iter().find(|(name, _)| *name == word.as_slice()) {
                self.ready.extend_from_slice(stand_in);
                return Ok(());
            }
            let Some(&next) = self.inner.fill_buf()?.first() else { break };
            word.push(next);
            if !STAND_INS.iter().any(|(name, _)| name.starts_with(&word)) {
                // The byte that does not fit may open a string: it goes through the ordinary path.
                word.pop();
                if word.is_empty() {
                    self.inner.consume(1);
                    self.strings.step(next);
                    self.ready.push(next);
                }
                break;
            }
            self.inner.consume(1);
        }
        self.ready.extend_from_slice(&word);
        Ok(())
    }

    fn drop_mark(&mut self) -> io::Result<()> {
        if self.inner.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
            self.inner.consume(3);
        }
        Ok(())
    }
}

impl<R: BufRead> Read for Filter<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.given == self.ready.len() {
            self.refill()?;
        }
        let count = out.len().min(self.ready.len() - self.given);
        out[..count].copy_from_slice(&self.ready[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    fn filtered(text: &str, buffer: usize) -> String {
        let mut out = String::new();
        Filter::new(BufReader::with_capacity(buffer, text.as_bytes())).read_to_string(&mut out).expect("reads");
        out
    }

    #[test]
    fn words_outside_strings_become_stand_ins_of_the_same_length_at_every_buffer_size() {
        let text = r#"{"NaN": [NaN, -Infinity, Infinity, -1.5], "a\"Infinity": "-Infinity \\", "b":-3}"#;
        for buffer in 1..40 {
            let out = filtered(text, buffer);
            assert_eq!(out.len(), text.len());
            let json: serde_json::Value = serde_json::from_str(&out).expect("JSON now");
            assert_eq!(json["NaN"][3], -1.5);
            assert!(is_stand_in(json["NaN"][0].as_str().unwrap_or_default()) && hides_in(&json));
            assert_eq!(json["a\"Infinity"], "-Infinity \\");
            assert_eq!(json["b"], -3);
        }
    }

    #[test]
    fn other_words_stay_broken() {
        for text in ["[Nan]", "[Infinit]", "[-In]", "[N\"a\"]", "[NaNa]"] {
            assert!(serde_json::from_str::<serde_json::Value>(&filtered(text, 3)).is_err(), "{text}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_dropped() {
        assert_eq!(filtered("\u{feff}[1]", 64), "[1]");
    }
}
