//! A definition is refused with everything that is wrong with it, each with its place and reason.

use serde_json::{Value, json};

use super::{Catalog, Definition, Machine, Problem, Rule, Strictness};
use crate::expression::Shape;

fn catalog() -> Catalog {
    Catalog::default().actions(["ring"]).actors(["model"]).guard("ready", |_, _| Ok(true)).delay("soon", 10)
}

fn problems(definition: Value) -> Vec<Problem> {
    Machine::compile(&Definition(definition.into()), &catalog(), Strictness::Sound).map_or_else(|problems| problems, |_| Vec::new())
}

fn told(definition: Value) -> Vec<String> {
    problems(definition).iter().map(ToString::to_string).collect()
}

fn rules(definition: Value) -> Vec<(String, Rule)> {
    problems(definition).into_iter().map(|problem| (problem.path, problem.rule)).collect()
}

fn rule(path: &str, rule: Rule) -> (String, Rule) {
    (path.to_owned(), rule)
}

#[test]
fn a_sound_machine_is_taken() {
    let sound = json!({
        "id": "m", "initial": "a",
        "states": {
            "a": {"on": {"E": "p", "F.*": {"target": "z", "guard": "ready", "actions": "ring"}}, "after": {"soon": "z", "PT5M": "z"}},
            "p": {"type": "parallel", "onDone": "z", "states": {
                "l": {"initial": "x", "states": {"x": {"on": {"L": "y"}}, "y": {"type": "final"}}},
                "r": {"initial": "x", "states": {"x": {"invoke": {"src": "model", "onDone": "y"}}, "y": {"type": "final"}}}
            }},
            "z": {"type": "final"}
        }
    });
    assert_eq!(told(sound), Vec::<String>::new());
}

#[test]
fn everything_is_told_at_once_with_its_place() {
    let found = rules(json!({
        "initial": "nowhere",
        "states": {
            "a": {
                "on": {"E": "nowhere", "F": {"target": "a", "guard": "unknown"}, "G": {"actions": ["unknown", {"type": "xstate.unknown"}]}, "H": 3},
                "after": {"-5": "a", "PT1X": "a", "-PT1M": "a", "whenever": "a"},
                "entry": {"type": "xstate.raise", "event": {"type": "X"}, "delay": -1},
                "invoke": {"src": "unknown"},
                "always": {"target": "#nowhere", "guard": {"type": "expression", "expression": "1 +"}},
                "cond": true
            }
        }
    }));
    assert_eq!(
        found,
        [
            rule("/states/a/cond", Rule::UnknownKey),
            rule("/initial", Rule::UnknownTarget),
            rule("/states/a/entry/delay", Rule::NegativeDelay),
            rule("/states/a/on/E", Rule::UnknownTarget),
            rule("/states/a/on/F/guard", Rule::UnknownGuard),
            rule("/states/a/on/G/actions/0", Rule::UnknownAction),
            rule("/states/a/on/G/actions/1/type", Rule::UnknownAction),
            rule("/states/a/on/H", Rule::WrongType),
            rule("/states/a/invoke/src", Rule::UnknownActor),
            rule("/states/a/after/-5", Rule::NegativeDelay),
            rule("/states/a/after/-PT1M", Rule::NegativeDelay),
            rule("/states/a/after/PT1X", Rule::BadDelay),
            rule("/states/a/after/whenever", Rule::UnknownDelay),
            rule("/states/a/always/target", Rule::UnknownTarget),
            rule("/states/a/always/guard/expression", Rule::BadExpression),
        ]
    );
}

#[test]
fn reasons_say_what_there_is_instead() {
    assert_eq!(
        told(
            json!({"id": "m", "initial": "a", "states": {"a": {"on": {"E": {"target": "c", "guard": "redy"}, "F": "#b"}}, "b": {"type": "final"}}})
        ),
        [
            "/states/a/on/E/target: m has no state \"c\"; there is a, b",
            "/states/a/on/E/guard: there is no guard \"redy\"; there is ready",
            "/states/a/on/F: there is no state with the id \"b\"",
        ]
    );
    assert_eq!(
        told(json!({"on": {"E": "a"}, "initial": "a", "states": {"a": {"type": "final"}}})),
        ["/on/E: the top has no siblings; for a state inside write \".a\""]
    );
}

