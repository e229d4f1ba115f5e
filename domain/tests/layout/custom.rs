//! Components of a workspace's own.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tandem_domain::{
    expression::Shape,
    layout::{
        Data, Environment, Layout, Problem, Registry, check, compile,
        registry::{CustomComponent, RegisterError},
    },
};

use crate::told;

/// Seed 003, 5.3.2.
fn selector() -> Value {
    json!({
        "id": "ensemble/medical-code-selector",
        "name": "Medical Code Selector",
        "version": "1.0.0",
        "inputSchema": { "type": "object", "properties": { "text": { "type": "string" }, "suggested_codes": { "type": "array", "items": { "type": "string" } } } },
        "outputSchema": {
            "type": "object",
            "required": ["selected_codes"],
            "properties": { "selected_codes": { "type": "array", "items": { "type": "string" } }, "confidence": { "type": "number" } }
        },
        "propsSchema": {
            "type": "object",
            "properties": { "code_system": { "type": "string", "enum": ["ICD-10", "CPT", "HCPCS"] }, "max_codes": { "type": "number" }, "show_hierarchy": { "type": "boolean" } }
        },
        "events": ["select"]
    })
}

fn registry(component: Value) -> Result<Registry, RegisterError> {
    let component: CustomComponent = serde_json::from_value(component).unwrap();
    let mut registry = Registry::standard().clone();
    registry.register(&component).map(|()| registry)
}

fn with_selector(text: &str) -> Result<Layout, Vec<Problem>> {
    let (registry, library) = (registry(selector()).unwrap(), BTreeMap::new());
    compile(text, &Environment { registry: &registry, library: &library, input: Shape::Any })
}

#[test]
fn a_registered_component_is_used_like_any_other() {
    let layout = with_selector(
        r#"<Layout id="a">
             <MedicalCodeSelector bind:text="$.input.text" bind:value="$.output.codes" code-system="CPT" max-codes="3" label="Codes" required on:select="chosen" />
             <Show when="$.output.codes.selected_codes.length > 1"><Text>Several</Text></Show>
           </Layout>"#,
    )
    .unwrap_or_else(|problems| panic!("{}", told(&problems)));
    assert_eq!(layout.components, ["MedicalCodeSelector", "Text"]);
    let errors = check(&layout, &json!({ "codes": { "selected_codes": [1] } }), &Data::default());
    assert_eq!((errors[0].field.as_str(), errors[0].message.as_str()), ("codes.selected_codes[0]", "Codes must be a text; it is a number"));
    assert_eq!(check(&layout, &json!({}), &Data::default())[0].message, "Codes must be filled in");
}

#[test]
fn its_properties_are_checked_like_any_other() {
    let problems = with_selector(
        "<Layout id=\"a\">\n<MedicalCodeSelecter />\n<MedicalCodeSelector bind:value=\"$.output.codes\" code-system=\"ICD10\" text=\"x\" />\n<Text bind:content=\"$.output.codes.confidance\" />\n</Layout>",
    )
    .unwrap_err();
    assert_eq!(
        told(&problems),
        "2:2: there is no component MedicalCodeSelecter; did you mean MedicalCodeSelector?\n\
         3:63: found \"ICD10\", expected one of ICD-10, CPT, HCPCS; did you mean ICD-10?\n\
         3:70: text of MedicalCodeSelector comes from data: write bind:text=\"$.input....\"\n\
         4:36: $.output.codes has no \"confidance\"; there is confidence, selected_codes; did you mean confidence?\n"
    );
}

#[test]
fn what_the_language_cannot_use_is_refused() {
    let mut cases = Vec::new();
    for (pointer, value) in [
        ("/id", json!("selector")),
        ("/id", json!("ensemble/text-area")),
        ("/inputSchema", json!({ "type": "string" })),
        ("/propsSchema/properties", json!({ "2nd": {} })),
        ("/propsSchema/properties", json!({ "text": {} })),
        ("/events", json!(["onSelect"])),
    ] {
        let mut component = selector();
        *component.pointer_mut(pointer).unwrap() = value;
        cases.push(registry(component).unwrap_err().to_string());
    }
    assert_eq!(
        cases,
        [
            "id \"selector\" must be a namespace and a name of small letters, digits and hyphens, like acme/code-selector",
            "there is a component TextArea already",
            "inputSchema must be a JSON Schema of an object",
            "propsSchema: \"2nd\" is no name of a property: letters, digits, \"_\" and \"-\"",
            "propsSchema: the property \"text\" is there twice, or every component has it",
            "an event is written in small letters, digits and hyphens, not \"onSelect\"",
        ]
    );
}
