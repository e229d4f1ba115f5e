//! Who is told of a comment, once, wherever they are, and what they find when they come back.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use sqlx::Executor as _;
use support::{Api, socket::Socket};
use tandem_protocol::{
    ProjectRole, UserId, WorkspaceRole,
    ws::{ServerControl, ServerFrame, Subprotocol, Subscribe, Topic, TopicKind},
};

const MINE: &str = "/api/v1/me/notifications";

fn tell(api: &Api) -> String {
    format!("/api/v1/tasks/{}/comments/tell", api.a().tasks[0])
}

fn comment(id: &str, mentioned: &[UserId], answered: &[UserId]) -> Value {
    json!({ "thread": "t1", "comment": id, "excerpt": "Is this a cat, @Ben?", "mentioned": mentioned, "answered": answered })
}

/// The comments a person was told of, newest first, each with its kind, and how many are unread.
async fn told(person: &support::Person<'_>) -> (Vec<(String, String)>, u64) {
    let page = person.get(MINE).await.expect(200);
    let word = |item: &Value, field: &str| item[field].as_str().unwrap().to_owned();
    let items = page["items"].as_array().unwrap().iter().map(|item| (word(item, "comment"), word(item, "kind"))).collect();
    (items, page["unread"].as_u64().unwrap())
}

fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter().map(|(comment, kind)| ((*comment).to_owned(), (*kind).to_owned())).collect()
}

#[actix_web::test]
async fn who_is_named_or_answered_hears_of_it_at_once_and_finds_it_later() {
    let api = Api::start().await;
    let a = api.a();
    let mut tab = Socket::hello(api.server(), api.token(a.workspace, a.reviewer, WorkspaceRole::Member), Subprotocol::Json).await;
    tab.control(Subscribe { channel: 2, topic: Topic { kind: TopicKind::User, id: a.reviewer.into() }, lineage: None, state_vector: None })
        .await;
    tab.wait(|frame| matches!(frame, ServerFrame::Control(ServerControl::Subscribed(_))).then_some(())).await;
    // The reviewer is named and answered: that is one thing. Whoever writes is not told.
    let named = comment("c1", &[a.reviewer, a.labeler], &[a.reviewer, a.other_labeler]);
    assert_eq!(api.labeler().post(&tell(&api), named.clone()).await.expect(200), json!({ "told": 2 }));
    let heard = tab
        .wait(|frame| match frame {
            ServerFrame::Control(ServerControl::Notified(notified)) => Some(notified.notification.clone()),
            _ => None,
        })
        .await;
    assert_eq!((heard.task_id, heard.from.id, heard.excerpt.as_str()), (a.tasks[0], a.labeler, "Is this a cat, @Ben?"));
    assert_eq!(api.labeler().post(&tell(&api), named).await.expect(200), json!({ "told": 0 }), "said again, it is not told again");
    api.labeler().post(&tell(&api), comment("c2", &[a.reviewer], &[])).await.expect(200);
    let reviewer = api.reviewer();
    assert_eq!(told(&reviewer).await, (pairs(&[("c2", "mention"), ("c1", "mention")]), 2));
    assert_eq!(told(&api.person(&a, a.other_labeler)).await, (pairs(&[("c1", "answer")]), 1));
    assert_eq!(told(&api.labeler()).await, (vec![], 0));

    let first = reviewer.get(&format!("{MINE}?limit=1")).await.expect(200);
    let next = first["next_cursor"].as_str().unwrap();
    let second = reviewer.get(&format!("{MINE}?limit=1&cursor={next}")).await.expect(200);
    assert_eq!((&second["items"][0]["comment"], &second["next_cursor"]), (&json!("c1"), &Value::Null));

    let read = format!("{MINE}/read");
    let ids = json!({ "ids": [first["items"][0]["id"]] });
    assert_eq!(api.labeler().post(&read, ids.clone()).await.expect(200), json!({ "unread": 0 }));
    assert_eq!(told(&reviewer).await.1, 2, "nobody reads for another");
    assert_eq!(reviewer.post(&read, ids).await.expect(200), json!({ "unread": 1 }));
    assert_eq!(reviewer.post(&read, json!({})).await.expect(200), json!({ "unread": 0 }));
    api.stop().await;
}

#[actix_web::test]
async fn nobody_outside_the_project_is_told_and_whoever_leaves_sees_it_no_longer() {
    let api = Api::start().await;
    let a = api.a();
    let (guest, outsider) = (api.newcomer("guest", Some(ProjectRole::Labeler)).await, api.newcomer("outsider", None).await);
    // An admin of the workspace is in every project. Who is not there keeps nobody from hearing of it.
    let named = comment("c1", &[outsider, guest, a.admin], &[UserId::new()]);
    assert_eq!(api.labeler().post(&tell(&api), named).await.expect(200), json!({ "told": 2 }));
    assert_eq!(told(&api.person(&a, outsider)).await, (vec![], 0));
    assert_eq!(told(&api.admin()).await.1, 1);
    assert_eq!(told(&api.person(&a, guest)).await.1, 1);
    api.admin().delete(&format!("/api/v1/projects/{}/members/{guest}", a.project)).await;
    assert_eq!(told(&api.person(&a, guest)).await, (vec![], 0));
    api.person(&a, outsider).post(&tell(&api), comment("c2", &[a.labeler], &[])).await.problem(404, "not_found");
    api.stop().await;
}

#[actix_web::test]
async fn a_comment_without_words_or_with_too_many_people_is_refused_by_field_and_rule() {
    let api = Api::start().await;
    let many = vec![api.a().reviewer; 51];
    let body = json!({ "thread": "", "comment": "c".repeat(65), "excerpt": " ", "mentioned": many });
    let broken = api.labeler().post(&tell(&api), body).await.broken();
    assert_eq!(broken, ["thread: min_length", "comment: max_length", "excerpt: min_length", "mentioned: items"]);
    api.stop().await;
}

#[actix_web::test]
async fn what_is_older_than_ninety_days_is_forgotten_with_the_next() {
    let api = Api::start().await;
    let reviewer = api.a().reviewer;
    for id in ["old", "recent"] {
        api.labeler().post(&tell(&api), comment(id, &[reviewer], &[])).await.expect(200);
    }
    api.db().owner().await.execute("UPDATE notifications SET created_at = now() - interval '91 days' WHERE comment = 'old'").await.unwrap();
    api.labeler().post(&tell(&api), comment("new", &[reviewer], &[])).await.expect(200);
    assert_eq!(told(&api.reviewer()).await.0, pairs(&[("new", "mention"), ("recent", "mention")]));
    api.stop().await;
}
