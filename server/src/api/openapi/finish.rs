//! Rules that hold for the whole document, applied to what the routes declare.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use utoipa::{
    Modify,
    openapi::{
        Content, Ref, RefOr, ResponseBuilder,
        path::Operation,
        schema::{AdditionalProperties, Array, ArrayItems, Schema, SchemaType, Type},
        security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

/// Bearer tokens everywhere, but for the routes that hand them out.
pub struct Security;

impl Modify for Security {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        openapi.components.get_or_insert_default().add_security_scheme("bearer", SecurityScheme::Http(bearer));
        openapi.security = Some(vec![utoipa::openapi::SecurityRequirement::new("bearer", Vec::<String>::new())]);
    }
}

/// Any route may answer a problem.
pub struct Problems;

impl Modify for Problems {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        for operation in operations(openapi) {
            let problem = ResponseBuilder::new()
                .description("A problem")
                .content("application/problem+json", Content::new(Some(Ref::from_schema_name("Problem"))))
                .build();
            operation.responses.responses.insert("default".to_owned(), RefOr::T(problem));
        }
    }
}

fn operations(openapi: &mut utoipa::openapi::OpenApi) -> impl Iterator<Item = &mut Operation> {
    openapi
        .paths
        .paths
        .values_mut()
        .flat_map(|item| [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten())
}

/// The macro writes a page's items out in full; they are the schema of their own name.
pub struct Pages;

impl Modify for Pages {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let Some(components) = &mut openapi.components else { return };
        for (name, schema) in &mut components.schemas {
            if let (Some(item), RefOr::T(Schema::Object(page))) = (name.strip_prefix("Page_"), schema) {
                let items = Array::new(Ref::from_schema_name(item));
                page.properties.insert("items".to_owned(), RefOr::T(Schema::Array(items)));
            }
        }
    }
}

/// An object of which nothing is said may hold anything; without this the generated type would hold nothing.
pub struct FreeObjects;

impl Modify for FreeObjects {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let Some(components) = &mut openapi.components else { return };
        components.schemas.values_mut().for_each(free_objects);
    }
}

fn free_objects(schema: &mut RefOr<Schema>) {
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::Object(object) => {
            if object.properties.is_empty() && is_object(&object.schema_type) && object.additional_properties.is_none() {
                object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(true)));
            }
            object.properties.values_mut().for_each(free_objects);
        }
        Schema::Array(array) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                free_objects(items);
            }
        }
        Schema::AllOf(all) => all.items.iter_mut().for_each(free_objects),
        Schema::OneOf(one) => one.items.iter_mut().for_each(free_objects),
        Schema::AnyOf(any) => any.items.iter_mut().for_each(free_objects),
        _ => {}
    }
}

fn is_object(schema_type: &SchemaType) -> bool {
    match schema_type {
        SchemaType::Type(one) => *one == Type::Object,
        SchemaType::Array(several) => several.contains(&Type::Object),
        SchemaType::AnyValue => false,
    }
}

/// What only the server says always has all its fields (`null` where there is nothing), so the generated types need not ask
/// "is it there" twice. What clients say keeps its optional fields optional.
pub struct AlwaysSent;

impl AlwaysSent {
    /// Fields the server leaves out when there is nothing to say.
    const SKIPPED: &[(&str, &str)] = &[("Problem", "errors"), ("Problem", "details"), ("Problem", "request_id")];
}

impl Modify for AlwaysSent {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let said_by_clients = said_by_clients(openapi);
        let Some(components) = &mut openapi.components else { return };
        for (name, schema) in components.schemas.iter_mut().filter(|(name, _)| !said_by_clients.contains(*name)) {
            if let RefOr::T(schema) = schema {
                require_all(name, schema);
            }
        }
    }
}

fn require_all(name: &str, schema: &mut Schema) {
    match schema {
        Schema::Object(object) => {
            let skipped = |field: &String| AlwaysSent::SKIPPED.contains(&(name, field.as_str()));
            object.required = object.properties.keys().filter(|field| !skipped(field)).cloned().collect();
        }
        Schema::AllOf(all) => all.items.iter_mut().for_each(|item| require_part(name, item)),
        Schema::OneOf(one) => one.items.iter_mut().for_each(|item| require_part(name, item)),
        _ => {}
    }
}

fn require_part(name: &str, part: &mut RefOr<Schema>) {
    if let RefOr::T(schema) = part {
        require_all(name, schema);
    }
}

/// Names of the schemas reachable from a request body or from a client's WebSocket message.
fn said_by_clients(openapi: &mut utoipa::openapi::OpenApi) -> BTreeSet<String> {
    let mut roots = BTreeSet::from(["ClientControlJson".to_owned()]);
    for operation in operations(openapi) {
        roots.extend(refs(&operation.request_body));
    }
    let parts: BTreeMap<String, BTreeSet<String>> =
        openapi.components.iter().flat_map(|components| &components.schemas).map(|(name, schema)| (name.clone(), refs(schema))).collect();
    let mut reached = BTreeSet::new();
    let mut todo: Vec<String> = roots.into_iter().collect();
    while let Some(name) = todo.pop() {
        if reached.insert(name.clone()) {
            todo.extend(parts.get(&name).into_iter().flatten().cloned());
        }
    }
    reached
}

/// Names of the schemas a part of the document points at.
fn refs(part: &impl serde::Serialize) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if let Ok(value) = serde_json::to_value(part) {
        collect_refs(&value, &mut found);
    }
    found
}

fn collect_refs(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(target)) = fields.get("$ref") {
                found.extend(target.rsplit('/').next().map(str::to_owned));
            }
            fields.values().for_each(|field| collect_refs(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_refs(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