#[test]
fn a_circle_of_always_is_refused_and_named() {
    let mut circle = json!({"initial": "a", "states": {
        "a": {"id": "start", "always": "b"}, "b": {"always": "c"}, "c": {"initial": "x", "states": {"x": {"always": {"target": "#start"}}}}
    }});
    let found = problems(circle.clone());
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].path.as_str(), found[0].rule), ("/states/a/always", Rule::EndlessAlways));
    assert!(found[0].reason.contains("start, (machine).b, (machine).c.x"), "{}", found[0].reason);

    circle["states"]["b"]["always"] = json!([{"target": "d", "guard": "ready"}, "c"]);
    circle["states"]["d"] = json!({"type": "final"});
    assert_eq!(told(circle), Vec::<String>::new(), "a guard may break it");
    assert_eq!(
        rules(
            json!({"initial": "a", "states": {"a": {"always": {"target": "a", "guard": {"type": "expression", "expression": "1 < 2"}}, "on": {"E": "b"}}, "b": {"type": "final"}}})
        ),
        [rule("/states/a/always", Rule::EndlessAlways)]
    );
}

#[test]
fn states_that_nothing_leads_to_or_out_of_are_refused() {
    let found = rules(json!({
        "initial": "a",
        "states": {
            "a": {"on": {"E": "b", "STAY": {"target": "a", "reenter": true}}},
            "b": {},
            "island": {"initial": "x", "states": {"x": {"on": {"E": "y"}}, "y": {}}},
            "c": {"type": "final"}
        }
    }));
    assert_eq!(found, [rule("/states/c", Rule::Unreachable), rule("/states/island", Rule::Unreachable), rule("/states/b", Rule::NoWayOut)]);
}

#[test]
fn a_region_may_rest_where_another_region_or_the_state_around_leads_out() {
    let parallel = |on: Value| {
        json!({"initial": "p", "states": {"z": {"type": "final"}, "p": {"type": "parallel", "on": on, "states": {
            "l": {"initial": "x", "states": {"x": {"on": {"E": "y"}}, "y": {}}}, "r": {}
        }}}})
    };
    assert_eq!(told(parallel(json!({"OUT": "z"}))), Vec::<String>::new());
    let stuck = rules(parallel(json!({"STAY": {"actions": "ring"}})));
    assert!(stuck.contains(&rule("/states/p/states/l/states/y", Rule::NoWayOut)), "{stuck:?}");
}

#[test]
fn history_makes_no_state_unreachable() {
    assert_eq!(
        told(json!({"initial": "w", "states": {
            "w": {"initial": "a", "on": {"P": "h"}, "states": {"a": {"on": {"N": "b"}}, "b": {"on": {"N": "a"}}, "last": {"type": "history", "history": "deep"}}},
            "h": {"on": {"R": "w.last", "Z": "z"}}, "z": {"type": "final"}
        }})),
        Vec::<String>::new()
    );
}

#[test]
fn a_state_entered_in_the_middle_first_and_as_a_whole_later_begins_then() {
    assert_eq!(
        told(json!({"initial": "s", "states": {
            "s": {"on": {"IN": "w.b"}}, "z": {"type": "final"},
            "w": {"initial": "a", "states": {"a": {"on": {"E": "#(machine).z"}}, "b": {"on": {"AGAIN": "#(machine).w"}}}}
        }})),
        Vec::<String>::new()
    );
}

fn ring(count: usize, link: impl Fn(usize) -> Value) -> Value {
    let states: serde_json::Map<String, Value> = (0..count).map(|at| (format!("s{at}"), link((at + 1) % count))).collect();
    json!({"initial": "s0", "states": states})
}

#[test]
fn a_circle_is_told_once_however_many_states_lead_into_it() {
    assert_eq!(told(ring(1_900, |next| json!({"on": {format!("E{next}"): format!("s{next}")}}))), Vec::<String>::new());
    let found = problems(ring(1_900, |next| json!({"always": format!("s{next}")})));
    assert_eq!(found.iter().map(|problem| problem.rule).collect::<Vec<_>>(), [Rule::EndlessAlways]);
}

