//! Keys that a layout gives out: no two for different things, and none that the workbench has itself.

use serde_json::Value;

use super::{Compiler, Given, parts::PartAt};
use crate::layout::{
    problem::{Problems, Rule, Sources},
    registry::Component,
    span::Span,
    syntax::Element,
    tree::Hotkey,
};

/// Of the workbench everywhere.
const ALWAYS: [(&str, &str); 2] = [("?", "shows all keys"), ("c", "comments")];
/// Of the workbench where there is an image to draw on.
const IMAGE: [(&str, &str); 6] =
    [("v", "selects"), ("h", "hides"), ("0", "fits the image"), ("+", "zooms in"), ("=", "zooms in"), ("-", "zooms out")];
/// Of the tools a layout allows.
const TOOLS: [(&str, &str); 7] =
    [("b", "box"), ("r", "rotated_box"), ("p", "polygon"), ("l", "polyline"), ("k", "keypoints"), ("e", "ellipse"), ("m", "mask")];

#[derive(Default)]
pub(super) struct Hotkeys {
    given: Vec<Key>,
    has_image: bool,
    tools: Vec<String>,
}

struct Key {
    hotkey: Hotkey,
    /// What it does, in a sentence.
    what: String,
    span: Span,
    branches: Vec<(usize, usize)>,
}

impl Compiler<'_> {
    pub(super) fn hotkeys_of(&mut self, element: &Element, component: &Component, instance: &str, given: &Given, parts: &[PartAt]) {
        if component.name == "ImageAnnotator" {
            self.hotkeys.has_image = true;
            match given.literal("tools").and_then(Value::as_array) {
                Some(tools) => self.hotkeys.tools.extend(tools.iter().filter_map(Value::as_str).map(str::to_owned)),
                None => self.hotkeys.tools.extend(TOOLS.map(|(_, tool)| tool.to_owned())),
            }
        }
        if let Some(key) = given.word("hotkey") {
            let what = format!("presses the {} {}", component.name, element.text()).trim_end().to_owned();
            self.hotkey(key, instance, None, what, given.span("hotkey"));
        }
        self.hotkeys_of_parts(instance, parts);
    }

    fn hotkeys_of_parts(&mut self, instance: &str, parts: &[PartAt]) {
        for part in parts {
            if let (Some(key), Some(name)) = (part.part.literal("hotkey").and_then(Value::as_str), part.name()) {
                self.hotkey(key.to_owned(), instance, Some(name.to_owned()), format!("chooses {name}"), part.span_of("hotkey"));
            }
            self.hotkeys_of_parts(instance, &part.below);
        }
    }

    fn hotkey(&mut self, key: String, instance: &str, value: Option<String>, what: String, span: Span) {
        let hotkey = Hotkey { key: key.to_lowercase(), instance_id: instance.to_owned(), value };
        self.hotkeys.given.push(Key { hotkey, what, span, branches: self.branches.clone() });
    }
}

impl Hotkeys {
    /// The keys in the order of the text; what is wrong with them goes to `problems`.
    pub fn finish(self, sources: &Sources, problems: &mut Problems) -> Vec<Hotkey> {
        for (index, key) in self.given.iter().enumerate() {
            let letter = &key.hotkey.key;
            if let Some(use_) = self.reserved(letter) {
                problems.add(key.span, Rule::HotkeyReserved, format!("the key {letter:?} is the workbench's own: it {use_}"));
            }
            let earlier =
                self.given[..index].iter().find(|other| other.hotkey.key == *letter && !exclusive(&other.branches, &key.branches));
            if let Some(earlier) = earlier {
                let place = sources.position(earlier.span);
                let message = format!("the key {letter:?} {} already, at {}:{}", earlier.what, place.line, place.column);
                problems.add(key.span, Rule::HotkeyConflict, message);
            }
        }
        self.given.into_iter().map(|key| key.hotkey).collect()
    }

    fn reserved(&self, key: &str) -> Option<String> {
        let image = IMAGE.iter().filter(|_| self.has_image);
        if let Some((_, what)) = ALWAYS.iter().chain(image).find(|(known, _)| *known == key) {
            return Some((*what).to_owned());
        }
        let tool = TOOLS.iter().find(|(known, tool)| *known == key && self.tools.iter().any(|allowed| allowed == tool));
        tool.map(|(_, tool)| format!("takes the tool {tool}, which this layout allows"))
    }
}

/// They are in different cases of one switch: never there together.
pub(super) fn exclusive(one: &[(usize, usize)], other: &[(usize, usize)]) -> bool {
    one.iter().any(|(switch, case)| other.iter().any(|(known, other)| known == switch && other != case))
}
