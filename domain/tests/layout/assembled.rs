//! The answer in a live document, put together as submit does.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tandem_domain::layout::{
    Data,
    answer::{Kept, Key, assemble, read_key, spelled_key},
};

use crate::compiled;

fn text(text: &str) -> Kept {
    Kept::Text(text.to_owned())
}

fn map(entries: Value) -> Kept {
    let Value::Object(entries) = entries else { panic!("an object") };
    Kept::Map(entries.into_iter().collect())
}

fn assembled_with(layout: &str, fields: &[(&str, Kept)], regions: &Value, data: &Data) -> Result<Value, Vec<String>> {
    let fields: BTreeMap<String, Kept> = fields.iter().map(|(key, kept)| ((*key).to_owned(), kept.clone())).collect();
    let told =
        |errors: Vec<tandem_protocol::FieldError>| errors.into_iter().map(|e| format!("{} {}: {}", e.field, e.rule, e.message)).collect();
    assemble(&compiled(layout), &fields, regions, data).map_err(told)
}

fn assembled(layout: &str, fields: &[(&str, Kept)]) -> Result<Value, Vec<String>> {
    assembled_with(layout, fields, &json!([]), &Data::default())
}

/// The same table is what browsers are tested with.
#[test]
fn a_place_has_one_spelling() {
    let cases: Vec<Value> = serde_json::from_str(include_str!("places.json")).unwrap();
    assert!(cases.len() > 20);
    for case in cases {
        let step = |step: &Value| match step.as_str() {
            Some(name) => Key::Name(name.to_owned()),
            None => Key::Index(step.as_u64().unwrap().try_into().unwrap()),
        };
        let place: Vec<Key> = case["place"].as_array().unwrap().iter().map(step).collect();
        let key = case["key"].as_str().unwrap();
        assert_eq!(spelled_key(&place), key);
        assert_eq!(read_key(key), Some(place), "{key}");
    }
}

#[test]
fn other_spellings_are_no_places() {
    for key in [
        "",
        ".",
        "a.",
        ".a",
        "a..b",
        "a b",
        "a[",
        "a[]",
        "a[0",
        "a[00]",
        "a[-1]",
        "a[1.0]",
        "a[ 0]",
        "a['b']",
        "a[\"b\"]",
        "7",
        "a.7",
        "a[\"\\u0062 c\"]",
        "a[[0]]",
        "a[true]",
        "a]",
    ] {
        assert_eq!(read_key(key), None, "{key}");
    }
}

const EVERY_KIND: &str = r#"<Layout id="a">
  <TextArea bind:value="$.output.notes" label="Notes" />
  <Select bind:value="$.output.tags" label="Tags" multiple><Option value="z" /><Option value="a" /><Option value="m" /></Select>
  <Classification bind:value="$.output.classes" label="Classes" mode="multi"><Category value="x" /><Category value="b" /></Classification>
  <NERTagger bind:source="$.input.text" bind:value="$.output.entities"><EntityType name="Person" /></NERTagger>
  <Ranker bind:value="$.output.order" label="Order"><Item value="p" /><Item value="q" /></Ranker>
  <Classification bind:value="$.output.way" label="Way" mode="hierarchical"><Category value="animal"><Category value="cat" /></Category></Classification>
  <Number bind:value="$.output.age" label="Age" />
</Layout>"#;

#[test]
fn every_kind_of_field_is_read_as_it_is_kept() {
    let fields = [
        ("notes", text("hello")),
        ("tags", map(json!({ "a": true, "m": true, "z": true }))),
        ("classes", map(json!({ "b": true, "x": true }))),
        (
            "entities",
            map(json!({
                "3": { "start": 9, "end": 10, "label": "Person" },
                "1": { "start": 0, "end": 7, "label": "Person" },
                "2": { "start": 0, "end": 4, "label": "Person" },
            })),
        ),
        ("order", Kept::Value(json!(["q", "p"]))),
        ("way", Kept::Value(json!(["animal", "cat"]))),
        ("age", Kept::Value(json!(7))),
    ];
    let answer = json!({
        "notes": "hello",
        "tags": ["z", "a", "m"],
        "classes": ["x", "b"],
        "entities": [
            { "id": "2", "start": 0, "end": 4, "label": "Person" },
            { "id": "1", "start": 0, "end": 7, "label": "Person" },
            { "id": "3", "start": 9, "end": 10, "label": "Person" },
        ],
        "order": ["q", "p"],
        "way": ["animal", "cat"],
        "age": 7,
    });
    assert_eq!(assembled(EVERY_KIND, &fields), Ok(answer));
}

#[test]
fn what_is_empty_is_not_there() {
    let fields = [("notes", text(" ")), ("tags", map(json!({}))), ("entities", map(json!({}))), ("order", Kept::Value(json!([])))];
    assert_eq!(assembled(EVERY_KIND, &fields), Ok(json!({})));
}

#[test]
fn what_is_kept_as_something_else_is_named() {
    let fields = [
        ("notes", Kept::Value(json!("hello"))),
        ("tags", map(json!({ "a": false }))),
        ("entities", map(json!({ "1": 3 }))),
        ("age", Kept::Other),
        ("ag", Kept::Value(json!(7))),
        ("classes[0]", Kept::Value(json!("x"))),
    ];
    assert_eq!(
        assembled(EVERY_KIND, &fields).unwrap_err(),
        [
            "ag unknown_field: the layout has no field ag",
            "classes[0] unknown_field: the layout has no field classes[0]",
            "notes kind: Notes must be a shared text (Y.Text) in the live document",
            "tags kind: Tags must be a shared map (Y.Map) of the chosen values, each true, in the live document",
            "entities kind: entities must be a shared map (Y.Map) of objects by their ids in the live document",
            "age kind: Age must be a plain JSON value in the live document",
        ]
    );
}

