//! docs/layouts.md compiles, and the reference beside it is what the registry has. `BLESS=1` writes the reference, as `tandem generate` does.

use std::{collections::BTreeMap, path::Path};

use tandem_domain::{
    expression::Shape,
    layout::{Environment, Registry, compile},
};

const PAGE: &str = include_str!("../../docs/layouts.md");

/// Of one fence, e.g. `xml layout`.
fn examples(fence: &str) -> Vec<&'static str> {
    let open = format!("```{fence}\n");
    PAGE.split(&open as &str).skip(1).map(|rest| rest.split("\n```").next().unwrap()).collect()
}

fn compiles(text: &str, library: &BTreeMap<String, String>) {
    let environment = Environment { registry: Registry::standard(), library, input: Shape::Any };
    compile(text, &environment).unwrap_or_else(|problems| panic!("{text}\n{problems:?}"));
}

#[test]
fn layouts_of_the_page_compile() {
    let examples = examples("xml layout");
    assert_eq!(examples.len(), 4);
    let library = [("support-ticket".to_owned(), examples[0].to_owned())].into();
    for text in examples {
        compiles(text, &library);
    }
}

#[test]
fn expressions_of_the_page_compile() {
    let lines: Vec<&str> = examples("text expression").iter().flat_map(|example| example.lines()).collect();
    assert_eq!(lines.len(), 4);
    let fields = ["entities", "notes", "topic"].map(|name| format!("<TextInput bind:value=\"$.output.{name}\" />")).concat();
    for line in lines {
        compiles(&format!("<Layout id=\"a\">{fields}<Text :content=\"{line}\" /></Layout>"), &BTreeMap::new());
    }
}

#[test]
fn the_reference_is_what_the_registry_has() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/layout-components.md");
    let expected = Registry::standard().markdown();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    assert!(
        std::fs::read_to_string(&path).is_ok_and(|page| page == expected),
        "docs/layout-components.md is stale; `tandem generate` writes it"
    );
}

#[test]
fn the_registry_goes_to_the_editor_as_json() {
    let json = serde_json::to_value(Registry::standard()).unwrap();
    let rows = json
        .pointer("/components/TextArea/properties")
        .unwrap()
        .as_array()
        .unwrap()
        .iter()
        .find(|property| property["name"] == "rows")
        .unwrap();
    assert_eq!(rows["type"], serde_json::json!({ "name": "integer", "minimum": 1, "maximum": 100 }));
    assert_eq!((&rows["default"], &rows["responsive"], &rows["binding"]), (&3.into(), &true.into(), &"none".into()));
}
