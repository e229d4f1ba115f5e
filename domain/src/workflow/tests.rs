//! Workflows as they are written, and tasks that go through them.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{consensus::Answer, *};
use crate::{
    agreement::Standard,
    expression::Shape,
    statechart::{Effect, Rule, Saved, Snapshot, Status},
};

const B1: &str = include_str!("../../tests/workflows/b1.xml");
const B2: &str = include_str!("../../tests/workflows/b2.xml");
const B3: &str = include_str!("../../tests/workflows/b3.xml");

fn flow(workflow: Workflow) -> Flow {
    Flow::compile(workflow, &Shape::Any, &Standard).unwrap_or_else(|error| panic!("{error}"))
}

fn from_json(workflow: Value) -> Flow {
    flow(Workflow::from_json(&workflow.to_string()).unwrap_or_else(|error| panic!("{error}")))
}

fn problems(workflow: &Value) -> Vec<(String, Rule)> {
    let workflow = Workflow::from_json(&workflow.to_string()).unwrap_or_else(|error| panic!("{error}"));
    match Flow::compile(workflow, &Shape::Any, &Standard) {
        Err(WorkflowError::Problems(problems)) => problems.into_iter().map(|problem| (problem.path, problem.rule)).collect(),
        other => panic!("{other:?}"),
    }
}

/// One task, whose snapshot is stored and loaded before every step.
struct Task<'f> {
    flow: &'f Flow,
    snapshot: Snapshot,
    now: DateTime<Utc>,
    chance: f64,
    effects: Vec<Effect>,
}

impl<'f> Task<'f> {
    fn start(flow: &'f Flow) -> Self {
        Self::start_with(flow, &json!({"kind": "photo"}), 0.5)
    }

    fn start_with(flow: &'f Flow, input: &Value, chance: f64) -> Self {
        let now = DateTime::UNIX_EPOCH;
        let step = flow.start(input, chance, now, &Standard).unwrap();
        Self { flow, snapshot: step.snapshot, now, chance, effects: step.effects }
    }

    fn try_tell(&mut self, told: Told) -> Result<(), FlowError> {
        let stored = serde_json::to_string(&self.snapshot.save(&self.flow.machine)).unwrap();
        let snapshot = serde_json::from_str::<Saved>(&stored).unwrap().load(&self.flow.machine).unwrap();
        let step = self.flow.tell(&snapshot, told, self.chance, self.now, &Standard)?;
        (self.snapshot, self.effects) = (step.snapshot, step.effects);
        Ok(())
    }

    fn tell(&mut self, told: Told) {
        self.try_tell(told).unwrap_or_else(|error| panic!("{error}"));
    }

    fn answer(&mut self, step: &str, answers: &[(&str, Value)]) {
        let answers = answers.iter().map(|(by, data)| Answer { by: (*by).to_owned(), data: data.clone(), weight: 1.0 }).collect();
        self.tell(Told::Answered { step: step.to_owned(), answers });
    }

    fn decide(&mut self, step: &str, decision: Decision) {
        self.tell(Told::Decided { step: step.to_owned(), decision, by: "rita".to_owned(), reason: None });
    }

    fn wait(&mut self, time: &str) {
        self.now += TimeDelta::milliseconds(crate::duration::parse(time).unwrap());
        let due = self.snapshot.next_timer().filter(|timer| timer.due <= self.now).expect("something is due").timer;
        self.tell(Told::Timer(due));
    }

    fn open(&self) -> Vec<String> {
        self.flow.open_steps(&self.snapshot).into_iter().map(|open| open.step).collect()
    }

    fn output(&self) -> &Value {
        &self.snapshot.context()["step_output"]
    }

    fn is_complete(&self) -> bool {
        matches!(self.snapshot.status(), Status::Done { .. })
    }

    fn asked(&self, action: &str) -> Option<&Value> {
        self.effects.iter().find_map(|effect| match effect {
            Effect::Run { action: name, params } if name == action => Some(params),
            _ => None,
        })
    }
}

fn codes(code: &str) -> Value {
    json!({"diagnosis": code, "procedure": "P1"})
}

#[test]
fn b1_agreement_completes_the_task_and_disagreement_goes_to_an_adjudicator() {
    let flow = flow(Workflow::from_xml(B1).unwrap());
    let mut task = Task::start(&flow);
    assert_eq!(task.asked("run_hook").unwrap()["plugin"], json!("@ensemble/ai-prefill"));
    assert_eq!(flow.open_steps(&task.snapshot), [OpenStep { step: "initial_coding".into(), kind: StepKind::Annotation, needed: 2 }]);
    task.answer("initial_coding", &[("ann", codes("A"))]);
    assert_eq!(task.open(), ["initial_coding"], "two are needed");
    task.answer("initial_coding", &[("ann", codes("A")), ("bob", codes("A"))]);
    assert!(task.is_complete());
    assert_eq!(task.asked("complete_task").unwrap()["output"]["agreement_score"], json!(1.0));

    let mut task = Task::start(&flow);
    task.answer("initial_coding", &[("ann", codes("A")), ("bob", codes("B"))]);
    assert_eq!(task.open(), ["adjudication"]);
    assert!(task.output()["agreement_score"].as_f64().unwrap() < 0.9);
    task.answer("adjudication", &[("eve", codes("B"))]);
    assert!(task.is_complete());
    assert_eq!(task.output()["result"], codes("B"));
}