#[test]
fn what_is_too_large_to_be_meant_is_refused_before_it_is_read() {
    let found = problems(ring(2_100, |next| json!({"on": {"E": format!("s{next}")}})));
    assert_eq!((found[0].rule, found[0].reason.as_str()), (Rule::TooLarge, "a machine has at most 2000 states"));
    assert!(found.iter().all(|problem| problem.reason.len() < 400), "a wrong target does not repeat the document");

    let many: serde_json::Map<String, Value> = (0..11_000).map(|at| (format!("E{at}"), json!("b"))).collect();
    let found = rules(json!({"initial": "a", "states": {"a": {"on": many}, "b": {"type": "final"}}}));
    assert_eq!(found.iter().map(|(_, rule)| *rule).collect::<Vec<_>>(), [Rule::TooLarge]);

    // Ten to the twelfth actions, in a page.
    let doubling: serde_json::Map<String, Value> =
        (0..12).map(|at| (format!("a{at}"), json!(vec![format!("a{}", at + 1); 10]))).chain([("a12".to_owned(), json!("ring"))]).collect();
    let found =
        rules(json!({"initial": "a", "actions": doubling, "states": {"a": {"entry": "a0", "on": {"E": "b"}}, "b": {"type": "final"}}}));
    assert_eq!(found.iter().map(|(_, rule)| *rule).collect::<Vec<_>>(), [Rule::TooLarge]);

    let deep: serde_json::Map<String, Value> = (0..5_000).map(|at| (format!("g{at}"), json!(format!("g{}", at + 1)))).collect();
    let found = rules(
        json!({"initial": "a", "guards": deep, "states": {"a": {"on": {"E": {"target": "b", "guard": "g0"}}}, "b": {"type": "final"}}}),
    );
    assert_eq!(found, [rule("/guards/g15", Rule::TooLarge)]);
}

#[test]
fn a_wrong_path_in_an_expression_is_found_when_the_context_is_known() {
    let definition = json!({"initial": "a", "context": {"score": 0}, "states": {
        "a": {"on": {"E": {"target": "z", "guard": {"type": "expression", "expression": "$.context.scor >= 0.9"}}}}, "z": {"type": "final"}
    }});
    let known = catalog().context(Shape::object([("score", Shape::Number)]));
    let found = Machine::compile(&Definition(definition.clone().into()), &known, Strictness::Sound).unwrap_err();
    let expected = "/states/a/on/E/guard/expression: at position 10: there is no \"scor\"; there is score";
    assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), [expected]);

    let mut with_schema = definition;
    with_schema["schemas"] = json!({"context": {"type": "object", "properties": {"score": {"type": "number"}}}});
    assert_eq!(told(with_schema), [expected], "the definition may say it itself");
}

#[test]
fn a_path_to_what_the_context_never_has_is_found_without_a_schema() {
    let machine = |expression: &str| {
        json!({"initial": "a", "context": {"score": 0, "limits": {"low": 0.5}}, "states": {
            "a": {"on": {
                "SCORED": {"actions": {"type": "xstate.assign", "assignment": {"score": {"$expr": "$.event.score"}, "by": {"$expr": "$.event.by"}}}},
                "E": {"target": "z", "guard": {"type": "expression", "expression": expression}}
            }},
            "z": {"type": "final"}
        }})
    };
    for right in ["$.score.anything > $.limits.low", "$.context.by == 'ann' && $.event.whatever.more == 1"] {
        assert_eq!(told(machine(right)), Vec::<String>::new());
    }
    for (wrong, expected) in [
        ("$.scor > 1", "at position 1: there is no variable \"scor\"; there is by, context, event, limits, score"),
        ("$.context.scor > 1", "at position 10: there is no \"scor\"; there is by, limits, score"),
        ("$.score > $.limits.lo", "at position 19: there is no \"lo\"; there is low"),
        ("$.limits.low == 'much'", "at position 14: a number never equals a text"),
    ] {
        assert_eq!(told(machine(wrong)), [format!("/states/a/on/E/guard/expression: {expected}")]);
    }
    let definition = Definition(machine("$.scor == null").into());
    assert!(Machine::compile(&definition, &catalog(), Strictness::Runnable).is_ok(), "what is only to run may ask about nothing");
}

#[test]
fn a_guard_that_can_only_fail_is_refused() {
    let catalog = catalog().guard("atLeast", |_, params| params["min"].as_i64().map(|min| min > 0).ok_or("no min".into()));
    let catalog = catalog.guard_needs("atLeast", [("min", Shape::Number)]);
    let told = |guard: Value| {
        let definition = json!({"initial": "a", "states": {"a": {"on": {"E": {"target": "z", "guard": guard}}}, "z": {"type": "final"}}});
        let found = Machine::compile(&Definition(definition.into()), &catalog, Strictness::Sound);
        found.map_or_else(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>(), |_| Vec::new())
    };
    let place = "/states/a/on/E/guard";
    assert_eq!(told(json!("atLeast")), [format!("{place}/params/min: the guard \"atLeast\" needs it: a number")]);
    assert_eq!(
        told(json!({"type": "atLeast", "params": {"min": "two"}})),
        [format!("{place}/params/min: the guard \"atLeast\" needs a number, not a text")]
    );
    assert_eq!(told(json!({"type": "atLeast", "params": {"min": {"$expr": "$.event.min"}}})), Vec::<String>::new());
    for (expression, reason) in [
        ("$.event.n / 0 > 1", "at position 11: a division by zero"),
        ("'a' > 1", "at position 5: a text has no order with a number"),
        ("$.event.n && 5", "at position 14: this is a number, which is neither true nor false"),
    ] {
        assert_eq!(told(json!({"type": "expression", "expression": expression})), [format!("{place}/expression: {reason}")]);
    }
}

