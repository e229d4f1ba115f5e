//! Paths, queries and JSON bodies into types, naming the field and the rule where they do not fit.

use actix_web::{
    HttpMessage, HttpRequest,
    dev::{Path, Payload, Url},
    http::header,
};
use bytes::BytesMut;
use futures_util::StreamExt as _;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{error::Category, json};
use sha2::{Digest, Sha256};
use tandem_protocol::FieldError;
use utoipa::IntoParams;
use uuid::Uuid;

use super::problem::{Kind, Refusal};

/// Bytes of a JSON body. A thousand tasks with a generous input each fit.
pub const BODY_LIMIT: usize = 2 * 1024 * 1024;

/// A body's bytes, read but not yet understood.
pub struct Body(BytesMut);

impl Body {
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        let mut deserializer = serde_json::Deserializer::from_slice(&self.0);
        let value = serde_path_to_error::deserialize(&mut deserializer).map_err(json_refusal)?;
        deserializer.end().map_err(|error| Refusal::new(Kind::MalformedJson, format!("The body goes on after its JSON: {error}.")))?;
        Ok(value)
    }

    /// To know the same request again by.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(&self.0).into()
    }
}

/// Ids of the path by their place in it.
pub fn path<T: DeserializeOwned>(path: &Path<Url>) -> Result<T, Refusal> {
    path.load().map_err(|error| {
        // serde tells not which; all of them are UUIDs.
        let wrong = path.iter().find(|(_, value)| value.parse::<Uuid>().is_err()).map_or("path", |(name, _)| name);
        Refusal::field(wrong, "format", error.to_string())
    })
}

pub fn query<T: DeserializeOwned>(query: &str) -> Result<T, Refusal> {
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let deserializer = serde_urlencoded::Deserializer::new(pairs);
    serde_path_to_error::deserialize(deserializer)
        .map_err(|error| Refusal::invalid(vec![broken_rule(&error.path().to_string(), &error.inner().to_string())]))
}

/// Which page of a list that has no filters. Unknown words are refused, so lists with filters spell these out beside them.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct PageQuery {
    /// `next_cursor` of the page before; none for the first page.
    #[serde(default)]
    pub cursor: Option<String>,
    /// 1 to 200 items; default 50.
    #[serde(default)]
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
}

/// The `next_cursor` of a list whose cursor is the last item's id.
pub fn cursor<T: From<Uuid>>(text: &str) -> Result<T, Refusal> {
    text.parse::<Uuid>().map(T::from).map_err(|_| bad_cursor())
}

pub fn bad_cursor() -> Refusal {
    Refusal::field("cursor", "format", "must be the next_cursor of the page before")
}

/// The bytes of a JSON body, within the limit.
pub async fn body(request: &HttpRequest, payload: &mut Payload) -> Result<Body, Refusal> {
    expect_json(request)?;
    collect(request, payload).await.map(Body)
}

fn expect_json(request: &HttpRequest) -> Result<(), Refusal> {
    let content_type = request.content_type();
    if content_type.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let shown: String = content_type.chars().take(100).collect();
    Err(Refusal::new(Kind::UnsupportedMediaType, format!("The body must be application/json, not \"{shown}\".")))
}

async fn collect(request: &HttpRequest, payload: &mut Payload) -> Result<BytesMut, Refusal> {
    let declared = request.headers().get(header::CONTENT_LENGTH).and_then(|v| v.to_str().ok()).and_then(|v| v.parse::<usize>().ok());
    if declared.is_some_and(|length| length > BODY_LIMIT) {
        return Err(too_large());
    }
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| Refusal::new(Kind::MalformedRequest, format!("The body broke off: {error}.")))?;
        if bytes.len() + chunk.len() > BODY_LIMIT {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn too_large() -> Refusal {
    Refusal::new(Kind::PayloadTooLarge, format!("The body is larger than {BODY_LIMIT} bytes.")).with_details(json!({ "limit": BODY_LIMIT }))
}

fn json_refusal(error: serde_path_to_error::Error<serde_json::Error>) -> Refusal {
    let field = error.path().to_string();
    let inner = error.into_inner();
    match inner.classify() {
        Category::Data => Refusal::invalid(vec![broken_rule(&field, &without_place(&inner.to_string()))]),
        Category::Syntax | Category::Eof | Category::Io => Refusal::new(Kind::MalformedJson, format!("The body is not JSON: {inner}.")),
    }
}

/// serde_json appends " at line 1 column 17" to what serde says; the field's path says more.
fn without_place(message: &str) -> String {
    message.rsplit_once(" at line ").map_or(message, |(said, _)| said).to_owned()
}

/// What serde says in words, as a field and a rule. serde offers nothing but the words.
fn broken_rule(path: &str, message: &str) -> FieldError {
    let named = |prefix: &str| message.strip_prefix(prefix).and_then(|rest| rest.split('`').next()).map(str::to_owned);
    let (field, rule) = if let Some(name) = named("missing field `") {
        (join(path, &name), "required")
    } else if let Some(name) = named("unknown field `") {
        (join(path, &name), "unknown_field")
    } else if let Some(name) = named("duplicate field `") {
        (join(path, &name), "unique")
    } else {
        (path.to_owned(), rule_of(message))
    };
    FieldError { field, rule: rule.to_owned(), message: message.to_owned() }
}

fn rule_of(message: &str) -> &'static str {
    if message.starts_with("invalid type") {
        "type"
    } else if message.starts_with("unknown variant") {
        "one_of"
    } else if message.starts_with("invalid length") {
        "length"
    } else {
        "format"
    }
}

