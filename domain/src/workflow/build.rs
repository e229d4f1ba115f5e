//! A workflow into a statechart.
//!
//! ```text
//! work                     the steps, each a state with its id
//!   label                  open ─ answered ─► done            (then its transitions, as onDone)
//!   review                 drawing ─► open ─ decided ─► done
//!   last                   where it was, for coming back from held
//! held                     somebody must look: task.resume, task.reset.<step>
//! completed, archived      the end
//! ```
//!
//! Its context: `input` (the task), `steps.<id>` (status, visits, attempts, needed, count, answers, output), `step_output` (of the step that ended
//! last), `answers` (the last ones that people gave), `chance` (of this moment), `hold` (why).

use serde_json::{Map, Value, json};

use super::{
    Branch, Condition, ConditionKind, Hook, Join, Merge, Step, StepKind, TimeoutAction, Transition, Workflow,
    check::{ENDS, routes},
    shapes::{self, all_steps, is_router},
};
use crate::{ordered::Json, statechart::Definition};

pub(super) fn build(workflow: &Workflow) -> Definition {
    Build { ids: all_steps(workflow).into_iter().map(|step| step.id.clone()).collect() }.workflow(workflow)
}

struct Build {
    /// Of all steps.
    ids: Vec<String>,
}

fn expr(text: impl Into<String>) -> Value {
    json!({"$expr": text.into()})
}

fn path(step: &str) -> String {
    format!("$.steps['{step}']")
}

/// A state of the steps' own: an id that no step can have.
fn inner(step: &str, state: &str) -> String {
    format!("#{step}.{state}")
}

impl Build {
    fn workflow(&self, workflow: &Workflow) -> Definition {
        let first = workflow.steps.first().map_or("", |step| step.id.as_str());
        let mut states: Vec<(String, Json)> = self.steps(&workflow.steps, &workflow.transitions, "completed");
        states.push(("last".to_owned(), json!({"type": "history", "history": "deep"}).into()));
        let mut admin = Map::new();
        admin.insert("task.complete".to_owned(), json!("#completed"));
        admin.insert("task.archive".to_owned(), json!("#archived"));
        for step in &workflow.steps {
            admin.insert(format!("task.reset.{}", step.id), json!(format!("#{}", step.id)));
        }
        let hold = json!({"target": "#held", "actions": hold(&expr("default($.event.reason, 'held')"), &Value::Null)});
        let work = Json::object([
            ("id", "work".into()),
            ("initial", first.into()),
            ("on", json!({"task.hold": hold}).into()),
            ("states", Json::Object(states)),
        ]);
        let steps: Map<String, Value> = self.ids.iter().map(|id| (id.clone(), untouched())).collect();
        Definition(Json::object([
            ("id", Json::from(format!("workflow {}", workflow.id.replace('.', "_")))),
            ("description", workflow.name.as_str().into()),
            (
                "context",
                json!({
                    "input": expr("$.event.input.task"), "chance": expr("$.event.input.chance"),
                    "steps": steps, "step_output": null, "answers": [], "hold": null,
                })
                .into(),
            ),
            ("initial", "work".into()),
            ("on", Value::Object(admin).into()),
            (
                "states",
                Json::object([
                    ("work", work),
                    ("held", json!({"id": "held", "tags": ["held"], "entry": [hold_task()], "on": {"task.resume": "#work.last"}}).into()),
                    ("completed", end("completed", "complete_task")),
                    ("archived", end("archived", "archive_task")),
                ]),
            ),
            ("output", expr("$.step_output").into()),
        ]))
    }

    fn steps(&self, steps: &[Step], transitions: &[Transition], end: &str) -> Vec<(String, Json)> {
        let mut states = Vec::new();
        for (index, step) in steps.iter().enumerate() {
            let next = steps.get(index + 1).map_or(end, |next| next.id.as_str());
            let exits = self.exits(step, transitions, next, end);
            let mut entries = vec![
                ("id".to_owned(), Json::from(step.id.as_str())),
                ("meta".to_owned(), json!({"step": step.id, "name": step.name, "kind": step.kind}).into()),
            ];
            entries.extend(self.body(step, exits, transitions));
            states.push((step.id.clone(), Json::Object(entries)));
        }
        states
    }

