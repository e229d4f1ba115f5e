//! Answers against their layout: what is to be seen decides what must be filled in.

use serde_json::{Value, json};
use tandem_domain::layout::{Data, check, shown};

use crate::{
    compiled,
    seeds::{ADJUDICATION, CLINICAL},
};

fn wrong_with(layout: &str, answer: &Value, data: &Data) -> Vec<String> {
    check(&compiled(layout), answer, data).into_iter().map(|error| format!("{} {}: {}", error.field, error.rule, error.message)).collect()
}

fn wrong(layout: &str, answer: &Value) -> Vec<String> {
    wrong_with(layout, answer, &Data::default())
}

fn input(input: Value) -> Data {
    Data { input, ..Data::default() }
}

#[test]
fn the_clinical_layout_takes_a_right_answer_and_says_what_is_wrong_with_others() {
    let right = json!({ "confidence": "high", "entities": [{ "start": 0, "end": 4, "label": "Diagnosis" }], "notes": "" });
    assert!(wrong(CLINICAL, &right).is_empty());
    assert_eq!(wrong(CLINICAL, &json!({})), ["confidence required: Confidence Level must be filled in"]);
    let bad = json!({
        "confidence": "hihg",
        "entities": [{ "start": 0, "end": 4, "label": "Drug" }, { "start": 3, "end": 6, "label": "Anatomy" }, { "start": 9, "end": 9, "label": "Anatomy" }],
        "notes": 3,
        "note": "x",
    });
    assert_eq!(
        wrong(CLINICAL, &bad),
        [
            "entities[0].label one_of: entities must be one of Diagnosis, Medication, Procedure, Anatomy; it is Drug",
            "entities[2] range: entities must end after its start, 9; it ends at 9",
            "entities[1] overlap: entities must not overlap the one from 0 to 4",
            "confidence one_of: Confidence Level must be one of high, medium, low; it is hihg",
            "notes type: Notes must be a text; it is a number",
            "note unknown_field: the layout has no field note; did you mean notes?",
        ]
    );
    assert_eq!(wrong(CLINICAL, &json!([])), [" type: an answer is an object; this is a list"]);
}

#[test]
fn a_field_may_be_required_only_while_a_condition_holds() {
    let conflicts = |has: bool| Data { context: json!({ "has_conflicts": has }), ..Data::default() };
    assert!(wrong_with(ADJUDICATION, &json!({}), &conflicts(false)).is_empty());
    assert_eq!(wrong_with(ADJUDICATION, &json!({}), &conflicts(true)), ["adjudication_notes required: Resolution Notes must be filled in"]);
    assert_eq!(wrong_with(ADJUDICATION, &json!({ "adjudication_notes": " " }), &conflicts(true)).len(), 1, "spaces fill nothing");
}

const HIDDEN: &str = r#"<Layout id="hidden">
  <Checkbox bind:value="$.output.other">Other</Checkbox>
  <Show when="$.output.other" fallback={<Select bind:value="$.output.kind" label="Kind" required><Option value="a">A</Option></Select>}>
    <TextInput bind:value="$.output.which" label="Which" required="true" min-length="3" />
  </Show>
</Layout>"#;

#[test]
fn what_is_not_to_be_seen_is_not_asked_about_and_not_kept() {
    assert_eq!(wrong(HIDDEN, &json!({})), ["kind required: Kind must be filled in"]);
    assert_eq!(wrong(HIDDEN, &json!({ "other": true })), ["which required: Which must be filled in"]);
    assert_eq!(wrong(HIDDEN, &json!({ "other": true, "which": "x" })), ["which min_length: Which must have at least 3 letters; it has 1"]);
    let left_over = json!({ "other": true, "which": "xyz", "kind": "gone" });
    assert!(wrong(HIDDEN, &left_over).is_empty());
    assert_eq!(shown(&compiled(HIDDEN), &left_over, &Data::default()), json!({ "other": true, "which": "xyz" }));
}

#[test]
fn conditions_over_the_answer_are_in_its_schema() {
    let schema = compiled(HIDDEN).output_schema;
    let ticked = json!({ "required": ["other"], "properties": { "other": { "not": { "enum": [null, false, 0, "", [], {}] } } } });
    assert_eq!(schema["allOf"].as_array().unwrap().len(), 2);
    assert!(schema["allOf"].as_array().unwrap().iter().any(|rule| rule["if"] == ticked && rule["then"]["required"] == json!(["which"])));
    assert!(schema.get("x-required-when").is_none());
}

