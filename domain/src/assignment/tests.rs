//! Who may work on what, and the words it is said in.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use tandem_protocol::{ProjectRole, UserId};
use uuid::Uuid;

use super::*;
use crate::workflow::{Drafts, Level, StepKind, Workflow};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A Monday, 10:00 in Berlin.
fn now() -> DateTime<Utc> {
    at("2026-11-30T09:00:00Z")
}

pub(super) fn user(number: u128) -> UserId {
    UserId(Uuid::from_u128(number))
}

pub(super) fn person(number: u128) -> Person {
    let json = json!({"id": user(number), "name": format!("p{number}"), "role": "labeler", "is_online": true});
    serde_json::from_value(json).unwrap()
}

fn workflow(assignment: &Value) -> Workflow {
    let json = json!({"id": "w", "steps": [
        {"id": "coding", "name": "Coding", "type": "annotation"},
        {"id": "work", "type": "annotation", "assignment": assignment},
        {"id": "check", "name": "Check", "type": "review"}
    ]});
    Workflow::from_json(&json.to_string()).unwrap_or_else(|error| panic!("{error}"))
}

pub(super) fn rules(assignment: &Value) -> StepRules {
    StepRules::of(&workflow(assignment), "work", StepKind::Annotation).unwrap()
}

fn facts() -> TaskFacts {
    TaskFacts::fresh(5, now())
}

fn said(person: &Person, rules: &StepRules, facts: &TaskFacts, way: Way) -> Vec<String> {
    eligibility(person, rules, facts, way, now()).reasons.iter().map(ToString::to_string).collect()
}

fn worked(step: &str, number: u128, visit: u32) -> Worked {
    Worked { step: step.to_owned(), user: user(number), visit }
}

#[test]
fn without_rules_everybody_of_the_project_may() {
    let eligibility = eligibility(&person(1), &rules(&json!({})), &facts(), Way::Taken, now());
    assert_eq!(eligibility, Eligibility { eligible: true, reasons: Vec::new() });
}

#[test]
fn every_reason_is_told_not_the_first() {
    let rules = rules(&json!({
        "required_skills": [{"name": "medical_coding", "min_proficiency": "expert"}, {"name": "latin"}, {"name": "speed", "required": false}],
        "required_roles": ["reviewer", "admin"], "team_restriction": ["quality_review"], "allow_users": [user(9)],
        "max_concurrent_per_user": 3, "cool_off": "PT10M", "mode": "manual"
    }));
    let mut ann = person(1);
    ann.paused = Some(Paused { reason: "training on Friday".into(), until: None });
    ann.skills = vec![Skill { name: "latin".into(), level: Level::Expert, expires_at: Some(at("2026-11-01T00:00:00Z")) }];
    (ann.active, ann.last_assigned_at) = (3, Some(at("2026-11-30T08:55:00Z")));
    let mut task = facts();
    task.skipped_by = vec![Skipped { user: ann.id, at: now() }];
    assert_eq!(
        said(&ann, &rules, &task, Way::Taken),
        [
            "Requires role: Reviewer or Admin",
            "Requires skill: Medical Coding (expert)",
            "Skill expired: Latin (2026-11-01)",
            "Restricted to team: Quality Review",
            "Only for people named in the workflow",
            "Paused by an admin: training on Friday",
            "Holds 3 of 3 tasks",
            "Pause between two tasks until 2026-11-30 09:05 UTC",
            "Tasks of this step are given by an admin",
            "You skipped this task",
        ]
    );
}

#[test]
fn what_is_sent_has_the_code_the_facts_and_the_sentence() {
    let reason = Reason::RequiresSkill { skill: "medical_coding".into(), level: Level::Expert };
    let sent = serde_json::to_value(Said::from(reason.clone())).unwrap();
    let expected = json!({"code": "requires_skill", "skill": "medical_coding", "level": "expert", "message": "Requires skill: Medical Coding (expert)"});
    assert_eq!(sent, expected);
    assert_eq!(sent["code"], json!(reason.code()));
}

