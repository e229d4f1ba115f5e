//! What holds for all texts and all answers.

use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};
use tandem_domain::layout::{
    Data, Layout, check, parse, shown,
    syntax::{Attribute, Element, Node, Quoted, Value as Written, Word, print},
};

use crate::{compile_with, compiled, seeds};

/// Pieces of the language in any order, which reach further than letters by chance.
fn text() -> impl Strategy<Value = String> {
    let pieces = vec![
        "<Layout id=\"a\">",
        "</Layout>",
        "<Section>",
        "</Section>",
        "<Text ",
        "/>",
        ">",
        "<",
        "</",
        "{",
        "}",
        "=\"",
        "\"",
        "'",
        " bind:value=\"$.output.x\"",
        " :visible=\"$.a.length > 0\"",
        " when=\"",
        "$.input[",
        "]",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "&amp;",
        "&#x1F600;",
        "&",
        ";",
        "é😀",
        "\n",
        "\r\n",
        "\t",
        " fallback={<Text>x</Text>}",
        "<ForEach items=\"$.input.a\" as=\"x\" key=\"i\">",
        "</ForEach>",
        "<Switch on=\"$.input.k\">",
        "<Case value=\"1\">",
        "</Case>",
        " required",
        " on:click=\"go\"",
        " gap:md=\"lg\"",
        "<?x?>",
        "<!DOCTYPE>",
        "extends=\"a\"",
        "<Override of=\"x\">",
        "x",
    ];
    prop_oneof![
        proptest::collection::vec(proptest::sample::select(pieces), 0..40).prop_map(|pieces| pieces.concat()),
        any::<String>(),
        (0..seeds::B4.len(), any::<char>()).prop_map(|(at, letter)| {
            let at = seeds::B4.floor_char_boundary(at);
            format!("{}{letter}{}", &seeds::B4[..at], &seeds::B4[at..])
        }),
        (0..seeds::B4.len(), 1..40_usize).prop_map(|(at, length)| {
            let (start, end) = (seeds::B4.floor_char_boundary(at), seeds::B4.floor_char_boundary((at + length).min(seeds::B4.len())));
            format!("{}{}", &seeds::B4[..start], &seeds::B4[end..])
        }),
    ]
}

fn word() -> impl Strategy<Value = String> {
    "[A-Za-z][A-Za-z0-9]{0,5}"
}

fn attribute() -> impl Strategy<Value = Attribute> {
    let name = (proptest::sample::select(vec!["", ":", "bind:", "on:"]), word()).prop_map(|(prefix, name)| format!("{prefix}{name}"));
    let value = proptest::option::of("[ -~é\n\t]{0,12}");
    (name, value).prop_map(|(name, value)| Attribute {
        name: spanless(name),
        value: value.map_or(Written::Bare, |text| Written::Text(Quoted { text, span: Default::default(), shifts: Vec::new() })),
    })
}

fn spanless(text: String) -> Word {
    Word { text, ..Word::default() }
}

fn element() -> impl Strategy<Value = Element> {
    let leaf = (word(), proptest::collection::vec(attribute(), 0..3)).prop_map(|(name, attributes)| with(name, attributes, Vec::new()));
    leaf.prop_recursive(4, 20, 4, |inner| {
        let node = prop_oneof![
            inner.prop_map(Node::Element),
            "[!-~é]{1,6}( [!-~é]{1,6}){0,2}".prop_map(|text| Node::Text(spanless(text))),
            "[a-z]{1,6}".prop_map(|text| Node::Comment(spanless(text))),
        ];
        let nodes = proptest::collection::vec(node, 0..4);
        let braced = (word(), proptest::collection::vec(attribute(), 0..2), nodes.clone());
        (word(), proptest::collection::vec(attribute(), 0..3), nodes, proptest::option::of(braced)).prop_map(
            |(name, mut attributes, children, braced)| {
                if let Some((inner, own, below)) = braced {
                    let markup = vec![Node::Element(with(inner, own, below))];
                    attributes
                        .push(Attribute { name: spanless("fallback".to_owned()), value: Written::Markup(markup, Default::default()) });
                }
                with(name, attributes, children)
            },
        )
    })
}

/// As a parser would give it: no attribute twice, and no two texts side by side.
fn with(name: String, mut attributes: Vec<Attribute>, mut children: Vec<Node>) -> Element {
    let mut seen = std::collections::BTreeSet::new();
    attributes.retain(|attribute| seen.insert(attribute.name.text.clone()));
    children.dedup_by(|one, other| one.text().is_some() && other.text().is_some());
    Element { name: spanless(name), attributes, children, span: Default::default() }
}

/// The tree without its places.
fn bare(nodes: &[Node]) -> Vec<Node> {
    let node = |node: &Node| match node {
        Node::Text(word) => Node::Text(spanless(word.text.clone())),
        Node::Comment(word) => Node::Comment(spanless(word.text.clone())),
        Node::Element(element) => {
            let attribute = |attribute: &Attribute| Attribute {
                name: spanless(attribute.name.text.clone()),
                value: match &attribute.value {
                    Written::Bare => Written::Bare,
                    Written::Text(quoted) => {
                        Written::Text(Quoted { text: quoted.text.clone(), span: Default::default(), shifts: Vec::new() })
                    }
                    Written::Markup(nodes, _) => Written::Markup(bare(nodes), Default::default()),
                },
            };
            Node::Element(Element {
                name: spanless(element.name.text.clone()),
                attributes: element.attributes.iter().map(attribute).collect(),
                children: bare(&element.children),
                span: Default::default(),
            })
        }
    };
    nodes.iter().map(node).collect()
}