    /// As the step begins. These are actions of its initial transition, not of its entry: coming back from `held` is no beginning.
    fn beginning(&self, step: &Step) -> Vec<Json> {
        let visits = expr(format!("{}.visits + 1", path(&step.id)));
        let mut state = untouched();
        state["status"] = json!("active");
        state["visits"] = visits;
        state["needed"] = json!(step.completion.count.unwrap_or(1));
        let mut actions = vec![Self::write(&step.id, state, None)];
        actions.extend(step.hooks.pre_process.iter().map(|hook| run_hook(step, hook, "pre_process")));
        actions
    }

    /// The state of one step written; `step_output` too, where the step has ended.
    fn write(step: &str, state: Value, output: Option<Value>) -> Json {
        let mut one = Map::new();
        one.insert(step.to_owned(), state);
        let mut assignment = json!({"steps": {"$merge": [expr("$.steps"), one]}});
        if let Some(output) = output {
            assignment["step_output"] = output;
        }
        json!({"type": "xstate.assign", "assignment": assignment}).into()
    }

    /// The step's fields as they are, but for some.
    fn changed(step: &str, fields: &[(&str, Value)]) -> Value {
        let fields: Map<String, Value> = fields.iter().map(|(field, value)| ((*field).to_owned(), value.clone())).collect();
        json!({"$merge": [expr(path(step)), fields]})
    }

    /// The step is over, with this output (or what its mapping makes of the event's).
    fn finish(&self, step: &Step, output: Value) -> Vec<Json> {
        let output = step.output_mapping.as_ref().map_or(output, Json::to_value);
        let state = Self::changed(&step.id, &[("status", json!("completed")), ("output", output.clone())]);
        let mut actions = vec![Self::write(&step.id, state, Some(output))];
        if step.kind == StepKind::Annotation {
            actions.push(json!({"type": "xstate.assign", "assignment": {"answers": expr(format!("{}.answers", path(&step.id)))}}).into());
        }
        actions.extend(step.hooks.post_process.iter().map(|hook| run_hook(step, hook, "post_process")));
        actions
    }

    fn body(&self, step: &Step, exits: Vec<Json>, transitions: &[Transition]) -> Vec<(String, Json)> {
        let object = |entries: Vec<(&str, Json)>| entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Vec<_>>();
        match step.kind {
            StepKind::Complete => return object(vec![("entry", Json::Array(self.beginning(step))), ("always", "#completed".into())]),
            StepKind::Archive => return object(vec![("entry", Json::Array(self.beginning(step))), ("always", "#archived".into())]),
            _ if is_router(step) => return object(vec![("entry", Json::Array(self.beginning(step))), ("always", Json::Array(exits))]),
            _ => {}
        }
        let (initial, mut states) = match step.kind {
            StepKind::Annotation | StepKind::Adjudication => ("open", self.gathering(step, transitions)),
            StepKind::Review => self.review(step, transitions),
            StepKind::Sampling => ("drawing", self.drawing(step, "done", &json!({"sampled": true}), true)),
            StepKind::Hold => ("open", self.holding(step)),
            StepKind::Consensus => ("consensus", self.consensus(step, &expr("$.answers"), transitions)),
            StepKind::Parallel => ("branches", self.parallel(step)),
            _ => ("running", self.running(step)),
        };
        states.push(("done".to_owned(), json!({"type": "final"}).into()));
        let initial = Json::object([("target", initial.into()), ("actions", Json::Array(self.beginning(step)))]);
        object(vec![("initial", initial), ("onDone", Json::Array(exits)), ("states", Json::Object(states))])
    }