#[test]
fn b1_says_who_works_what_counts_and_what_runs() {
    let workflow = Workflow::from_xml(B1).unwrap();
    assert_eq!((workflow.id.as_str(), workflow.name.as_str()), ("dual-annotation-adjudication", "Dual Annotation with Adjudication"));
    let coding = &workflow.steps[0];
    assert_eq!(coding.layout.as_deref(), Some("medical_coding_layout"));
    assert_eq!(coding.completion.unique_annotators, Some(true));
    assert_eq!(
        coding.assignment.required_skills,
        [Skill { name: "medical_coding".into(), min_proficiency: Some(Level::Intermediate), ..Skill::default() }]
    );
    assert_eq!((coding.assignment.mode, coding.assignment.prevent_reassignment), (Some(Mode::Auto), Some(true)));
    assert_eq!(coding.goal_contributions[0].metric.as_deref(), Some("completed_tasks"));
    assert_eq!(coding.hooks.pre_process[0].config, json!({"model": "clinical-coder-v2", "fields": "diagnosis_codes,procedure_codes"}));
    assert_eq!(workflow.steps[1].config, json!({"metric": "agreement:krippendorff_alpha", "threshold": 0.9}));
    assert_eq!(workflow.steps[2].assignment.required_roles, [Role::Adjudicator]);
    assert_eq!(workflow.transitions[2].condition.expression.as_deref(), Some("$.step_output.agreement_score < 0.9"));
}

#[test]
fn b2_reviews_a_tenth_of_the_tasks() {
    let flow = flow(Workflow::from_xml(B2).unwrap());
    let mut reviewed = 0;
    for index in 0..2_000 {
        let mut task = Task::start_with(&flow, &json!({}), 0.0);
        task.chance = f64::from(index) / 2_000.0;
        task.answer("label", &[("ann", json!({"label": "cat"}))]);
        if task.open() == ["review"] {
            reviewed += 1;
            task.decide("review", Decision::Approve);
        }
        assert!(task.is_complete());
    }
    // 200 expected; four standard deviations are 54.
    assert!((146..=254).contains(&reviewed), "{reviewed} of 2000");
}

#[test]
fn b3_has_no_transitions_and_its_consensus_asks_an_adjudicator() {
    let flow = flow(Workflow::from_xml(B3).unwrap());
    let spans = |end: u64| json!({"entities": [{"start": 0, "end": end, "label": "DRUG"}]});
    let mut task = Task::start(&flow);
    task.answer("annotate", &[("ann", spans(10)), ("bob", spans(9))]);
    assert!(task.is_complete(), "token F1 is 18/19");
    assert_eq!(task.output()["agreed"], json!(true));

    let mut task = Task::start(&flow);
    task.answer("annotate", &[("ann", spans(10)), ("bob", spans(2))]);
    assert_eq!(flow.open_steps(&task.snapshot), [OpenStep { step: "annotate".into(), kind: StepKind::Adjudication, needed: 1 }]);
    task.tell(Told::Adjudicated { step: "annotate".into(), answer: Answer { by: "eve".into(), data: spans(10), weight: 1.0 } });
    assert!(task.is_complete());
    assert_eq!((task.output()["result"].clone(), task.output()["agreed"].clone()), (spans(10), json!(false)));
}

#[test]
fn after_a_decision_in_its_own_step_the_agreement_that_was_measured_still_counts() {
    let workflow = |condition: Value| {
        from_json(json!({"id": "w", "steps": [
            {"id": "a", "type": "annotation", "completion": {"count": 2},
                "consensus": {"metric": "percentage", "threshold": 0.9, "on_disagreement": {"strategy": "adjudication"}}},
            {"id": "check", "type": "review"}
        ], "transitions": [
            {"from": "a", "to": "completed", "condition": condition}, {"from": "a", "to": "check"}, {"from": "check", "to": "completed"}
        ]}))
    };
    for (condition, completes) in [
        (json!({"type": "on_agreement"}), false),
        (json!({"type": "on_agreement", "threshold": 0.4}), true),
        (json!({"type": "expression", "expression": "$.step_output.agreement_score < 0.6"}), true),
    ] {
        let flow = workflow(condition);
        let mut task = Task::start(&flow);
        task.answer("a", &[("ann", codes("A")), ("bob", codes("B"))]);
        task.tell(Told::Adjudicated { step: "a".into(), answer: Answer { by: "eve".into(), data: codes("B"), weight: 1.0 } });
        assert_eq!(task.output()["agreement_score"], json!(0.5));
        assert_eq!(task.is_complete(), completes);
    }
}