#[test]
fn rules_are_told_with_the_place_of_what_breaks_them() {
    let fields = [
        ("tags", map(json!({ "z": true, "other": true }))),
        ("entities", map(json!({ "1": { "start": 3, "end": 2, "label": "Person" } }))),
    ];
    assert_eq!(
        assembled(EVERY_KIND, &fields).unwrap_err(),
        [
            "tags[1] one_of: Tags must be one of z, a, m; it is other",
            "entities[0] range: entities must end after its start, 3; it ends at 2"
        ]
    );
}

const CASES: &str = r#"<Layout id="a">
  <RadioGroup bind:value="$.output.kind" label="Kind" required="true"><Option value="text" /><Option value="number" /></RadioGroup>
  <Switch on="$.output.kind">
    <Case value="text"><TextInput bind:value="$.output.answer" label="Text" required="true" /></Case>
    <Case value="number"><Number bind:value="$.output.answer" label="Number" required="true" /></Case>
  </Switch>
</Layout>"#;

#[test]
fn of_cases_that_share_a_place_the_one_to_be_seen_counts() {
    let kind = |kind: &str| ("kind", Kept::Value(json!(kind)));
    assert_eq!(assembled(CASES, &[kind("text"), ("answer", text("x"))]), Ok(json!({ "kind": "text", "answer": "x" })));
    assert_eq!(assembled(CASES, &[kind("number"), ("answer", Kept::Value(json!(3)))]), Ok(json!({ "kind": "number", "answer": 3 })));
    assert_eq!(
        assembled(CASES, &[kind("number"), ("answer", text("x"))]).unwrap_err(),
        ["answer kind: Number must be a plain JSON value in the live document"]
    );
}

#[test]
fn what_another_case_left_empty_is_nothing() {
    let number = ("kind", Kept::Value(json!("number")));
    assert_eq!(assembled(CASES, &[number, ("answer", text(""))]).unwrap_err(), ["answer required: Number must be filled in"]);
    let words = ("kind", Kept::Value(json!("text")));
    assert_eq!(assembled(CASES, &[words, ("answer", Kept::Value(json!(null)))]).unwrap_err(), ["answer required: Text must be filled in"]);
}

#[test]
fn turns_of_a_loop_have_their_places() {
    let layout = r#"<Layout id="a"><ForEach items="$.input.lines" as="line" key="i">
      <TextInput bind:value="$.output.list[i]" label="Line" required="true" />
      <TextInput bind:value="$.output.by_id[line.id]" label="Line" />
    </ForEach></Layout>"#;
    let data = Data { input: json!({ "lines": [{ "id": "a b" }, { "id": 7 }] }), ..Data::default() };
    let fields = [("list[0]", text("one")), ("list[1]", text("two")), ("by_id[\"a b\"]", text("x")), ("by_id[\"7\"]", text("y"))];
    assert_eq!(
        assembled_with(layout, &fields, &json!([]), &data),
        Ok(json!({ "list": ["one", "two"], "by_id": { "a b": "x", "7": "y" } }))
    );
    assert_eq!(assembled_with(layout, &fields[..1], &json!([]), &data).unwrap_err(), ["list[1] required: Line must be filled in"]);
}

#[test]
fn a_place_far_down_a_list_costs_no_memory() {
    let layout =
        r#"<Layout id="a"><ForEach items="$.input.a" as="x" key="i"><TextInput bind:value="$.output.t[i]" label="T" /></ForEach></Layout>"#;
    for key in ["t[4000000000]", "t[18446744073709551615]"] {
        assert_eq!(assembled(layout, &[(key, text("x"))]).unwrap_err(), [format!("{key} unknown_field: the layout has no field {key}")]);
    }
}

#[test]
fn regions_are_checked_with_the_answer_and_kept_apart_from_it() {
    let layout = r#"<Layout id="a">
      <ImageAnnotator bind:source="$.input.image_url" bind:value="$.output.regions" label="Regions" required="true" />
      <Show when="$.output.regions.length > 1"><TextInput bind:value="$.output.why" label="Why so many?" required="true" /></Show>
    </Layout>"#;
    let region = |id: &str| json!({ "id": id, "label": "car", "geometry": { "kind": "box" } });
    let of = |fields: &[(&str, Kept)], regions: Value| assembled_with(layout, fields, &regions, &Data::default());
    assert_eq!(of(&[], json!([])).unwrap_err(), ["regions required: Regions must be filled in"]);
    assert_eq!(of(&[], json!([region("1")])), Ok(json!({})));
    assert_eq!(of(&[], json!([region("1"), region("2")])).unwrap_err(), ["why required: Why so many? must be filled in"]);
    assert_eq!(of(&[("why", text("busy"))], json!([region("1"), region("2")])), Ok(json!({ "why": "busy" })));
    assert_eq!(
        of(&[("regions", Kept::Value(json!([])))], json!([region("1")])).unwrap_err(),
        ["regions kind: Regions is no field but the regions in the live document"]
    );
}
