//! `expressions.json`: what expressions become and what they come to. The web evaluates the same file, so that both come to the same. `BLESS=1` writes
//! the trees and values anew from the texts.

use std::path::Path;

use serde_json::{Value, json};
use tandem_domain::layout::{
    expression::{Expr, Scope},
    tree::{Node, Property},
};

use crate::compiled;

/// As it is compiled: inside a loop whose variables are `page` and `i`.
fn expression(text: &str) -> Expr {
    let text = text.replace('&', "&amp;").replace('"', "&quot;");
    let layout = compiled(&format!(
        r#"<Layout id="a">
             <TextInput bind:value="$.output.name" /><Classification bind:value="$.output.list" mode="multi"><Category value="x" /></Classification>
             <ForEach items="$.input.pages" as="page" key="i"><Show when="{text}"><Text>x</Text></Show></ForEach>
           </Layout>"#
    ));
    let Some(Node::ForEach { children, .. }) = layout.root.into_iter().last() else { panic!("a loop") };
    let Some(Node::Show { when, .. }) = children.into_iter().next() else { panic!("a Show") };
    when.expression
}

#[test]
fn expressions_become_these_trees_and_come_to_these_values() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/layout/expressions.json");
    let file: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    let mut scope = Scope::of(&file["variables"]);
    scope.locals = vec![("page", file["locals"]["page"].clone()), ("i", file["locals"]["i"].clone())];
    let cases = file["cases"].as_array().unwrap();
    assert!(cases.len() >= 40);
    let found: Vec<Value> = cases
        .iter()
        .map(|case| {
            let text = case["text"].as_str().unwrap();
            let expression = expression(text);
            json!({ "text": text, "value": expression.value(&scope), "holds": expression.holds(&scope), "expression": expression })
        })
        .collect();
    if std::env::var_os("BLESS").is_some() {
        let cases = found.iter().map(|case| format!("    {case}")).collect::<Vec<_>>().join(",\n");
        let page =
            format!("{{\n  \"variables\": {},\n  \"locals\": {},\n  \"cases\": [\n{cases}\n  ]\n}}\n", file["variables"], file["locals"]);
        std::fs::write(&path, page).unwrap();
        return;
    }
    for (case, found) in cases.iter().zip(&found) {
        assert_eq!(case, found);
    }
}

#[test]
fn a_constant_needs_no_evaluation() {
    let Some(Node::Component(panel)) = compiled(r#"<Layout id="a"><Header :level="1 + 1">x</Header></Layout>"#).root.into_iter().next()
    else {
        panic!("a component")
    };
    assert_eq!(panel.properties["level"], Property::Literal { value: json!(2) });
}
