//! Text into the tree. After a mistake it goes on where it can, so that an author sees several at once.

use super::{
    Attribute, Element, Node, Quoted, Value, Word,
    scan::{Scanner, is_name, is_space, starts_name},
};
use crate::layout::{
    problem::{Problems, Rule},
    span::{Lines, Span},
};
use crate::suggest::nearest;

/// Bytes of a layout's markup. It is read by people.
pub const MAX_TEXT: usize = 256 * 1024;
pub(crate) const MAX_ELEMENTS: usize = 5_000;
pub(crate) const MAX_DEPTH: usize = 64;
/// After so many mistakes the rest is noise.
const MAX_MISTAKES: usize = 20;
/// Elements in attributes of elements in attributes.
const MAX_BRACES: usize = 4;
const ENTITIES: [(&str, char); 5] = [("lt", '<'), ("gt", '>'), ("amp", '&'), ("quot", '"'), ("apos", '\'')];

/// What stands in the text, as far as it can be read; what cannot is in `problems`.
#[must_use]
pub(in crate::layout) fn parse(text: &str, source: u16, problems: &mut Problems) -> Vec<Node> {
    let mut parser = Parser { scan: Scanner::new(text, source), problems: Problems::default(), elements: 0, braces: 0, stopped: false };
    if text.len() > MAX_TEXT {
        let message = format!("a layout has at most {MAX_TEXT} bytes; this one has {}", text.len());
        problems.add(Span { source, start: 0, end: 0 }, Rule::TooLarge, message);
        return Vec::new();
    }
    let nodes = parser.content(false);
    problems.append(parser.problems);
    nodes
}

struct Parser<'t> {
    scan: Scanner<'t>,
    problems: Problems,
    elements: usize,
    braces: usize,
    /// Too much of something: the rest is not read.
    stopped: bool,
}