#[test]
fn working_hours_are_those_of_the_persons_own_clock() {
    let mut ann = person(1);
    let hours = json!({"time_zone": "Europe/Berlin", "hours": {"mon": [{"from": "09:00", "to": "17:00"}], "fri": [{"from": "22:00", "to": "06:00"}]}});
    ann.availability = Some(serde_json::from_value(hours.clone()).unwrap());
    assert_eq!(serde_json::to_value(&ann.availability).unwrap(), hours);
    let rules = rules(&json!({}));
    let reasons = |time: &str| person_reasons(&ann, &rules, Way::Taken, at(time)).iter().map(ToString::to_string).collect::<Vec<_>>();
    assert!(reasons("2026-11-30T08:00:00Z").is_empty(), "09:00 in winter");
    assert_eq!(reasons("2026-11-30T07:59:00Z"), ["Outside working hours (Mon 09:00-17:00 Europe/Berlin)"]);
    assert!(reasons("2026-06-29T07:00:00Z").is_empty(), "09:00 in summer");
    assert_eq!(reasons("2026-11-30T16:00:00Z").len(), 1, "17:00 is no longer in it");
    assert_eq!(reasons("2026-12-01T09:00:00Z"), ["Outside working hours (Tue free Europe/Berlin)"]);
    assert!(reasons("2026-12-05T04:59:00Z").is_empty(), "Saturday, 05:59, of Friday's night");
    assert_eq!(reasons("2026-12-05T05:00:00Z"), ["Outside working hours (Sat free Europe/Berlin)"]);
}

#[test]
fn days_off_and_capacity_count_unless_the_step_says_that_they_do_not() {
    let mut ann = person(1);
    let availability = json!({"time_zone": "Pacific/Auckland", "daily_capacity": 2, "days_off": ["2026-11-30"]});
    ann.availability = Some(serde_json::from_value(availability).unwrap());
    ann.done_today = 2;
    let expected = ["Day off (2026-11-30 Pacific/Auckland)", "Did 2 of 2 tasks today"];
    assert_eq!(said(&ann, &rules(&json!({})), &facts(), Way::Pushed), expected);
    assert!(said(&ann, &rules(&json!({"check_availability": false})), &facts(), Way::Pushed).is_empty());
    let reads = |json: Value| serde_json::from_value::<Availability>(json).map_err(|error| error.to_string());
    assert!(reads(json!({"time_zone": "Europe/Atlantis"})).is_err());
    assert!(reads(json!({"time_zone": "UTC", "hours": {"noday": []}})).unwrap_err().contains("mon, tue"));
}

#[test]
fn roles_of_the_project_make_somebody_what_a_step_asks_for() {
    let mut rita = person(1);
    let rules = StepRules::of(&workflow(&json!({})), "check", StepKind::Review).unwrap();
    assert_eq!(said(&rita, &rules, &facts(), Way::Taken), ["Requires role: Reviewer"], "of a review, even if nobody says so");
    rita.role = ProjectRole::Reviewer;
    assert!(said(&rita, &rules, &facts(), Way::Taken).is_empty());
    (rita.role, rita.workspace_admin) = (ProjectRole::Labeler, true);
    assert!(said(&rita, &rules, &facts(), Way::Taken).is_empty());
}

#[test]
fn whoever_worked_in_another_step_is_out_where_the_workflow_says_so() {
    let mut task = facts();
    task.worked = vec![worked("coding", 1, 1)];
    let out = ["Worked on this task in step \"Coding\""];
    assert!(said(&person(1), &rules(&json!({})), &task, Way::Taken).is_empty());
    assert_eq!(said(&person(1), &rules(&json!({"prevent_reassignment": true})), &task, Way::Taken), out);
    assert_eq!(said(&person(1), &rules(&json!({"exclude_steps": ["coding"]})), &task, Way::ByHand), out);
    assert!(said(&person(1), &rules(&json!({"exclude_steps": ["check"]})), &task, Way::Taken).is_empty());
    assert!(said(&person(2), &rules(&json!({"prevent_reassignment": true})), &task, Way::Taken).is_empty());
}

#[test]
fn nobody_answers_twice_or_decides_between_their_own_answer_and_anothers() {
    let mut task = facts();
    task.worked = vec![worked("work", 1, 1)];
    assert_eq!(said(&person(1), &rules(&json!({})), &task, Way::Taken), ["Already answered this task in this step"]);
    let deciding = StepRules::of(&workflow(&json!({})), "work", StepKind::Adjudication).unwrap();
    let mut eve = person(1);
    eve.role = ProjectRole::Reviewer;
    assert_eq!(said(&eve, &deciding, &task, Way::Taken), ["Worked on this task in step \"work\""]);
    eve.id = user(2);
    assert!(said(&eve, &deciding, &task, Way::Taken).is_empty());
}