    /// People answer until there are enough.
    fn gathering(&self, step: &Step, transitions: &[Transition]) -> Vec<(String, Json)> {
        let me = path(&step.id);
        let kept = Self::changed(&step.id, &[("answers", expr("$.event.answers")), ("count", expr("$.event.count"))]);
        let keep = Self::write(&step.id, kept, None);
        let enough = json!({"type": "expression", "expression": format!("$.event.count >= {me}.needed")});
        let answers =
            json!({"answers": expr("$.event.answers"), "count": expr("$.event.count"), "result": expr("$.event.answers[-1].data")});
        let mut done = vec![keep.clone()];
        let target = if step.consensus.is_some() {
            ".consensus"
        } else {
            done.extend(self.finish(step, answers));
            ".done"
        };
        let target = format!("#{}{target}", step.id);
        let answered = Json::array([
            Json::object([("guard", enough.into()), ("target", target.as_str().into()), ("actions", Json::Array(done))]),
            Json::object([("actions", Json::array([keep]))]),
        ]);
        let mut on = vec![(format!("answered.{}", step.id), answered)];
        if step.completion.kind == Some(super::CompletionKind::Manual) {
            let actions = self.finish(step, self.kept_output(step));
            on[0].1 = Json::array([Json::object([("actions", Json::array([self.keep_only(step)]))])]);
            on.push((
                format!("finished.{}", step.id),
                Json::object([("target", inner(&step.id, "done").into()), ("actions", Json::Array(actions))]),
            ));
        }
        let mut states = vec![("open".to_owned(), self.open(step, on, step.kind))];
        states.extend(self.timeout_state(step));
        if step.consensus.is_some() {
            states.extend(self.consensus(step, &expr(format!("{me}.answers")), transitions));
        }
        if step.consensus.is_none() {
            states.extend(self.timed_out(step));
        }
        states
    }

    /// Where a task waits for somebody when time is over.
    fn timed_out(&self, step: &Step) -> Option<(String, Json)> {
        let escalates = step.timeout.is_some() && step.completion.timeout_action != Some(TimeoutAction::Retry);
        escalates.then(|| ("escalated".to_owned(), self.escalated(step, "timeout")))
    }

    fn keep_only(&self, step: &Step) -> Json {
        Self::write(&step.id, Self::changed(&step.id, &[("answers", expr("$.event.answers")), ("count", expr("$.event.count"))]), None)
    }

    fn kept_output(&self, step: &Step) -> Value {
        let me = path(&step.id);
        json!({"answers": expr(format!("{me}.answers")), "count": expr(format!("{me}.count")), "result": expr(format!("{me}.answers[-1].data"))})
    }

    fn open(&self, step: &Step, on: Vec<(String, Json)>, kind: StepKind) -> Json {
        let params =
            json!({"step": step.id, "kind": kind, "needed": expr(format!("{}.needed", path(&step.id))), "input": self.input(step)});
        let mut entries = vec![
            ("tags", json!(["open"]).into()),
            ("meta", json!({"step": step.id, "open": kind}).into()),
            ("entry", json!([{"type": "open_step", "params": params}]).into()),
            ("exit", json!([{"type": "close_step", "params": {"step": step.id}}]).into()),
            ("on", Json::Object(on)),
        ];
        entries.extend(self.timeout(step).map(|after| ("after", after)));
        Json::object(entries)
    }

    fn input(&self, step: &Step) -> Value {
        step.input_mapping.as_ref().map_or(Value::Null, Json::to_value)
    }

    /// What happens when time is over.
    fn timeout(&self, step: &Step) -> Option<Json> {
        let timeout = step.timeout.as_ref()?;
        let me = path(&step.id);
        let escalate = json!({"target": inner(&step.id, "escalated")});
        let branches: Json = match step.completion.timeout_action.unwrap_or(TimeoutAction::Escalate) {
            TimeoutAction::Escalate => json!([escalate]).into(),
            TimeoutAction::Retry => json!([{"target": inner(&step.id, "again")}]).into(),
            TimeoutAction::Proceed => {
                let minimum = step.completion.min_required.or(step.completion.count).unwrap_or(1);
                let enough = json!({"type": "expression", "expression": format!("{me}.count >= {minimum}")});
                // Agreement among fewer than two is nothing to measure.
                let (target, actions) = if step.consensus.is_some() && minimum > 1 {
                    ("consensus", Vec::new())
                } else {
                    ("done", self.finish(step, self.kept_output(step)))
                };
                let proceed = [("guard", enough.into()), ("target", inner(&step.id, target).into()), ("actions", Json::Array(actions))];
                Json::array([Json::object(proceed), escalate.into()])
            }
        };
        Some(Json::object([(timeout.clone(), branches)]))
    }