#[test]
fn each_turn_of_a_loop_has_its_own_place() {
    let layout = r#"<Layout id="a">
      <ForEach items="$.input.pages" as="page" key="i">
        <Rating bind:value="$.output.stars[i]" label="Stars" required="true" max="3" />
        <ForEach items="page.lines" as="line" key="j">
          <TextInput bind:value="$.output.texts[page.id][j].text" label="Text" required-when="line.must" />
        </ForEach>
      </ForEach>
    </Layout>"#;
    let data = input(
        json!({ "pages": [{ "id": "x", "lines": [{ "must": true }, {}] }, { "id": 7, "lines": [{ "must": true }] }, { "lines": [{}] }] }),
    );
    assert_eq!(
        wrong_with(layout, &json!({ "stars": [4, 2], "texts": { "x": [null, { "text": "b" }], "7": [{ "text": "a" }] } }), &data),
        [
            "stars[0] range: Stars must be 3 or less; it is 4",
            "texts.x[0].text required: Text must be filled in",
            "stars[2] required: Stars must be filled in",
        ]
    );
    assert_eq!(wrong_with(layout, &json!({ "stars": {} }), &input(json!({}))), ["stars type: stars must be a list"]);
}

#[test]
fn the_first_case_that_fits_is_asked_about() {
    let layout = r#"<Layout id="a"><Switch on="$.input.n">
      <Case value="1"><TextInput bind:value="$.output.a" label="A" required="true" /></Case>
      <Case value="two"><Number bind:value="$.output.a" label="B" min="0" required="true" /></Case>
      <Default><Date bind:value="$.output.a" label="C" max="2026-01-31" required="true" /></Default>
    </Switch></Layout>"#;
    for (n, a, expected) in [
        (json!(1), json!("x"), None),
        (json!("1"), json!("x"), None),
        (json!(1), json!(3), Some("a type: A must be a text; it is a number")),
        (json!("two"), json!(-1), Some("a range: B must be 0 or more; it is -1")),
        (json!("two"), json!("x"), Some("a type: B must be a number; it is a text")),
        (json!(null), json!("2026-02-01"), Some("a range: C must not be after 2026-01-31")),
        (json!(null), json!("2026-01-01"), None),
    ] {
        assert_eq!(wrong_with(layout, &json!({ "a": a }), &input(json!({ "n": n }))), Vec::from_iter(expected), "{n} {a}");
    }
}

#[test]
fn every_kind_of_field_has_its_rules() {
    let layout = r#"<Layout id="a">
      <TextInput bind:value="$.output.code" label="Code" pattern="[A-Z]\d+" pattern-message="Code is a letter and digits" />
      <Number bind:value="$.output.age" label="Age" min="0" max="150" integer="true" />
      <Checkbox bind:value="$.output.consent" label="Consent" required="true" />
      <Select bind:value="$.output.tags" label="Tags" multiple min-items="2" max-items="2"><Option value="a" /><Option value="b" /><Option value="c" /></Select>
      <Rating bind:value="$.output.stars" label="Stars" half="true" />
      <Ranker bind:value="$.output.order" label="Order" top="2"><Item value="x" /><Item value="y" /><Item value="z" /></Ranker>
      <Pairwise bind:left="$.input.l" bind:right="$.input.r" bind:value="$.output.better" label="Better" allow-tie="false" />
      <Classification bind:value="$.output.class" label="Class" mode="hierarchical">
        <Category value="animal"><Category value="cat" /></Category><Category value="plant" />
      </Classification>
    </Layout>"#;
    let right = json!({
        "code": "A12", "age": 7, "consent": true, "tags": ["a", "c"], "stars": 2.5, "order": ["z", "x"], "better": "left", "class": ["animal", "cat"],
    });
    assert_eq!(wrong(layout, &right), [""; 0]);
    for (field, value, expected) in [
        ("code", json!("12"), "code pattern: Code is a letter and digits"),
        ("age", json!(7.5), "age type: Age must be a whole number; it is a number"),
        ("age", json!(200), "age range: Age must be 150 or less; it is 200"),
        ("consent", json!(false), "consent one_of: Consent must be true"),
        ("tags", json!(["a"]), "tags min_items: Tags must have at least 2; there is 1"),
        ("tags", json!(["a", "a"]), "tags unique: Tags must not have a twice"),
        ("tags", json!(["a", "d"]), "tags[1] one_of: Tags must be one of a, b, c; it is d"),
        ("stars", json!(2.3), "stars step: Stars must be in steps of 0.5; it is 2.3"),
        ("order", json!(["x"]), "order min_items: Order must have at least 2; there is 1"),
        ("better", json!("tie"), "better one_of: Better must be one of left, right; it is tie"),
        ("class", json!(["animal"]), "class one_of: Class must be one of [\"animal\",\"cat\"], [\"plant\"]; it is [\"animal\"]"),
    ] {
        let mut answer = right.clone();
        answer[field] = value;
        assert_eq!(wrong(layout, &answer), [expected]);
    }
}

