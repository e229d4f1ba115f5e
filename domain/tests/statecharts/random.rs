//! Random machines, told the same things here and in XState: the same state, context, tags, status, output, and the same actions in the same order,
//! after every step. `TANDEM_MACHINES` says how many, `TANDEM_FIRST_SEED` from which seed; one alone: `TANDEM_MACHINES=1`.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tandem_domain::statechart::{Machine, Strictness};

use crate::{Host, compile, generate::Generator, peer::Peer, plain, why};

/// Within `make test`, unless `TANDEM_MACHINES` says otherwise.
const MACHINES: u64 = 500;
const BUDGET: Duration = Duration::from_secs(20);

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().expect("a number"))
}

/// What the peer saw of one step, in the words of [`Host::look`].
fn seen_by_peer(seen: &Value) -> Value {
    if seen["status"] == "error" {
        let reason = seen["reason"].as_str().unwrap();
        let whys = [("Infinite loop", "endless"), ("on purpose", "guard"), ("Unable to send event", "no child"), ("broken", "child")];
        let why = whys.iter().find(|(part, _)| reason.contains(part)).map_or(reason, |(_, why)| why);
        return json!({"status": "error", "why": why});
    }
    let actions = seen["actions"].as_array().unwrap();
    let effects: Vec<Value> = actions.iter().filter_map(effect).collect();
    let mut told = json!({
        "status": seen["status"],
        "value": seen["value"],
        "context": seen["context"],
        "tags": seen["tags"],
        "order": actions.iter().map(|action| action["type"].clone()).collect::<Vec<_>>(),
        "effects": effects,
    });
    if seen["output"] != Value::Null {
        told["output"] = seen["output"].clone();
    }
    told
}

fn effect(action: &Value) -> Option<Value> {
    let params = &action["params"];
    match action["type"].as_str().unwrap() {
        "xstate.emit" => Some(json!(["emit", params["event"]])),
        "xstate.log" => Some(json!(["log", params["label"], params["value"]])),
        "xstate.spawnChild" => Some(json!(["spawn", action["id"], action["src"], action["input"]])),
        "xstate.sendTo" => Some(json!(["send", action["to"], action["event"]])),
        name if name.starts_with("xstate.") => None,
        name => Some(json!([name, params])),
    }
}

fn play(machine: &Machine, steps: &Value) -> Vec<Value> {
    let mut host = match Host::start(machine) {
        Ok(host) => host,
        Err(error) => return vec![json!({"status": "error", "why": why(&error)})],
    };
    let mut seen = vec![host.look()];
    for step in steps.as_array().unwrap() {
        if host.status() != "active" {
            break;
        }
        match step.get("send") {
            Some(event) => host.send(serde_json::from_value(event.clone()).unwrap()),
            None => host.wait(step["clock"].as_i64().unwrap()),
        }
        seen.push(host.look());
    }
    seen
}

/// Mail to a child that the same state starts only afterwards comes later here: that is ours on purpose.
fn sorted_mail(seen: &Value) -> Value {
    let mut seen = seen.clone();
    if let Some(effects) = seen["effects"].as_array_mut() {
        effects.sort_by_key(|effect| effect[0] == "send");
    }
    seen
}

#[test]
fn random_machines_do_what_xstate_does() {
    let first = number("TANDEM_FIRST_SEED").unwrap_or(1);
    let count = number("TANDEM_MACHINES");
    let (mut peer, start) = (Peer::start(), Instant::now());
    let (mut machines, mut steps_played, mut broken) = (0, 0, 0);
    let mut ends = BTreeMap::<String, u32>::new();
    for seed in first..first + count.unwrap_or(MACHINES) {
        if count.is_none() && start.elapsed() > BUDGET {
            break;
        }
        let mut generator = Generator::new(seed);
        let (text, steps) = (generator.machine(), generator.steps());
        let machine = compile(&text, Strictness::Runnable);
        let theirs = peer.ask(&text, &steps);
        assert!(theirs.is_array(), "seed {seed}: XState refused what we take: {theirs}\n{text}");
        let ours = play(&machine, &steps);
        let mut theirs = theirs.as_array().unwrap().as_slice();
        let mut ours = ours.as_slice();
        if theirs.last().unwrap()["status"] == "broken" {
            theirs = &theirs[..theirs.len() - 1];
            ours = &ours[..theirs.len()];
            broken += 1;
        }
        for (at, (our, their)) in ours.iter().zip(theirs).enumerate() {
            let told = if at == 0 { "its start".to_owned() } else { format!("step {at}, {}", steps[at - 1]) };
            let (our, their) = (plain(&sorted_mail(our)), plain(&sorted_mail(&seen_by_peer(their))));
            assert!(
                our == their,
                "seed {seed}, after {told}:\nours   {our}\nXState {their}\nXState said {}\n{text}\n{steps}",
                theirs[at]["reason"]
            );
        }
        assert_eq!(ours.len(), theirs.len(), "seed {seed} ended at different steps\n{text}");
        machines += 1;
        steps_played += ours.len();
        if let Some(last) = ours.last() {
            let end = last.get("why").unwrap_or(&last["status"]).as_str().unwrap();
            *ends.entry(end.to_owned()).or_default() += 1;
        }
    }
    println!("{machines} machines, {steps_played} steps, which ended {ends:?}; XState lost its way in {broken}");
    assert!(broken * 50 <= machines, "XState lost its way in {broken}: is the comparison still one?");
    assert!(machines >= 50 || count.is_some(), "only {machines} machines in {BUDGET:?}");
}