    /// Between two attempts, so that opening anew closes first.
    fn timeout_state(&self, step: &Step) -> Option<(String, Json)> {
        if step.completion.timeout_action != Some(TimeoutAction::Retry) || step.timeout.is_none() {
            return None;
        }
        let attempts = Self::changed(&step.id, &[("attempts", expr(format!("{}.attempts + 1", path(&step.id))))]);
        let again =
            Json::object([("entry", Json::array([Self::write(&step.id, attempts, None)])), ("always", inner(&step.id, "open").into())]);
        Some(("again".to_owned(), again))
    }

    fn escalated(&self, step: &Step, reason: &str) -> Json {
        let resolved = Json::object([
            ("target", Json::from(inner(&step.id, "done"))),
            ("actions", Json::Array(self.finish(step, expr("$.event.output")))),
        ]);
        Json::object([
            ("tags", json!(["held"]).into()),
            ("meta", json!({"step": step.id, "held": reason}).into()),
            ("entry", Json::array(hold(&json!(reason), &json!(step.id)).into_iter().chain([hold_task()]))),
            ("on", Json::object([(format!("resolved.{}", step.id), resolved), (format!("reopened.{}", step.id), reopened(step))])),
        ])
    }

    /// Answers brought together, and what follows when they do not fit.
    fn consensus(&self, step: &Step, answers: &Value, transitions: &[Transition]) -> Vec<(String, Json)> {
        let me = path(&step.id);
        let outcome = json!({
            "agreement_score": expr("$.event.output.agreement_score"), "agreed": expr("$.event.output.agreed"), "next": expr("$.event.output.next"),
            "result": expr("$.event.output.result"), "count": expr("$.event.output.count"),
        });
        let next = |word: &str| -> Json { json!({"type": "expression", "expression": format!("$.event.output.next == '{word}'")}).into() };
        let done = || Json::from(inner(&step.id, "done"));
        // Where the workflow itself says what follows a disagreement, the step is over.
        let routed = transitions.iter().any(|t| t.from == step.id && t.condition.kind == ConditionKind::OnDisagreement);
        let mut branches = vec![Json::object([
            ("guard", next("resolved")),
            ("target", done()),
            ("actions", Json::Array(self.finish(step, outcome.clone()))),
        ])];
        if step.kind == StepKind::Annotation {
            let more = Self::changed(&step.id, &[("needed", expr(format!("{me}.needed + 1")))]);
            let more = Json::array([Self::write(&step.id, more, None)]);
            branches.push(Json::object([
                ("guard", next("additional_annotators")),
                ("target", inner(&step.id, "open").into()),
                ("actions", more),
            ]));
        }
        let mut states = Vec::new();
        if routed {
            branches.push(Json::object([("target", done()), ("actions", Json::Array(self.finish(step, outcome)))]));
        } else {
            // Whoever decides now sees what was measured, and so do the conditions afterwards.
            let measured = Json::array([Self::write(&step.id, Self::changed(&step.id, &[("output", outcome)]), None)]);
            branches.push(Json::object([
                ("guard", next("adjudication")),
                ("target", inner(&step.id, "adjudicating").into()),
                ("actions", measured.clone()),
            ]));
            branches.push(Json::object([("target", inner(&step.id, "escalated").into()), ("actions", measured)]));
            states.push(("adjudicating".to_owned(), self.adjudicating(step)));
        }
        let invoke = Json::object([
            ("id", Json::from(format!("{}:consensus", step.id))),
            ("src", shapes::CONSENSUS.into()),
            ("input", json!({"config": step.consensus, "answers": answers}).into()),
            ("onDone", Json::Array(branches)),
            ("onError", json!({"target": inner(&step.id, "escalated")}).into()),
        ]);
        states.insert(0, ("consensus".to_owned(), Json::object([("invoke", invoke)])));
        states.push(("escalated".to_owned(), self.escalated(step, "no_agreement")));
        states
    }