#[test]
fn regions_are_asked_what_their_labels_say() {
    let layout = r##"<Layout id="a">
      <ImageAnnotator bind:source="$.input.image_url" bind:value="$.output.regions" label="Regions" tools="['box', 'polygon']" max-regions="4" required="true">
        <Label name="car" color="#f00" hotkey="1" tools="['box']" max="1">
          <Attribute name="kind" type="select" required="true" default="suv"><Option value="suv" /><Option value="bus" /></Attribute>
          <Attribute name="doors" type="number" min="2" max="5" integer />
        </Label>
        <Label name="person" min="1" />
        <Attribute name="occluded" type="boolean" default="false" />
      </ImageAnnotator>
    </Layout>"##;
    let region = |label: &str, kind: &str, attributes: Value| json!({ "id": "1", "label": label, "geometry": { "kind": kind }, "attributes": attributes });
    let right =
        json!({ "regions": [region("car", "box", json!({ "kind": "bus", "occluded": false })), region("person", "polygon", json!({}))] });
    assert_eq!(wrong(layout, &right), [""; 0]);
    let bad = json!({ "regions": [
        region("car", "polygon", json!({ "doors": 9, "occluded": "no" })),
        region("car", "box", json!({ "kind": "van" })),
        region("tree", "mask", json!({})),
    ] });
    assert_eq!(
        wrong(layout, &bad),
        [
            "regions[0].attributes.occluded one_of: Regions must be one of true, false; it is no",
            "regions[0].attributes required: Regions must have kind",
            "regions[0].attributes.doors range: Regions must be 5 or less; it is 9",
            "regions[0].geometry.kind one_of: Regions must be one of box; it is polygon",
            "regions[1].attributes.kind one_of: Regions must be one of suv, bus; it is van",
            "regions[2].geometry.kind one_of: Regions must be one of box, polygon; it is mask",
            "regions[2].label one_of: Regions must be one of car, person, it is tree".replace("person, it", "person; it").as_str(),
            "regions max_items: Regions must have at most 1 car; there is 2",
            "regions min_items: Regions must have at least 1 person; there is 0",
        ]
    );
}

#[test]
fn relations_are_asked_what_their_types_say() {
    let layout = r##"<Layout id="a">
      <ImageAnnotator bind:source="$.input.image_url" bind:value="$.output.regions" label="Regions">
        <Label name="person" />
        <Label name="bicycle" />
        <RelationType name="rides" from="['person']" to="['bicycle']" />
        <RelationType name="beside" directed="false" />
      </ImageAnnotator>
    </Layout>"##;
    let region = |id: &str, label: &str, relations: Value| json!({ "id": id, "label": label, "geometry": { "kind": "box" }, "attributes": {}, "relations": relations });
    let relation = |to: &str, label: &str, directed: bool| json!({ "to": to, "label": label, "directed": directed });
    let right = json!({ "regions": [
        region("1", "person", json!([relation("2", "rides", true), relation("2", "beside", false)])),
        json!({ "id": "2", "label": "bicycle", "geometry": { "kind": "box" }, "attributes": {} }),
    ] });
    assert_eq!(wrong(layout, &right), [""; 0]);
    let bad = json!({ "regions": [
        region("1", "person", json!([relation("2", "eats", true), relation("2", "beside", true)])),
        region("2", "bicycle", json!([relation("1", "rides", true)])),
    ] });
    assert_eq!(
        wrong(layout, &bad),
        [
            "regions[0].relations[0].label one_of: Regions must be one of rides, beside; it is eats",
            "regions[0].relations[1].directed one_of: Regions must be false",
            "regions[1].relations[0] relation_ends: Regions must go from person to bicycle; it goes from bicycle to person",
        ]
    );
}

#[test]
fn lists_in_lists_of_the_data_come_to_an_end() {
    let layout = r#"<Layout id="a">
      <ForEach items="$.input.a" as="x" key="i"><ForEach items="$.input.a" as="y" key="j"><ForEach items="$.input.a" as="z" key="k">
        <TextInput bind:value="$.output.t[i][j][k]" label="T" />
      </ForEach></ForEach></ForEach>
    </Layout>"#;
    let many: Vec<u32> = (0..500).collect();
    assert_eq!(
        wrong_with(layout, &json!({}), &input(json!({ "a": many }))),
        [" max_items: the task's data would show more than 100000 fields"]
    );
}
