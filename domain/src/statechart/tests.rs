//! What the random machines beside XState (domain/tests/statecharts) cannot show: our own promises.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::*;
use crate::expression::Scope;

fn at(milliseconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::milliseconds(milliseconds)
}

fn catalog() -> Catalog {
    Catalog::default().actions(["ring", "note"]).actors(["model"]).guard("throws", |_, _| Err("the sky is falling".to_owned())).guard(
        "atLeast",
        |scope: &dyn Scope, params| {
            let n = scope.variable("n").and_then(Value::as_i64).ok_or("there is no n")?;
            Ok(n >= params["min"].as_i64().ok_or("no min")?)
        },
    )
}

fn machine(definition: Value) -> Machine {
    Machine::compile(&Definition(definition.into()), &catalog(), Strictness::Runnable).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn start(machine: &Machine) -> Step {
    machine.start(None, at(0)).unwrap()
}

fn send(machine: &Machine, snapshot: &Snapshot, event: &str) -> Step {
    machine.step(snapshot, Event::new(event), at(0)).unwrap()
}

#[test]
fn a_timer_fires_once_and_one_that_was_cancelled_or_replaced_never() {
    let machine = machine(json!({
        "initial": "waiting",
        "states": {
            "waiting": {"after": {"PT1M": "late"}, "on": {"AGAIN": {"target": "waiting", "reenter": true}, "STOP": "quiet"}},
            "late": {"on": {"BACK": "waiting"}}, "quiet": {"on": {"BACK": "waiting"}}
        }
    }));
    let first = start(&machine);
    assert_eq!(first.effects, [Effect::Schedule { timer: 0, id: "xstate.after.PT1M.(machine).waiting".into(), due: at(60_000) }]);

    let again = machine.step(&first.snapshot, Event::new("AGAIN"), at(10)).unwrap();
    assert!(again.effects.contains(&Effect::Cancel { timer: 0 }), "{:?}", again.effects);
    assert_eq!(again.snapshot.next_timer().map(|timer| (timer.timer, timer.due)), Some((1, at(60_010))));
    let stale = machine.step(&again.snapshot, Input::Timer(0), at(60_000)).unwrap();
    assert_eq!((stale.snapshot.value(&machine), stale.effects.len()), (json!("waiting"), 0), "the first timer was replaced");

    let fired = machine.step(&again.snapshot, Input::Timer(1), at(60_010)).unwrap();
    assert_eq!(fired.snapshot.value(&machine), json!("late"));
    let twice = machine.step(&fired.snapshot, Input::Timer(1), at(60_020)).unwrap();
    assert_eq!((twice.snapshot, twice.effects.len()), (fired.snapshot, 0), "it has fired");

    let quiet = send(&machine, &again.snapshot, "STOP");
    assert_eq!(quiet.effects, [Effect::Cancel { timer: 1 }]);
    assert_eq!(machine.step(&quiet.snapshot, Input::Timer(1), at(60_010)).unwrap().snapshot.value(&machine), json!("quiet"));
}

#[test]
fn timers_that_are_due_together_fire_in_the_order_of_javascripts_keys() {
    let machine = machine(json!({
        "initial": "a",
        "states": {"a": {"after": {"PT1S": "by_name", "1000": "by_number"}}, "by_name": {}, "by_number": {}}
    }));
    let begun = start(&machine);
    let next = begun.snapshot.next_timer().unwrap().timer;
    assert_eq!(machine.step(&begun.snapshot, Input::Timer(next), at(1000)).unwrap().snapshot.value(&machine), json!("by_number"));
}

#[test]
fn a_guard_that_fails_stops_the_step_and_is_named_with_its_place() {
    let machine = machine(json!({
        "initial": "a", "context": {"n": 1, "s": "x"},
        "states": {
            "a": {"on": {
                "NATIVE": {"target": "b", "guard": "throws"},
                "PATH": {"target": "b", "guard": {"type": "expression", "expression": "$.event.score >= 0.9"}},
                "KIND": {"target": "b", "guard": {"type": "and", "guards": [{"type": "expression", "expression": "$.n"}, "throws"]}},
                "SKIPPED": {"target": "b", "guard": {"type": "or", "guards": [{"type": "atLeast", "params": {"min": 1}}, "throws"]}},
            }},
            "b": {}
        }
    }));
    let begun = start(&machine);
    let failed = |event: &str| machine.step(&begun.snapshot, Event::new(event), at(0)).unwrap_err().to_string();
    assert_eq!(failed("NATIVE"), "the guard throws at /states/a/on/NATIVE/guard failed on NATIVE: the sky is falling");
    assert_eq!(
        failed("PATH"),
        "the guard $.event.score >= 0.9 at /states/a/on/PATH/guard/expression failed on PATH: at position 15: $.event.score points at nothing and \
         cannot be compared by >= with a number"
    );
    assert!(failed("KIND").contains("$.n, a number, is neither true nor false"), "{}", failed("KIND"));
    assert_eq!(send(&machine, &begun.snapshot, "SKIPPED").snapshot.value(&machine), json!("b"), "what is decided already is not asked");
}

#[test]
fn a_machine_that_finds_no_rest_is_an_error_that_names_the_circle() {
    let machine = machine(json!({
        "initial": "idle", "context": {"n": 0},
        "states": {
            "idle": {"on": {"GO": "a"}},
            "a": {"always": {"target": "b", "guard": {"type": "atLeast", "params": {"min": 0}}}},
            "b": {"always": {"target": "a", "guard": {"type": "atLeast", "params": {"min": 0}}, "actions": {"type": "xstate.assign", "assignment": {"n": {"$expr": "$.n + 1"}}}}}
        }
    }));
    let begun = start(&machine);
    let error = machine.step(&begun.snapshot, Event::new("GO"), at(0)).unwrap_err();
    assert_eq!(error.to_string(), "no rest after 1000 microsteps: the machine goes round in (machine).a, (machine).b");
    assert_eq!(begun.snapshot.context()["n"], json!(0), "the snapshot stands");
}

#[test]
fn an_always_that_changes_nothing_is_taken_once() {
    let machine = machine(json!({"initial": "a", "states": {"a": {"always": {"actions": "ring"}, "on": {"E": {"actions": "note"}}}}}));
    let begun = start(&machine);
    let rings =
        |effects: &[Effect]| effects.iter().filter(|effect| matches!(effect, Effect::Run { action, .. } if action == "ring")).count();
    assert_eq!(rings(&begun.effects), 1);
    assert_eq!(rings(&send(&machine, &begun.snapshot, "E").effects), 1);
}

#[test]
fn null_forbids_an_event_to_the_states_around_and_an_empty_list_does_not() {
    let machine = machine(json!({
        "initial": "a", "on": {"E": ".b", "F": ".b"},
        "states": {"a": {"on": {"E": null, "F": []}}, "b": {}}
    }));
    let begun = start(&machine);
    assert_eq!(send(&machine, &begun.snapshot, "E").snapshot.value(&machine), json!("a"));
    assert_eq!(send(&machine, &begun.snapshot, "F").snapshot.value(&machine), json!("b"));
    assert!(machine.takes(&begun.snapshot, &Event::new("F")).unwrap());
    assert!(!machine.takes(&begun.snapshot, &Event::new("G")).unwrap());
}

#[test]
fn history_is_kept_when_a_snapshot_is_stored_and_loaded() {
    let machine = machine(json!({
        "initial": "work",
        "states": {
            "work": {"initial": "a", "on": {"PAUSE": "paused"}, "states": {
                "a": {"on": {"NEXT": "b"}}, "b": {"initial": "x", "states": {"x": {"on": {"NEXT": "y"}}, "y": {}}},
                "deep": {"type": "history", "history": "deep"}, "shallow": {"type": "history"}
            }},
            "paused": {"on": {"DEEP": "work.deep", "SHALLOW": "work.shallow"}}
        }
    }));
    let mut snapshot = start(&machine).snapshot;
    for event in ["NEXT", "NEXT", "PAUSE"] {
        snapshot = send(&machine, &snapshot, event).snapshot;
    }
    let stored = serde_json::to_string(&snapshot.save(&machine)).unwrap();
    let loaded = serde_json::from_str::<Saved>(&stored).unwrap().load(&machine).unwrap();
    assert_eq!(loaded, snapshot);
    assert_eq!(send(&machine, &loaded, "DEEP").snapshot.value(&machine), json!({"work": {"b": "y"}}));
    assert_eq!(send(&machine, &loaded, "SHALLOW").snapshot.value(&machine), json!({"work": {"b": "x"}}));
}

#[test]
fn a_stored_snapshot_that_another_machine_does_not_fit_says_what_is_missing() {
    let old = machine(json!({"initial": "a", "states": {"a": {"initial": "x", "states": {"x": {}}}, "b": {}}}));
    let saved = start(&old).snapshot.save(&old);
    let new = machine(json!({"initial": "b", "states": {"b": {}, "a": {"initial": "z", "states": {"z": {}}}}}));
    assert_eq!(saved.load(&new).unwrap_err().to_string(), "the machine has no state \"x\" in (machine).a");
    let flat = machine(json!({"initial": "a", "states": {"a": {}}}));
    assert_eq!(saved.load(&flat).unwrap_err().to_string(), "the machine has no state \"x\" in (machine).a");
    let split = machine(json!({"initial": "a", "states": {"a": {"type": "parallel", "states": {"x": {}, "y": {}}}}}));
    assert_eq!(saved.load(&split).unwrap_err().to_string(), "(machine).a is active, but not which of its states");
    assert_eq!(Saved { format: 9, ..saved }.load(&old).unwrap_err(), LoadError::Format(9));
}

#[test]
fn what_a_machine_sends_itself_is_taken_before_the_step_ends() {
    let machine = machine(json!({
        "initial": "a",
        "states": {
            "a": {"on": {"GO": {"target": "b", "actions": [
                {"type": "xstate.sendTo", "to": "#_internal", "event": {"type": "LATER"}},
                {"type": "xstate.raise", "event": {"type": "SOONER"}}
            ]}}},
            "b": {"on": {"SOONER": "c"}}, "c": {"on": {"LATER": "d"}}, "d": {}
        }
    }));
    let begun = start(&machine);
    let step = send(&machine, &begun.snapshot, "GO");
    assert_eq!(step.snapshot.value(&machine), json!("d"), "raised events first, then those sent");
    let events: Vec<&str> = step.trace.transitions.iter().map(|taken| taken.event.as_str()).collect();
    assert_eq!(events, ["GO", "SOONER", "LATER"]);
}

#[test]
fn a_child_is_started_before_anything_is_sent_to_it() {
    let machine = machine(json!({
        "initial": "a",
        "states": {"a": {
            "entry": {"type": "xstate.sendTo", "to": "m", "event": {"type": "hello"}},
            "invoke": {"id": "m", "src": "model", "input": {"n": 1}, "onDone": {"target": "b", "actions": {"type": "xstate.log", "value": {"$expr": "$.event.output.score"}}}}
        }, "b": {}}
    }));
    let begun = start(&machine);
    assert_eq!(
        begun.effects,
        [
            Effect::Spawn { id: "m".into(), src: "model".into(), input: json!({"n": 1}) },
            Effect::Send { to: Recipient::Child("m".into()), event: Event::new("hello") },
        ]
    );
    let done = machine.step(&begun.snapshot, Event::done("m", json!({"score": 0.7})), at(0)).unwrap();
    assert_eq!(done.snapshot.value(&machine), json!("b"));
    assert_eq!(done.effects, [Effect::Stop { id: "m".into() }, Effect::Log { label: None, value: json!(0.7) }]);
    let failed = machine.step(&begun.snapshot, Event::failed("m", json!("no memory")), at(0)).unwrap();
    assert_eq!(*failed.snapshot.status(), Status::Failed { error: json!("no memory") }, "nobody takes the error");
    let lost = machine.step(&done.snapshot, Event::failed("m", json!("no memory")), at(0)).unwrap();
    assert!(!lost.snapshot.is_active());
}

#[test]
fn sending_to_a_child_that_is_not_there_is_an_error() {
    let machine = machine(
        json!({"initial": "a", "states": {"a": {"on": {"E": {"actions": {"type": "xstate.sendTo", "to": "x", "event": {"type": "hi"}}}}}}}),
    );
    let begun = start(&machine);
    let error = machine.step(&begun.snapshot, Event::new("E"), at(0)).unwrap_err();
    assert_eq!(error.to_string(), "at /states/a/on/E/actions/event: there is no child \"x\" to send to");
}

#[test]
fn the_trace_says_what_was_taken_asked_and_done_and_why() {
    let machine = machine(json!({
        "id": "m", "initial": "a", "context": {"n": 3}, "guards": {"enough": {"type": "atLeast", "params": {"min": {"$expr": "$.n"}}}},
        "states": {
            "a": {"exit": "note", "on": {"E": {"target": "b", "guard": "enough", "actions": ["ring"]}}},
            "b": {"entry": {"type": "xstate.assign", "assignment": {"n": 4}}, "after": {"5": "c"}}, "c": {"always": "d"}, "d": {"on": {"X": {"actions": "ring"}}}
        }
    }));
    let begun = start(&machine);
    let step = send(&machine, &begun.snapshot, "E");
    assert_eq!(step.trace.guards, [GuardTried { guard: "atLeast".into(), held: true }, GuardTried { guard: "enough".into(), held: true }]);
    let actions: Vec<(&str, Cause)> = step.trace.actions.iter().map(|run| (run.action.as_str(), run.cause)).collect();
    assert_eq!(
        actions,
        [("note", Cause::Exit), ("ring", Cause::Transition), ("xstate.assign", Cause::Entry), ("xstate.raise", Cause::Entry)]
    );
    let late = machine.step(&step.snapshot, Input::Timer(0), at(5)).unwrap();
    let kinds: Vec<(&str, TakenKind)> = late.trace.transitions.iter().map(|taken| (taken.to[0].as_str(), taken.kind)).collect();
    assert_eq!(kinds, [("m.c", TakenKind::Delayed), ("m.d", TakenKind::Always)]);
    assert_eq!(send(&machine, &late.snapshot, "X").trace.transitions[0].kind, TakenKind::Internal);
}

#[test]
fn the_context_may_be_made_from_the_input_and_the_output_from_the_final_state() {
    let machine = machine(json!({
        "initial": "a", "context": {"size": {"$expr": "length($.event.input.items)"}, "literal": {"$literal": {"$expr": "kept"}}},
        "output": {"sum": {"$expr": "$.size + $.event.output"}},
        "states": {"a": {"on": {"E": "z"}}, "z": {"type": "final", "output": {"$expr": "$.size * 10"}}}
    }));
    let begun = machine.start(Some(json!({"items": [1, 2]})), at(0)).unwrap();
    assert_eq!(*begun.snapshot.context(), json!({"size": 2, "literal": {"$expr": "kept"}}));
    let ended = send(&machine, &begun.snapshot, "E");
    assert_eq!(*ended.snapshot.status(), Status::Done { output: Some(json!({"sum": 22})) });
    let after = send(&machine, &ended.snapshot, "E");
    assert_eq!(after.snapshot, ended.snapshot, "what has ended hears nothing");
}

#[test]
fn a_computed_delay_that_makes_no_sense_is_an_error() {
    let machine = machine(json!({
        "initial": "a", "context": {"wait": -5, "iso": "PT2S"}, "delays": {"mine": {"$expr": "$.wait"}, "theirs": {"$expr": "$.iso"}},
        "states": {"a": {"on": {"E": "b", "F": "c"}}, "b": {"after": {"mine": "a"}}, "c": {"after": {"theirs": "a"}}}
    }));
    let begun = start(&machine);
    let error = machine.step(&begun.snapshot, Event::new("E"), at(0)).unwrap_err();
    assert_eq!(error.to_string(), "the delay at /delays/mine/$expr came to -5: -5 ms are negative; nothing happens before it begins");
    assert_eq!(send(&machine, &begun.snapshot, "F").snapshot.next_timer().unwrap().due, at(2000));
}

#[test]
fn an_event_is_an_object_with_a_type() {
    assert_eq!(serde_json::from_value::<Event>(json!({"type": "E", "v": 1})).unwrap().value()["v"], json!(1));
    for wrong in [json!({"v": 1}), json!({"type": ""}), json!({"type": 3}), json!("E")] {
        assert!(serde_json::from_value::<Event>(wrong).is_err());
    }
    let machine = machine(
        json!({"initial": "a", "states": {"a": {"on": {"E": {"actions": {"type": "xstate.raise", "event": {"type": {"$expr": "$.event.what"}}}}}}}}),
    );
    let error = machine.step(&start(&machine).snapshot, Event::new("E"), at(0)).unwrap_err();
    assert_eq!(error.to_string(), "the event at /states/a/on/E/actions/event came to something without a type");
    assert_eq!(machine.step(&start(&machine).snapshot, Event::new("*"), at(0)).unwrap_err(), StepError::Wildcard);
}

#[test]
fn one_field_is_written_without_naming_its_siblings() {
    let machine = machine(json!({
        "initial": "a", "context": {"steps": {"x": {"n": 1, "m": 1}, "y": {"n": 1}}}, "states": {"a": {"on": {
            "E": {"actions": {"type": "xstate.assign", "assignment": {
                "steps": {"$merge": [{"$expr": "$.steps"}, {"x": {"$merge": [{"$expr": "$.steps.x"}, {"n": {"$expr": "$.steps.x.n + 1"}}]}}]}
            }}},
            "F": {"actions": {"type": "xstate.assign", "assignment": {"steps": {"$merge": [{"$expr": "$.steps.x.n"}]}}}}
        }}}
    }));
    let first = start(&machine).snapshot;
    let next = send(&machine, &first, "E").snapshot;
    assert_eq!(next.context()["steps"], json!({"x": {"n": 2, "m": 1}, "y": {"n": 1}}));
    let error = machine.step(&first, Event::new("F"), at(0)).unwrap_err().to_string();
    assert!(error.ends_with("/assignment/steps/$merge failed: only objects can be merged, not 1"), "{error}");
}

#[test]
fn a_value_that_doubles_in_a_loop_stops_the_step_with_its_place_before_memory_is_full() {
    let twice = |what: &str| json!([{"$expr": what}, {"$expr": what}]);
    let assigns = json!({"initial": "a", "context": {"all": ["x"]}, "states": {
        "a": {"on": {"GO": "b"}},
        "b": {"always": {"target": "b", "reenter": true, "actions": {"type": "xstate.assign", "assignment": {"all": twice("$.all")}}}}
    }});
    let raises = json!({"initial": "a", "states": {"a": {"on": {"GO": {"actions": {
        "type": "xstate.raise", "event": {"type": "GO", "data": twice("default($.event.data, 'x')")}
    }}}}}});
    for (definition, place) in [(assigns, "/states/b/always/actions/assignment/all/"), (raises, "/states/a/on/GO/actions/event/data/")] {
        let machine = machine(definition);
        let before = start(&machine).snapshot;
        match machine.step(&before, Event::new("GO"), at(0)) {
            Err(StepError::TooLarge { place: told, .. }) => assert!(told.starts_with(place), "{told}"),
            other => panic!("{:?}", other.map(|step| step.effects)),
        }
    }
}
