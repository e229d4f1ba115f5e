//! What decides which part of a layout is there, and what a layout changes of the one it extends.

use super::schema::{Component, Group, Kind, Property};

pub(super) fn components() -> Vec<Component> {
    let control = |name: &str, summary: &str| Component::new(name, Group::Control, summary);
    let inherit = |name: &str, summary: &str| Component::new(name, Group::Inheritance, summary);
    let target = |name: &str, summary: &str| Property::new(name, Kind::Identifier, summary).fixed();
    vec![
        control("Show", "Its children are there while a condition holds")
            .with([
                Property::new("when", Kind::Expression, "The condition; nothing, false, 0 and what is empty do not hold").required(),
                Property::new("equals", Kind::Text, "It holds if `when` is this").fixed(),
                Property::new("fallback", Kind::Markup, "What is there otherwise").fixed(),
            ])
            .any_children()
            .text(),
        control("ForEach", "Its children, once for each item of a list")
            .with([
                Property::new("items", Kind::Expression, "The list").required(),
                Property::new("as", Kind::Identifier, "The variable that is the item").required().fixed(),
                Property::new("key", Kind::Identifier, "The variable that is its place, from 0").fixed(),
            ])
            .any_children()
            .text(),
        control("Switch", "The first of its cases that fits")
            .with([Property::new("on", Kind::Expression, "What the cases are compared with").required()])
            .only(&["Case", "Default"]),
        Component::new("Case", Group::Part, "There if `on` of its Switch is `value`")
            .with([Property::new("value", Kind::Text, "What it is compared with").required().fixed()])
            .any_children()
            .text(),
        Component::new("Default", Group::Part, "There if no case fits").any_children().text(),
        inherit("Override", "Other properties, or other children, for an instance of the parent")
            .with([
                target("of", "The instance").required(),
                Property::new(
                    "override-mode",
                    Kind::choice(&["merge", "replace"]),
                    "merge: what is said here goes before what the parent says; replace: what is in here stands in its place",
                )
                .fixed(),
            ])
            .any_children()
            .text(),
        inherit("Remove", "An instance of the parent that is not there").with([target("of", "The instance").required()]),
        inherit("Insert", "New components in the parent's layout")
            .with([
                target("before", "The instance they go before"),
                target("after", "The instance they go after"),
                target("into", "The instance they go into, at its end"),
            ])
            .any_children(),
    ]
}
