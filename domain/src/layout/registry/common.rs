//! Properties that many components share.

use super::schema::{Kind, Property};

pub(super) const SPACES: &[&str] = &["none", "xs", "sm", "md", "lg", "xl"];

/// What whatever is to be seen has.
pub(super) fn visible() -> Vec<Property> {
    vec![
        Property::new("id", Kind::Identifier, "Names this instance, for overrides and hooks; unique in the layout").fixed(),
        Property::new("visible", Kind::Condition, "Shown only while this holds").default(true),
        Property::new("flex", Kind::Number { minimum: Some(0.0), maximum: None }, "Its share of the room its row or column has")
            .responsive(),
        Property::new("margin", Kind::choice(SPACES), "Room around it").responsive(),
        Property::new("padding", Kind::choice(SPACES), "Room within it").responsive(),
    ]
}

/// What every field has beside its value.
pub(super) fn field() -> Vec<Property> {
    let mut properties = visible();
    properties.extend([
        Property::new("label", Kind::Text, "What stands beside the field").one_way(),
        Property::new("help", Kind::Text, "A sentence below the field").one_way(),
        Property::new("required", Kind::Flag, "Nothing can be submitted without it").default(false).fixed(),
        Property::new("required-when", Kind::Condition, "Required only while this holds"),
        Property::new("disabled", Kind::Flag, "Cannot be changed just now").default(false),
        Property::new("readonly", Kind::Flag, "Is only to be read").default(false),
    ]);
    properties
}

/// Where a field keeps what people enter.
pub(super) fn value(summary: &str) -> Property {
    Property::new("value", Kind::Data, summary).two_way().required()
}

pub(super) fn source(summary: &str) -> Property {
    Property::new("source", Kind::Data, summary).data().required()
}

pub(super) fn variant(values: &[&str]) -> Property {
    Property::new("variant", Kind::choice(values), "How it looks").one_way().default(values[0])
}