#[test]
fn what_an_admin_resolves_without_a_score_is_no_agreement_and_no_error() {
    let flow = from_json(json!({"id": "w", "steps": [
        {"id": "a", "type": "annotation", "completion": {"count": 2},
            "consensus": {"metric": "percentage", "threshold": 0.9, "on_disagreement": {"strategy": "escalate"}}},
        {"id": "check", "type": "review"}
    ], "transitions": [
        {"from": "a", "to": "completed", "condition": {"type": "on_agreement", "threshold": 0.4}},
        {"from": "a", "to": "check", "condition": {"type": "on_agreement"}},
        {"from": "a", "to": "check"}, {"from": "check", "to": "completed"}
    ]}));
    let mut task = Task::start(&flow);
    task.answer("a", &[("ann", codes("A")), ("bob", codes("B"))]);
    task.tell(Told::Resolved { step: "a".into(), output: json!({"result": codes("B")}) });
    assert_eq!(task.open(), ["check"]);
}

#[test]
fn xml_and_json_say_the_same() {
    for xml in [B1, B2, B3] {
        let workflow = Workflow::from_xml(xml).unwrap();
        let json = serde_json::to_string(&workflow).unwrap();
        assert_eq!(Workflow::from_json(&json).unwrap(), workflow, "{json}");
    }
}

#[test]
fn predefined_workflows_run() {
    let metric = "agreement:exact_match".to_owned();
    let single = flow(Predefined::Single.workflow());
    let mut task = Task::start(&single);
    task.answer("annotate", &[("ann", codes("A"))]);
    assert!(task.is_complete());

    let vote = flow(Predefined::MultiVote { annotators: 3, metric: metric.clone(), threshold: 0.9 }.workflow());
    let mut task = Task::start(&vote);
    task.answer("annotate", &[("ann", codes("A")), ("bob", codes("B")), ("cat", codes("A"))]);
    assert!(task.is_complete());
    assert_eq!(task.output()["result"], codes("A"));
    let mut task = Task::start(&vote);
    task.answer("annotate", &[("ann", codes("A")), ("bob", codes("B")), ("cat", codes("C"))]);
    assert_eq!(vote.held(&task.snapshot), Some(json!({"reason": "no_agreement", "step": "annotate"})), "a tie is for an admin");
    task.tell(Told::Resolved { step: "annotate".into(), output: json!({"result": codes("B")}) });
    assert!(task.is_complete());

    let adjudicated = flow(Predefined::MultiAdjudication { annotators: 2, metric, threshold: 0.9 }.workflow());
    let mut task = Task::start(&adjudicated);
    task.answer("annotate", &[("ann", codes("A")), ("bob", codes("B"))]);
    assert_eq!(task.open(), ["adjudicate"]);
    task.answer("adjudicate", &[("eve", codes("A"))]);
    assert!(task.is_complete());

    let sampled = flow(Predefined::SampledReview { rate: 1.0 }.workflow());
    let mut task = Task::start(&sampled);
    task.answer("annotate", &[("ann", codes("A"))]);
    assert_eq!(task.open(), ["review"]);
}

#[test]
fn rework_goes_round_as_often_as_it_may_and_then_waits_for_somebody() {
    let flow = flow(Predefined::ReviewWithRework { max_rounds: 2 }.workflow());
    let mut task = Task::start(&flow);
    for round in 1..=3 {
        assert_eq!(task.open(), ["annotate"], "round {round}");
        task.answer("annotate", &[("ann", codes("A"))]);
        task.decide("review", if round % 2 == 0 { Decision::Reject } else { Decision::RequestChanges });
    }
    assert_eq!(flow.held(&task.snapshot), Some(json!({"reason": "hold", "step": "stuck"})));
    assert_eq!(task.snapshot.context()["steps"]["annotate"]["visits"], json!(3));
    task.tell(Told::Released { step: "stuck".into(), output: None });
    assert!(task.is_complete());

    let mut task = Task::start(&flow);
    task.answer("annotate", &[("ann", codes("A"))]);
    task.decide("review", Decision::Approve);
    assert!(task.is_complete());
}

fn voting(strategy: &str, fallback: Option<&str>, maximum: Option<u32>) -> Flow {
    let mut disagreement = json!({"strategy": strategy});
    if let Some(fallback) = fallback {
        disagreement["fallback_strategy"] = json!(fallback);
    }
    if let Some(maximum) = maximum {
        disagreement["max_annotators"] = json!(maximum);
    }
    from_json(json!({"id": "w", "steps": [{
        "id": "a", "type": "annotation", "completion": {"type": "annotation_count", "count": 2},
        "consensus": {"metric": "exact_match", "threshold": 1.0, "on_disagreement": disagreement}
    }]}))
}

