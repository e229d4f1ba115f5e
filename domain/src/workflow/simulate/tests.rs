//! A simulation against what arithmetic says.

use std::cell::Cell;

use serde_json::{Value, json};

use super::*;
use crate::{
    agreement::Standard,
    expression::Shape,
    workflow::{Predefined, Workflow},
};

fn flow(workflow: Workflow) -> Flow {
    Flow::compile(workflow, &Shape::Any, &Standard).unwrap_or_else(|error| panic!("{error}"))
}

fn from_json(workflow: &Value) -> Flow {
    flow(Workflow::from_json(&workflow.to_string()).unwrap_or_else(|error| panic!("{error}")))
}

fn assumptions(json: Value) -> Assumptions {
    serde_json::from_value(json).unwrap()
}

fn run(flow: &Flow, json: Value) -> Simulation {
    simulate(flow, &assumptions(json), &|_| true).unwrap_or_else(|error| panic!("{error}"))
}

fn path<'s>(simulation: &'s Simulation, steps: &[&str]) -> &'s PathShare {
    simulation.paths.iter().find(|path| path.steps == steps).unwrap_or_else(|| panic!("{:?}", simulation.paths))
}

fn step<'s>(simulation: &'s Simulation, id: &str) -> &'s StepLoad {
    simulation.steps.iter().find(|load| load.step == id).unwrap_or_else(|| panic!("{:?}", simulation.steps))
}

fn fixed(seconds: f64) -> Value {
    json!({"type": "fixed", "seconds": seconds})
}

fn near(value: f64, expected: f64, by: f64) {
    assert!((value - expected).abs() <= by, "{value} instead of {expected}");
}

#[test]
fn a_sampled_review_sees_about_its_share() {
    let flow = flow(Predefined::SampledReview { rate: 0.1 }.workflow());
    let simulation = run(&flow, json!({"tasks": 2000, "seed": 7, "people": {"labelers": 10, "reviewers": 2}}));
    // Four standard deviations of a binomial share: sqrt(0.1 * 0.9 / 2000) = 0.0067.
    near(path(&simulation, &["annotate", "review", "completed"]).share, 0.1, 0.027);
    near(step(&simulation, "review").tasks, 0.1, 0.027);
    assert_eq!(simulation.paths[0].steps, ["annotate", "completed"]);
    assert_eq!((simulation.ends.completed, simulation.other_paths), (1.0, 0.0));
}

#[test]
fn the_bottleneck_and_the_end_are_what_arithmetic_says() {
    let flow = from_json(&json!({"id": "w", "steps": [{"id": "label", "type": "annotation"}, {"id": "review", "type": "review"}]}));
    let simulation = run(
        &flow,
        json!({"tasks": 100, "people": {"labelers": 4, "reviewers": 1},
            "steps": {"label": {"duration": fixed(60.0)}, "review": {"duration": fixed(30.0)}}}),
    );
    // Four labels a minute, two reviews a minute: the reviewer begins after one and is never without work again.
    assert_eq!(simulation.finish.all, Some(60.0 + 100.0 * 30.0));
    let bottleneck = simulation.bottleneck.clone().unwrap();
    assert_eq!((bottleneck.step.as_str(), bottleneck.team), ("review", Team::Reviewers));
    near(bottleneck.utilisation, 3000.0 / 3060.0, 1e-9);
    near(step(&simulation, "label").utilisation.unwrap(), 6000.0 / (4.0 * 3060.0), 1e-9);
    assert_eq!((step(&simulation, "label").work_per_task, step(&simulation, "review").work_per_task), (60.0, 30.0));
    // They are begun in rounds of four, after 0 to 24 minutes.
    assert_eq!(step(&simulation, "label").queue_wait, 60.0 * 12.0);
    // Review k begins at 60 + 30 k, and could have at 60 + 60 * (k / 4).
    let waits: f64 = (0..100_u32).map(|k| f64::from(30 * k) - f64::from(60 * (k / 4))).sum();
    near(step(&simulation, "review").queue_wait, waits / 100.0, 1e-9);

    let simulation = run(
        &flow,
        json!({"tasks": 100, "people": {"labelers": 4, "reviewers": 3},
            "steps": {"label": {"duration": fixed(60.0)}, "review": {"duration": fixed(30.0)}}}),
    );
    assert_eq!(simulation.bottleneck.unwrap().step, "label", "with three reviewers");
}