    fn adjudicating(&self, step: &Step) -> Json {
        let output = json!({
            "agreement_score": expr(format!("{}.output.agreement_score", path(&step.id))), "agreed": false, "next": "resolved", "result": expr("$.event.answers[-1].data"),
            "count": expr(format!("{}.count", path(&step.id))),
        });
        let answered = Json::object([("target", Json::from(inner(&step.id, "done"))), ("actions", Json::Array(self.finish(step, output)))]);
        let params = json!({"step": step.id, "kind": "adjudication", "needed": 1, "input": null});
        Json::object([
            ("tags", json!(["open"]).into()),
            ("meta", json!({"step": step.id, "open": "adjudication"}).into()),
            ("entry", json!([{"type": "open_step", "params": params}]).into()),
            ("exit", json!([{"type": "close_step", "params": {"step": step.id}}]).into()),
            ("on", Json::object([(format!("adjudicated.{}", step.id), answered)])),
        ])
    }

    fn review(&self, step: &Step, transitions: &[Transition]) -> (&'static str, Vec<(String, Json)>) {
        let output = json!({
            "decision": expr("$.event.decision"), "by": expr("$.event.by"), "reason": expr("$.event.reason"), "sampled": true,
        });
        let decided = Json::object([("target", Json::from(inner(&step.id, "done"))), ("actions", Json::Array(self.finish(step, output)))]);
        let mut states = vec![("open".to_owned(), self.open(step, vec![(format!("decided.{}", step.id), decided)], step.kind))];
        states.extend(self.timeout_state(step));
        states.extend(self.timed_out(step));
        // A transition that samples has already drawn.
        let drawn_before = transitions.iter().any(|t| t.to == step.id && t.condition.kind == ConditionKind::Sample);
        if step.sample_rate.is_none() || drawn_before {
            return ("open", states);
        }
        let skipped = json!({"decision": null, "by": null, "reason": null, "sampled": false});
        states.extend(self.drawing(step, "open", &skipped, false));
        ("drawing", states)
    }

    /// Decides by chance. Without luck the step is over at once.
    fn drawing(&self, step: &Step, lucky: &str, output: &Value, output_when_lucky: bool) -> Vec<(String, Json)> {
        let guard = chance(0.0, step.sample_rate.unwrap_or(1.0), &step.id);
        let mut unlucky_output = output.clone();
        unlucky_output["sampled"] = json!(false);
        let actions = if output_when_lucky { self.finish(step, output.clone()) } else { Vec::new() };
        let always = Json::array([
            Json::object([("guard", guard), ("target", Json::from(inner(&step.id, lucky))), ("actions", Json::Array(actions))]),
            Json::object([("target", Json::from(inner(&step.id, "done"))), ("actions", Json::Array(self.finish(step, unlucky_output)))]),
        ]);
        vec![("drawing".to_owned(), Json::object([("always", always)]))]
    }

    fn holding(&self, step: &Step) -> Vec<(String, Json)> {
        let released = Json::object([
            ("target", Json::from(inner(&step.id, "done"))),
            ("actions", Json::Array(self.finish(step, expr("default($.event.output, $.step_output)")))),
        ]);
        let mut entries = vec![
            ("tags", json!(["held"]).into()),
            ("meta", json!({"step": step.id, "held": "hold"}).into()),
            ("entry", Json::array(hold(&json!("hold"), &json!(step.id)).into_iter().chain([hold_task()]))),
            ("on", Json::object([(format!("released.{}", step.id), released)])),
        ];
        entries.extend(self.timeout(step).map(|after| ("after", after)));
        let mut states = vec![("open".to_owned(), Json::object(entries))];
        states.extend(self.timeout_state(step));
        states.extend(self.timed_out(step));
        states
    }

