//! What is written down more than once about the one origin: at CloudFront, at the load balancer, and locally.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use crate::checkout::{read, root};
use crate::tool::run;

#[test]
fn the_function_at_cloudfront_passes_its_own_tests() {
    let said = run(Command::new("node")
        .args(["--test", "--test-reporter=tap"])
        .arg(root().join("terraform/modules/edge/tests/viewer-request.test.mjs"))
        .stdin(Stdio::null()));
    assert!(said.success, "{}", said.all());
    let passed: u32 = said
        .out
        .lines()
        .find_map(|line| line.strip_prefix("# pass "))
        .and_then(|count| count.parse().ok())
        .unwrap_or_default();
    assert!(passed > 0, "no test ran: {}", said.all());
}

/// The words of a text that name a stream's path.
fn stream_paths(text: &str) -> BTreeSet<String> {
    text.split(|letter: char| letter.is_whitespace() || "\"[],".contains(letter))
        .filter(|word| word.starts_with("/api/") && word.ends_with("/events"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn streams_have_the_same_paths_at_cloudfront_at_the_load_balancer_and_locally() {
    let expected: BTreeSet<String> = ["/api/me/orders/events", "/api/me/orders/*/events"]
        .map(str::to_owned)
        .into();
    for file in [
        "terraform/modules/edge/main.tf",
        "terraform/modules/load-balancer/main.tf",
        "crates/xtask/src/services/caddy.rs",
    ] {
        assert_eq!(stream_paths(&read(file)), expected, "{file}");
    }
}