impl Parser<'_> {
    fn mistake(&mut self, span: Span, message: impl Into<String>) {
        self.problems.add(span, Rule::Syntax, message);
        self.stopped |= self.problems.len() >= MAX_MISTAKES;
    }

    fn too_large(&mut self, span: Span, message: String) {
        self.problems.add(span, Rule::TooLarge, message);
        self.stopped = true;
    }

    /// Nodes up to the end of the text, or up to the `}` that ends an attribute.
    fn content(&mut self, braced: bool) -> Vec<Node> {
        let mut open: Vec<Element> = Vec::new();
        let mut done: Vec<Node> = Vec::new();
        while !self.stopped {
            let start = self.scan.at;
            if self.scan.peek().is_none() || (braced && open.is_empty() && self.scan.is_at("}")) {
                break;
            } else if self.scan.take_if("<!--") {
                let comment = Node::Comment(self.comment(start));
                siblings(&mut open, &mut done).push(comment);
            } else if self.scan.is_at("</") {
                self.end_tag(&mut open, &mut done);
            } else if self.scan.take_if("<?") {
                if !self.scan.skip_past("?>") {
                    self.mistake(self.scan.since(start), "found \"<?\" without its \"?>\"");
                }
            } else if self.scan.is_at("<!") && !self.scan.is_at("<![CDATA[") {
                self.scan.skip_past(">");
                self.mistake(self.scan.since(start), "found a document type; a layout begins with <Layout> and has none");
            } else if self.scan.is_at("<") && self.scan.rest()[1..].starts_with(starts_name) {
                if open.len() >= MAX_DEPTH {
                    self.too_large(self.scan.here(), format!("elements stand in one another more than {MAX_DEPTH} deep"));
                    break;
                }
                let (element, is_empty) = self.start_tag();
                if is_empty { push(&mut open, &mut done, element) } else { open.push(element) }
            } else if let Some(text) = self.text(braced && open.is_empty()) {
                let siblings = siblings(&mut open, &mut done);
                match siblings.last_mut() {
                    // Only an instruction stood between them.
                    Some(Node::Text(before)) => {
                        before.text = format!("{} {}", before.text, text.text);
                        before.span = before.span.to(text.span);
                    }
                    _ => siblings.push(Node::Text(text)),
                }
            }
        }
        while let Some(element) = open.pop() {
            if !self.stopped {
                let message = format!("<{}> is never closed; expected </{}>", element.name.text, element.name.text);
                self.mistake(element.name.span, message);
            }
            push(&mut open, &mut done, element);
        }
        done
    }

    fn comment(&mut self, start: usize) -> Word {
        let begin = self.scan.at;
        let closed = self.scan.skip_past("-->");
        let span = self.scan.since(start);
        if !closed {
            self.mistake(Span { end: start + 4, ..span }, "this comment is never closed; expected \"-->\"");
        }
        let end = if closed { self.scan.at - 3 } else { self.scan.at };
        Word { text: self.scan.text[begin..end].trim().to_owned(), span }
    }

    /// Text up to the next element, with its white space collapsed; none if there is nothing but white space.
    fn text(&mut self, braced: bool) -> Option<Word> {
        let start = self.scan.at;
        let mut text = String::new();
        loop {
            let begin = self.scan.at;
            if self.scan.take_if("<![CDATA[") {
                let from = self.scan.at;
                let closed = self.scan.skip_past("]]>");
                if !closed {
                    self.mistake(self.scan.since(begin), "this CDATA section is never closed; expected \"]]>\"");
                }
                text.push_str(&self.scan.text[from..self.scan.at - if closed { 3 } else { 0 }]);
            } else if self.scan.is_at("<") && begin == start {
                self.scan.take();
                let message = format!("found \"<\" before {}, expected the name of an element; in a text write &lt;", self.scan.found());
                self.mistake(self.scan.since(begin), message);
                text.push('<');
            } else if self.scan.is_at("<") || self.scan.peek().is_none() || (braced && self.scan.is_at("}")) {
                break;
            } else if self.scan.is_at("&") {
                self.entity(&mut text);
            } else {
                text.push_str(self.scan.take_while(|c| c != '<' && c != '&' && !(braced && c == '}')));
            }
        }
        let words: Vec<&str> = text.split(is_space).filter(|word| !word.is_empty()).collect();
        // Its place is that of what is to be seen of it.
        let source = &self.scan.text[start..self.scan.at];
        let (left, right) =
            (source.len() - source.trim_start_matches(is_space).len(), source.len() - source.trim_end_matches(is_space).len());
        let span = self.scan.since(start);
        (!words.is_empty()).then(|| Word { text: words.join(" "), span: Span { start: span.start + left, end: span.end - right, ..span } })
    }

    /// At `&`. One that begins no entity is a letter like any other, so that `&&` can be written as it is.
    fn entity(&mut self, out: &mut String) {
        let start = self.scan.at;
        self.scan.take();
        let rest = self.scan.rest();
        let name = rest
            .split_once(';')
            .map(|(name, _)| name)
            .filter(|name| !name.is_empty() && name.len() <= 10 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '#'));
        let Some(name) = name else {
            out.push('&');
            return;
        };
        self.scan.at += name.len() + 1;
        let number = name.strip_prefix('#').map(|digits| match digits.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => digits.parse().ok(),
        });
        let letter = match number {
            Some(code) => code.and_then(char::from_u32),
            None => ENTITIES.iter().find(|(known, _)| *known == name).map(|(_, letter)| *letter),
        };
        match letter {
            Some(letter) => out.push(letter),
            None => {
                let suggestion = nearest(name, ENTITIES.iter().map(|(known, _)| *known));
                let message = format!("there is no entity &{name};; there is &lt; &gt; &amp; &quot; &apos; and &#number;");
                self.problems.misspelt(
                    self.scan.since(start),
                    Rule::Syntax,
                    message,
                    suggestion.map(|name| format!("&{name};")).as_deref(),
                );
            }
        }
    }

    fn end_tag(&mut self, open: &mut Vec<Element>, done: &mut Vec<Node>) {
        let start = self.scan.at;
        self.scan.at += 2;
        let name = self.scan.take_while(is_name);
        let named = self.scan.since(start + 2);
        self.scan.skip_space();
        if !self.scan.take_if(">") {
            let message = format!("found {} in the closing tag </{name}, expected \">\"", self.scan.found());
            self.mistake(self.scan.here(), message);
            self.scan.take_while(|c| c != '>' && c != '<');
            self.scan.take_if(">");
        }
        let end = self.scan.at;
        let Some(last) = open.last() else {
            return self.mistake(self.scan.since(start), format!("</{name}> closes nothing: no element is open here"));
        };
        let matching = open.iter().rposition(|element| element.name.text == name);
        let is_misspelt = nearest(name, [last.name.text.as_str()]).is_some();
        if last.name.text != name {
            let place = Lines::of(self.scan.text).position(last.span.start);
            let message = format!("found </{name}>, expected </{}> of the one at {}:{}", last.name.text, place.line, place.column);
            self.mistake(named, message);
        }
        // A closing tag of something further out closes what is between; of nothing that is open, nothing.
        let keep = matching.unwrap_or(open.len() - usize::from(is_misspelt));
        while open.len() > keep {
            let Some(mut element) = open.pop() else { break };
            element.span.end = end;
            push(open, done, element);
        }
    }

    /// At `<` and a name. The element, and whether it is closed already.
    fn start_tag(&mut self) -> (Element, bool) {
        let start = self.scan.at;
        self.scan.take();
        let begin = self.scan.at;
        let text = self.scan.take_while(is_name).to_owned();
        let name = Word { text, span: self.scan.since(begin) };
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            self.too_large(name.span, format!("a layout has at most {MAX_ELEMENTS} elements"));
        }
        let mut element = Element { name, ..Element::default() };
        let is_empty = loop {
            self.scan.skip_space();
            match self.scan.peek() {
                Some('>') => {
                    self.scan.take();
                    break false;
                }
                Some('/') if self.scan.take_if("/>") => break true,
                None | Some('<') => {
                    let message = format!("found {} in the tag <{}>, expected \">\" or \"/>\"", self.scan.found(), element.name.text);
                    self.mistake(self.scan.here(), message);
                    break self.scan.peek().is_none();
                }
                Some(_) => {
                    if let Some(attribute) = self.attribute(&element) {
                        element.attributes.push(attribute);
                    }
                }
            }
            if self.stopped {
                break true;
            }
        };
        element.span = self.scan.since(start);
        (element, is_empty)
    }

    fn attribute(&mut self, element: &Element) -> Option<Attribute> {
        let start = self.scan.at;
        let first = self.scan.peek()?;
        if !starts_name(first) && first != ':' {
            let message = format!("found {}, expected an attribute, \">\" or \"/>\"", self.scan.found());
            self.scan.take();
            self.mistake(self.scan.since(start), message);
            self.scan.take_while(|c| !is_space(c) && c != '>' && c != '/' && c != '<');
            return None;
        }
        let text = self.scan.take_while(|c| is_name(c) || c == ':').to_owned();
        let name = Word { text, span: self.scan.since(start) };
        let before = self.scan.at;
        self.scan.skip_space();
        let value = if self.scan.take_if("=") {
            self.scan.skip_space();
            self.value(&name)?
        } else {
            self.scan.at = before;
            Value::Bare
        };
        if element.attribute(&name.text).is_some() {
            self.mistake(name.span, format!("the attribute {} is there twice", name.text));
            return None;
        }
        Some(Attribute { name, value })
    }

    fn value(&mut self, name: &Word) -> Option<Value> {
        let start = self.scan.at;
        match self.scan.peek() {
            Some(quote @ ('"' | '\'')) => self.quoted(quote).map(Value::Text),
            Some('{') => self.braced(name),
            _ => {
                let word = self.scan.take_while(|c| !is_space(c) && c != '>' && c != '<').to_owned();
                if word.is_empty() {
                    let message = format!("found {} after {}=, expected a value in quotes", self.scan.found(), name.text);
                    self.mistake(self.scan.here(), message);
                } else {
                    self.mistake(self.scan.since(start), format!("found {word}, expected a value in quotes: {}=\"{word}\"", name.text));
                }
                None
            }
        }
    }

    fn quoted(&mut self, quote: char) -> Option<Quoted> {
        let start = self.scan.at;
        self.scan.take();
        let begin = self.scan.at;
        let (mut text, mut shifts) = (String::new(), Vec::new());
        loop {
            text.push_str(self.scan.take_while(|c| c != quote && c != '&'));
            match self.scan.peek() {
                Some('&') => {
                    let before = text.len() + begin;
                    let at = self.scan.at;
                    self.entity(&mut text);
                    if self.scan.at - at != text.len() + begin - before {
                        shifts.push((text.len(), self.scan.at - begin));
                    }
                }
                Some(_) => break,
                None => {
                    // What follows was meant to be markup: go on after the line.
                    let span = Span { end: start + 1, ..self.scan.since(start) };
                    self.mistake(span, format!("this value is never closed; expected {quote}"));
                    self.scan.at = begin;
                    self.scan.take_while(|c| c != '\n' && c != '>');
                    return None;
                }
            }
        }
        let span = self.scan.since(begin);
        if has_tag_below(&self.scan.text[begin..self.scan.at]) {
            let quote_at = Span { end: start + 1, ..self.scan.since(start) };
            self.mistake(quote_at, format!("this value goes on over lines with tags in them; expected its closing {quote}"));
            self.scan.at = begin;
            self.scan.take_while(|c| c != '\n' && c != '>');
            return None;
        }
        self.scan.take();
        Some(Quoted { text, span, shifts })
    }

    /// `{<Text>...</Text>}`
    fn braced(&mut self, name: &Word) -> Option<Value> {
        let start = self.scan.at;
        self.scan.take();
        self.scan.skip_space();
        let is_markup = self.scan.is_at("<!--") || (self.scan.is_at("<") && self.scan.rest()[1..].starts_with(starts_name));
        if !is_markup {
            let inner = self.scan.take_while(|c| c != '}' && c != '>' && c != '<').trim().to_owned();
            self.scan.take_if("}");
            let bare = name.text.trim_start_matches(':');
            let message = format!("found {{{inner}}}; only elements stand in braces, a computed value is written :{bare}=\"{inner}\"");
            self.mistake(self.scan.since(start), message);
            return None;
        }
        if self.braces >= MAX_BRACES {
            self.too_large(self.scan.here(), format!("attributes with elements stand in one another more than {MAX_BRACES} deep"));
            return None;
        }
        self.braces += 1;
        let nodes = self.content(true);
        self.braces -= 1;
        if !self.scan.take_if("}") && !self.stopped {
            let span = Span { end: start + 1, ..self.scan.since(start) };
            self.mistake(span, "this brace is never closed; expected \"}\"");
        }
        Some(Value::Markup(nodes, self.scan.since(start)))
    }
}

/// It has a tag in it, on a line of its own or after one: its quote was forgotten.
fn has_tag_below(text: &str) -> bool {
    let tag = |(at, _): (usize, &str)| text[at + 1..].starts_with(|c: char| c == '/' || starts_name(c));
    text.contains('\n') && text.match_indices('<').any(tag)
}

/// Where the next node goes.
fn siblings<'n>(open: &'n mut [Element], done: &'n mut Vec<Node>) -> &'n mut Vec<Node> {
    match open.last_mut() {
        Some(parent) => &mut parent.children,
        None => done,
    }
}

fn push(open: &mut [Element], done: &mut Vec<Node>, element: Element) {
    siblings(open, done).push(Node::Element(element));
}
