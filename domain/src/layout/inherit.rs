//! Layouts that extend others (seed 003, 5.5): the parent's tree, with what the child overrides by instance. Local goes before inherited. The child has
//! no copy of its parent: compiled again, it has what the parent has by then. [`copy`] makes a layout that has nothing to do with its source.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    instance::lasting_id,
    problem::{Problem, Problems, Rule, Sources},
    registry::Registry,
    span::Span,
    syntax::{self, Attribute, Element, Node, Value, escape_attribute},
};
use crate::expression::listing;
use crate::suggest::nearest;

/// Longer chains are nobody's intention.
const MAX_ANCESTORS: usize = 8;

/// Where the texts of other layouts come from.
pub trait Library {
    /// The text of a layout by its id.
    fn text(&self, id: &str) -> Option<&str>;
    /// The ids there are.
    fn ids(&self) -> Vec<&str>;
}

impl Library for BTreeMap<String, String> {
    fn text(&self, id: &str) -> Option<&str> {
        self.get(id).map(String::as_str)
    }

    fn ids(&self) -> Vec<&str> {
        self.keys().map(String::as_str).collect()
    }
}

/// What a layout stands in for with all that it inherits.
pub(super) struct Resolved {
    pub root: Element,
    /// The nearest first.
    pub extends: Vec<String>,
}

pub(super) struct Resolver<'r> {
    pub registry: &'r Registry,
    pub library: &'r dyn Library,
    pub sources: &'r mut Sources,
    pub problems: &'r mut Problems,
}

