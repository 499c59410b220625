//! Prints the OpenAPI document: `cargo run -p velure-http --bin velure-openapi > functions/openapi.json`.

use std::io::Write as _;

fn main() -> std::io::Result<()> {
    let document = serde_json::to_string_pretty(&velure_http::openapi::document())
        .expect("the document is JSON");
    writeln!(std::io::stdout(), "{document}")
}