#[test]
fn more_annotators_are_asked_until_they_agree_or_the_fallback_decides() {
    let flow = voting("additional_annotators", Some("majority_vote"), Some(4));
    let mut task = Task::start(&flow);
    let mut answers = vec![("ann", codes("A")), ("bob", codes("B"))];
    task.answer("a", &answers);
    assert_eq!(flow.open_steps(&task.snapshot)[0].needed, 3);
    answers.push(("cat", codes("C")));
    task.answer("a", &answers);
    assert_eq!(flow.open_steps(&task.snapshot)[0].needed, 4);
    answers.push(("dan", codes("B")));
    task.answer("a", &answers);
    assert!(task.is_complete());
    assert_eq!(task.output()["result"], codes("B"));
}

#[test]
fn weights_decide_a_weighted_vote_and_a_tie_goes_to_the_fallback() {
    let flow = voting("weighted_vote", Some("adjudication"), None);
    let vote = |weights: [f64; 2]| {
        let mut task = Task::start(&flow);
        let answers = [("ann", "A", weights[0]), ("bob", "B", weights[1])].map(|(by, code, weight)| Answer {
            by: by.into(),
            data: codes(code),
            weight,
        });
        task.tell(Told::Answered { step: "a".into(), answers: answers.into() });
        (task.is_complete(), task.output()["result"].clone(), task.flow.open_steps(&task.snapshot).len())
    };
    assert_eq!(vote([0.4, 0.9]), (true, codes("B"), 0));
    assert_eq!(vote([0.5, 0.5]), (false, Value::Null, 1));
    let escalating = voting("escalate", None, None);
    let mut task = Task::start(&escalating);
    task.answer("a", &[("ann", codes("A")), ("bob", codes("B"))]);
    assert!(escalating.held(&task.snapshot).is_some());
}

#[test]
fn a_custom_workflow_branches_by_data_runs_side_by_side_joins_and_merges() {
    let flow = from_json(json!({
        "id": "custom",
        "steps": [
            {"id": "kind", "type": "conditional"},
            {"id": "both", "type": "parallel", "branches": [
                {"id": "text", "steps": [{"id": "read", "type": "annotation"}, {"id": "check", "type": "review"}], "transitions": [
                    {"from": "read", "to": "check"}, {"from": "check", "to": "completed", "condition": {"type": "on_decision", "decision": "approve"}},
                    {"from": "check", "to": "read"}
                ]},
                {"id": "boxes", "steps": [{"id": "draw", "type": "annotation"}]}
            ], "merge": {"output": {"text": {"$expr": "$.steps.read.output.result"}, "boxes": {"$expr": "$.steps.draw.output.result"}}}},
            {"id": "quick", "type": "annotation"},
            {"id": "final", "type": "review"}
        ],
        "transitions": [
            {"from": "kind", "to": "quick", "condition": {"type": "expression", "expression": "$.input.kind == 'note'"}},
            {"from": "kind", "to": "both"},
            {"from": "both", "to": "final"}, {"from": "quick", "to": "final"}, {"from": "final", "to": "completed"}
        ]
    }));
    let mut task = Task::start(&flow);
    assert_eq!(task.open(), ["read", "draw"]);
    task.answer("read", &[("ann", json!("hello"))]);
    task.answer("draw", &[("bob", json!([1, 2]))]);
    assert_eq!(task.open(), ["check"]);
    task.decide("check", Decision::RequestChanges);
    assert_eq!(task.open(), ["read"]);
    task.answer("read", &[("ann", json!("hello!"))]);
    task.decide("check", Decision::Approve);
    assert_eq!(task.open(), ["final"]);
    assert_eq!(*task.output(), json!({"text": "hello!", "boxes": [1, 2]}));

    let task = Task::start_with(&flow, &json!({"kind": "note"}), 0.5);
    assert_eq!(task.open(), ["quick"]);
}

#[test]
fn a_join_may_wait_for_some_of_its_branches_and_a_handler_may_merge_them() {
    let branch = |id: &str| json!({"id": id, "steps": [{"id": format!("do-{id}"), "type": "annotation"}]});
    let flow = from_json(json!({"id": "w", "steps": [{
        "id": "p", "type": "parallel", "branches": [branch("a"), branch("b"), branch("c")], "join": {"at_least": 2},
        "merge": {"handler": {"handler": "@mine/merge", "config": {"x": 1}}}
    }]}));
    let mut task = Task::start(&flow);
    task.answer("do-c", &[("ann", json!(3))]);
    assert_eq!(task.open(), ["do-a", "do-b"]);
    task.answer("do-a", &[("bob", json!(1))]);
    assert_eq!(task.open(), Vec::<String>::new(), "two of three are enough");
    let spawned = task.effects.iter().find_map(|effect| match effect {
        Effect::Spawn { src, input, .. } => Some((src.as_str(), input["handler"].clone(), input["input"]["do-c"]["result"].clone())),
        _ => None,
    });
    assert_eq!(spawned, Some(("merge", json!("@mine/merge"), json!(3))));
    task.tell(Told::Handled { step: "p".into(), output: json!({"sum": 4}) });
    assert!(task.is_complete());
    assert_eq!(*task.output(), json!({"sum": 4}));
}