    /// A handler runs outside; it may be tried again.
    fn running(&self, step: &Step) -> Vec<(String, Json)> {
        let me = path(&step.id);
        let handler = step.handler.clone().unwrap_or_default();
        let src = if handler.starts_with("@core/") { handler.clone() } else { kind_word(step.kind) };
        let input = step.input_mapping.as_ref().map_or_else(
            || json!({"task": expr("$.input"), "answers": expr("$.answers"), "previous": expr("$.step_output")}),
            Json::to_value,
        );
        let attempts = Self::changed(&step.id, &[("attempts", expr(format!("{me}.attempts + 1")))]);
        let done = Json::object([
            ("target", Json::from(inner(&step.id, "done"))),
            ("actions", Json::Array(self.finish(step, expr("$.event.output")))),
        ]);
        let mut errors = Vec::new();
        let mut states = Vec::new();
        if let Some(retry) = &step.retry {
            let left = json!({"type": "expression", "expression": format!("{me}.attempts < {}", retry.max_attempts)});
            errors.push(json!({"guard": left, "target": inner(&step.id, "waiting")}));
            let delay = retry.delay.clone().unwrap_or_else(|| "PT0S".to_owned());
            states.push(("waiting".to_owned(), json!({"after": {delay: inner(&step.id, "running")}}).into()));
        }
        errors.push(json!({"target": inner(&step.id, "failed")}));
        let mut running = vec![
            ("meta", json!({"step": step.id, "running": step.kind}).into()),
            ("entry", Json::array([Self::write(&step.id, attempts, None)])),
            (
                "invoke",
                Json::object([
                    ("id", Json::from(step.id.as_str())),
                    ("src", src.into()),
                    ("input", json!({"handler": handler, "config": step.config, "input": input}).into()),
                    ("onDone", done),
                    ("onError", Value::Array(errors.clone()).into()),
                ]),
            ),
        ];
        if let Some(timeout) = &step.timeout {
            // Too late is as good as failed.
            running.push(("after", json!({timeout.clone(): errors}).into()));
        }
        states.insert(0, ("running".to_owned(), Json::object(running)));
        states.push(("failed".to_owned(), self.escalated(step, "failed")));
        states
    }

    fn parallel(&self, step: &Step) -> Vec<(String, Json)> {
        let me = path(&step.id);
        let regions = step.branches.iter().map(|branch| (branch.id.clone(), self.branch(step, branch)));
        let joined = inner(&step.id, "joined");
        let mut branches = vec![("type", Json::from("parallel")), ("states", Json::Object(regions.collect()))];
        let needed = match step.join {
            Join::All => None,
            Join::Any => Some(1),
            Join::AtLeast(count) => Some(count),
        };
        match needed {
            None => branches.push(("onDone", joined.into())),
            Some(count) => {
                let enough = json!({"type": "expression", "expression": format!("{me}.joined >= {count}")});
                branches.push(("always", json!({"guard": enough, "target": joined}).into()));
            }
        }
        let mut states = vec![("branches".to_owned(), Json::object(branches))];
        let outputs: Map<String, Value> = step
            .branches
            .iter()
            .flat_map(|branch| &branch.steps)
            .map(|inner| (inner.id.clone(), expr(format!("{}.output", path(&inner.id)))))
            .collect();
        match &step.merge {
            Some(Merge::Handler { handler, config }) => {
                let finish = Json::Array(self.finish(step, expr("$.event.output")));
                let invoke = Json::object([
                    ("id", Json::from(step.id.as_str())),
                    ("src", "merge".into()),
                    ("input", json!({"handler": handler, "config": config, "input": outputs}).into()),
                    ("onDone", Json::object([("target", inner(&step.id, "done").into()), ("actions", finish)])),
                    ("onError", json!({"target": inner(&step.id, "failed")}).into()),
                ]);
                states.push(("joined".to_owned(), Json::object([("invoke", invoke)])));
                states.push(("failed".to_owned(), self.escalated(step, "failed")));
            }
            merge => {
                let output = match merge {
                    Some(Merge::Output(output)) => output.to_value(),
                    _ => Value::Object(outputs),
                };
                let always = [("target", inner(&step.id, "done").into()), ("actions", Json::Array(self.finish(step, output)))];
                states.push(("joined".to_owned(), Json::object([("always", Json::object(always))])));
            }
        }
        states
    }

    fn branch(&self, step: &Step, branch: &Branch) -> Json {
        let first = branch.steps.first().map_or("", |first| first.id.as_str());
        let end = format!("{}.branches.{}.completed", step.id, branch.id);
        let mut states = self.steps(&branch.steps, &branch.transitions, &end);
        let joined = Self::changed(&step.id, &[("joined", expr(format!("{}.joined + 1", path(&step.id))))]);
        let entry = Json::array([Self::write(&step.id, joined, None)]);
        states.push(("completed".to_owned(), Json::object([("type", "final".into()), ("entry", entry)])));
        Json::object([("initial", first.into()), ("states", Json::Object(states))])
    }

