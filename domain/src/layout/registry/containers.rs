//! Components that arrange others or show something: sections, grids, headings, pictures.

use super::{
    common::{SPACES, source, variant, visible},
    schema::{Component, Group, Kind, Property},
};

const ALIGNMENTS: &[&str] = &["start", "center", "end", "stretch", "baseline"];

fn container(name: &str, summary: &str) -> Component {
    Component::new(name, Group::Layout, summary).with(visible()).any_children().text()
}

fn content(name: &str, summary: &str) -> Component {
    Component::new(name, Group::Content, summary).with(visible())
}

fn gap() -> Property {
    Property::new("gap", Kind::choice(SPACES), "Room between its children").responsive()
}

fn background() -> Property {
    Property::new("background", Kind::choice(&["none", "subtle", "strong"]), "What is behind it").default("none")
}

pub(super) fn components() -> Vec<Component> {
    let mut list = arranging();
    list.extend(showing());
    list.extend(media());
    list
}

fn arranging() -> Vec<Component> {
    let flow = || {
        [
            Property::new("direction", Kind::choice(&["column", "row"]), "How its children follow one another")
                .default("column")
                .responsive(),
            gap(),
            Property::new("align", Kind::choice(ALIGNMENTS), "Where children stand across the direction").responsive(),
            Property::new("justify", Kind::choice(&["start", "center", "end", "between", "around", "evenly"]), "Where they stand along it")
                .responsive(),
            Property::new("wrap", Kind::Flag, "What does not fit begins a new line").default(false).responsive(),
            background(),
        ]
    };
    let layout = Component::new("Layout", Group::Layout, "The whole layout")
        .with([
            Property::new("id", Kind::Identifier, "The layout's name, by which steps and other layouts refer to it").required().fixed(),
            Property::new("name", Kind::Text, "Its name for people").fixed(),
            Property::new("version", Kind::at_least(1), "The author's own count").fixed(),
            Property::new("extends", Kind::Identifier, "The layout it takes everything from that it does not override").fixed(),
            Property::new("override-mode", Kind::choice(&["merge", "replace"]), "What overrides do that do not say it themselves")
                .default("merge")
                .fixed(),
        ])
        .any_children();
    vec![
        layout,
        container("Section", "A part of the page, in a row or a column").with(flow()),
        container("Box", "One cell of a row or column").with(flow()),
        container("Grid", "Columns of equal width")
            .with([Property::new("columns", Kind::between(1, 24), "How many").default(2).responsive(), gap()]),
        container("GridItem", "A cell of a Grid")
            .with([Property::new("span", Kind::between(1, 24), "Columns it takes").default(1).responsive()]),
        container("Panel", "A part with a title and a frame").with([
            Property::new("title", Kind::Text, "Its heading").one_way(),
            Property::new("collapsible", Kind::Flag, "People may close it").default(false),
            Property::new("collapsed", Kind::Flag, "Closed at first").default(false),
            gap(),
            background(),
        ]),
        Component::new("Tabs", Group::Layout, "Shows one of its tabs")
            .with(visible())
            .only(&["Tab"])
            .event("change", "Another tab is shown"),
        container("Tab", "One page of Tabs")
            .with([Property::new("title", Kind::Text, "What stands on the tab").required().one_way(), gap()]),
        Component::new("Divider", Group::Layout, "A line between two parts").with(visible()),
    ]
}

fn showing() -> Vec<Component> {
    let text = |summary: &str| Property::new("content", Kind::Text, summary).one_way();
    vec![
        content("Header", "A heading")
            .with([Property::new("level", Kind::between(1, 6), "1 is the largest").default(2), text("The heading")])
            .text(),
        content("Text", "A text").text().with([
            text("The text"),
            variant(&["body", "mono", "muted", "strong"]),
            Property::new("size", Kind::choice(&["xs", "sm", "md", "lg", "xl"]), "How large").default("md"),
        ]),
        content("Badge", "A small mark").any_children().text().with([Property::new(
            "variant",
            Kind::choice(&["neutral", "info", "success", "warning", "error"]),
            "Its color; data may name any",
        )
        .one_way()]),
        content("Alert", "A message that stands out")
            .any_children()
            .text()
            .with([variant(&["info", "success", "warning", "error"]), Property::new("title", Kind::Text, "Its heading").one_way()]),
        content("Button", "Something to press")
            .text()
            .any_children()
            .with([
                variant(&["secondary", "primary", "danger", "quiet"]),
                Property::new("disabled", Kind::Flag, "Cannot be pressed just now").default(false),
                Property::new("hotkey", Kind::Key, "A key that presses it").fixed(),
            ])
            .event("click", "It was pressed"),
    ]
}

fn media() -> Vec<Component> {
    vec![
        content("TextDisplay", "A text of the task, to be read").with([
            source("The text"),
            Property::new("format", Kind::choice(&["plain", "markdown"]), "How it is written").default("plain"),
            Property::new("highlight-ranges", Kind::Data, "Parts to mark: a list of `start`, `end` and `label`").data().alias("highlight"),
            Property::new("font", Kind::choice(&["reading", "interface", "mono"]), "Its letters").default("interface"),
            Property::new("line-numbers", Kind::Flag, "Numbers beside the lines").default(false),
        ]),
        content("ImageViewer", "An image, to be looked at")
            .with([source("Its address"), Property::new("alt", Kind::Text, "What it shows, for those who do not see it").one_way()]),
        content("PDFViewer", "A PDF, to be read")
            .with([source("Its address"), Property::new("page", Kind::at_least(1), "The page shown first").default(1).one_way()]),
    ]
}
