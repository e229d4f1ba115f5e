//! The layouts of seed 003: 5.2.1, 5.2.4 and B.4 as they stand, and the snippets of 5.2.2.

use serde_json::{Value, json};
use tandem_domain::layout::{Layout, tree::Hotkey};

use crate::compiled;

pub const CLINICAL: &str = include_str!("seed_5_2_1.xml");
pub const ADJUDICATION: &str = include_str!("seed_5_2_4.xml");
pub const B4: &str = include_str!("seed_b4.xml");

fn find<'v>(node: &'v Value, component: &str) -> Option<&'v Value> {
    match node {
        Value::Object(entries) if entries.get("component").is_some_and(|name| name == component) => Some(node),
        Value::Object(entries) => entries.values().find_map(|value| find(value, component)),
        Value::Array(items) => items.iter().find_map(|item| find(item, component)),
        _ => None,
    }
}

fn component(text: &str, name: &str) -> Value {
    let tree = serde_json::to_value(compiled(text)).unwrap();
    find(&tree, name).unwrap_or_else(|| panic!("no {name}")).clone()
}

#[test]
fn the_seeds_layouts_compile_as_they_stand() {
    let uses = |text| compiled(text).components.join(" ");
    assert_eq!(uses(CLINICAL), "AISuggestions Header NERTagger Section Select TextArea TextDisplay");
    assert_eq!(uses(ADJUDICATION), "AgreementDisplay AnnotationComparison Panel Section TextArea TextDisplay");
    assert_eq!(uses(B4), "AIAssistPanel Alert Badge Divider NERTagger Panel Section Select Text TextArea TextDisplay");
    assert_eq!(compiled(B4).handlers, ["acceptPrediction", "rejectPrediction"]);
    assert_eq!(compiled(CLINICAL).version, Some(1));
}

#[test]
fn a_compiled_layout_comes_back_from_its_json() {
    for text in [CLINICAL, ADJUDICATION, B4] {
        let layout = compiled(text);
        let json = serde_json::to_string(&layout).unwrap();
        assert_eq!(serde_json::from_str::<Layout>(&json).unwrap(), layout);
    }
}

/// What whoever renders layouts is tested with. `BLESS=1` writes it anew; a change that is no addition raises `FORMAT`.
#[test]
fn the_compiled_tree_is_the_contract_with_the_web() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/layout/seed_b4.json");
    let found = serde_json::to_string_pretty(&compiled(B4)).unwrap() + "\n";
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &found).unwrap();
    }
    assert!(std::fs::read_to_string(&path).is_ok_and(|kept| kept == found), "seed_b4.json is not what B.4 compiles to");
}

#[test]
fn a_tagger_is_what_the_web_renders() {
    let tagger = component(B4, "NERTagger");
    assert_eq!(tagger["instance_id"], "entities");
    assert_eq!(tagger["at"], json!({ "line": 26, "column": 7 }));
    assert_eq!(
        tagger["properties"]["source"],
        json!({
            "kind": "one_way",
            "text": "$.input.document_text",
            "expression": { "op": "path", "from": "input", "segments": ["document_text"] },
            "depends": ["$.input.document_text"],
        })
    );
    assert_eq!(tagger["properties"]["allow_overlapping"], json!({ "kind": "literal", "value": false }), "a computed constant is a literal");
    assert_eq!(tagger["properties"]["show_labels"], json!({ "kind": "literal", "value": true }), "what is not said has its default");
    assert_eq!(
        tagger["parts"][0],
        json!({
            "part": "EntityType",
            "properties": {
                "name": { "kind": "literal", "value": "Diagnosis" },
                "color": { "kind": "literal", "value": "#FF6B6B" },
                "hotkey": { "kind": "literal", "value": "d" },
            },
            "parts": [
                { "part": "Description", "properties": {}, "text": "Medical diagnoses and conditions" },
                { "part": "Examples", "properties": {}, "text": "diabetes, hypertension, pneumonia" },
            ],
        })
    );
}

#[test]
fn keys_and_bindings_are_listed() {
    let layout = compiled(B4);
    let key = |key: &str, value: &str| Hotkey { key: key.into(), instance_id: "entities".into(), value: Some(value.into()) };
    assert_eq!(layout.hotkeys, [key("d", "Diagnosis"), key("m", "Medication"), key("p", "Procedure"), key("a", "Anatomy")]);
    let two_way: Vec<&str> = layout.bindings.iter().filter(|bound| bound.two_way).map(|bound| bound.path.as_str()).collect();
    assert_eq!(two_way, ["$.output.entities", "$.output.confidence", "$.output.document_quality", "$.output.notes"]);
}

