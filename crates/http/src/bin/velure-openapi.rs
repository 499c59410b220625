//! Writes what is made from the contract types: `functions/openapi.json` and the events' JSON Schemas.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    write(
        &root.join("functions/openapi.json"),
        &velure_http::openapi::document(),
    )?;
    for (kind, schema) in velure_http::openapi::event_schemas() {
        write(
            &root.join(format!("crates/contracts/schemas/{kind}.json")),
            &schema,
        )?;
    }
    Ok(())
}

fn write(path: &Path, document: &serde_json::Value) -> std::io::Result<()> {
    let text = serde_json::to_string_pretty(document).expect("the document is JSON");
    std::fs::write(path, text + "\n")
}