#[test]
fn a_handler_is_tried_again_and_then_somebody_must_look() {
    let flow = from_json(json!({"id": "w", "steps": [{
        "id": "m", "type": "model", "handler": "detector", "timeout": "PT1H", "retry": {"max_attempts": 2, "delay": "PT5M"}
    }]}));
    let mut task = Task::start(&flow);
    assert!(matches!(&task.effects[..], [.., Effect::Spawn { id, src, .. }] if id == "m" && src == "model"), "{:?}", task.effects);
    task.tell(Told::Failed { step: "m".into(), error: json!("no memory") });
    task.wait("PT5M");
    assert_eq!(task.snapshot.context()["steps"]["m"]["attempts"], json!(2));
    task.wait("PT1H");
    assert_eq!(flow.held(&task.snapshot), Some(json!({"reason": "failed", "step": "m"})), "too late is as good as failed");
    task.tell(Told::Reopened { step: "m".into() });
    task.tell(Told::Handled { step: "m".into(), output: json!({"boxes": []}) });
    assert!(task.is_complete());
}

#[test]
fn a_step_whose_time_is_over_goes_on_opens_anew_or_waits_for_somebody() {
    let step = |action: &str| {
        from_json(json!({"id": "w", "steps": [{"id": "a", "type": "annotation", "timeout": "P1D",
            "completion": {"type": "annotation_count", "count": 3, "min_required": 2, "timeout_action": action}}]}))
    };
    let (proceed, retry, escalate) = (step("proceed"), step("retry"), step("escalate"));
    let mut task = Task::start(&proceed);
    task.answer("a", &[("ann", codes("A")), ("bob", codes("B"))]);
    task.wait("P1D");
    assert!(task.is_complete());
    assert_eq!((task.output()["count"].clone(), task.output()["result"].clone()), (json!(2), codes("B")));
    let mut task = Task::start(&proceed);
    task.answer("a", &[("ann", codes("A"))]);
    task.wait("P1D");
    assert_eq!(proceed.held(&task.snapshot), Some(json!({"reason": "timeout", "step": "a"})), "one is too few");

    let mut task = Task::start(&retry);
    task.answer("a", &[("ann", codes("A"))]);
    task.wait("P1D");
    assert_eq!(task.open(), ["a"]);
    assert_eq!(task.snapshot.context()["steps"]["a"]["count"], json!(1), "what was answered stands");

    let mut task = Task::start(&escalate);
    task.wait("P1D");
    assert!(escalate.held(&task.snapshot).is_some());
}

#[test]
fn routers_decide_by_share_and_by_who_worked_before() {
    let flow = from_json(json!({"id": "w", "steps": [
        {"id": "a", "type": "annotation"}, {"id": "who", "type": "collaborator_router"}, {"id": "share", "type": "percentage_router"},
        {"id": "expert", "type": "review"}, {"id": "left", "type": "complete"}, {"id": "right", "type": "archive"}
    ], "transitions": [
        {"from": "a", "to": "who"},
        {"from": "who", "to": "expert", "condition": {"type": "worked_on", "users": ["novice", "trainee"], "step": "a"}},
        {"from": "who", "to": "share"},
        {"from": "share", "to": "left", "condition": {"type": "percentage", "rate": 0.25}},
        {"from": "share", "to": "right", "condition": {"type": "percentage", "rate": 0.75}},
        {"from": "expert", "to": "completed"}
    ]}));
    let mut task = Task::start(&flow);
    task.answer("a", &[("trainee", codes("A"))]);
    assert_eq!(task.open(), ["expert"]);
    let mut left = 0;
    for index in 0..1_000 {
        let mut task = Task::start(&flow);
        task.chance = f64::from(index) / 1_000.0;
        task.answer("a", &[("master", codes("A"))]);
        assert!(task.is_complete());
        left += u32::from(task.asked("complete_task").is_some());
    }
    assert!((195..=305).contains(&left), "{left} of 1000; four standard deviations are 55");
}

#[test]
fn where_no_condition_holds_the_task_is_held_with_its_reason() {
    let flow = from_json(json!({"id": "w", "steps": [{"id": "a", "type": "annotation"}, {"id": "b", "type": "review"}], "transitions": [
        {"from": "a", "to": "b", "condition": {"type": "expression", "expression": "$.step_output.count > 5"}}, {"from": "b", "to": "completed"}
    ]}));
    let mut task = Task::start(&flow);
    task.answer("a", &[("ann", codes("A"))]);
    assert_eq!(flow.held(&task.snapshot), Some(json!({"reason": "no_route", "step": "a"})));
    task.tell(Told::Reset { step: "b".into() });
    assert_eq!(task.open(), ["b"]);
}