#[test]
fn nobody_reviews_or_adjudicates_what_they_answered_unless_the_step_says_they_may() {
    let mut task = facts();
    task.worked = vec![worked("coding", 1, 1)];
    let mut ann = person(1);
    ann.role = ProjectRole::Reviewer;
    for kind in ["review", "adjudication"] {
        let of = |assignment: Value| {
            let steps =
                json!([{"id": "coding", "name": "Coding", "type": "annotation"}, {"id": "check", "type": kind, "assignment": assignment}]);
            let workflow = Workflow::from_json(&json!({"id": "w", "steps": steps}).to_string()).unwrap();
            StepRules::of(&workflow, "check", serde_json::from_value(json!(kind)).unwrap()).unwrap()
        };
        assert_eq!(said(&ann, &of(json!({})), &task, Way::Taken), ["Worked on this task in step \"Coding\""], "{kind}");
        assert!(said(&ann, &of(json!({"prevent_reassignment": false})), &task, Way::Taken).is_empty(), "{kind}");
        let other = Person { id: user(2), ..ann.clone() };
        assert!(said(&other, &of(json!({})), &task, Way::Taken).is_empty(), "{kind}");
    }
    let said_so = Workflow::from_json(&json!({"id": "w", "steps": [
        {"id": "coding", "type": "annotation"}, {"id": "check", "type": "review", "assignment": {"prevent_reassignment": false, "exclude_steps": ["coding"]}},
    ]}).to_string());
    let rules = StepRules::of(&said_so.unwrap(), "check", StepKind::Review).unwrap();
    assert_eq!(said(&ann, &rules, &task, Way::Taken).len(), 1, "a step that is named is named");
}

#[test]
fn a_persons_own_limit_counts_what_they_hold_in_all_projects_and_a_steps_in_its_own() {
    let ann = Person { active: 1, elsewhere: 2, max_concurrent: Some(3), ..person(1) };
    assert_eq!(said(&ann, &rules(&json!({})), &facts(), Way::Taken), ["Holds 3 of 3 tasks"]);
    let free = Person { max_concurrent: None, ..ann };
    assert!(said(&free, &rules(&json!({"max_concurrent_per_user": 2})), &facts(), Way::Taken).is_empty());
    assert_eq!(said(&free, &rules(&json!({"max_concurrent_per_user": 1})), &facts(), Way::Taken), ["Holds 1 of 1 tasks"]);
}

#[test]
fn rework_goes_to_whom_the_step_says() {
    let mut task = facts();
    (task.worked, task.visit) = (vec![worked("work", 1, 1), worked("work", 2, 1), worked("check", 3, 1)], 2);
    let may = |rework: &str| {
        let rules = rules(&json!({ "rework": rework }));
        (1..=4).filter(|number| eligibility(&person(*number), &rules, &task, Way::Taken, now()).eligible).collect::<Vec<_>>()
    };
    assert_eq!(may("same_person"), [1, 2]);
    assert_eq!(may("another_person"), [3, 4]);
    assert_eq!((may("anyone"), may("same_person_first")), (vec![1, 2, 3, 4], vec![1, 2, 3, 4]));
    let people: Vec<Person> = (1..=4).map(person).collect();
    let choice = choose(&people, &rules(&json!({})), &task, now()).unwrap();
    assert_eq!((choice.user, choice.because), (user(2), Because::Rework));
}

#[test]
fn three_skips_in_a_session_are_followed_by_a_pause_after_each() {
    let rules = rules(&json!({}));
    let mut ann = person(1);
    let skipped = |minutes: &[i64]| minutes.iter().map(|before| now() - TimeDelta::minutes(*before)).collect::<Vec<_>>();
    ann.recent_skips = skipped(&[1, 2]);
    assert!(said(&ann, &rules, &facts(), Way::Taken).is_empty());
    ann.recent_skips = skipped(&[5, 60, 120]);
    assert_eq!(said(&ann, &rules, &facts(), Way::Taken), ["Skipped 3 tasks; new ones from 2026-11-30 09:10 UTC"]);
    ann.recent_skips = skipped(&[15, 60, 120]);
    assert!(said(&ann, &rules, &facts(), Way::Taken).is_empty(), "the pause is over");
    ann.recent_skips = skipped(&[1, 500, 501]);
    assert!(said(&ann, &rules, &facts(), Way::Taken).is_empty(), "those were of another session");
}

