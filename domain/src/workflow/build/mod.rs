//! A workflow into a statechart.
//!
//! ```text
//! work                     the steps, each a state with its id
//!   label                  open ─ answered ─► done            (then its transitions, as onDone)
//!   review                 drawing ─► open ─ decided ─► done
//!   last                   where it was, for coming back from held
//! held                     somebody must look: task.resume, task.reset.<step>
//!                          (of a branch's steps while their parallel step is under way)
//! completed, archived      the end
//! ```
//!
//! Its context: `input` (the task), `steps.<id>` (status, visits, attempts, needed, count, answers, output), `step_output` (of the step that ended
//! last), `answers` (the last ones that people gave), `chance` (of this moment), `hold` (why).

mod people;
mod programs;
mod routes;

use serde_json::{Map, Value, json};

use super::{
    Hook, Step, StepKind, Transition, Workflow,
    shapes::{all_steps, is_router},
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
}

pub(super) fn untouched() -> Value {
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
