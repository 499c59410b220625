use velure_http::openapi::document;

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
