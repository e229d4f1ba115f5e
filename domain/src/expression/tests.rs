use serde_json::{Value, json};

use super::{Expression, Shape};

fn scope() -> Value {
    json!({
        "step_output": { "agreement_score": 0.92, "labels": ["car", "bus"], "votes": [{"user": "a", "weight": 2}, {"user": "b", "weight": 1}] },
        "input": { "kind": "pdf", "pages": 3, "urgent": false, "note": null, "odd key": 1 },
        "limit": 1,
    })
}

fn value(text: &str) -> Value {
    Expression::parse(text)
        .unwrap_or_else(|fault| panic!("{text}: {fault}"))
        .value(&scope())
        .unwrap_or_else(|fault| panic!("{text}: {fault}"))
}

fn holds(text: &str) -> bool {
    Expression::parse(text).unwrap().test(&scope()).unwrap_or_else(|fault| panic!("{text}: {fault}"))
}

fn fault(text: &str) -> String {
    match Expression::parse(text) {
        Err(fault) => fault.to_string(),
        Ok(expression) => expression.test(&scope()).expect_err(text).to_string(),
    }
}

#[test]
fn the_seeds_own_conditions_hold_and_do_not() {
    assert!(holds("$.step_output.agreement_score >= 0.9"));
    assert!(!holds("$.step_output.agreement_score < 0.9"));
}

#[test]
fn operators_bind_as_people_expect() {
    assert!(holds("true || false && false"));
    assert!(!holds("(true || false) && false"));
    assert!(holds("!false and not (1 == 2) or false"));
    assert!(holds("not 1 == 2 && !(1 == 2)"));
    assert!(!holds("not (1 == 1)"));
    assert_eq!(value("1 + 2 * 3 - 4 / 2"), json!(5));
    assert_eq!(value("(1 + 2) * -3"), json!(-9));
    assert_eq!(value("7 % 4 + 0.5"), json!(3.5));
    assert_eq!(value("$.input.pages*2"), json!(6), "an asterisk right after a path multiplies");
    assert_eq!(value("$.input.pages-1"), json!(2), "a name has no hyphen");
}

#[test]
fn equality_compares_deeply_by_value_and_across_kinds_it_is_false() {
    assert!(holds("$.step_output.labels == ['car', \"bus\"]"));
    assert!(holds("1 == 1.0 && 'a' === 'a' && 1 !== 2"));
    assert!(!holds("1 == '1'"));
    assert!(holds("'é\\u00e9' == 'éé' && 'it\\'s' == \"it's\" && '\"' == '\\u0022'"));
}

#[test]
fn what_is_missing_equals_null_and_can_be_asked_about() {
    assert!(holds("$.input.none == null && $.input.note == null"));
    assert!(holds("!exists($.input.none) && exists($.input.note) && exists($.input.kind)"));
    assert!(holds("default($.input.none, 5) == 5 && default($.input.note, 'x') == 'x' && default($.input.pages, 9) == 3"));
    assert_eq!(value("$.nobody.at.all"), Value::Null);
}

#[test]
fn paths_are_jsonpath_with_wildcards_slices_filters_and_brackets() {
    assert_eq!(value("$.step_output.labels[0]"), json!("car"));
    assert_eq!(value("$.step_output.labels[-1]"), json!("bus"));
    assert_eq!(value("$['input']['odd key']"), json!(1));
    assert_eq!(value("$.step_output.votes[*].weight"), json!([2, 1]));
    assert_eq!(value("$.step_output.votes[?@.weight > 1].user"), json!(["a"]));
    assert_eq!(value("$.step_output..user"), json!(["a", "b"]));
    assert_eq!(value("count($.step_output.votes[*])"), json!(2));
    assert_eq!(value("count($.step_output.none[*]) + count($.input.kind)"), json!(1));
    assert_eq!(value("length($.step_output.labels) + length($.input.kind)"), json!(5));
    assert!(holds("'bus' in $.step_output.labels && contains($.input.kind, 'df') && !(4 in [1, 2, 3])"));
}

