//! The history of a live document over REST.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::{Value, json};
use support::Api;
use tandem_actors::{TaskRef, document};
use tandem_protocol::{
    RegionId,
    rest::{CheckpointReason, Region},
};
use tandem_store::documents::create_with_snapshot;

fn region(label: &str) -> Region {
    Region {
        id: RegionId::new(),
        label: label.to_owned(),
        geometry: serde_json::from_value(json!({ "kind": "box", "x": 1, "y": 2, "width": 30, "height": 40 })).unwrap(),
        attributes: serde_json::Map::new(),
        author: None,
        z: 0,
        relations: Vec::new(),
    }
}

/// A task whose document has these regions.
async fn drawn(api: &Api, regions: &[Region]) -> String {
    let a = api.a();
    let mut tx = a.tenant().begin(&api.db().store).await.unwrap();
    create_with_snapshot(&mut tx, a.project, a.tasks[2], "annotate", &document::build(regions, 0)).await.unwrap();
    tx.commit().await.unwrap();
    format!("/api/v1/tasks/{}/history", a.tasks[2])
}

#[actix_web::test]
async fn a_checkpoint_is_made_listed_read_and_restored() {
    let api = Api::start().await;
    let regions = [region("cat"), region("dog")];
    let path = drawn(&api, &regions).await;
    let made = api.labeler().call(&path).await.expect(201);
    assert_eq!((&made["reason"], &made["region_count"], &made["added"]), (&json!("manual"), &json!(2), &json!(2)));
    assert_eq!(made["made_by"], json!(api.a().labeler));
    let list = api.labeler().get(&path).await.expect(200);
    assert_eq!(list["items"], json!([made.clone()]));
    let one = api.labeler().get(&format!("{path}/{}", made["id"].as_str().unwrap())).await.expect(200);
    assert_eq!(one["checkpoint"], made);
    assert_eq!(one["regions"].as_array().unwrap().len(), 2);

    let restore = format!("{path}/{}/restore", made["id"].as_str().unwrap());
    let done = api.reviewer().call(&restore).await.expect(200);
    assert_eq!((&done["added"], &done["changed"], &done["removed"]), (&json!(0), &json!(0), &json!(0)));
    let list = api.labeler().get(&path).await.expect(200);
    assert_eq!(list["items"][0]["id"], done["before"]);
    assert_eq!(list["items"][0]["reason"], json!("restore"));
    assert_eq!(list["items"][0]["made_by"], json!(api.a().reviewer));
}

#[actix_web::test]
async fn an_archived_project_restores_nothing() {
    let api = Api::start().await;
    let path = drawn(&api, &[region("cat")]).await;
    let made = api.labeler().call(&path).await.expect(201);
    api.admin().patch(&format!("/api/v1/projects/{}", api.a().project), json!({ "status": "archived" })).await.expect(200);
    let restore = format!("{path}/{}/restore", made["id"].as_str().unwrap());
    api.reviewer().call(&restore).await.problem(409, "project_not_active");
}

#[actix_web::test]
async fn a_checkpoint_of_another_task_is_not_there() {
    let api = Api::start().await;
    let path = drawn(&api, &[region("cat")]).await;
    let made = api.labeler().call(&path).await.expect(201);
    let other = format!("/api/v1/tasks/{}/history/{}", api.a().tasks[0], made["id"].as_str().unwrap());
    api.labeler().get(&other).await.problem(404, "not_found");
    let cursor: Value = api.labeler().get(&format!("{path}?cursor=x")).await.problem(422, "invalid");
    assert_eq!(cursor["errors"][0]["field"], json!("cursor"));
}

#[actix_web::test]
async fn a_labeler_sees_the_history_of_their_own_document_and_a_reviewer_of_all() {
    let api = Api::start().await;
    let (a, task) = (api.a(), api.a().tasks[2]);
    let path = drawn(&api, &[region("cat")]).await;
    let mine = api.labeler().call(&path).await.expect(201);
    let mut tx = a.tenant().begin(&api.db().store).await.unwrap();
    create_with_snapshot(&mut tx, a.project, task, "label~1", &document::build(&[region("dog")], 0)).await.unwrap();
    tx.commit().await.unwrap();
    let other = TaskRef { workspace: a.workspace, project: a.project, task, step: "label~1".to_owned() };
    let other = api.state().live.checkpoint(&other, CheckpointReason::Manual, a.labeler).await.unwrap();

    let ids = |list: &Value| list["items"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&api.labeler().get(&path).await.expect(200)), [mine["id"].clone()]);
    api.labeler().get(&format!("{path}?all=true")).await.problem(403, "forbidden");
    api.labeler().get(&format!("{path}/{other}")).await.problem(404, "not_found");
    assert_eq!(ids(&api.reviewer().get(&format!("{path}?all=true")).await.expect(200)), [json!(other), mine["id"].clone()]);
    let draft = api.reviewer().get(&format!("{path}/{other}")).await.expect(200);
    assert_eq!((&draft["checkpoint"]["step"], &draft["regions"][0]["label"]), (&json!("label~1"), &json!("dog")));
}