#[test]
fn an_admin_holds_resumes_resets_and_completes() {
    let flow = flow(Workflow::from_xml(B1).unwrap());
    let mut task = Task::start(&flow);
    task.answer("initial_coding", &[("ann", codes("A")), ("bob", codes("B"))]);
    task.tell(Told::Hold { reason: "audit".into() });
    assert_eq!((task.open(), flow.held(&task.snapshot).unwrap()["reason"].clone()), (vec![], json!("audit")));
    assert_eq!(task.asked("close_step").unwrap()["step"], json!("adjudication"));
    task.tell(Told::Resume);
    assert_eq!(task.open(), ["adjudication"]);
    task.tell(Told::Reset { step: "initial_coding".into() });
    assert_eq!(task.open(), ["initial_coding"]);
    assert_eq!(task.snapshot.context()["steps"]["initial_coding"]["count"], json!(0));
    task.tell(Told::ForceComplete);
    assert!(task.is_complete());
}

#[test]
fn whatever_holds_a_task_resuming_it_lets_it_go() {
    let flow = from_json(json!({"id": "w", "steps": [
        {"id": "a", "type": "annotation", "timeout": "PT1H"}, {"id": "wait", "type": "hold"}, {"id": "call", "type": "webhook", "handler": "https://x.test"},
        {"id": "b", "type": "annotation"}
    ]}));
    let mut task = Task::start(&flow);
    let timer = task.snapshot.timers()[0].timer;
    task.now += TimeDelta::hours(1);
    task.tell(Told::Timer(timer));
    assert_eq!(flow.held(&task.snapshot), Some(json!({"reason": "timeout", "step": "a"})));
    task.tell(Told::Resume);
    assert_eq!((task.open(), flow.held(&task.snapshot)), (vec!["a".to_owned()], None), "it is opened anew");
    task.answer("a", &[("ann", codes("A"))]);
    assert_eq!(flow.held(&task.snapshot), Some(json!({"reason": "hold", "step": "wait"})));
    task.tell(Told::Resume);
    task.tell(Told::Failed { step: "call".into(), error: json!("gone") });
    assert_eq!(flow.held(&task.snapshot), Some(json!({"reason": "failed", "step": "call"})));
    task.tell(Told::Resume);
    task.tell(Told::Handled { step: "call".into(), output: json!({}) });
    assert_eq!(task.open(), ["b"]);
    assert!(matches!(task.try_tell(Told::Resume), Err(FlowError::NotNow { .. })), "nothing holds it");
}

#[test]
fn a_step_of_a_branch_begins_anew_and_the_other_branches_stay_where_they_are() {
    let flow = from_json(json!({"id": "w", "steps": [{"id": "both", "type": "parallel", "join": {"at_least": 2}, "branches": [
        {"id": "x", "steps": [{"id": "draw", "type": "annotation"}, {"id": "look", "type": "review"}]},
        {"id": "y", "steps": [{"id": "write", "type": "annotation"}]},
        {"id": "z", "steps": [{"id": "sort", "type": "annotation"}]}
    ]}]}));
    let mut task = Task::start(&flow);
    task.answer("draw", &[("ann", codes("A"))]);
    task.answer("write", &[("ann", codes("A"))]);
    assert_eq!(task.open(), ["look", "sort"]);
    task.tell(Told::Reset { step: "draw".into() });
    assert_eq!(task.open(), ["draw", "sort"]);
    task.tell(Told::Reset { step: "write".into() });
    assert_eq!(task.open(), ["draw", "write", "sort"], "its branch had ended");
    task.answer("write", &[("bob", codes("A"))]);
    assert!(!task.is_complete(), "counted once");
    task.answer("sort", &[("bob", codes("A"))]);
    assert!(task.is_complete());
    let mut over = Task::start(&flow);
    assert!(over.try_tell(Told::Reset { step: "look".into() }).is_ok(), "also what the branch has not come to yet");
}

#[test]
fn what_the_task_does_not_wait_for_is_refused_with_where_it_is() {
    let flow = flow(Workflow::from_xml(B1).unwrap());
    let mut task = Task::start(&flow);
    let error = task.try_tell(Told::Finished { step: "adjudication".into() }).unwrap_err().to_string();
    assert!(
        error.starts_with("finished.adjudication is not what the task waits for; it is in ") && error.contains("initial_coding"),
        "{error}"
    );
    task.chance = 1.0;
    assert_eq!(task.try_tell(Told::Resume), Err(FlowError::Chance(1.0)));
}