#[test]
fn rework_after_every_other_review_doubles_the_work() {
    let flow = flow(Predefined::ReviewWithRework { max_rounds: 1000 }.workflow());
    let json = json!({"tasks": 2000, "seed": 3, "people": {"labelers": 5, "reviewers": 5},
        "steps": {"annotate": {"duration": fixed(10.0)}, "review": {"approve": 0.5, "request_changes": 0.5, "duration": fixed(5.0)}}});
    let simulation = run(&flow, json);
    // Rounds are geometric with mean 2 and variance 2; four standard deviations of the mean of 2,000 are 0.13.
    near(step(&simulation, "annotate").work_per_task, 20.0, 1.3);
    near(step(&simulation, "review").work_per_task, 10.0, 0.65);
    near(path(&simulation, &["annotate", "review", "completed"]).share, 0.5, 0.045);
    near(path(&simulation, &["annotate", "review", "annotate", "review", "completed"]).share, 0.25, 0.04);
    assert_eq!(simulation.finish.all.is_some(), simulation.ends.completed == 1.0);
}

#[test]
fn the_same_seed_gives_the_same_and_another_seed_another() {
    let flow = flow(Predefined::ReviewWithRework { max_rounds: 3 }.workflow());
    let json = |seed: u64| {
        json!({"tasks": 300, "seed": seed, "people": {"labelers": 3, "reviewers": 2}, "steps": {
            "annotate": {"duration": {"type": "log_normal", "median_seconds": 40.0, "spread": 2.0}},
            "review": {"approve": 0.6, "request_changes": 0.3, "reject": 0.1}}})
    };
    assert_eq!(run(&flow, json(1)), run(&flow, json(1)));
    assert_ne!(run(&flow, json(1)), run(&flow, json(2)));
}

#[test]
fn a_log_normal_duration_has_the_mean_that_it_should() {
    let flow = flow(Predefined::Single.workflow());
    let duration = json!({"type": "log_normal", "median_seconds": 100.0, "spread": 1.5});
    let simulation = run(&flow, json!({"tasks": 5000, "people": {"labelers": 1}, "steps": {"annotate": {"duration": duration}}}));
    // exp(ln(1.5)^2 / 2) = 1.0857; the deviation of the mean of 5,000 is about 0.65 s.
    near(step(&simulation, "annotate").work_per_piece, 108.57, 2.6);
    near(simulation.teams[0].utilisation, 1.0, 1e-6);
}

#[test]
fn disagreement_brings_an_adjudicator_as_often_as_it_is_assumed() {
    let metric = "agreement:iou".to_owned();
    let separate = flow(Predefined::MultiAdjudication { annotators: 2, metric, threshold: 0.9 }.workflow());
    let json = |step: &str| json!({"tasks": 2000, "seed": 5, "people": {"labelers": 4, "reviewers": 0, "adjudicators": 1}, "steps": {step: {"agreement": 0.7}}});
    let simulation = run(&separate, json("annotate"));
    near(path(&simulation, &["annotate", "adjudicate", "completed"]).share, 0.3, 0.041);
    assert_eq!(step(&simulation, "annotate").work_per_task, 120.0, "two people, a minute each");

    let within = from_json(&json!({"id": "w", "steps": [{"id": "a", "type": "annotation", "completion": {"count": 2}, "consensus": {
        "metric": "token_f1", "threshold": 0.9, "on_disagreement": {"strategy": "additional_annotators", "max_annotators": 3, "fallback_strategy": "adjudication"}}}]}));
    let simulation = run(&within, json("a"));
    // Three never agree where two did not.
    near(path(&simulation, &["a", "a (adjudication)", "completed"]).share, 0.3, 0.041);
    let adjudication = simulation.steps.iter().find(|load| load.team == Some(Team::Adjudicators)).unwrap();
    near(adjudication.tasks, 0.3, 0.041);
    near(step(&simulation, "a").work_per_task, 120.0 + 0.3 * 60.0, 2.5);
}

