//! Is this text JSON, and where does it point? Without building anything.
//!
//! Awareness states are passed on as they came, so they need not be understood, but they must be JSON: every provider in the room
//! parses them, and one broken text would throw in all of their message handlers. `serde_json` into nothing does that too, at several
//! times the cost, and this is the hottest path of a room full of stock clients.

use std::str;

/// Deeper than this no state is; the walk keeps a bit for each level.
const MAX_DEPTH: u32 = 64;

/// Whether it is exactly one JSON value (RFC 8259) in UTF-8, nested at most 64 deep.
#[must_use]
pub fn is_json(text: &[u8]) -> bool {
    // Most states are ASCII; the check of the standard library runs at memory's speed there.
    let mut walk = Walk { text, at: 0 };
    str::from_utf8(text).is_ok() && walk.value().is_some() && walk.end()
}

/// The place in a valid state's `pointer`, else its `cursor`, if that is an object with numbers `x` and `y`.
#[must_use]
pub fn pointer(text: &[u8]) -> Option<(f64, f64)> {
    let mut cursor = None;
    for (key, value) in members(text) {
        match key {
            b"pointer" => {
                if let Some(at) = place(value) {
                    return Some(at);
                }
            }
            b"cursor" => cursor = place(value),
            _ => {}
        }
    }
    cursor
}

fn place(text: &[u8]) -> Option<(f64, f64)> {
    let (mut x, mut y) = (None, None);
    for (key, value) in members(text) {
        match key {
            b"x" => x = number(value),
            b"y" => y = number(value),
            _ => {}
        }
    }
    Some((x?, y?))
}

fn number(text: &[u8]) -> Option<f64> {
    let starts = text.first().is_some_and(|byte| byte.is_ascii_digit() || *byte == b'-');
    str::from_utf8(text).ok().filter(|_| starts)?.parse().ok().filter(|n: &f64| n.is_finite())
}

/// The members of an object: keys as they are written, values untouched. Not an object: none.
fn members(text: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut walk = Walk { text, at: 0 };
    walk.space();
    let mut more = walk.eat(b'{');
    std::iter::from_fn(move || {
        if !std::mem::take(&mut more) {
            return None;
        }
        walk.space();
        let key = walk.at + 1;
        walk.eat(b'"').then(|| walk.string())??;
        let key = text.get(key..walk.at - 1)?;
        walk.space();
        walk.eat(b':').then_some(())?;
        walk.space();
        let value = walk.at;
        walk.value()?;
        let value = text.get(value..walk.at)?.trim_ascii_end();
        more = walk.eat(b',');
        Some((key, value))
    })
}

struct Walk<'a> {
    text: &'a [u8],
    at: usize,
}

impl Walk<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let is = self.peek() == Some(byte);
        self.at += usize::from(is);
        is
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn end(&self) -> bool {
        self.at == self.text.len()
    }

    /// One value and the space around it. No recursion: `objects` remembers what each open level is.
    fn value(&mut self) -> Option<()> {
        let (mut depth, mut objects) = (0u32, 0u64);
        'value: loop {
            self.space();
            match self.peek()? {
                b'{' => {
                    self.at += 1;
                    (depth, objects) = deeper(depth, objects << 1 | 1)?;
                    self.space();
                    if !self.eat(b'}') {
                        self.key()?;
                        continue 'value;
                    }
                    (depth, objects) = (depth - 1, objects >> 1);
                }
                b'[' => {
                    self.at += 1;
                    (depth, objects) = deeper(depth, objects << 1)?;
                    self.space();
                    if !self.eat(b']') {
                        continue 'value;
                    }
                    (depth, objects) = (depth - 1, objects >> 1);
                }
                b'"' => {
                    self.at += 1;
                    self.string()?;
                }
                b't' => self.word(b"true")?,
                b'f' => self.word(b"false")?,
                b'n' => self.word(b"null")?,
                _ => self.number()?,
            }
            // Behind a value: close levels until one goes on.
            loop {
                self.space();
                if depth == 0 {
                    return Some(());
                }
                let object = objects & 1 == 1;
                if self.eat(b',') {
                    if object {
                        self.space();
                        self.key()?;
                    }
                    continue 'value;
                }
                self.eat(if object { b'}' } else { b']' }).then_some(())?;
                (depth, objects) = (depth - 1, objects >> 1);
            }
        }
    }

    fn key(&mut self) -> Option<()> {
        self.eat(b'"').then_some(())?;
        self.string()?;
        self.space();
        self.eat(b':').then_some(())
    }

    /// The rest of a string, its closing quote included.
    fn string(&mut self) -> Option<()> {
        loop {
            let byte = self.peek()?;
            self.at += 1;
            match byte {
                b'"' => return Some(()),
                b'\\' => self.escape()?,
                0..0x20 => return None,
                _ => {}
            }
        }
    }

    fn escape(&mut self) -> Option<()> {
        let byte = self.peek()?;
        self.at += 1;
        match byte {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => {
                let digits = self.text.get(self.at..self.at + 4)?;
                self.at += 4;
                digits.iter().all(u8::is_ascii_hexdigit).then_some(())
            }
            _ => None,
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.text[self.at..].starts_with(word).then_some(())?;
        self.at += word.len();
        Some(())
    }

    fn number(&mut self) -> Option<()> {
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _sign = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        Some(())
    }

    /// At least one.
    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }
}