#[test]
fn everything_wrong_with_a_workflow_is_told_at_once() {
    let found = problems(&json!({"id": "w", "steps": [
        {"id": "a", "type": "annotation", "timeout": "-PT1H", "completion": {"count": 1, "min_required": 2},
            "consensus": {"metric": "astrology", "threshold": 2, "on_disagreement": {"strategy": "additional_annotators"}}},
        {"id": "a", "type": "auto_process"},
        {"id": "r", "type": "review", "sample_rate": 1.5},
        {"id": "island", "type": "annotation"}
    ], "transitions": [
        {"from": "a", "to": "r", "condition": {"type": "expression", "expression": "$.step_output.scor > 1"}},
        {"from": "a", "to": "nowhere", "condition": {"type": "sample", "rate": 0.5}},
        {"from": "r", "to": "a", "condition": {"type": "on_agreement"}},
        {"from": "r", "to": "completed"},
        {"from": "r", "to": "a"}
    ]}));
    let expected = [
        ("/steps/0/completion/min_required", Rule::WrongType),
        ("/steps/0/consensus/metric", Rule::UnknownGuard),
        ("/steps/0/consensus/threshold", Rule::WrongType),
        ("/steps/0/consensus", Rule::WrongType),
        ("/steps/0/consensus/on_disagreement/max_annotators", Rule::Missing),
        ("/steps/0/timeout", Rule::NegativeDelay),
        ("/steps/1/id", Rule::DuplicateId),
        ("/steps/1/handler", Rule::Missing),
        ("/steps/2/sample_rate", Rule::WrongType),
        ("/transitions/0/condition/expression", Rule::BadExpression),
        ("/transitions/1/to", Rule::UnknownTarget),
        ("/transitions/2/condition/type", Rule::WrongType),
        ("/transitions/4", Rule::Unreachable),
        ("/steps/3", Rule::NoWayOut),
        ("/steps/3", Rule::Unreachable),
    ];
    for (path, rule) in expected {
        assert!(found.contains(&(path.to_owned(), rule)), "{path} {rule:?} is not in {found:#?}");
    }
}

#[test]
fn a_wrong_path_in_a_condition_is_refused_with_position_and_what_there_is() {
    let mut workflow = Workflow::from_xml(B1).unwrap();
    workflow.transitions[1].condition.expression = Some("$.step_output.agreement_scor >= 0.9 && $.input.pages > 3".into());
    let task = Shape::from_json_schema(&json!({"type": "object", "properties": {"text": {"type": "string"}}}));
    let Err(WorkflowError::Problems(problems)) = Flow::compile(workflow, &task, &Standard) else { panic!("it is refused") };
    let told: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "/transitions/1/condition/expression: at position 14: there is no \"agreement_scor\"; there is agreed, agreement_score, count",
            "/transitions/1/condition/expression: at position 47: there is no \"pages\"; there is text",
        ]
    );
}

#[test]
fn a_circle_in_which_nobody_works_is_refused() {
    let found = problems(&json!({"id": "w", "steps": [
        {"id": "a", "type": "annotation"}, {"id": "c", "type": "conditional"}, {"id": "d", "type": "percentage_router"}
    ], "transitions": [
        {"from": "a", "to": "c"}, {"from": "c", "to": "d"}, {"from": "d", "to": "c", "condition": {"type": "percentage", "rate": 0.5}}, {"from": "d", "to": "completed"}
    ]}));
    assert_eq!(found, [("/steps/1".to_owned(), Rule::EndlessAlways)]);
}

#[test]
fn a_sample_said_twice_is_one_sample_and_two_rates_are_refused() {
    let xml = B2.replacen("<SampleRate>0.10</SampleRate>", "<SampleRate>0.20</SampleRate>", 1);
    let Err(WorkflowError::Problems(problems)) = Flow::compile(Workflow::from_xml(&xml).unwrap(), &Shape::Any, &Standard) else {
        panic!("it is refused")
    };
    assert_eq!(problems[0].path, "/steps/1/sample_rate");
}

#[test]
fn xml_that_says_what_is_not_known_is_refused_with_its_place() {
    let refused = |from: &str, to: &str| Workflow::from_xml(&B1.replacen(from, to, 1)).unwrap_err().to_string();
    assert_eq!(
        refused("<Mode>auto</Mode>", "<Mood>auto</Mood>"),
        "Workflow/Steps/Step \"initial_coding\"/Assignment: Assignment has no element \"Mood\""
    );
    assert_eq!(
        refused("<Count>2</Count>", "<Count>two</Count>"),
        "Workflow/Steps/Step \"initial_coding\"/CompletionCriteria/Count: \"two\" is not a number"
    );
    assert_eq!(refused("type=\"annotation\"", "type=\"annotaton\"").split(':').next(), Some("/steps/0/type"));
    assert!(refused("<Project id", "<!DOCTYPE x [<!ENTITY a \"b\">]><Project id").contains("document types"));
    assert_eq!(Workflow::from_xml("<Layout/>").unwrap_err().to_string(), "there is no Workflow in it, but Layout");
    assert!(Workflow::from_xml("<Workflow id='w'><Steps>").unwrap_err().to_string().contains("never closed"));
}