#[test]
fn timeouts_fire_in_virtual_time() {
    let flow = from_json(&json!({"id": "w", "steps": [{
        "id": "a", "type": "annotation", "timeout": "PT10M", "completion": {"count": 2, "min_required": 1, "timeout_action": "proceed"}
    }]}));
    // Both answer after seven minutes. Of two tasks, the second would have its answers after 14: its time is over after ten.
    let simulation = run(&flow, json!({"tasks": 1, "people": {"labelers": 2}, "steps": {"a": {"duration": fixed(420.0)}}}));
    assert_eq!(simulation.finish.all, Some(420.0));
    let simulation = run(&flow, json!({"tasks": 2, "people": {"labelers": 2}, "steps": {"a": {"duration": fixed(420.0)}}}));
    assert_eq!(simulation.ends.held, 0.5, "nobody had answered the second one");
    let simulation = run(&flow, json!({"tasks": 5, "people": {"labelers": 1}}));
    assert_eq!((simulation.ends.held, simulation.ends.starved), (1.0, 0.0), "one person cannot give two answers");
}

#[test]
fn without_people_tasks_wait_and_are_said_to() {
    let flow = flow(Predefined::SampledReview { rate: 1.0 }.workflow());
    let simulation = run(&flow, json!({"tasks": 10, "people": {"labelers": 1}}));
    assert_eq!((simulation.ends.starved, simulation.finish.all), (1.0, None));
    assert_eq!(simulation.paths[0].steps, ["annotate", "review"]);
}

#[test]
fn a_task_that_goes_round_for_ever_is_stuck() {
    let flow = flow(Predefined::ReviewWithRework { max_rounds: 1_000_000 }.workflow());
    let json = json!({"tasks": 3, "people": {"labelers": 1, "reviewers": 1}, "max_events_per_task": 50, "steps": {"review": {"approve": 0.0, "reject": 1.0}}});
    let simulation = run(&flow, json);
    assert_eq!((simulation.ends.stuck, simulation.ends.completed), (1.0, 0.0));
}

#[test]
fn programs_take_their_time_fail_are_tried_again_and_then_hold_the_task() {
    let flow = from_json(&json!({"id": "w", "steps": [
        {"id": "call", "type": "webhook", "handler": "https://example.org", "retry": {"max_attempts": 2, "delay": "PT1M"}},
        {"id": "a", "type": "annotation"}
    ], "transitions": [
        {"from": "call", "to": "a", "condition": {"type": "expression", "expression": "$.step_output.hard == true"}},
        {"from": "call", "to": "completed"}, {"from": "a", "to": "completed"}
    ]}));
    let call = |failure: f64, output: Value| {
        let steps = json!({"call": {"duration": fixed(5.0), "failure": failure, "output": output}});
        run(&flow, json!({"tasks": 1000, "seed": 2, "people": {"labelers": 1000}, "steps": steps}))
    };
    assert_eq!(call(0.0, json!({"hard": false})).finish.all, Some(5.0));
    assert_eq!(call(0.0, json!({"hard": true})).finish.all, Some(65.0));
    let simulation = call(0.5, json!({"hard": false}));
    near(simulation.ends.held, 0.25, 0.055);
    assert_eq!(simulation.finish.nine_tenths, Some(70.0));
    near(path(&simulation, &["call", "held"]).share, 0.25, 0.055);
}

#[test]
fn a_condition_that_an_assumed_output_cannot_answer_fails_the_task() {
    let flow =
        from_json(&json!({"id": "w", "steps": [{"id": "call", "type": "webhook", "handler": "https://example.org"}], "transitions": [
            {"from": "call", "to": "completed", "condition": {"type": "expression", "expression": "$.step_output.score > 0.5"}},
            {"from": "call", "to": "archived"}
        ]}));
    let ends = |output: Value| run(&flow, json!({"tasks": 4, "people": {}, "steps": {"call": {"output": output}}})).ends;
    assert_eq!(ends(Value::Null).failed, 1.0);
    assert_eq!((ends(json!({"score": 0.9})).completed, ends(json!({"score": 0.1})).archived), (1.0, 1.0));
}