impl Resolver<'_> {
    pub fn resolve(&mut self, root: Element) -> Resolved {
        let id = root.attribute("id").and_then(Attribute::text).unwrap_or_default().to_owned();
        let mut chain = vec![id];
        // What is wrong with the whole chain is told where the author begins it.
        let at = root.attribute("extends").map_or(root.span, Attribute::value_span);
        let root = self.inherit(root, &mut chain, at);
        Resolved { root, extends: chain.split_off(1) }
    }

    fn inherit(&mut self, child: Element, chain: &mut Vec<String>, at: Span) -> Element {
        let Some(extends) = child.attribute("extends") else { return child };
        let span = extends.value_span();
        let id = extends.text().unwrap_or_default().trim().to_owned();
        if chain.contains(&id) {
            let from = chain.iter().position(|known| *known == id).unwrap_or_default();
            let circle = [&chain[from..], std::slice::from_ref(&id)].concat().join(" extends ");
            self.problems.add(at, Rule::CyclicInheritance, format!("a layout cannot extend itself: {circle}"));
            return child;
        }
        if chain.len() > MAX_ANCESTORS {
            self.problems.add(at, Rule::TooLarge, format!("layouts extend one another at most {MAX_ANCESTORS} times"));
            return child;
        }
        let Some(text) = self.library.text(&id) else {
            let ids = self.library.ids();
            self.problems.misspelt(
                span,
                Rule::UnknownLayout,
                format!("there is no layout {id:?}; {}", listing(&ids)),
                nearest(&id, ids.iter().copied()),
            );
            return child;
        };
        let source = self.sources.add(&id, text);
        let before = self.problems.len();
        let nodes = syntax::parse(text, source, self.problems);
        let parent = nodes.into_iter().find_map(|node| if let Node::Element(element) = node { Some(element) } else { None });
        let Some(parent) = parent.filter(|parent| parent.name.text == "Layout" && self.problems.len() == before) else {
            self.problems.add(span, Rule::UnknownLayout, format!("{id:?} is no layout that could be extended: it does not parse"));
            return child;
        };
        chain.push(id.clone());
        let mut merged = self.inherit(parent, chain, at);
        self.apply(&child, &mut merged, &id);
        // Its own name and id; never the parent's.
        merged
            .attributes
            .retain(|attribute| !matches!(attribute.name.text.as_str(), "id" | "name" | "version" | "extends" | "override-mode"));
        merged.attributes.extend(child.attributes);
        (merged.name, merged.span) = (child.name, child.span);
        merged
    }

    /// What the child says, to the parent's tree.
    fn apply(&mut self, child: &Element, parent: &mut Element, id: &str) {
        let replace_all = child.attribute("override-mode").and_then(Attribute::text) == Some("replace");
        for node in &child.children {
            let change = match node {
                Node::Element(element) if ["Override", "Remove", "Insert"].contains(&element.name.text.as_str()) => element,
                Node::Comment(_) => continue,
                other => {
                    let found = other.element().map_or("text", |element| &element.name.text);
                    let message = format!("a layout that extends another has only Override, Remove and Insert in it, not {found}");
                    self.problems.add(other.element().map_or(other.span(), |element| element.name.span), Rule::ChildNotAllowed, message);
                    continue;
                }
            };
            self.known_words(change);
            match change.name.text.as_str() {
                "Override" => self.override_one(change, parent, id, replace_all),
                "Remove" => self.at_target(change, "of", parent, id, |nodes, at| drop(nodes.remove(at))),
                _ => self.insert(change, parent, id),
            }
        }
    }

    /// Of `Remove` and `Insert`; an `Override` may say whatever its target takes, and is checked there.
    fn known_words(&mut self, change: &Element) {
        let Some(component) = self.registry.get(&change.name.text).filter(|component| component.name != "Override") else { return };
        for attribute in &change.attributes {
            if component.property(&attribute.name.text).is_none() {
                let known: Vec<&str> = component.properties.iter().map(|property| property.name.as_str()).collect();
                let message = format!("{} has no property {:?}; {}", component.name, attribute.name.text, listing(&known));
                self.problems.misspelt(
                    attribute.name.span,
                    Rule::UnknownProperty,
                    message,
                    nearest(&attribute.name.text, known.iter().copied()),
                );
            }
        }
    }

    fn override_one(&mut self, change: &Element, parent: &mut Element, id: &str, replace_all: bool) {
        let mode = change.attribute("override-mode");
        let replace = mode.map_or(replace_all, |mode| mode.text() == Some("replace"));
        if let Some(mode) = mode.filter(|mode| !matches!(mode.text(), Some("merge" | "replace"))) {
            let message = format!("found {:?}, expected one of merge, replace", mode.text().unwrap_or_default());
            self.problems.add(mode.value_span(), Rule::WrongValue, message);
        }
        let own: Vec<&Attribute> =
            change.attributes.iter().filter(|attribute| !matches!(attribute.name.text.as_str(), "of" | "override-mode")).collect();
        if let Some(id) = own.iter().find(|attribute| attribute.name.text == "id") {
            return self.problems.add(id.span(), Rule::WrongValue, "an instance keeps its id: others may speak of it");
        }
        if replace {
            if let Some(attribute) = own.first() {
                let message = "an override that replaces has the new components in it, and no properties of its own";
                return self.problems.add(attribute.span(), Rule::WrongForm, message);
            }
            if change.elements().next().is_none() {
                return self.problems.add(
                    change.name.span,
                    Rule::MissingChild,
                    "an override that replaces has the new components in it; to have none, write <Remove>",
                );
            }
        }
        self.at_target(change, "of", parent, id, |nodes, at| {
            if replace {
                nodes.splice(at..=at, change.children.iter().cloned());
            } else if let Node::Element(target) = &mut nodes[at] {
                merge(target, &own, &change.children);
            }
        });
    }

    fn insert(&mut self, change: &Element, parent: &mut Element, id: &str) {
        let places: Vec<&str> = ["before", "after", "into"].into_iter().filter(|place| change.attribute(place).is_some()).collect();
        let [place] = places[..] else {
            return self.problems.add(change.name.span, Rule::MissingProperty, "an Insert says one of before, after and into");
        };
        let new = change.children.clone();
        self.at_target(change, place, parent, id, |nodes, at| match (place, &mut nodes[at]) {
            ("into", Node::Element(target)) => target.children.extend(new),
            ("before", _) => drop(nodes.splice(at..at, new)),
            _ => drop(nodes.splice(at + 1..=at, new)),
        });
    }

    /// Lets `act` change the instance that `attribute` names, among its siblings.
    fn at_target(
        &mut self,
        change: &Element,
        attribute: &str,
        parent: &mut Element,
        layout: &str,
        act: impl FnOnce(&mut Vec<Node>, usize),
    ) {
        let Some(target) = change.attribute(attribute) else {
            let message = format!("{} says by {attribute}=\"...\" which instance of {layout:?} it means", change.name.text);
            return self.problems.add(change.name.span, Rule::MissingProperty, message);
        };
        let id = target.text().unwrap_or_default().trim();
        let mut act = Some(act);
        let found = visit(&mut parent.children, &mut |nodes, at| {
            let is_target = nodes[at].element().and_then(|element| lasting_id(element, self.registry)).as_deref() == Some(id);
            if let Some(act) = act.take_if(|_| is_target) {
                act(nodes, at);
            }
            is_target
        });
        if !found {
            let mut known = BTreeSet::new();
            visit(&mut parent.children, &mut |nodes, at| {
                known.extend(nodes[at].element().and_then(|element| lasting_id(element, self.registry)));
                false
            });
            let known: Vec<&str> = known.iter().map(String::as_str).collect();
            let message = format!("{layout:?} has no instance {id:?}; {}", listing(&known));
            self.problems.misspelt(target.value_span(), Rule::UnknownTarget, message, nearest(id, known.iter().copied()));
        }
    }
}

