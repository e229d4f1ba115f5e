//! Components that show other people's answers and what models think.

use super::{
    common::{source, visible},
    schema::{Component, Group, Kind, Produces, Property},
};
use crate::agreement::{Measure, Standard};

pub(super) fn components() -> Vec<Component> {
    let review = |name: &str, summary: &str| Component::new(name, Group::Review, summary).with(visible());
    let annotations = || Property::new("annotations", Kind::Data, "Answers to compare").data().required();
    let suggestions = |name: &str, summary: &str| {
        review(name, summary)
            .with([
                Property::new("predictions", Kind::Data, "What the model found").data().required(),
                Property::new("title", Kind::Text, "Its heading").one_way(),
                Property::new("min-confidence", Kind::Number { minimum: Some(0.0), maximum: Some(1.0) }, "Those below are not shown")
                    .default(0)
                    .one_way(),
            ])
            .event("accept", "A suggestion was accepted")
            .event("reject", "A suggestion was rejected")
            .event("accept-all", "All of them were accepted")
    };
    let metrics: Vec<&str> = Standard.metrics().iter().map(|name| name.trim_start_matches("agreement:")).collect();
    vec![
        suggestions("AISuggestions", "What a model suggests, to accept or reject"),
        suggestions("AIAssistPanel", "The same in a panel of its own"),
        review("PreviousAnnotations", "Earlier answers, to be read")
            .with([Property::new("data", Kind::Data, "The answers").data().required()]),
        review("AnnotationComparison", "Answers side by side, with what they differ in")
            .with([
                source("What was annotated"),
                annotations(),
                Property::new("resolution", Kind::Data, "Where the decision is kept").two_way(),
                Property::new("required", Kind::Flag, "Nothing can be submitted without a decision").default(false).fixed(),
                Property::new("required-when", Kind::Condition, "Required only while this holds"),
                Property::new("label", Kind::Text, "What the decision is called").default("Decision").one_way(),
                Property::new("highlight-conflicts", Kind::Flag, "Differences stand out").default(true),
            ])
            .only(&["ConflictResolver"])
            .produces(Produces::Schema(serde_json::json!({"type": "array"})))
            .event("select", "An answer was chosen"),
        Component::new("ConflictResolver", Group::Part, "How each difference is decided")
            .with([Property::new(
                "mode",
                Kind::choice(&["select", "edit", "select-or-edit"]),
                "Choose one answer, write another, or either",
            )
            .default("select-or-edit")])
            .event("resolve", "A difference was decided"),
        review("AgreementDisplay", "How much the answers agree")
            .with([annotations(), Property::new("metrics", Kind::list(&metrics), "Which numbers").one_way()]),
    ]
}
