//! Components in which the work itself is done, on text and on images, and their parts.

use tandem_protocol::RegionKind;

use super::{
    common::{field, source, value},
    schema::{Component, Group, Kind, Produces, Property},
};

fn annotator(name: &str, summary: &str, produces: Produces) -> Component {
    Component::new(name, Group::Annotation, summary).with(field()).produces(produces)
}

fn tools() -> Property {
    let kinds: Vec<&str> = RegionKind::ALL.iter().map(|kind| kind.as_str()).collect();
    Property::new("tools", Kind::list(&kinds), "Shapes that can be drawn; without it, all").fixed()
}

fn limits(what: &str) -> [Property; 2] {
    [
        Property::new(&format!("min-{what}"), Kind::at_least(0), "How many there are at least").fixed(),
        Property::new(&format!("max-{what}"), Kind::at_least(1), "How many there are at most").fixed(),
    ]
}

pub(super) fn components() -> Vec<Component> {
    let flag = |name: &str, default: bool, summary: &str| Property::new(name, Kind::Flag, summary).default(default);
    let mut list = vec![
        annotator("NERTagger", "Marks entities in a text", Produces::Spans)
            .with([
                source("The text"),
                value("Where the entities are kept"),
                flag("allow-overlapping", true, "Two entities may share letters"),
                flag("show-labels", true, "Each entity shows its type"),
                flag("show-entity-count", false, "How many there are of each type"),
            ])
            .with([
                Property::new("min-span-length", Kind::at_least(1), "Letters an entity has at least").fixed(),
                Property::new("max-span-length", Kind::at_least(1), "Letters an entity has at most").fixed(),
            ])
            .with(limits("entities"))
            .only(&["EntityType"])
            .event("entity-add", "An entity was marked")
            .event("entity-remove", "An entity was removed")
            .event("entity-change", "An entity was changed")
            .event("selection-change", "Other letters are selected"),
        annotator("SentenceAnnotator", "Marks entities in one sentence of a text", Produces::Spans)
            .with([Property::new("text", Kind::Data, "The sentence").data().required(), value("Where the entities are kept")])
            .with(limits("entities"))
            .only(&["EntityType"])
            .event("entity-add", "An entity was marked")
            .event("entity-remove", "An entity was removed"),
        annotator("ImageAnnotator", "Draws regions on an image", Produces::Regions)
            .with([
                source("The image's address"),
                value("Where the regions are kept"),
                tools(),
                flag("show-labels", true, "Each region shows its label"),
                flag("crosshair", false, "Lines through the pointer"),
            ])
            .with(limits("regions"))
            .only(&["Label", "Attribute", "RelationType"])
            .event("region-add", "A region was drawn")
            .event("region-remove", "A region was removed")
            .event("region-change", "A region was changed")
            .event("selection-change", "Other regions are selected"),
    ];
    list.extend(parts());
    list
}

fn parts() -> Vec<Component> {
    let part = |name: &str, summary: &str| Component::new(name, Group::Part, summary);
    let name = |summary: &str| Property::new("name", Kind::Text, summary).required().fixed();
    let look = || {
        [
            Property::new("color", Kind::Color, "Its color").fixed(),
            Property::new("hotkey", Kind::Key, "A key that chooses it").fixed(),
            Property::new("description", Kind::Text, "What it means").fixed(),
        ]
    };
    let kinds = Kind::choice(&["text", "number", "select", "multi-select", "boolean"]);
    vec![
        part("EntityType", "A type of entity").only(&["Description", "Examples"]).with([name("What is kept")]).with(look()).with([
            Property::new("pattern", Kind::Pattern, "What all of the marked text must fit").fixed(),
            Property::new("min-length", Kind::at_least(0), "Letters it has at least").fixed(),
            Property::new("max-length", Kind::at_least(1), "Letters it has at most").fixed(),
        ]),
        part("Label", "A label of regions")
            .only(&["Attribute", "Keypoint", "Edge", "Description", "Examples"])
            .with([name("What is kept")])
            .with(look())
            .with([tools()])
            .with([
                Property::new("min", Kind::at_least(0), "Regions there are of it at least").fixed(),
                Property::new("max", Kind::at_least(1), "Regions there are of it at most").fixed(),
            ]),
        part("Attribute", "Something said about each region: of one label, or of all if it stands beside them")
            .only(&["Option", "Description"])
            .with([
                name("What is kept"),
                Property::new("type", kinds, "What it is").required().fixed(),
                Property::new("label", Kind::Text, "What people read").fixed(),
                Property::new("required", Kind::Flag, "Nothing can be submitted without it").default(false).fixed(),
                Property::new("default", Kind::Text, "What a new region has").fixed(),
                Property::new("min", Kind::number(), "Of a number: the least").fixed(),
                Property::new("max", Kind::number(), "Of a number: the most").fixed(),
                Property::new("integer", Kind::Flag, "Of a number: whole numbers only").default(false).fixed(),
                Property::new("step", Kind::number(), "Of a number: what one step of the arrows adds").fixed(),
                Property::new("unit", Kind::Text, "Of a number: what is shown after it").fixed(),
                Property::new("pattern", Kind::Pattern, "Of a text: what all of it must fit").fixed(),
                Property::new("max-length", Kind::at_least(1), "Of a text: letters it has at most").fixed(),
            ]),
        part("RelationType", "What one region may have to do with another; without any, regions are just related")
            .only(&["Description"])
            .with([
                name("What is kept"),
                Property::new("label", Kind::Text, "What people read").fixed(),
                Property::new("color", Kind::Color, "Its color").fixed(),
                Property::new("description", Kind::Text, "What it means").fixed(),
                Property::new("directed", Kind::Flag, "It goes one way; else it says the same of both").default(true).fixed(),
                Property::new("from", Kind::list(&[]), "Labels of the regions that it goes from; without it, all").fixed(),
                Property::new("to", Kind::list(&[]), "Labels of the regions that it goes to; without it, all").fixed(),
            ]),
        part("Keypoint", "A point of a label's skeleton, in order").with([
            name("The point's name"),
            Property::new("mirror", Kind::Text, "The Keypoint that is its mirror image: the right eye of a left one").fixed(),
        ]),
        part("Edge", "A line of a label's skeleton").with([
            Property::new("from", Kind::Text, "A Keypoint").required().fixed(),
            Property::new("to", Kind::Text, "Another").required().fixed(),
        ]),
        part("Description", "What it means, for those who choose").text(),
        part("Examples", "Examples, with commas between").text(),
    ]
}