/// Every place lies in the text, and names stand where their spans say.
fn spans_lie_in(nodes: &[Node], text: &str) {
    for node in nodes {
        let span = node.span();
        assert!(span.start <= span.end && text.get(span.start..span.end).is_some(), "{span:?}");
        let Node::Element(element) = node else { continue };
        assert_eq!(&text[element.name.span.start..element.name.span.end], element.name.text);
        for attribute in &element.attributes {
            assert_eq!(&text[attribute.name.span.start..attribute.name.span.end], attribute.name.text);
            let span = attribute.value_span();
            assert!(text.get(span.start..span.end).is_some(), "{span:?}");
            match &attribute.value {
                Written::Text(quoted) => {
                    for (at, _) in quoted.text.char_indices() {
                        let part = quoted.part(at, quoted.text.len());
                        assert!(
                            part.start >= quoted.span.start && part.end <= quoted.span.end && part.start <= part.end,
                            "{part:?} of {quoted:?}"
                        );
                    }
                }
                Written::Markup(nodes, _) => spans_lie_in(nodes, text),
                Written::Bare => {}
            }
        }
        spans_lie_in(&element.children, text);
    }
}

fn answer() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(Value::from),
        (-3..12_i64).prop_map(Value::from),
        proptest::sample::select(vec!["", "high", "low", "x", "xyz", "2026-01-05", "car", "box"]).prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(3, 16, 4, |inner| {
        let field = proptest::sample::select(vec!["start", "end", "label", "id", "geometry", "kind", "text"]);
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(field, inner, 0..4).prop_map(|fields| json!(fields)),
        ]
    });
    let field =
        proptest::sample::select(vec!["confidence", "entities", "notes", "document_quality", "other", "which", "kind", "when", "stars"]);
    // Half of them have what is always required, or hardly any would be right.
    (any::<bool>(), proptest::collection::btree_map(field, value, 0..6)).prop_map(|(begun, fields)| {
        let mut answer = json!(fields);
        if begun {
            answer["confidence"] = json!("high");
        }
        answer
    })
}

const FORM: &str = r#"<Layout id="form">
  <Checkbox bind:value="$.output.other">Other</Checkbox>
  <Select bind:value="$.output.confidence" required="true"><Option value="high" /><Option value="low" /></Select>
  <Show when="$.output.other && $.output.confidence != 'low'">
    <TextInput bind:value="$.output.which" required="true" min-length="3" />
    <Date bind:value="$.output.when" required-when="$.output.which == 'xyz'" />
  </Show>
  <Switch on="$.output.kind"><Case value="x"><Rating bind:value="$.output.stars" required="true" /></Case><Default><Number bind:value="$.output.stars" min="0" /></Default></Switch>
  <TextInput bind:value="$.output.kind" :visible="$.output.confidence == 'high'" />
  <NERTagger bind:source="$.input.text" bind:value="$.output.entities" max-entities="2"><EntityType name="car" max-length="2" /></NERTagger>
</Layout>"#;

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn no_text_is_too_much_for_the_compiler(text in text()) {
        match compile_with(&text, &BTreeMap::new()) {
            Ok(layout) => prop_assert_eq!(serde_json::from_value::<Layout>(serde_json::to_value(&layout).unwrap()).unwrap(), layout),
            Err(problems) => {
                prop_assert!(!problems.is_empty());
                let lines = text.lines().count().max(1) + 1;
                for problem in problems {
                    prop_assert!(problem.at.line <= lines && problem.at <= problem.end, "{problem}");
                }
            }
        }
    }

    #[test]
    fn spans_lie_in_the_text(text in text()) {
        spans_lie_in(&parse(&text).0, &text);
    }

    #[test]
    fn what_is_printed_is_read_as_the_same_tree(element in element()) {
        let nodes = vec![Node::Element(element)];
        let text = print(&nodes);
        let (again, problems) = parse(&text);
        prop_assert!(problems.is_empty(), "{text}\n{problems:?}");
        prop_assert_eq!(bare(&again), nodes, "{}", text);
    }

    #[test]
    fn what_was_read_is_printed_and_read_as_the_same_tree(text in text()) {
        let (nodes, problems) = parse(&text);
        if problems.is_empty() {
            let printed = print(&nodes);
            let (again, problems) = parse(&printed);
            prop_assert!(problems.is_empty(), "{printed}\n{problems:?}");
            prop_assert_eq!(bare(&again), bare(&nodes), "{}", printed);
        }
    }

    #[test]
    fn a_right_answer_fits_the_schema_of_answers(answer in answer()) {
        let layout = compiled(FORM);
        if check(&layout, &answer, &Data::default()).is_empty() {
            let kept = shown(&layout, &answer, &Data::default());
            let schema = jsonschema::draft202012::new(&layout.output_schema).unwrap();
            prop_assert!(schema.is_valid(&kept), "{kept} does not fit {}", layout.output_schema);
        }
    }
}
