//! The cases of `H_statecharts`: SCION's and the W3C's SCXML tests, turned into our definitions, and XState's own JSON.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde_json::Value;
use tandem_domain::statechart::{Definition, Event, Machine, Rule, Status, Strictness};

use crate::{Host, catalog, compile, data, plain, scxml};

/// Cases that our definitions can say and that come out otherwise here, with why.
const OTHERWISE: [(&str, &str); 3] = [
    ("w3c-ecma/test409.txml", "among actions, stateIn sees the states before the microstep, as in XState"),
    ("w3c-ecma/test411.txml", "the same"),
    ("w3c-ecma/test553.txml", "a variable that is not there is null, not an error that stops the send"),
];

/// Active leaves, by the ids of the SCXML document.
fn configuration(host: &Host<'_>, machine: &Machine) -> BTreeSet<String> {
    let states = host.snapshot.states(machine);
    let value = host.snapshot.value(machine);
    let mut leaves = BTreeSet::new();
    collect(&value, &mut leaves);
    assert!(leaves.iter().all(|leaf| states.contains(&leaf.as_str())));
    leaves
}

fn collect(value: &Value, leaves: &mut BTreeSet<String>) {
    match value {
        Value::String(key) => {
            leaves.insert(key.clone());
        }
        Value::Object(entries) => {
            for (key, inner) in entries {
                if inner.as_object().is_some_and(serde_json::Map::is_empty) {
                    leaves.insert(key.clone());
                } else {
                    collect(inner, leaves);
                }
            }
        }
        _ => unreachable!("a state value"),
    }
}

