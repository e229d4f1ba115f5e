//! The examples of docs/workflows.md are read and compile.

use tandem_domain::{
    agreement::Standard,
    expression::{Expression, Shape},
    statechart::{Catalog, Definition, Machine, Strictness},
    workflow::{Flow, Workflow},
};

const PAGE: &str = include_str!("../../docs/workflows.md");

/// Of one fence, e.g. `json workflow`.
fn examples(fence: &str) -> Vec<&'static str> {
    let open = format!("```{fence}\n");
    PAGE.split(&open as &str).skip(1).map(|rest| rest.split("\n```").next().unwrap()).collect()
}

#[test]
fn workflows_of_the_page_compile() {
    let (json, xml) = (examples("json workflow"), examples("xml workflow"));
    assert_eq!((json.len(), xml.len()), (4, 2));
    let read = json.into_iter().map(Workflow::from_json).chain(xml.into_iter().map(Workflow::from_xml));
    for workflow in read {
        Flow::compile(workflow.unwrap_or_else(|error| panic!("{error}")), &Shape::Any, &Standard).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn the_statechart_of_the_page_compiles() {
    let examples = examples("json statechart");
    assert_eq!(examples.len(), 1);
    let definition = Definition::parse(examples[0]).unwrap();
    Machine::compile(&definition, &Catalog::default(), Strictness::Sound).unwrap_or_else(|problems| panic!("{problems:?}"));
}

#[test]
fn expressions_of_the_page_parse() {
    let examples = examples("text expression");
    let lines: Vec<&str> = examples.iter().flat_map(|example| example.lines()).collect();
    assert_eq!(lines.len(), 3);
    for line in lines {
        Expression::parse(line).unwrap_or_else(|fault| panic!("{line}: {fault}"));
    }
}
