use serde_json::{Value, json};

use super::*;
use crate::expression::Shape;

fn scope() -> Value {
    json!({
        "input": { "text": "Käse", "tags": ["a", "b"], "n": 3, "none": null, "zero": 0, "pages": [{"id": 7}, {"id": 8}], "length": 1 },
        "output": { "answers": { "7": "yes" }, "list": ["x", "y"] },
    })
}

fn value(text: &str) -> Value {
    let variables = scope();
    let mut scope = Scope::of(&variables);
    scope.locals = vec![("page", json!({"id": 7, "text": "one"})), ("i", json!(1))];
    Expression::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}")).lower().value(&scope)
}

fn fault(text: &str) -> String {
    Expression::parse(text).map(|parsed| parsed.lower()).expect_err(text).to_string()
}

#[test]
fn paths_lead_to_one_place_or_to_null() {
    for (text, expected) in [
        ("$.input.text", json!("Käse")),
        ("$.input.pages[1].id", json!(8)),
        ("$.input.pages[-1].id", json!(8)),
        ("$.input.pages[9].id", json!(null)),
        ("$.nobody.at.all", json!(null)),
        ("$.input['text']", json!("Käse")),
        ("page.text", json!("one")),
        ("$.output.answers[page.id]", json!("yes")),
        ("$.output.list[i]", json!("y")),
        ("$.output.list[ $.input.zero ]", json!("x")),
        ("$.input.tags.length + $.input.text.length", json!(6)),
        ("$.output.none.length", json!(0)),
        ("$.input.length", json!(1)),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn conditions_ask_whether_there_is_something() {
    for (text, expected) in [
        ("!$.input.none && !$.input.zero && !'' && ![]", true),
        ("$.input.tags && $.input.text", true),
        ("$.nobody || $.input.n", true),
        ("not ($.input.n > 2)", false),
    ] {
        assert_eq!(value(text), json!(expected), "{text}");
    }
}

#[test]
fn what_has_no_answer_is_null_or_false_never_an_error() {
    for (text, expected) in [
        ("$.input.text + 1", json!(null)),
        ("1 / 0", json!(null)),
        ("$.input.text > 1", json!(false)),
        ("$.nobody > 1 || $.nobody <= 1", json!(false)),
        ("lower($.input.n)", json!(null)),
        ("contains($.input.n, 1)", json!(false)),
        ("sum('a')", json!(null)),
        ("min([])", json!(null)),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn functions_do_what_their_names_say() {
    for (text, expected) in [
        ("length('😀a')", json!(2)),
        ("exists($.input.zero) && !exists($.input.none)", json!(true)),
        ("empty($.input.zero)", json!(true)),
        ("default($.input.none, 'x')", json!("x")),
        ("if($.input.n > 2, 'many', 'few')", json!("many")),
        ("contains($.input.tags, 'b') && 'ä' in $.input.text", json!(true)),
        ("starts_with('abc', 'ab') && ends_with('abc', 'bc')", json!(true)),
        ("concat(upper('é'), lower('É'), trim(' x '), 1, null)", json!("Ééx1")),
        ("join($.input.tags, ', ')", json!("a, b")),
        ("sum([1, 2, 'x']) + min(3, 2) + max([4, 5])", json!(10)),
        ("round(2.5) + round(-2.5) + abs(-1)", json!(2)),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn what_does_not_parse_says_where() {
    for (text, expected) in [
        ("$ == 1", "at position 1: a path names a variable after the $, like $.input or $.output"),
        ("$.input.pages[*].id", "at position 14: [*] leads to several places; a path leads to one, and a ForEach goes through a list"),
        ("$.a..b", "at position 4: a name is missing after \".\"; a path has names and places, like $.input.pages[0]"),
        ("$.a[1 + 1]", "at position 5: in brackets stands a number, a name in quotes or a path"),
        ("$.a[b", "at position 1: the bracket of this path is never closed"),
        ("lenght($.a)", "at position 1: there is no function lenght; did you mean length?"),
        ("concat('a')", "at position 1: concat takes 2 to 8 argument(s), not 1"),
        ("!$.a == 1", "at position 1: \"!\" before a comparison can be read in two ways; write !(...) around it"),
    ] {
        assert_eq!(fault(text), expected, "{text}");
    }
    let deep = format!("$.a{}1{}", "[$.b".repeat(60), "]".repeat(60));
    assert!(fault(&deep).contains("deeper"), "{}", fault(&deep));
}

#[test]
fn it_says_what_it_follows() {
    let locals = [("page".to_owned(), BTreeSet::from(["$.input.pages".to_owned()]))];
    let depends = |text: &str| Expression::parse(text).unwrap().lower().depends(&locals).into_iter().collect::<Vec<_>>();
    assert_eq!(depends("$.input.a.length > 0 && $.input.b[0].c"), ["$.input.a", "$.input.b[0].c"]);
    assert_eq!(depends("$.output.answers[page.id]"), ["$.input.pages", "$.output.answers"]);
    assert_eq!(depends("$['odd key'].x == 1"), ["$['odd key'].x"]);
    assert!(depends("1 + 1 == 2").is_empty());
    let many: Vec<String> = (0..60).map(|place| format!("$.input.a{place}")).chain(["$.output.b".to_owned()]).collect();
    assert_eq!(depends(&format!("[{}]", many.join(", "))), ["$.input", "$.output"], "of very many the variables");
}

#[test]
fn the_tree_is_the_contract_with_browsers() {
    let expr = Expression::parse("$.output.list[i].length > 0 and !('a' in $.input.tags)").unwrap().lower();
    let expected = json!({
        "op": "and",
        "left": {
            "op": "compare", "sign": ">",
            "left": { "op": "path", "from": "output", "segments": ["list", { "op": "local", "name": "i" }, "length"] },
            "right": { "op": "literal", "value": 0 }
        },
        "right": { "op": "not", "of": {
            "op": "compare", "sign": "in",
            "left": { "op": "literal", "value": "a" },
            "right": { "op": "path", "from": "input", "segments": ["tags"] }
        }}
    });
    assert_eq!(serde_json::to_value(&expr).unwrap(), expected);
    assert_eq!(serde_json::from_value::<Expr>(expected).unwrap(), expr);
}

fn mistakes(text: &str) -> Vec<String> {
    let variables = Variables {
        shape: Shape::object([
            (
                "input",
                Shape::object([
                    ("kind", Shape::Text),
                    ("n", Shape::Number),
                    ("pages", Shape::list(Shape::object([("id", Shape::Number)]))),
                ]),
            ),
            ("output", Shape::object([("confidence", Shape::Text)])),
        ]),
        locals: vec![Local { name: "page".to_owned(), shape: Shape::object([("id", Shape::Number)]) }],
        choices: [("$.output.confidence".to_owned(), vec!["high".to_owned(), "low".to_owned()])].into(),
    };
    let mut mistakes = Vec::new();
    Expression::parse(text).unwrap().check(&variables, &mut mistakes);
    mistakes.iter().map(|mistake| format!("{}-{}: {}", mistake.start, mistake.end, mistake.message)).collect()
}

#[test]
fn what_leads_nowhere_is_found_before_anything_runs() {
    for (text, expected) in [
        ("$.inptu.kind", "0-7: there is no variable $.inptu; there is input, output; did you mean $.input?"),
        ("$.output.confidance", "9-19: nothing in this layout keeps $.output.confidance; there is confidence; did you mean confidence?"),
        ("$.input.pages[0].idd", "17-20: $.input.pages[0] has no \"idd\"; there is id; did you mean id?"),
        ("$.input.pages.id", "14-16: $.input.pages is a list, which has no \"id\"; a ForEach goes through a list"),
        ("$.input.kind[0]", "12-15: $.input.kind is a text, not a list"),
        ("pgae.id", "0-4: no ForEach around this has the variable pgae; there is page; did you mean page?"),
        ("input.kind", "0-5: input is written with a $: $.input"),
        ("$.page.id", "0-6: page is a ForEach's variable, written without a $"),
        ("$.output.confidence == 'hihg'", "23-29: $.output.confidence is never 'hihg'; there is high, low; did you mean high?"),
        ("$.output.confidence in ['high', 'lw']", "32-36: $.output.confidence is never 'lw'; there is high, low; did you mean low?"),
        ("$.input.kind > 3", "13-14: a text has no order with a number"),
        ("$.input.n == 'a'", "10-12: a number never equals a text"),
        ("$.input.kind + 1", "0-12: this is a text, not a number"),
        ("length($.input.n)", "7-16: this is a number, not a text or a list"),
    ] {
        assert_eq!(mistakes(text), [expected], "{text}");
    }
    for right in [
        "$.input.kind.length > 2",
        "page.id == $.input.n",
        "$.output.confidence != 'low' && !$.output.confidence",
        "$.input.pages[page.id].id",
    ] {
        assert!(mistakes(right).is_empty(), "{right}: {:?}", mistakes(right));
    }
}