#[test]
fn a_dollar_inside_a_filter_is_all_variables_as_the_standard_says() {
    assert_eq!(value("$.step_output.votes[?@.weight > $.limit].user"), json!(["a"]));
    assert_eq!(value("$.step_output.votes[?@.user == '$'].user"), json!([]), "in quotes it is a letter");
}

#[test]
fn what_has_no_answer_is_a_fault_never_false() {
    assert_eq!(
        fault("$.step_output.agreement >= 0.9"),
        "at position 25: $.step_output.agreement points at nothing and cannot be compared by >= with a number"
    );
    assert_eq!(fault("$.input.kind > 3"), "at position 14: $.input.kind, a text cannot be compared by > with a number");
    assert_eq!(fault("$.input.pages"), "at position 1: $.input.pages, a number, is neither true nor false");
    assert_eq!(fault("$.input.urgent || $.input.none"), "at position 19: $.input.none points at nothing and is neither true nor false");
    assert_eq!(fault("$.input.pages / 0 > 1"), "at position 15: 3 / 0 is not a finite number");
    assert_eq!(fault("1 + 'a' == 2"), "at position 5: a text is not a number");
}

#[test]
fn what_does_not_parse_says_where() {
    for (text, expected) in [
        ("", "at position 1: a value is missing before the end"),
        ("1 ==", "at position 5: a value is missing before the end"),
        ("(1 == 1", "at position 8: \")\" is missing before the end"),
        ("1 == 1 2", "at position 8: 2 follows where the expression could end"),
        ("1 < 2 < 3", "at position 7: \"<\" after a comparison; put one of them in parentheses"),
        ("score > 1", "at position 1: score is neither a literal nor a function; a variable is written $.score, a text \"score\""),
        ("sum($.a) > 1", "at position 1: there is no function sum; there is length, count, exists, default, contains"),
        ("length() > 1", "at position 1: length takes 1 argument(s), not 0"),
        ("count(3) > 1", "at position 7: count asks about a path"),
        ("'abc", "at position 1: this text is never closed"),
        ("$.a[1", "at position 1: the bracket of this path is never closed"),
        ("$ == 1", "at position 1: $ must start with the name of a variable, like $.input"),
        ("!$.a == 1", "at position 1: \"!\" before a comparison can be read in two ways; write !(...) around it"),
        ("1 # 2", "at position 3: '#' has no meaning here"),
    ] {
        assert_eq!(fault(text), expected, "{text}");
    }
    assert!(fault("1 == $.a[?]").starts_with("at position"), "a broken JSONPath is told with the words of its parser");
    assert!(fault(&"(".repeat(200)).contains("nested deeper than 64"));
    assert!(fault(&"!".repeat(200)).contains("nested deeper than 64"));
}

fn variables() -> Shape {
    Shape::object([
        ("step_output", Shape::object([("agreement_score", Shape::Number), ("labels", Shape::list(Shape::Text))])),
        (
            "input",
            Shape::from_json_schema(&json!({
                "type": "object",
                "properties": {
                    "kind": {"type": "string"}, "urgent": {"type": "boolean"}, "meta": {"type": "object"},
                    "people": {"type": "array", "items": {"type": "object", "properties": {"age": {"type": "integer"}}}}
                }
            })),
        ),
    ])
}