#[test]
fn samples_decide_conditions_about_the_task() {
    let flow = from_json(&json!({"id": "w", "steps": [
        {"id": "kind", "type": "conditional"}, {"id": "page", "type": "annotation"}, {"id": "wait", "type": "hold"}
    ], "transitions": [
        {"from": "kind", "to": "page", "condition": {"type": "expression", "expression": "$.input.kind == 'page'"}},
        {"from": "kind", "to": "wait"}, {"from": "page", "to": "completed"}, {"from": "wait", "to": "completed"}
    ]}));
    let samples = json!([{"kind": "page"}, {"kind": "photo"}]);
    let simulation = run(&flow, json!({"tasks": 400, "people": {"labelers": 1}, "samples": samples}));
    near(simulation.ends.completed, 0.5, 0.1);
    near(simulation.ends.held + simulation.ends.completed, 1.0, 1e-9);
    let simulation =
        run(&flow, json!({"tasks": 400, "people": {"labelers": 400}, "samples": samples, "steps": {"wait": {"duration": fixed(300.0)}}}));
    assert_eq!((simulation.ends.completed, simulation.finish.all), (1.0, Some(300.0)));
}

#[test]
fn branches_run_side_by_side() {
    let flow = from_json(&json!({"id": "w", "steps": [{"id": "both", "type": "parallel", "branches": [
        {"id": "x", "steps": [{"id": "text", "type": "annotation"}]}, {"id": "y", "steps": [{"id": "boxes", "type": "annotation"}]}
    ]}]}));
    let steps = json!({"text": {"duration": fixed(100.0)}, "boxes": {"duration": fixed(40.0)}});
    let simulation = run(&flow, json!({"tasks": 1, "people": {"labelers": 2}, "steps": steps}));
    assert_eq!(simulation.finish.all, Some(100.0));
    let simulation = run(&flow, json!({"tasks": 1, "people": {"labelers": 1}, "steps": steps}));
    assert_eq!(simulation.finish.all, Some(140.0));
}

#[test]
fn more_tasks_than_are_kept_whole_come_to_the_same() {
    let flow = flow(Predefined::SampledReview { rate: 0.5 }.workflow());
    let assumptions = assumptions(json!({"tasks": 200, "people": {"labelers": 100, "reviewers": 1}}));
    let of = |live: usize| with(&flow, &assumptions, live, &|_| true).unwrap();
    assert_eq!(of(0), of(200));
    assert_eq!(of(0).ends.completed, 1.0);
}

#[test]
fn it_ends_when_it_is_told_to() {
    let flow = flow(Predefined::Single.workflow());
    let seen = Cell::new(0);
    let go_on = |progress: Progress| {
        seen.set(progress.events);
        progress.events < 1_000
    };
    let assumptions = assumptions(json!({"tasks": 5000, "people": {"labelers": 1}}));
    assert_eq!(simulate(&flow, &assumptions, &go_on), Err(SimulateError::Cancelled));
    assert!((1_000..1_500).contains(&seen.get()));
}

#[test]
fn assumptions_that_cannot_be_are_refused_with_their_place() {
    let flow = flow(Predefined::SampledReview { rate: 0.5 }.workflow());
    let refused = |json: Value| match simulate(&flow, &assumptions(json), &|_| true) {
        Err(SimulateError::Assumption { path, .. }) => path,
        other => panic!("{other:?}"),
    };
    let people = json!({"labelers": 1});
    assert_eq!(refused(json!({"tasks": 0, "people": people})), "/tasks");
    assert_eq!(refused(json!({"tasks": 100_001, "people": people})), "/tasks");
    assert_eq!(refused(json!({"tasks": 1, "people": {"reviewers": 100_001}})), "/people/reviewers");
    let with = |steps: Value| refused(json!({"tasks": 1, "people": people, "steps": steps}));
    assert_eq!(with(json!({"nowhere": {}})), "/steps/nowhere");
    assert_eq!(with(json!({"annotate": {"agreement": 1.5}})), "/steps/annotate/agreement");
    assert_eq!(with(json!({"annotate": {"duration": fixed(-1.0)}})), "/steps/annotate/duration");
    assert_eq!(
        with(json!({"annotate": {"duration": {"type": "log_normal", "median_seconds": 1.0, "spread": 0.5}}})),
        "/steps/annotate/duration"
    );
    assert_eq!(with(json!({"review": {"approve": 0.0}})), "/steps/review/approve");
}
