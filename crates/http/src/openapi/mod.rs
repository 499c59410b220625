//! The OpenAPI document, made from the route table, the contract types and the table of operations. It is committed
//! as `functions/openapi.json`; a test fails when that file is stale, and the web client's types are made from it.

mod events;
mod operations;

pub use events::event_schemas;

use std::collections::{BTreeMap, BTreeSet};

use operations::{Answer, Operation, operation};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};
use velure_contracts::http::LineFault;
use velure_contracts::sse::StatusFrame;
use velure_contracts::{Code, Problem};

use crate::{Auth, Route, routes};

/// Schemas by name, collected while operations name them.
type Schemas = BTreeMap<String, RefOr<Schema>>;

/// A contract type: puts its schemas into the collection and gives its name.
pub(crate) type SchemaOf = fn(&mut Schemas) -> String;

/// The schema of a contract type, for the table of operations.
pub(crate) fn schema_of<T: ToSchema>(schemas: &mut Schemas) -> String {
    let mut nested = vec![(T::name().into_owned(), T::schema())];
    T::schemas(&mut nested);
    schemas.extend(nested);
    T::name().into_owned()
}

/// The document.
#[must_use]
pub fn document() -> Value {
    let mut schemas = Schemas::new();
    schema_of::<Problem>(&mut schemas);
    // No operation names these two: they travel inside a problem's `lines` and on the status streams.
    schema_of::<LineFault>(&mut schemas);
    schema_of::<StatusFrame>(&mut schemas);
    let mut paths = Map::new();
    for route in routes() {
        let method = route.method.to_lowercase();
        let path = paths.entry(route.path.clone()).or_insert_with(|| json!({}));
        path[&method] = describe(route, &operation(&route.name), &mut schemas);
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Velure",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Browse, order, watch the status. Errors are application/problem+json; clients switch on `code`.",
            "license": { "name": "MIT", "identifier": "MIT" }
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "session": { "type": "apiKey", "in": "cookie", "name": crate::ACCESS_COOKIE },
                "service": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" }
            }
        }
    })
}

fn describe(route: &Route, operation: &Operation, schemas: &mut Schemas) -> Value {
    let mut parameters: Vec<Value> = Vec::new();
    for name in route
        .path
        .split('/')
        .filter_map(|s| s.strip_prefix('{')?.strip_suffix('}'))
    {
        parameters.push(
            json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }),
        );
    }
    for (name, description, schema) in operation.query {
        let schema: Value = serde_json::from_str(schema).expect("a query schema is JSON");
        parameters.push(
            json!({ "name": name, "in": "query", "description": description, "schema": schema }),
        );
    }
    for (name, required, description) in operation.headers {
        parameters.push(
            json!({ "name": name, "in": "header", "required": required, "description": description,
            "schema": { "type": "string" } }),
        );
    }
    let mut document = json!({
        "operationId": route.name,
        "summary": operation.summary,
        "tags": [route.context],
        "parameters": parameters,
        "responses": responses(route, operation, schemas),
    });
    if let Some(body) = operation.body {
        document["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": reference(&body(schemas)) } } });
    }
    match route.auth {
        Auth::None => {}
        Auth::Shopper | Auth::Admin => document["security"] = json!([{ "session": [] }]),
        Auth::Service => document["security"] = json!([{ "service": [] }]),
    }
    document
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn responses(route: &Route, operation: &Operation, schemas: &mut Schemas) -> Value {
    let mut responses = Map::new();
    for Answer {
        status,
        description,
        body,
    } in operation.answers
    {
        let mut response = json!({ "description": description });
        if let Some(body) = body {
            response["content"] =
                json!({ "application/json": { "schema": reference(&body(schemas)) } });
        }
        responses.insert(status.to_string(), response);
    }
    let mut codes = BTreeMap::<u16, BTreeSet<&str>>::new();
    for code in operation
        .codes
        .iter()
        .copied()
        .chain(codes_of_the_edge(route, operation))
    {
        codes
            .entry(code.status())
            .or_default()
            .insert(code.as_str());
    }
    for (status, codes) in codes {
        let list = codes.into_iter().collect::<Vec<_>>().join("`, `");
        responses.insert(
            status.to_string(),
            json!({
                "description": format!("`{list}`"),
                "content": { "application/problem+json": { "schema": reference("Problem") } }
            }),
        );
    }
    Value::Object(responses)
}

/// What the edge itself may answer on a route.
fn codes_of_the_edge(route: &Route, operation: &Operation) -> Vec<Code> {
    let mut codes = vec![
        Code::BodyTooLarge,
        Code::TooManyRequests,
        Code::Internal,
        Code::Unavailable,
    ];
    match route.auth {
        Auth::None => {}
        Auth::Shopper | Auth::Service => codes.push(Code::Unauthenticated),
        Auth::Admin => codes.extend([Code::Unauthenticated, Code::Forbidden]),
    }
    if route.method != "GET" && route.auth != Auth::Service {
        codes.push(Code::CsrfRefused);
    }
    if operation.body.is_some() {
        codes.extend([Code::MalformedBody, Code::UnsupportedMediaType]);
    }
    if !operation.query.is_empty() {
        codes.push(Code::InvalidParameter);
    }
    codes
}