#[test]
fn a_path_that_leads_nowhere_is_found_before_anything_runs() {
    for (text, expected) in [
        ("$.step_output.agreement_scor >= 0.9", "at position 14: there is no \"agreement_scor\"; there is agreement_score, labels"),
        ("$.step_ouput.agreement_score >= 0.9", "at position 1: there is no variable \"step_ouput\"; there is input, step_output"),
        ("1 < $.input.people[*].size", "at position 22: there is no \"size\"; there is age"),
        ("length($.input.people[0]['agee']) == 2", "at position 25: there is no \"agee\"; there is age"),
        ("$.step_output.labels.length > 0", "at position 21: write length($.step_output.labels) for how long it is"),
        ("$.input.kind.more == 1", "at position 13: $.input.kind is a text, which has no \"more\""),
        ("$.input.urgent[0] == 1", "at position 15: $.input.urgent is true or false, not a list"),
        ("$.input.kind > 3", "at position 14: a text has no order with a number"),
        ("$.input.kind == 3", "at position 14: a text never equals a number"),
        ("$.step_output.agreement_score", "at position 1: this is a number, which is neither true nor false"),
        ("$.input.kind + 1 > 2", "at position 1: this is a text, not a number"),
        ("$.input.urgent && 'x'", "at position 19: this is a text, which is neither true nor false"),
    ] {
        let faults = Expression::parse(text).unwrap().check_condition(&variables());
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(told, [expected], "{text}");
    }
}

#[test]
fn a_right_expression_is_never_refused() {
    for text in [
        "$.step_output.agreement_score >= 0.9 && !$.input.urgent",
        "$.input.meta.whatever.deep > 3",
        "$..score[0] == 1 || $.input.people[?@.size > 1] == []",
        "$.input.people[0].age > 17 && $.input.people[*].age == [18]",
        "$.input.kind in ['pdf', 'png'] && default($.input.kind, 'x') == 'pdf' && $.input.kind != null",
    ]
    .iter()
    .filter(|text| !text.starts_with("$.."))
    {
        assert_eq!(Expression::parse(text).unwrap().check_condition(&variables()), [], "{text}");
        assert_eq!(Expression::parse(text).unwrap().check_condition(&Shape::Any), [], "{text}");
    }
}

#[test]
fn an_expression_without_paths_is_constant() {
    assert_eq!(Expression::parse("1 < 2").unwrap().constant(), Some(json!(true)));
    assert_eq!(Expression::parse("1 < $.x").unwrap().constant(), None);
}

#[test]
fn what_would_exhaust_the_stack_is_refused() {
    for (text, expected) in [
        (format!("1{}", "+1".repeat(4_900)), "at position 402: more than 200 operators"),
        (format!("true{}", "&&true".repeat(1_600)), "at position 1205: more than 200 operators"),
        (format!("$.a{}1{}", "[?@.b==".repeat(600), "]".repeat(600)), "at position 116: nested deeper than 16"),
        (format!("$.a[?{}@.b{}]", "(".repeat(4_000), ")".repeat(4_000)), "at position 21: nested deeper than 16"),
        (format!("{}1{}", "[".repeat(4_000), "]".repeat(4_000)), "at position 65: nested deeper than 64"),
        (format!("{}1", "-".repeat(9_000)), "at position 2: a value is missing before \"-\""),
    ] {
        assert_eq!(fault(&text), expected);
    }
    let long = Expression::parse(&format!("$.a{}", "[0]".repeat(3_000))).unwrap();
    assert_eq!(long.value(&json!({"a": []})), Ok(json!(null)));
    let codes = Expression::parse(&format!("$.a in [{}]", vec!["'code'"; 1_000].join(", "))).unwrap();
    assert_eq!(codes.test(&json!({"a": "code"})), Ok(true), "a long list is no deep one");
}

#[test]
fn what_fails_whatever_the_variables_are_is_found_before_anything_runs() {
    for (text, expected) in [
        ("1 / 0 > 2", "at position 3: 1 / 0 is not a finite number"),
        ("$.x / (2 - 2) > 2", "at position 5: a division by zero"),
        ("$.x % 0 == 1", "at position 5: a division by zero"),
        ("$.a || 'x' > 3", "at position 12: a text has no order with a number"),
        ("length(null) > $.x", "at position 8: this is null, which has no length"),
        ("null < $.x", "at position 1: this is null; only numbers and texts have an order"),
        ("contains('text', 3) || $.x", "at position 10: a text cannot contain a number"),
    ] {
        let faults = Expression::parse(text).unwrap().check_condition(&Shape::Any);
        let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(told, [expected], "{text}");
    }
}