fn deeper(depth: u32, objects: u64) -> Option<(u32, u64)> {
    (depth < MAX_DEPTH).then_some((depth + 1, objects))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::*;

    #[test]
    fn what_is_json_and_what_is_not() {
        for good in
            ["{}", " [ ] ", "null", "0", "-0.5e+10", "1E5", r#""\u00e9\n""#, r#"{"a":[1,{"b":[]},"ü"],"c":null}"#, "[[],[[]]]", "true"]
        {
            assert!(is_json(good.as_bytes()), "{good}");
        }
        for bad in [
            "",
            " ",
            "{",
            "}",
            "[1,]",
            "{\"a\"}",
            "{\"a\":}",
            "{,}",
            "[1 2]",
            "{} {}",
            "nul",
            "01",
            "1.",
            "-",
            "1e",
            "+1",
            "'a'",
            "\"",
            "\"\n\"",
            r#""\x""#,
            r#""\u12g4""#,
            "{\"a\":1,}",
            "{a:1}",
            "[}",
            "{]",
            "NaN",
        ] {
            assert!(!is_json(bad.as_bytes()), "{bad}");
        }
        assert!(!is_json(b"\"\xff\""));
        assert!(is_json("[".repeat(64).as_bytes()) == is_json("[".repeat(65).as_bytes()), "both are open");
        assert!(is_json(format!("{}{}", "[".repeat(64), "]".repeat(64)).as_bytes()));
        assert!(!is_json(format!("{}{}", "[".repeat(65), "]".repeat(65)).as_bytes()));
    }

    #[test]
    fn a_place_is_found_where_the_documented_shape_has_it() {
        let at = |text: &str| pointer(text.as_bytes());
        assert_eq!(at(r#"{"user":{"name":"a","x":9,"y":9},"pointer":{"x":1.5,"y":-2e1}}"#), Some((1.5, -20.0)));
        assert_eq!(at(r#" { "cursor" : { "y" : 3 , "x" : 4 , "z":[{}] } , "q" : 1 } "#), Some((4.0, 3.0)));
        assert_eq!(at(r#"{"cursor":{"x":1,"y":1},"pointer":{"x":2,"y":2}}"#), Some((2.0, 2.0)));
        assert_eq!(at(r#"{"cursor":{"anchor":1,"head":2}}"#), None);
        assert_eq!(at(r#"{"cursor":null}"#), None);
        assert_eq!(at(r#"{"pointer":{"x":"1","y":2}}"#), None);
        assert_eq!(at(r#"{"pointer":{"x":1e999,"y":2}}"#), None);
        assert_eq!(at("[]"), None);
        assert_eq!(at("{}"), None);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(6, 64, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::hash_map(any::<String>(), inner, 0..6).prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_serde_writes_is_json(value in any_json(), pretty: bool) {
            let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
            prop_assert!(is_json(text.as_bytes()));
            let _ = pointer(text.as_bytes());
        }

        /// Broken in one place: both must agree whether it still is JSON. (Numbers too big for serde are JSON all the same.)
        #[test]
        fn one_wrong_byte_is_judged_as_serde_judges_it(value in any_json(), at: prop::sample::Index, byte in prop::sample::select(b"\"\\{}[]:,x0 \n\x01e-.+".to_vec())) {
            let mut text = serde_json::to_vec(&value).unwrap();
            let at = at.index(text.len());
            text[at] = byte;
            // It does not look at the UTF-8 of strings it ignores.
            let serde = str::from_utf8(&text).is_ok_and(|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok());
            prop_assert_eq!(is_json(&text), serde, "{}", String::from_utf8_lossy(&text));
        }

        #[test]
        fn garbage_never_panics(bytes: Vec<u8>) {
            let _ = is_json(&bytes);
            let _ = pointer(&bytes);
        }
    }
}
