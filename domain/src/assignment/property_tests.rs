//! What holds for all people and all tasks.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use serde_json::json;
use tandem_protocol::ProjectRole;

use super::{
    tests::{person, rules, user},
    *,
};
use crate::workflow::Level;

const LEVELS: [Level; 4] = [Level::Novice, Level::Intermediate, Level::Advanced, Level::Expert];

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn people() -> impl Strategy<Value = Vec<Person>> {
    let one = (0_u32..5, proptest::option::of(0_usize..4), any::<bool>(), any::<bool>(), proptest::option::of(0.0..=1.0), 0_i64..500);
    proptest::collection::vec(one, 0..8).prop_map(|drawn| {
        let make = |(index, (active, level, reviews, paused, quality, minutes))| {
            let (level, minutes): (Option<usize>, i64) = (level, minutes);
            let skills = level.into_iter().map(|level| Skill { name: "s".into(), level: LEVELS[level], expires_at: None });
            Person {
                active,
                skills: skills.collect(),
                role: if reviews { ProjectRole::Reviewer } else { ProjectRole::Labeler },
                paused: (paused && minutes % 2 == 0).then(|| Paused { reason: String::new(), until: None }),
                quality,
                last_assigned_at: (minutes > 0).then(|| now() - TimeDelta::minutes(minutes)),
                is_online: minutes % 5 != 0,
                ..person(index)
            }
        };
        (0_u128..).zip(drawn).map(make).collect()
    })
}

fn balancing() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["round_robin", "least_loaded", "quality_weighted"])
}

proptest! {
    #[test]
    fn never_picks_somebody_who_may_not(people in people(), balancing in balancing(), roles in any::<bool>(), limit in 1_u32..6, excluded in 0_u128..8) {
        let roles = if roles { vec!["reviewer"] } else { vec![] };
        let rules = rules(&json!({
            "load_balancing": balancing, "required_roles": roles, "max_concurrent_per_user": limit,
            "required_skills": [{"name": "s", "min_proficiency": "intermediate"}]
        }));
        let facts = TaskFacts { excluded: vec![user(excluded)], preferred: Some(user(excluded)), ..TaskFacts::fresh(5, now()) };
        let eligible: Vec<&Person> = people.iter().filter(|person| eligibility(person, &rules, &facts, Way::Pushed, now()).eligible).collect();
        match choose(&people, &rules, &facts, now()) {
            Some(choice) => {
                prop_assert!(eligible.iter().any(|person| person.id == choice.user));
                prop_assert!((0.0..=1.0).contains(&choice.score.total));
                prop_assert_eq!(choice.eligible, eligible.len());
            }
            None => prop_assert!(eligible.is_empty()),
        }
    }

    #[test]
    fn least_loaded_never_gives_to_somebody_who_holds_more_than_another(people in people()) {
        let (rules, facts) = (rules(&json!({})), TaskFacts::fresh(5, now()));
        if let Some(choice) = choose(&people, &rules, &facts, now()) {
            let chosen = people.iter().find(|person| person.id == choice.user).unwrap();
            for other in people.iter().filter(|person| eligibility(person, &rules, &facts, Way::Pushed, now()).eligible) {
                prop_assert!(chosen.active <= other.active);
            }
        }
    }

    #[test]
    fn the_choice_does_not_depend_on_the_order_of_the_people(people in people(), balancing in balancing()) {
        let (rules, facts) = (rules(&json!({"load_balancing": balancing})), TaskFacts::fresh(5, now()));
        let mut turned = people.clone();
        turned.reverse();
        prop_assert_eq!(choose(&people, &rules, &facts, now()), choose(&turned, &rules, &facts, now()));
    }

    #[test]
    fn round_robin_is_fair_within_one(count in 1_u128..7, tasks in 0_i64..40, step in 0_i64..2) {
        let rules = rules(&json!({"load_balancing": "round_robin"}));
        let mut people: Vec<Person> = (0..count).map(person).collect();
        let mut given = BTreeMap::new();
        for task in 0..tasks {
            // Several in the same instant too.
            let at = now() + TimeDelta::milliseconds(task * step);
            let choice = choose(&people, &rules, &TaskFacts::fresh(5, at), at).unwrap();
            *given.entry(choice.user).or_insert(0) += 1;
            for person in people.iter_mut().filter(|person| person.id == choice.user) {
                person.last_assigned_at = Some(at);
                person.active += 1;
            }
        }
        let counts: Vec<i64> = people.iter().map(|person| given.get(&person.id).copied().unwrap_or(0)).collect();
        prop_assert!(counts.iter().max().unwrap_or(&0) - counts.iter().min().unwrap_or(&0) <= 1, "{:?}", counts);
    }
}
