//! The JSON Schemas of the events on the broker, made from the contract types. They are committed under
//! `crates/contracts/schemas/`; a test fails when one is stale.

use serde_json::{Value, json};
use utoipa::ToSchema;
use velure_contracts::events::{
    Envelope, EventType, OrderCreated, OrderFailed, OrderMoved, SCHEMA_VERSION,
};

use super::{Schemas, schema_of};

/// The schema of every event type (JSON Schema 2020-12), by its routing key.
#[must_use]
pub fn event_schemas() -> Vec<(&'static str, Value)> {
    EventType::ALL
        .iter()
        .map(|kind| (kind.as_str(), schema(*kind)))
        .collect()
}

fn schema(kind: EventType) -> Value {
    let mut schemas = Schemas::new();
    let envelope = match kind {
        EventType::OrderCreated => envelope_of::<OrderCreated>(&mut schemas),
        EventType::OrderProcessing | EventType::OrderCompleted => {
            envelope_of::<OrderMoved>(&mut schemas)
        }
        EventType::OrderFailed => envelope_of::<OrderFailed>(&mut schemas),
    };
    let definitions = serde_json::to_string(&schemas).expect("a schema is JSON");
    let definitions: Value =
        serde_json::from_str(&definitions.replace("#/components/schemas/", "#/$defs/"))
            .expect("a renamed reference is still JSON");
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("urn:velure:event:{}:{SCHEMA_VERSION}", kind.as_str()),
        "title": kind.as_str(),
        "allOf": [
            { "$ref": format!("#/$defs/{envelope}") },
            { "properties": { "type": { "const": kind.as_str() }, "schema_version": { "const": SCHEMA_VERSION } } }
        ],
        "$defs": definitions
    })
}

/// The schema of an envelope and of its data: the derived schema of the one does not bring the other's.
fn envelope_of<D: ToSchema>(schemas: &mut Schemas) -> String {
    schema_of::<D>(schemas);
    schema_of::<Envelope<D>>(schemas)
}