/// Each node, until `stop` says so.
fn visit(nodes: &mut Vec<Node>, stop: &mut dyn FnMut(&mut Vec<Node>, usize) -> bool) -> bool {
    for at in 0..nodes.len() {
        if stop(nodes, at) {
            return true;
        }
        let Some(Node::Element(element)) = nodes.get_mut(at) else { continue };
        for attribute in &mut element.attributes {
            if let Value::Markup(nodes, _) = &mut attribute.value
                && visit(nodes, stop)
            {
                return true;
            }
        }
        if visit(&mut element.children, stop) {
            return true;
        }
    }
    false
}

fn merge(target: &mut Element, attributes: &[&Attribute], children: &[Node]) {
    for attribute in attributes {
        // `:label` takes the place of `label`.
        target.attributes.retain(|known| plain_name(&known.name.text) != plain_name(&attribute.name.text));
        target.attributes.push((*attribute).clone());
    }
    if children.iter().any(|child| !matches!(child, Node::Comment(_))) {
        target.children = children.to_vec();
    }
}

fn plain_name(name: &str) -> &str {
    name.trim_start_matches(':').trim_start_matches("bind:")
}

/// The same layout under another id and name, with nothing inherited: what it would inherit is in it.
///
/// # Errors
/// What is wrong with the source.
pub fn copy(text: &str, library: &dyn Library, id: &str, name: &str) -> Result<String, Vec<Problem>> {
    let (mut sources, mut problems) = (Sources::default(), Problems::default());
    sources.add("", text);
    let mut nodes = syntax::parse(text, 0, &mut problems);
    let at = nodes.iter().position(|node| node.element().is_some_and(|element| element.name.text == "Layout"));
    let Some(at) = at.filter(|_| problems.is_empty()) else {
        if problems.is_empty() {
            problems.add(Span::default(), Rule::Syntax, "found no <Layout>");
        }
        return Err(problems.report(&sources));
    };
    let Node::Element(root) = nodes.remove(at) else { return Err(Vec::new()) };
    if root.attribute("extends").is_none() {
        return Ok(renamed(text, &root, id, name));
    }
    let mut resolver = Resolver { registry: Registry::standard(), library, sources: &mut sources, problems: &mut problems };
    let mut root = resolver.resolve(root).root;
    if !problems.is_empty() {
        return Err(problems.report(&sources));
    }
    root.attributes.retain(|attribute| !matches!(attribute.name.text.as_str(), "extends" | "override-mode"));
    nodes.insert(at, Node::Element(root.clone()));
    let text = syntax::print(&nodes);
    let mut problems = Problems::default();
    let root =
        syntax::parse(&text, 0, &mut problems).into_iter().find_map(|node| if let Node::Element(root) = node { Some(root) } else { None });
    Ok(root.map_or_else(|| text.clone(), |root| renamed(&text, &root, id, name)))
}

/// Everything else stays as its author wrote it.
fn renamed(text: &str, root: &Element, id: &str, name: &str) -> String {
    let mut out = text.to_owned();
    let mut edits = Vec::new();
    for (attribute, value) in [("id", id), ("name", name)] {
        let value = escape_attribute(value);
        match root.attribute(attribute) {
            Some(known) => edits.push((
                known.span().start,
                known.value_span().end + usize::from(known.text().is_some()),
                format!("{attribute}=\"{value}\""),
            )),
            None => edits.push((root.name.span.end, root.name.span.end, format!(" {attribute}=\"{value}\""))),
        }
    }
    edits.sort_by_key(|(start, ..)| std::cmp::Reverse(*start));
    for (start, end, value) in edits {
        out.replace_range(start..end, &value);
    }
    out
}
