//! Preferences over the API: mine, small, and merged by name.

#![allow(clippy::unwrap_used)]

mod support;

use serde_json::json;
use support::Api;

const PATH: &str = "/api/v1/me/preferences";

#[actix_web::test]
async fn what_i_set_is_mine_alone_and_there_wherever_i_sign_in() {
    let api = Api::start().await;
    let ann = api.labeler();
    assert_eq!(ann.get(PATH).await.expect(200), json!({ "values": {} }));
    let keys = json!({ "box": ["q"], "undo": null });
    ann.patch(PATH, json!({ "values": { "hotkeys": keys, "theme": "dark" } })).await.expect(200);
    assert_eq!(api.labeler().get(PATH).await.expect(200)["values"], json!({ "hotkeys": keys, "theme": "dark" }));
    assert_eq!(api.admin().get(PATH).await.expect(200)["values"], json!({}));
    let now = ann.patch(PATH, json!({ "values": { "theme": null, "hotkeys": { "box": ["w"] } } })).await.expect(200);
    assert_eq!(now["values"], json!({ "hotkeys": { "box": ["w"] } }), "an entry is replaced whole, null takes it away");
    api.stop().await;
}

#[actix_web::test]
async fn what_is_too_much_is_refused_and_what_there_was_stays() {
    let api = Api::start().await;
    let ann = api.labeler();
    ann.patch(PATH, json!({ "values": { "a": "x".repeat(20_000) } })).await.expect(200);
    let refused = ann.patch(PATH, json!({ "values": { "b": "x".repeat(20_000) } })).await;
    assert_eq!(refused.broken(), ["values: max_length"], "both together");
    assert_eq!(ann.get(PATH).await.expect(200)["values"].as_object().unwrap().len(), 1);
    let names = json!({ "values": { "": 1, "x".repeat(65): 1 } });
    assert_eq!(ann.patch(PATH, names).await.broken(), ["values: min_length", "values: max_length"]);
    assert!(!ann.patch(PATH, json!({ "values": [1] })).await.broken().is_empty());
    api.anonymous().get(PATH).await.problem(401, "token_missing");
    api.stop().await;
}
