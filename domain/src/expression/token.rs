//! Text into words. A path is one word: how far it reaches is decided here, what it means in [`super::path`].

use super::Fault;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(String),
    Name(String),
    Path(String),
    Sign(&'static str),
    End,
}

/// Longest first.
const SIGNS: [&str; 20] = ["===", "!==", "==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "+", "-", "*", "/", "%", "(", ")", "[", "]"];

/// Operators that are words: a list may follow them without a gap.
const WORDS: [&str; 4] = ["and", "or", "not", "in"];

/// `names_are_paths`: what follows a name as it would follow a `$` belongs to it.
pub(super) fn tokens(text: &str, names_are_paths: bool) -> Result<Vec<(usize, Token)>, Fault> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = text[at..].chars().next() {
        if next.is_whitespace() {
            at += next.len_utf8();
            continue;
        }
        let (token, length) = token(text, at, next, names_are_paths)?;
        found.push((at, token));
        at += length;
    }
    found.push((text.len(), Token::End));
    Ok(found)
}

fn token(text: &str, at: usize, next: char, names_are_paths: bool) -> Result<(Token, usize), Fault> {
    let rest = &text[at..];
    let unclosed = || Fault::new(at, "the bracket of this path is never closed");
    match next {
        '$' => {
            let length = path_length(rest, 1).ok_or_else(unclosed)?;
            Ok((Token::Path(rest[..length].to_owned()), length))
        }
        '\'' | '"' => quoted(rest, at),
        '0'..='9' => {
            let length = number_length(rest);
            let number = rest[..length].parse().map_err(|_| Fault::new(at, format!("{:?} is not a number", &rest[..length])))?;
            Ok((Token::Number(number), length))
        }
        ',' => Ok((Token::Sign(","), 1)),
        _ if next.is_alphabetic() || next == '_' => {
            let length = name_length(rest);
            let name = &rest[..length];
            if names_are_paths && !WORDS.contains(&name) && rest[length..].starts_with(['.', '[']) {
                let length = path_length(rest, length).ok_or_else(unclosed)?;
                return Ok((Token::Path(rest[..length].to_owned()), length));
            }
            Ok((Token::Name(name.to_owned()), length))
        }
        _ => match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            Some(sign) => Ok((Token::Sign(sign), sign.len())),
            None => Err(Fault::new(at, format!("{next:?} has no meaning here"))),
        },
    }
}

fn quoted(rest: &str, at: usize) -> Result<(Token, usize), Fault> {
    let length = quoted_length(rest).ok_or_else(|| Fault::new(at, "this text is never closed"))?;
    let inner = &rest[1..length - 1];
    // JSON's escapes, whichever quotes stand around.
    let json = match rest.as_bytes()[0] {
        b'\'' => format!("\"{}\"", inner.replace("\\'", "'").replace('"', "\\\"")),
        _ => rest[..length].to_owned(),
    };
    let text = serde_json::from_str(&json).map_err(|_| Fault::new(at, "this text has an escape that JSON does not know"))?;
    Ok((Token::Text(text), length))
}

/// Of a text in quotes, with both quotes.
fn quoted_length(rest: &str) -> Option<usize> {
    let quote = rest.chars().next()?;
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return Some(at + 1),
            _ => {}
        }
    }
    None
}

fn number_length(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let digits = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let mut at = digits(0);
    if bytes.get(at) == Some(&b'.') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
        at = digits(at + 1);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        if bytes.get(at + 1 + sign).is_some_and(u8::is_ascii_digit) {
            at = digits(at + 1 + sign);
        }
    }
    at
}

fn is_name(c: char) -> bool {
    c == '_' || c.is_ascii_alphanumeric() || !c.is_ascii()
}

pub(crate) fn name_length(rest: &str) -> usize {
    rest.find(|c| !is_name(c)).unwrap_or(rest.len())
}

/// From `at` on (after the `$` or the name) `.name`, `.*`, `..`, `[...]` as long as they follow without a gap. A `*` after a name is a multiplication. None: an open bracket.
fn path_length(rest: &str, mut at: usize) -> Option<usize> {
    loop {
        let tail = &rest[at..];
        if tail.starts_with('[') {
            at += bracket_length(tail)?;
        } else if let Some(after) = tail.strip_prefix("..") {
            at += 2;
            if after.starts_with('[') {
                continue;
            }
            at += if after.starts_with('*') { 1 } else { name_length(after) };
        } else if let Some(after) = tail.strip_prefix('.') {
            at += 1;
            at += if after.starts_with('*') { 1 } else { name_length(after) };
        } else {
            return Some(at);
        }
    }
}

pub(crate) fn bracket_length(rest: &str) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(c) = rest[at..].chars().next() {
        match c {
            '\'' | '"' => {
                at += quoted_length(&rest[at..])?;
                continue;
            }
            '[' => depth += 1,
            ']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
        at += c.len_utf8();
    }
    None
}