#[test]
fn a_skipped_task_waits_for_an_admin_where_the_workflow_wants_it() {
    let mut task = facts();
    task.skipped_by = vec![Skipped { user: user(1), at: now() }];
    let rules = rules(&json!({"skip": {"next": "admin"}}));
    assert_eq!(said(&person(2), &rules, &task, Way::Taken), ["Somebody skipped this task; an admin will give it to somebody"]);
    assert!(said(&person(1), &rules, &task, Way::ByHand).is_empty(), "an admin may give it to whoever skipped it");
}

#[test]
fn an_offer_keeps_others_away_until_it_is_over() {
    let mut task = facts();
    task.offered = Some(Offer { to: user(1), until: at("2026-11-30T09:30:00Z") });
    let rules = rules(&json!({"mode": "hybrid"}));
    assert!(said(&person(1), &rules, &task, Way::Taken).is_empty());
    assert_eq!(said(&person(2), &rules, &task, Way::Taken), ["Offered to somebody else until 2026-11-30 09:30 UTC"]);
    assert!(eligibility(&person(2), &rules, &task, Way::Taken, at("2026-11-30T09:30:00Z")).eligible);
}

#[test]
fn tasks_are_pushed_only_to_people_who_are_there_and_taken_by_whoever_asks() {
    let mut ann = person(1);
    ann.is_online = false;
    assert_eq!(said(&ann, &rules(&json!({})), &facts(), Way::Pushed), ["Not online"]);
    assert!(said(&ann, &rules(&json!({})), &facts(), Way::Taken).is_empty());
    assert!(said(&ann, &rules(&json!({"online_only": false})), &facts(), Way::Pushed).is_empty());
}

#[test]
fn drafts_are_handed_on_unless_answers_must_be_ones_own() {
    let of = |count: u32| {
        let json = json!({"id": "w", "steps": [{"id": "a", "type": "annotation", "completion": {"count": count}}]});
        StepRules::of(&Workflow::from_json(&json.to_string()).unwrap(), "a", StepKind::Annotation).unwrap().drafts
    };
    assert_eq!((of(1), of(2)), (Drafts::Continue, Drafts::Discard));
}

#[test]
fn a_score_is_the_weighted_mean_of_its_parts() {
    let rules = rules(&json!({
        "required_skills": [{"name": "s", "min_proficiency": "intermediate"}], "max_concurrent_per_user": 4,
        "weights": {"skill_match": 2, "quality": 1, "load": 1, "affinity": 0, "round_robin": 0, "priority": 0, "waiting": 0}
    }));
    let mut ann = person(1);
    (ann.quality, ann.active) = (Some(0.9), 1);
    ann.skills = vec![Skill { name: "s".into(), level: Level::Advanced, expires_at: None }];
    let score = score(&ann, &rules, &facts(), now());
    assert_eq!((score.parts["skill_match"], score.parts["quality"], score.parts["load"]), (0.75, 0.9, 0.75));
    assert!((score.total - (2.0 * 0.75 + 0.9 + 0.75) / 4.0).abs() < 1e-12, "{score:?}");
}

#[test]
fn whom_a_task_is_meant_for_goes_first_and_the_choice_says_why() {
    let people: Vec<Person> = (1..=3).map(|number| Person { active: u32::try_from(number).unwrap(), ..person(number) }).collect();
    let mut task = facts();
    let choice = choose(&people, &rules(&json!({})), &task, now()).unwrap();
    assert_eq!((choice.user, &choice.because), (user(1), &Because::LeastLoaded { active: 1 }));
    assert_eq!((choice.eligible, choice.considered, choice.runners_up.len()), (3, 3, 2));
    assert_eq!(serde_json::to_value(&choice).unwrap()["because"], json!({"rule": "least_loaded", "active": 1}));
    task.preferred = Some(user(3));
    assert_eq!(choose(&people, &rules(&json!({})), &task, now()).unwrap().because, Because::Preferred);
    task.excluded = vec![user(3), user(2)];
    let choice = choose(&people, &rules(&json!({})), &task, now()).unwrap();
    assert_eq!((choice.user, choice.because), (user(1), Because::OnlyOne));
    task.excluded = people.iter().map(|person| person.id).collect();
    assert_eq!(choose(&people, &rules(&json!({})), &task, now()), None);
}
