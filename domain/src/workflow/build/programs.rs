//! Steps in which programs run, and branches side by side.

use serde_json::{Map, Value, json};

use super::{Build, expr, inner, kind_word, path};
use crate::{
    ordered::Json,
    workflow::{Branch, Join, Merge, Step},
};

impl Build {
    /// A handler runs outside; it may be tried again.
    pub(super) fn running(&self, step: &Step) -> Vec<(String, Json)> {
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

    pub(super) fn parallel(&self, step: &Step) -> Vec<(String, Json)> {
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

    pub(super) fn branch(&self, step: &Step, branch: &Branch) -> Json {
        let first = branch.steps.first().map_or("", |first| first.id.as_str());
        let end = format!("{}.branches.{}.completed", step.id, branch.id);
        let mut states = self.steps(&branch.steps, &branch.transitions, &end);
        let joined = Self::changed(&step.id, &[("joined", expr(format!("{}.joined + 1", path(&step.id))))]);
        let entry = Json::array([Self::write(&step.id, joined, None)]);
        states.push(("completed".to_owned(), Json::object([("type", "final".into()), ("entry", entry)])));
        Json::object([("initial", first.into()), ("on", Json::Object(Self::resets(step, branch, &end))), ("states", Json::Object(states))])
    }

    /// An admin begins a step of a branch anew: the other branches stay where they are. A branch that had come to its end has not, then.
    fn resets(step: &Step, branch: &Branch, end: &str) -> Vec<(String, Json)> {
        let fewer = Self::changed(&step.id, &[("joined", expr(format!("{}.joined - 1", path(&step.id))))]);
        let reset = |inner: &Step| {
            let target = format!("#{}", inner.id);
            let ended = Json::object([
                ("guard", json!({"type": "stateIn", "stateValue": format!("#{end}")}).into()),
                ("target", target.as_str().into()),
                ("actions", Json::array([Self::write(&step.id, fewer.clone(), None)])),
            ]);
            (format!("task.reset.{}", inner.id), Json::array([ended, Json::object([("target", target.into())])]))
        };
        branch.steps.iter().map(reset).collect()
    }
}
