//! Layouts that extend others, and copies.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tandem_domain::layout::{Layout, copy};

use crate::{compile_with, compiled, told};

const BASE: &str = include_str!("base.xml");

fn library() -> BTreeMap<String, String> {
    let middle = r#"<Layout id="middle" extends="base"><Override of="notes" label="Remarks" rows="5" /></Layout>"#;
    [("base".to_owned(), BASE.to_owned()), ("middle".to_owned(), middle.to_owned())].into()
}

fn child(text: &str) -> Layout {
    compile_with(text, &library()).unwrap_or_else(|problems| panic!("{}", told(&problems)))
}

/// Instances from top to bottom.
fn instances(layout: &Layout) -> Vec<String> {
    fn walk(value: &Value, found: &mut Vec<String>) {
        if let Some(id) = value.get("instance_id").and_then(Value::as_str) {
            found.push(id.to_owned());
        }
        value.get("children").and_then(Value::as_array).into_iter().flatten().for_each(|child| walk(child, found));
    }
    let (mut found, root) = (Vec::new(), serde_json::to_value(&layout.root).unwrap());
    root.as_array().unwrap().iter().for_each(|node| walk(node, &mut found));
    found
}

fn property(layout: &Layout, instance: &str, name: &str) -> Value {
    fn find<'v>(value: &'v Value, instance: &str) -> Option<&'v Value> {
        match value {
            Value::Object(entries) if entries.get("instance_id").is_some_and(|id| id == instance) => Some(value),
            Value::Object(entries) => entries.values().find_map(|value| find(value, instance)),
            Value::Array(items) => items.iter().find_map(|item| find(item, instance)),
            _ => None,
        }
    }
    let root = serde_json::to_value(&layout.root).unwrap();
    find(&root, instance).unwrap()["properties"][name]["value"].clone()
}

#[test]
fn a_layout_has_what_it_extends_under_its_own_name() {
    let layout = child(r#"<Layout id="own" name="Own" extends="base" />"#);
    assert_eq!((layout.id.as_str(), layout.name.as_str()), ("own", "Own"));
    assert_eq!(layout.extends, ["base"]);
    assert_eq!(instances(&layout), instances(&compiled(BASE)));
    assert_eq!(layout.output_schema, compiled(BASE).output_schema);
}

#[test]
fn overrides_change_one_instance_and_nearer_ones_go_first() {
    let layout = child(r#"<Layout id="own" extends="middle"><Override of="notes" label="Comments" :help="$.input.help" /></Layout>"#);
    assert_eq!(layout.extends, ["middle", "base"]);
    assert_eq!(property(&layout, "notes", "label"), "Comments", "local before inherited");
    assert_eq!(property(&layout, "notes", "rows"), 5, "what only the parent overrides stays");
    assert_eq!(property(&layout, "confidence", "label"), "Confidence");
    assert!(layout.bindings.iter().any(|bound| bound.path == "$.output.notes"));
}

#[test]
fn an_override_with_children_has_them_instead() {
    let layout =
        child(r#"<Layout id="own" extends="base"><Override of="confidence"><Option value="sure">Sure</Option></Override></Layout>"#);
    assert_eq!(layout.output_schema["properties"]["confidence"]["enum"], json!(["sure"]));
}

#[test]
fn instances_are_replaced_removed_and_inserted() {
    let layout = child(
        r#"<Layout id="own" extends="base">
             <Override of="confidence" override-mode="replace"><Rating bind:value="$.output.stars" label="Stars" /><Divider /></Override>
             <Remove of="document" />
             <Insert after="notes"><Text id="end">The end</Text></Insert>
             <Insert before="top"><Header id="start">Start</Header></Insert>
             <Insert into="top"><Badge id="mark">New</Badge></Insert>
           </Layout>"#,
    );
    assert_eq!(instances(&layout), ["start", "top", "stars", "divider-1", "mark", "notes", "end"]);
    let replaced =
        child(r#"<Layout id="own" extends="base" override-mode="replace"><Override of="notes"><Divider id="line" /></Override></Layout>"#);
    assert_eq!(instances(&replaced), ["top", "document", "confidence", "line"]);
}

#[test]
fn a_mistake_in_the_parent_names_the_parent() {
    let bad = [("bad".to_owned(), "<Layout id=\"bad\">\n  <Text siz=\"sm\">x</Text>\n</Layout>".to_owned())].into();
    let problems = compile_with(r#"<Layout id="own" extends="bad" />"#, &bad).unwrap_err();
    assert_eq!(told(&problems), "bad:2:9: Text has no property \"siz\"; did you mean size?\n");
    assert_eq!(problems[0].layout.as_deref(), Some("bad"));
    assert_eq!(problems[0].suggestion.as_deref(), Some("size"));
}

#[test]
fn what_comes_from_a_parent_says_so() {
    let layout =
        serde_json::to_value(child(r#"<Layout id="own" extends="base"><Insert after="notes"><Divider /></Insert></Layout>"#)).unwrap();
    assert_eq!(layout["root"][0]["from"], "base");
    assert_eq!(layout["root"][2].get("from"), None, "its own");
}

#[test]
fn a_copy_has_nothing_to_do_with_its_source() {
    let text = copy(BASE, &library(), "mine", "Mine & yours").unwrap();
    assert!(
        text.starts_with("<Layout id=\"mine\" name=\"Mine &amp; yours\">\n  <Section id=\"top\""),
        "everything else is as it was: {text}"
    );
    let layout = compiled(&text);
    assert_eq!((layout.id.as_str(), layout.name.as_str()), ("mine", "Mine & yours"));
    let middle = library()["middle"].clone();
    let text = copy(&middle, &library(), "mine", "Mine").unwrap();
    let layout = compiled(&text);
    assert_eq!(property(&layout, "notes", "label"), "Remarks", "what it inherited is in it");
    assert!(layout.extends.is_empty());
    assert!(copy("<Layout", &library(), "a", "b").is_err());
}