    /// Where the task goes after a step. Where no condition holds somebody must look: it never just stops.
    fn exits(&self, step: &Step, transitions: &[Transition], next: &str, end: &str) -> Vec<Json> {
        let to = |id: &str| if ENDS[0] == id && !self.ids.iter().any(|known| known == id) { format!("#{end}") } else { format!("#{id}") };
        if transitions.is_empty() {
            return vec![Json::object([("target", Json::from(to(next)))])];
        }
        let mut exits = Vec::new();
        let mut drawn = 0.0;
        for (_, transition) in routes(transitions, &step.id) {
            let guard = self.guard(step, &transition.condition, &mut drawn);
            let is_certain = guard.is_none();
            let mut entries = Vec::new();
            entries.extend(guard.map(|guard| ("guard", guard)));
            entries.push(("target", to(&transition.to).into()));
            exits.push(Json::object(entries));
            if is_certain {
                return exits;
            }
        }
        let actions = Json::array(hold(&json!("no_route"), &json!(step.id)));
        exits.push(Json::object([("target", "#held".into()), ("actions", actions)]));
        exits
    }

    fn guard(&self, step: &Step, condition: &Condition, drawn: &mut f64) -> Option<Json> {
        let expression = |text: String| Some(json!({"type": "expression", "expression": text}).into());
        match condition.kind {
            ConditionKind::Always | ConditionKind::OnComplete => None,
            ConditionKind::OnAgreement | ConditionKind::OnDisagreement => {
                let agreed = match condition.threshold {
                    // An admin may have resolved the step without a score; -2 is below every agreement.
                    Some(threshold) => format!("default($.step_output.agreement_score, -2) >= {threshold}"),
                    None => "default($.step_output.agreed, false)".to_owned(),
                };
                expression(if condition.kind == ConditionKind::OnAgreement { agreed } else { format!("!({agreed})") })
            }
            ConditionKind::Expression => expression(condition.expression.clone().unwrap_or_default()),
            ConditionKind::Sample | ConditionKind::Percentage => {
                let from = *drawn;
                *drawn += condition.rate.unwrap_or_default();
                // One draw for all shares of a step: each has its own part of it.
                Some(chance(from, *drawn, &format!("{} ->", step.id)))
            }
            ConditionKind::OnDecision => {
                let decision = condition.decision.map_or("", super::Decision::as_str);
                expression(format!("$.step_output.decision == '{decision}'"))
            }
            ConditionKind::WorkedOn => {
                Some(json!({"type": "worked_on", "params": {"users": condition.users, "step": condition.step}}).into())
            }
        }
    }
}

fn untouched() -> Value {
    json!({"status": "pending", "visits": 0, "attempts": 0, "needed": 1, "count": 0, "joined": 0, "answers": [], "output": null})
}

fn reopened(step: &Step) -> Json {
    format!("#{}", step.id).into()
}

fn kind_word(kind: StepKind) -> String {
    serde_json::to_value(kind).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

fn chance(from: f64, to: f64, salt: &str) -> Json {
    json!({"type": "chance", "params": {"from": from, "to": to, "salt": salt}}).into()
}

fn run_hook(step: &Step, hook: &Hook, when: &str) -> Json {
    json!({"type": "run_hook", "params": {"step": step.id, "hook": hook.id, "plugin": hook.plugin, "when": when, "config": hook.config}})
        .into()
}

fn hold(reason: &Value, step: &Value) -> Vec<Json> {
    vec![json!({"type": "xstate.assign", "assignment": {"hold": {"reason": reason, "step": step}}}).into()]
}

fn hold_task() -> Json {
    json!({"type": "hold_task", "params": expr("$.hold")}).into()
}

fn end(id: &str, action: &str) -> Json {
    json!({"id": id, "type": "final", "entry": [{"type": action, "params": {"output": expr("$.step_output")}}]}).into()
}
