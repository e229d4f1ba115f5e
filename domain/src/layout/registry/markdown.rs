//! The reference in docs/layouts.md.

use std::fmt::Write as _;

use super::{Binding, Children, Component, Group, Kind, Property, Registry};

const GROUPS: [(Group, &str); 8] = [
    (Group::Layout, "Arranging"),
    (Group::Control, "Deciding what is there"),
    (Group::Content, "Showing"),
    (Group::Form, "Fields"),
    (Group::Annotation, "Annotating"),
    (Group::Review, "Reviewing"),
    (Group::Part, "Parts"),
    (Group::Inheritance, "Changing an inherited layout"),
];

impl Registry {
    /// A table for each component. Properties that everything to be seen has, and those that every field has, are told once.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut page = String::from(
            "# Components of layouts\n\n\
             Generated from `domain/src/layout/registry` by `make generate`; do not edit. How they are written, bound and computed: [layouts](layouts.md).\n\n\
             Every property may be computed (`:name`), but for *fixed* ones.\n\n\
             ## Of everything to be seen\n\n",
        );
        let (visible, field) = (super::common::visible(), super::common::field());
        properties(&mut page, visible.iter());
        page.push_str("\n## Of every field\n\n");
        properties(&mut page, field.iter().skip(visible.len()));
        for (group, title) in GROUPS {
            // Writing to a String cannot fail.
            let _ = writeln!(page, "\n## {title}");
            for component in self.all().filter(|component| component.group == group) {
                let common = if component.property("disabled").is_some_and(|known| field.contains(known)) { &field } else { &visible };
                describe(&mut page, component, common);
            }
        }
        page
    }
}

fn describe(page: &mut String, component: &Component, common: &[Property]) {
    let _ = writeln!(page, "\n### `{}`\n\n{}.", component.name, component.summary);
    let children = match &component.children {
        Children::None if component.text => Some("text".to_owned()),
        Children::None => None,
        Children::Any if component.text => Some("any component, and text".to_owned()),
        Children::Any => Some("any component".to_owned()),
        Children::Only(names) => {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            Some(names.join(", ") + if component.text { ", and text" } else { "" })
        }
    };
    if let Some(children) = children {
        let _ = writeln!(page, "In it: {children}.");
    }
    if !component.events.is_empty() {
        let events: Vec<String> = component.events.iter().map(|event| format!("`on:{}`", event.name)).collect();
        let _ = writeln!(page, "Events: {}.", events.join(", "));
    }
    let own: Vec<&Property> = component.properties.iter().filter(|property| !common.contains(property)).collect();
    if !own.is_empty() {
        page.push('\n');
        properties(page, own.into_iter());
    }
}

fn properties<'p>(page: &mut String, properties: impl Iterator<Item = &'p Property>) {
    page.push_str("| property | takes | what it says |\n|---|---|---|\n");
    for property in properties {
        let mut takes = property.kind.describe();
        let form = match (property.binding, property.literal, property.computed) {
            (Binding::TwoWay, ..) => "`bind:`, two-way",
            (Binding::OneWay, false, _) => "`bind:` or computed",
            (Binding::OneWay, true, _) => "also `bind:`",
            (Binding::None, _, true) => "",
            (Binding::None, _, false) if matches!(property.kind, Kind::Markup) => "",
            (Binding::None, _, false) => "fixed",
        };
        let by_breakpoint = if property.responsive { "by breakpoint" } else { "" };
        for word in [form, by_breakpoint].into_iter().filter(|word| !word.is_empty()) {
            let _ = write!(takes, "; {word}");
        }
        let mut what = property.summary.clone();
        if property.required {
            what.push_str(". **Required**");
        }
        if let Some(default) = &property.default {
            let _ = write!(what, ". Without it `{}`", default.to_string().trim_matches('"'));
        }
        let names: Vec<String> = std::iter::once(&property.name).chain(&property.aliases).map(|name| format!("`{name}`")).collect();
        let _ = writeln!(page, "| {} | {takes} | {what} |", names.join(", "));
    }
}