#[test]
fn names_that_are_made_of_themselves_are_refused() {
    let found = rules(json!({
        "initial": "a", "guards": {"g": {"type": "not", "guard": "h"}, "h": "g"}, "actions": {"x": ["ring", "y"], "y": "x"},
        "states": {"a": {"on": {"E": {"target": "z", "guard": "g", "actions": "x"}}}, "z": {"type": "final"}}
    }));
    assert_eq!(found, [rule("/guards/h", Rule::Circular), rule("/actions/y", Rule::Circular)]);
}

#[test]
fn each_place_takes_what_belongs_there() {
    for (definition, path, expected) in [
        (json!([]), "", Rule::WrongType),
        (json!({"type": "odd", "states": {}}), "/type", Rule::WrongType),
        (json!({"initial": "a", "states": {"a": {"type": "final", "on": {"E": "a"}}}}), "/states/a/on", Rule::UnknownKey),
        (
            json!({"initial": "a", "states": {"a": {"id": "x", "on": {"E": "b"}}, "b": {"id": "x", "type": "final"}}}),
            "/states/b",
            Rule::DuplicateId,
        ),
        (json!({"states": {"a": {"type": "final"}}}), "", Rule::Missing),
        (json!({"initial": "a", "states": {"a": {"type": "parallel"}}}), "/states/a", Rule::Missing),
        (json!({"initial": "a", "context": 3, "states": {"a": {"type": "final"}}}), "/context", Rule::WrongType),
        (json!({"initial": "a", "states": {"a": {"on": {"": "a"}}}}), "/states/a/on/", Rule::UnknownKey),
        (json!({"initial": "a", "states": {"a": {"on": {"a.*.b": "a"}}}}), "/states/a/on/a.*.b", Rule::UnknownKey),
        (
            json!({"initial": "a", "states": {"a": {"tags": 3, "on": {"E": "b"}}, "b": {"type": "final"}}}),
            "/states/a/tags",
            Rule::WrongType,
        ),
        (
            json!({"initial": "a", "states": {"a": {"entry": {"type": "xstate.assign"}, "on": {"E": "b"}}, "b": {"type": "final"}}}),
            "/states/a/entry/assignment",
            Rule::Missing,
        ),
        (
            json!({"initial": "a", "states": {"a": {"entry": {"type": "xstate.raise", "event": "X"}, "on": {"E": "b"}}, "b": {"type": "final"}}}),
            "/states/a/entry/event",
            Rule::WrongType,
        ),
        (
            json!({"initial": "a", "states": {"a": {"on": {"E": {"target": "b", "reenter": 1}}}, "b": {"type": "final"}}}),
            "/states/a/on/E/reenter",
            Rule::WrongType,
        ),
        (
            json!({"initial": "a", "states": {"a": {"on": {"E": ["b", "c"]}}, "b": {"type": "final"}}}),
            "/states/a/on/E/1",
            Rule::UnknownTarget,
        ),
        (
            json!({"initial": "a", "states": {"a": {"on": {"E": {"target": ["b", "c"]}}}, "b": {}, "c": {}}}),
            "/states/a/on/E/target",
            Rule::ConflictingTargets,
        ),
        (
            json!({"initial": "a", "options": {"maxIterations": 0}, "states": {"a": {"type": "final"}}}),
            "/options/maxIterations",
            Rule::WrongType,
        ),
        (json!({"initial": "a", "states": {"a/b~c": {}, "a": {"type": "final", "context": {}}}}), "/states/a/context", Rule::UnknownKey),
    ] {
        assert!(rules(definition.clone()).contains(&rule(path, expected)), "{definition} gives {:?}", told(definition.clone()));
    }
}

#[test]
fn a_place_is_a_json_pointer() {
    let found = problems(json!({"initial": "a", "states": {"a": {"on": {"x/y~z": "b"}}}}));
    assert_eq!(found[0].path, "/states/a/on/x~1y~0z");
}
