use velure_http::openapi::{document, event_schemas};

#[test]
fn the_committed_document_is_the_one_that_the_code_makes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../functions/openapi.json");
    let committed = std::fs::read_to_string(path).expect("functions/openapi.json is committed");
    let made = serde_json::to_string_pretty(&document()).expect("the document is JSON");
    assert!(
        committed.trim_end() == made,
        "functions/openapi.json is stale: run `make openapi`"
    );
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    let document = document();
    let text = document.to_string();
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().expect("a reference ends");
        assert!(
            document["components"]["schemas"][name].is_object(),
            "{name}"
        );
    }
}

#[test]
fn the_committed_event_schemas_are_the_ones_that_the_code_makes() {
    for (kind, schema) in event_schemas() {
        let path = format!(
            "{}/../contracts/schemas/{kind}.json",
            env!("CARGO_MANIFEST_DIR")
        );
        let committed = std::fs::read_to_string(&path).expect("every event's schema is committed");
        let committed: serde_json::Value =
            serde_json::from_str(&committed).expect("a schema is JSON");
        assert_eq!(
            committed, schema,
            "{kind}: the schema is stale: run `make openapi`"
        );
    }
}

#[test]
fn every_reference_of_an_event_schema_leads_somewhere() {
    for (kind, schema) in event_schemas() {
        let text = schema.to_string();
        for reference in text.split("\"#/$defs/").skip(1) {
            let name = reference.split('"').next().expect("a reference ends");
            assert!(schema["$defs"][name].is_object(), "{kind}: {name}");
        }
    }
}