#[test]
fn a_condition_follows_what_it_names() {
    let layout = serde_json::to_value(compiled(B4)).unwrap();
    let show = layout["root"].as_array().unwrap().last().unwrap();
    assert_eq!(show["type"], "show");
    assert_eq!(show["when"]["depends"], json!(["$.validation.errors"]));
    let each = &show["children"][0]["children"][0];
    assert_eq!((&each["type"], &each["as"]), (&json!("for_each"), &json!("error")));
    let text = &each["children"][0]["properties"]["content"];
    assert_eq!(text["expression"], json!({ "op": "local", "name": "error", "segments": ["message"] }));
    assert_eq!(text["depends"], json!(["$.validation.errors"]), "a loop's variable follows the list");
}

#[test]
fn the_output_schema_says_what_is_produced() {
    let schema = compiled(CLINICAL).output_schema;
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["required"], json!(["confidence"]));
    assert_eq!(schema["properties"]["confidence"], json!({ "type": "string", "enum": ["high", "medium", "low"], "minLength": 1 }));
    let entities = &schema["properties"]["entities"]["anyOf"][0];
    assert_eq!(entities["items"]["properties"]["label"]["enum"], json!(["Diagnosis", "Medication", "Procedure", "Anatomy"]));
    assert_eq!(entities["x-no-overlap"], true);
    let adjudication = compiled(ADJUDICATION).output_schema;
    assert_eq!(
        adjudication["x-required-when"],
        json!([{ "field": "$.output.adjudication_notes", "when": "$.context.has_conflicts" }]),
        "a condition over anything but the answer is for people"
    );
}

/// Snippets of 5.2.2, inside a layout.
#[test]
fn the_syntax_of_the_seed_is_understood() {
    for snippet in [
        r#"<TextDisplay bind:source="$.input.document_text" />"#,
        r#"<TextInput bind:value="$.output.patient_name" />"#,
        r#"<NERTagger bind:source="$.input.t" bind:value="$.output.entities"><EntityType name="x" /></NERTagger><Panel :visible="$.output.entities.length > 0" />"#,
        r#"<Button :disabled="!$.validation.isValid" />"#,
        r#"<Show when="$.context.has_previous_annotations"><PreviousAnnotations bind:data="$.context.previous" /></Show>"#,
        r#"<Show when="$.input.document_type" equals="pdf"><PDFViewer bind:source="$.input.document_url" /></Show>"#,
        r#"<Show when="$.input.image_url" fallback={<Text>No image available</Text>}><ImageViewer bind:source="$.input.image_url" /></Show>"#,
        r#"<ForEach items="$.input.sentences" as="sentence" key="index">
             <SentenceAnnotator bind:text="sentence.text" bind:value="$.output.annotations[index]" />
           </ForEach>"#,
        r#"<Switch on="$.input.task_type">
             <Case value="ner"><Text>1</Text></Case><Case value="classification"><Text>2</Text></Case>
             <Default><Text>Unsupported task type</Text></Default>
           </Switch>"#,
        r#"<Section direction="row" gap="md" align="center" justify="between"><Box flex="1">...</Box><Box flex="2">...</Box></Section>"#,
        r#"<Grid columns="3" gap="lg"><GridItem span="2">Wide content</GridItem><GridItem>Narrow content</GridItem></Grid>"#,
        r#"<Section direction="column" direction:md="row" gap="sm" gap:lg="md">...</Section>"#,
        r#"<Button on:click="submitAnnotation">Submit</Button>"#,
        r#"<TextInput bind:value="$.output.x" on:change="validateField" on:blur="saveProgress" />"#,
        r#"<NERTagger bind:source="$.input.t" bind:value="$.output.e" on:entity-add="onEntityAdded" on:entity-remove="onEntityRemoved"
             on:selection-change="onSelectionChange" min-span-length="1" max-span-length="9" show-labels="true"><EntityType name="x" /></NERTagger>"#,
    ] {
        let layout = compiled(&format!("<Layout id=\"snippet\">{snippet}</Layout>"));
        assert!(!layout.root.is_empty(), "{snippet}");
    }
}
