//! Steps that wait for people: answers gathered, agreed on, reviewed; held where somebody must look.

use serde_json::{Value, json};

use super::{Build, chance, expr, hold, hold_task, inner, path, reopened};
use crate::{
    ordered::Json,
    workflow::{CompletionKind, ConditionKind, Step, StepKind, TimeoutAction, Transition, shapes},
};

impl Build {
    /// People answer until there are enough.
    pub(super) fn gathering(&self, step: &Step, transitions: &[Transition]) -> Vec<(String, Json)> {
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
        if step.completion.kind == Some(CompletionKind::Manual) {
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
    pub(super) fn timed_out(&self, step: &Step) -> Option<(String, Json)> {
        let ends = step.kind == StepKind::Hold && step.completion.timeout_action == Some(TimeoutAction::Proceed);
        let escalates = step.timeout.is_some() && step.completion.timeout_action != Some(TimeoutAction::Retry) && !ends;
        escalates.then(|| ("escalated".to_owned(), self.escalated(step, "timeout")))
    }

    pub(super) fn keep_only(&self, step: &Step) -> Json {
        Self::write(&step.id, Self::changed(&step.id, &[("answers", expr("$.event.answers")), ("count", expr("$.event.count"))]), None)
    }

    pub(super) fn kept_output(&self, step: &Step) -> Value {
        let me = path(&step.id);
        json!({"answers": expr(format!("{me}.answers")), "count": expr(format!("{me}.count")), "result": expr(format!("{me}.answers[-1].data"))})
    }

    pub(super) fn open(&self, step: &Step, on: Vec<(String, Json)>, kind: StepKind) -> Json {
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

    pub(super) fn input(&self, step: &Step) -> Value {
        step.input_mapping.as_ref().map_or(Value::Null, Json::to_value)
    }

    /// What happens when time is over.
    pub(super) fn timeout(&self, step: &Step) -> Option<Json> {
        let timeout = step.timeout.as_ref()?;
        let me = path(&step.id);
        let escalate = json!({"target": inner(&step.id, "escalated")});
        let branches: Json = match step.completion.timeout_action.unwrap_or(TimeoutAction::Escalate) {
            TimeoutAction::Escalate => json!([escalate]).into(),
            TimeoutAction::Retry => json!([{"target": inner(&step.id, "again")}]).into(),
            // Nothing is gathered in a hold: it only waits.
            TimeoutAction::Proceed if step.kind == StepKind::Hold => Json::array([Json::object([
                ("target", inner(&step.id, "done").into()),
                ("actions", Json::Array(self.finish(step, expr("$.step_output")))),
            ])]),
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
    pub(super) fn timeout_state(&self, step: &Step) -> Option<(String, Json)> {
        if step.completion.timeout_action != Some(TimeoutAction::Retry) || step.timeout.is_none() {
            return None;
        }
        let attempts = Self::changed(&step.id, &[("attempts", expr(format!("{}.attempts + 1", path(&step.id))))]);
        let again =
            Json::object([("entry", Json::array([Self::write(&step.id, attempts, None)])), ("always", inner(&step.id, "open").into())]);
        Some(("again".to_owned(), again))
    }

    pub(super) fn escalated(&self, step: &Step, reason: &str) -> Json {
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
    pub(super) fn consensus(&self, step: &Step, answers: &Value, transitions: &[Transition]) -> Vec<(String, Json)> {
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

    pub(super) fn adjudicating(&self, step: &Step) -> Json {
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

    pub(super) fn review(&self, step: &Step, transitions: &[Transition]) -> (&'static str, Vec<(String, Json)>) {
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
    pub(super) fn drawing(&self, step: &Step, lucky: &str, output: &Value, output_when_lucky: bool) -> Vec<(String, Json)> {
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

    pub(super) fn holding(&self, step: &Step) -> Vec<(String, Json)> {
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
}