fn names(value: &Value) -> BTreeSet<String> {
    value.as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

/// Ok: as expected. Err: what came instead.
fn run(machine: &Machine, case: &Value) -> Result<(), String> {
    let mut host = Host::start(machine).map_err(|error| error.to_string())?;
    expect(&mut host, machine, &case["initialConfiguration"], "the start")?;
    for told in case["events"].as_array().unwrap() {
        host.wait_through(told["after"].as_i64().unwrap_or(0));
        let name = told["event"]["name"].as_str().unwrap();
        let fields = told["event"].get("data").map(|data| ("data".to_owned(), data.clone())).into_iter().collect();
        if host.failed.is_none() && host.snapshot.is_active() {
            host.send(Event::with(name, fields));
        }
        expect(&mut host, machine, &told["nextConfiguration"], name)?;
    }
    Ok(())
}

/// At once, or when what is due at once has come too: engines differ in when they look.
fn expect(host: &mut Host<'_>, machine: &Machine, expected: &Value, after: &str) -> Result<(), String> {
    let expected = names(expected);
    if configuration(host, machine) == expected && host.failed.is_none() {
        return Ok(());
    }
    host.wait(0);
    let found = configuration(host, machine);
    match &host.failed {
        Some(error) => Err(format!("after {after}: {error}")),
        None if found == expected => Ok(()),
        None => Err(format!("after {after}: {found:?}, not {expected:?}")),
    }
}

#[test]
fn scxml_cases_of_other_engines_come_out_as_they_say() {
    let Some(root) = data("scion") else { return };
    let (mut passed, mut unsaid, mut wrong) = (0, BTreeMap::<String, Vec<String>>::new(), Vec::new());
    let mut folders: Vec<_> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    for folder in folders {
        let mut charts: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        charts.sort();
        for chart in charts.iter().filter(|path| path.extension().is_some_and(|extension| extension == "scxml")) {
            let name = format!("{}/{}", folder.file_name().unwrap().to_string_lossy(), chart.file_stem().unwrap().to_string_lossy());
            let Ok(case) = fs::read_to_string(chart.with_extension("json")) else {
                unsaid.entry("no expectation beside it".to_owned()).or_default().push(name);
                continue;
            };
            match converted(chart) {
                Err(reason) => unsaid.entry(reason).or_default().push(name),
                Ok(machine) => match run(&machine, &serde_json::from_str(&case).unwrap()) {
                    Ok(()) => passed += 1,
                    Err(reason) => wrong.push((name, reason)),
                },
            }
        }
    }
    let count: usize = unsaid.values().map(Vec::len).sum();
    println!("{passed} SCXML cases came out as they say; {count} use what our definitions do not have:");
    for (reason, names) in &unsaid {
        println!("  {reason}: {}", names.join(", "));
    }
    let expected: BTreeSet<&str> = OTHERWISE.iter().map(|(name, _)| *name).collect();
    let found: BTreeSet<&str> = wrong.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(found, expected, "{wrong:#?}");
    assert!(passed >= 100, "only {passed} cases could be said");
}

fn converted(chart: &Path) -> Result<Machine, String> {
    let text = scxml::convert(&scxml::parse(&fs::read_to_string(chart).unwrap()))?;
    let definition = Definition::parse(&text).map_err(|error| error.to_string())?;
    Machine::compile(&definition, &catalog(), Strictness::Runnable)
        .map_err(|problems| problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
}

#[test]
fn xstates_own_json_cases_come_out_as_they_say() {
    let Some(path) = data("xstate/behaviour_cases.json") else { return };
    // From the text of each case, so that keys keep their order.
    let cases: Vec<BTreeMap<String, Box<serde_json::value::RawValue>>> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert_eq!(cases.len(), 3);
    for case in cases {
        let machine = compile(case["machine"].get(), Strictness::Runnable);
        let mut host = Host::start(&machine).unwrap();
        let steps: Vec<Value> = serde_json::from_str(case["steps"].get()).unwrap();
        for step in steps {
            match (step.get("clock"), step.get("send")) {
                (Some(clock), _) => host.wait(clock.as_i64().unwrap()),
                (None, Some(event)) => host.send(Event::new(event.as_str().unwrap())),
                (None, None) => unreachable!("{step}"),
            }
            if let Some(expected) = step.get("expect_value") {
                assert_eq!(host.snapshot.value(&machine), *expected, "{}", case["name"]);
            }
            if let Some(tag) = step.get("expect_tag") {
                assert!(host.snapshot.tags(&machine).contains(&tag.as_str().unwrap()), "{}", case["name"]);
            }
            if let Some(output) = step.get("expect_output") {
                assert_eq!(*host.snapshot.status(), Status::Done { output: Some(output.clone()) }, "{}", case["name"]);
            }
        }
    }
}

#[test]
fn xstates_feature_machine_is_read_and_told_what_cannot_be() {
    let Some(path) = data("xstate/feature_coverage_machine.json") else { return };
    let definition = Definition::parse(&fs::read_to_string(&path).unwrap()).unwrap();
    let own = catalog()
        .actions(["stringActionType", "objectActionType", "objectActionTypeWithExec"])
        .actors(["invokeSrc"])
        .guard("isString", |scope, params| Ok(scope.variable("string") == params.get("string")));
    let problems = Machine::compile(&definition, &own, Strictness::Runnable).unwrap_err();
    let told: Vec<(&str, Rule)> = problems.iter().map(|problem| (problem.path.as_str(), problem.rule)).collect();
    // It sends one transition to two states that are never active together, which XState accepts.
    assert_eq!(told, [("/states/testActions/on/TO_FOO/target", Rule::ConflictingTargets)]);
    let round: Value = serde_json::to_value(&definition).unwrap();
    assert_eq!(plain(&round), plain(&serde_json::from_str::<Value>(&fs::read_to_string(path).unwrap()).unwrap()));
}

#[test]
fn xstates_invalid_machine_is_refused_with_its_place() {
    let Some(path) = data("xstate/invalid_machine.json") else { return };
    let definition = Definition::parse(&fs::read_to_string(path).unwrap()).unwrap();
    let problems = Machine::compile(&definition, &catalog(), Strictness::Runnable).unwrap_err();
    assert_eq!(problems.iter().map(|problem| (problem.path.as_str(), problem.rule)).collect::<Vec<_>>(), [("/type", Rule::WrongType)]);
}