#[test]
fn as_many_steps_as_a_workflow_may_have_become_a_statechart_and_one_more_is_refused() {
    let steps = |count: usize| -> Vec<Value> {
        let step = |at: usize| {
            json!({"id": format!("step-{at}"), "type": "annotation", "timeout": "P1D",
            "completion": {"count": 2, "min_required": 2, "timeout_action": "proceed"},
            "consensus": {"metric": "exact_match", "threshold": 0.9, "on_disagreement": {"strategy": "adjudication"}}})
        };
        (0..count).map(step).collect()
    };
    let size = |count: usize| from_json(json!({"id": "w", "steps": steps(count)})).definition.0.to_string().len();
    assert!(size(200) < 25 * size(10), "a step costs the same however many there are");
    assert_eq!(problems(&json!({"id": "w", "steps": steps(201)})), [("/steps".to_owned(), Rule::TooLarge)]);
}

#[test]
fn a_lease_of_a_step_lasts_from_half_a_minute_to_a_day() {
    let form = |lease: &str, kind: &str| json!({"id": "w", "steps": [{"id": "a", "type": kind, "assignment": {"lease": lease}}]});
    for lease in ["PT30S", "PT45M", "P1D"] {
        for kind in ["annotation", "review"] {
            let said = from_json(form(lease, kind)).workflow.steps[0].assignment.lease.clone();
            assert_eq!(said.as_deref(), Some(lease));
        }
    }
    let at = |rule| [("/steps/0/assignment/lease".to_owned(), rule)];
    assert_eq!(problems(&form("PT24H1S", "annotation")), at(Rule::BadDelay));
    assert_eq!(problems(&form("45m", "annotation")), at(Rule::BadDelay));
    assert_eq!(problems(&form("-PT45M", "annotation")), at(Rule::NegativeDelay));
    assert_eq!(problems(&form("PT45M", "hold")), at(Rule::UnknownKey));
}

#[test]
fn who_works_is_checked_with_everything_else() {
    let workflow = json!({"id": "w", "steps": [
        {"id": "a", "type": "annotation", "assignment": {
            "exclude_steps": ["a", "b", "nowhere", "s"], "cool_off": "-PT1M", "lease": "PT29S", "offer_for": "soon", "max_concurrent_per_user": 0,
            "required_skills": [{"name": " ", "weight": -1.0}], "skip": {"limit": 0, "cooldown": "P1M"},
            "allow_users": ["0190a6c0-0000-7000-8000-000000000001"], "deny_users": ["0190a6c0-0000-7000-8000-000000000001"],
            "weights": {"quality": -1}
        }},
        {"id": "s", "type": "sampling", "sample_rate": 0.5, "assignment": {"mode": "pool"}},
        {"id": "b", "type": "review", "assignment": {
            "weights": {"skill_match": 0, "quality": 0, "load": 0, "affinity": 0, "round_robin": 0, "priority": 0, "waiting": 0}
        }}
    ]});
    let at = |place: &str, rule| (format!("/steps/0/assignment/{place}"), rule);
    let mut expected = vec![
        at("exclude_steps/0", Rule::WrongType),
        at("exclude_steps/2", Rule::UnknownTarget),
        at("exclude_steps/3", Rule::WrongType),
        at("required_skills/0/name", Rule::Missing),
        at("required_skills/0/weight", Rule::WrongType),
        at("deny_users/0", Rule::WrongType),
        at("max_concurrent_per_user", Rule::WrongType),
        at("skip/limit", Rule::WrongType),
        at("cool_off", Rule::NegativeDelay),
        at("offer_for", Rule::BadDelay),
        at("skip/cooldown", Rule::BadDelay),
        at("lease", Rule::BadDelay),
        at("offer_for", Rule::UnknownKey),
        at("weights/quality", Rule::WrongType),
    ];
    expected.extend([("/steps/1/assignment".to_owned(), Rule::UnknownKey), ("/steps/2/assignment/weights".to_owned(), Rule::WrongType)]);
    assert_eq!(problems(&workflow), expected);
    let unknown = json!({"id": "w", "steps": [{"id": "a", "type": "annotation", "assignment": {"required_roles": ["wizard"]}}]});
    let error = Workflow::from_json(&unknown.to_string()).unwrap_err().to_string();
    assert!(error.starts_with("/steps/0/assignment/required_roles/0: unknown variant `wizard`"), "{error}");
}

#[test]
fn what_a_database_could_not_keep_of_a_task_on_its_way_is_refused_when_the_workflow_is_saved() {
    let long = "a".repeat(101);
    let form = json!({"id": "w", "steps": [{"id": long, "type": "annotation"}, {"id": "a".repeat(100), "type": "annotation"}]});
    assert_eq!(problems(&form), [("/steps/0/id".to_owned(), Rule::TooLarge)]);
    let form = json!({"id": "w", "settings": {"a\u{0}": 1}, "steps": [
        {"id": "ask", "type": "webhook", "handler": "https://h.example", "config": {"a/b": ["x", "\u{0}"]}, "input_mapping": {"text": "\u{0}"}},
    ]});
    let places: Vec<String> = problems(&form).into_iter().map(|(place, _)| place).collect();
    assert_eq!(places, ["/settings", "/steps/0/config/a~1b/1", "/steps/0/input_mapping/text"]);
}