/// serde_path_to_error names the missing field's parent, but a misspelt field itself.
fn join(parent: &str, name: &str) -> String {
    match parent {
        "." | "" => name.to_owned(),
        path if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        path => format!("{path}.{name}"),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use tandem_protocol::{
        AssetId,
        rest::{CreateProject, CreateTasks, TaskStatus},
    };

    use super::*;

    fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Refusal> {
        serde_path_to_error::deserialize(&mut serde_json::Deserializer::from_str(text)).map_err(json_refusal)
    }

    fn first<T: DeserializeOwned>(result: Result<T, Refusal>) -> (String, String) {
        let error = result.err().unwrap().errors()[0].clone();
        (error.field, error.rule)
    }

    fn pair(field: &str, rule: &str) -> (String, String) {
        (field.to_owned(), rule.to_owned())
    }

    #[test]
    fn a_broken_body_names_the_field_and_the_rule() {
        assert_eq!(first(parse::<CreateProject>("{}")), pair("name", "required"));
        assert_eq!(first(parse::<CreateProject>(r#"{"name": 7}"#)), pair("name", "type"));
        assert_eq!(first(parse::<CreateProject>(r#"{"name": "a", "nmae": 1}"#)), pair("nmae", "unknown_field"));
        let id = AssetId::new();
        let tasks = |second: &str| format!(r#"{{"tasks": [{{"asset_id": "{id}"}}, {second}]}}"#);
        assert_eq!(first(parse::<CreateTasks>(&tasks("{}"))), pair("tasks[1].asset_id", "required"));
        assert_eq!(first(parse::<CreateTasks>(&tasks(r#"{"asset_id": "x"}"#))), pair("tasks[1].asset_id", "format"));
        assert_eq!(first(parse::<CreateTasks>(&tasks(r#"{"asset_id": "x", "no": 1}"#))).1, "format");
        let labels = r#"{"name": "a", "label_schema": {"labels": [{"name": "x", "color": "y", "kinds": ["square"]}]}}"#;
        assert_eq!(first(parse::<CreateProject>(labels)), pair("label_schema.labels[0].kinds[0]", "one_of"));
    }

    #[test]
    fn what_is_no_json_is_said_to_be_none() {
        assert_eq!(parse::<CreateProject>("{\"name\": ").err().unwrap().kind(), Kind::MalformedJson);
        assert_eq!(parse::<CreateProject>("name=a").err().unwrap().kind(), Kind::MalformedJson);
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Query {
        #[serde(default)]
        status: Option<TaskStatus>,
        #[serde(default)]
        limit: Option<u32>,
    }

    #[test]
    fn a_broken_query_names_the_parameter_and_the_rule() {
        let good: Query = query("status=in_progress&limit=20").unwrap();
        assert_eq!((good.status, good.limit), (Some(TaskStatus::InProgress), Some(20)));
        assert_eq!(first(query::<Query>("limit=many")), pair("limit", "format"));
        assert_eq!(first(query::<Query>("status=ready")), pair("status", "one_of"));
        assert_eq!(first(query::<Query>("offset=20")), pair("offset", "unknown_field"));
    }

    #[test]
    fn a_broken_path_names_the_parameter() {
        let mut path = Path::new(Url::new("/projects/x/members/y".parse().unwrap()));
        actix_web::dev::ResourceDef::new("/projects/{project_id}/members/{user_id}").capture_match_info(&mut path);
        let (field, rule) = first(super::path::<(tandem_protocol::ProjectId, tandem_protocol::UserId)>(&path));
        assert_eq!((field.as_str(), rule.as_str()), ("project_id", "format"));
        let mut path = Path::new(Url::new("/tasks/x".parse().unwrap()));
        actix_web::dev::ResourceDef::new("/tasks/{task_id}").capture_match_info(&mut path);
        assert_eq!(first(super::path::<tandem_protocol::TaskId>(&path)), pair("task_id", "format"));
    }
}
