//! Fields: what people enter about a task.

use serde_json::Value;

use super::{
    common::{field, value},
    schema::{Component, Group, Kind, Produces, Property},
};

fn form(name: &str, summary: &str, produces: Produces) -> Component {
    Component::new(name, Group::Form, summary)
        .with(field())
        .with([value("Where it is kept")])
        .produces(produces)
        .event("change", "Its value has changed")
        .event("focus", "Somebody went to it")
        .event("blur", "Somebody left it")
}

fn lengths() -> [Property; 2] {
    [
        Property::new("min-length", Kind::at_least(0), "Letters it has at least").fixed(),
        Property::new("max-length", Kind::at_least(1), "Letters it has at most").fixed(),
    ]
}

fn placeholder() -> Property {
    Property::new("placeholder", Kind::Text, "What is to be seen while it is empty").one_way()
}

fn options() -> [Property; 2] {
    [
        Property::new("options", Kind::Data, "Options from the task's data: texts, or objects with `value` and `label`").data(),
        Property::new("default", Kind::Text, "Chosen at first").fixed(),
    ]
}

fn bounds(kind: &Kind) -> [Property; 2] {
    [Property::new("min", kind.clone(), "The least").fixed(), Property::new("max", kind.clone(), "The most").fixed()]
}

fn counts() -> [Property; 2] {
    [
        Property::new("min-items", Kind::at_least(0), "How many at least").fixed(),
        Property::new("max-items", Kind::at_least(1), "How many at most").fixed(),
    ]
}

pub(super) fn components() -> Vec<Component> {
    let rows = |default: i64| Property::new("rows", Kind::between(1, 100), "Lines to be seen").default(default).responsive();
    let columns = || Property::new("columns", Kind::between(1, 12), "Columns of options").default(1).responsive();
    let pattern = || {
        [
            Property::new("pattern", Kind::Pattern, "What all of it must fit").fixed(),
            Property::new("pattern-message", Kind::Text, "What people are told if it does not").fixed(),
        ]
    };
    let mut list = vec![
        form("TextInput", "A line of text", Produces::Text)
            .with(lengths())
            .with(pattern())
            .with([placeholder(), Property::new("default", Kind::Text, "What is there at first").fixed()]),
        form("TextArea", "Several lines of text", Produces::Text).with(lengths()).with([
            placeholder(),
            rows(3),
            Property::new("default", Kind::Text, "What is there at first").fixed(),
        ]),
        form("Number", "A number", Produces::Number).with(bounds(&Kind::number())).with([
            placeholder(),
            Property::new("integer", Kind::Flag, "Whole numbers only").default(false).fixed(),
            Property::new("step", Kind::Number { minimum: Some(0.0), maximum: None }, "What one step of the arrows adds").default(1),
            Property::new("unit", Kind::Text, "What stands behind it").one_way(),
            Property::new("default", Kind::number(), "What is there at first").fixed(),
        ]),
        form("Date", "A day", Produces::Date).with(bounds(&Kind::Date)).with([Property::new(
            "default",
            Kind::Date,
            "What is there at first",
        )
        .fixed()]),
        form("Checkbox", "Yes or no; if required, yes", Produces::Flag).text().with([Property::new(
            "default",
            Kind::Flag,
            "What is there at first",
        )
        .default(false)
        .fixed()]),
        form("Select", "One of several options, or some of them", Produces::Option)
            .only(&["Option"])
            .with(options())
            .with([placeholder(), Property::new("multiple", Kind::Flag, "Several may be chosen").default(false).fixed()])
            .with(counts()),
        form("RadioGroup", "One of several options, all to be seen", Produces::Option).only(&["Option"]).with(options()).with([columns()]),
        form("Rating", "Stars", Produces::Number).with([
            Property::new("max", Kind::between(2, 10), "Stars there are").default(5).fixed(),
            Property::new("half", Kind::Flag, "Half stars too").default(false).fixed(),
        ]),
    ];
    list.extend(choices());
    list.extend(parts());
    list
}

fn choices() -> Vec<Component> {
    vec![
        form("Ranker", "Items to be put in order, the best first", Produces::Order)
            .only(&["Item"])
            .with([Property::new("items", Kind::Data, "Items from the task's data: texts, or objects with `value` and `label`").data()])
            .with([Property::new("top", Kind::at_least(1), "Only so many must be ranked").fixed()]),
        form("Pairwise", "Which of two is better", Produces::Preference).with([
            Property::new("left", Kind::Data, "One of them").data().required(),
            Property::new("right", Kind::Data, "The other").data().required(),
            Property::new("format", Kind::choice(&["plain", "markdown", "image"]), "What they are").default("plain"),
            Property::new("allow-tie", Kind::Flag, "Neither may be better").default(true).fixed(),
        ]),
        form("Classification", "Classes of the whole task", Produces::Category)
            .only(&["Category"])
            .with([
                Property::new("mode", Kind::choice(&["single", "multi", "hierarchical"]), "One, several, or the way down a tree")
                    .default("single")
                    .fixed(),
                Property::new("search", Kind::Flag, "A field that finds classes by name").default(Value::Bool(false)),
                Property::new("inner", Kind::Flag, "In a tree, the way may end before a leaf").default(false).fixed(),
            ])
            .with(counts()),
    ]
}

fn parts() -> Vec<Component> {
    let part = |name: &str, summary: &str| Component::new(name, Group::Part, summary);
    let named = |what: &str| Property::new("value", Kind::Text, what).required().fixed();
    let label = || Property::new("label", Kind::Text, "What people read; without it, its text or its value").fixed();
    let hotkey = || Property::new("hotkey", Kind::Key, "A key that chooses it").fixed();
    vec![
        part("Option", "Something that can be chosen; its text is what people read").text().with([
            named("What is kept"),
            label(),
            hotkey(),
            Property::new("disabled", Kind::Condition, "Cannot be chosen just now"),
        ]),
        part("Item", "Something to be ranked; its text is what people read").text().with([named("What is kept"), label()]),
        part("Category", "A class; in a tree, with its subclasses in it").text().only(&["Category", "Description"]).with([
            named("What is kept"),
            label(),
            hotkey(),
        ]),
    ]
}
