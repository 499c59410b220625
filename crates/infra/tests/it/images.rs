//! The images, built for this machine where Docker with BuildKit is at hand. They compile the shop in release: that is
//! not among the ten minutes of the other tests.

use std::process::Command;

use crate::checkout::root;
use crate::tool::{program, succeed};

fn docker() -> Command {
    let mut command = program("VELURE_TEST_DOCKER");
    command.current_dir(root());
    command
}

/// Builds, and looks at what a container would run as.
fn built(dockerfile: &str) {
    let name = dockerfile.replace('/', "-").to_lowercase();
    let tag = format!("velure-test-{name}:built");
    succeed(docker().args([
        "buildx", "build", "--load", "-f", dockerfile, "-t", &tag, ".",
    ]));
    let user = succeed(docker().args(["image", "inspect", "--format", "{{.Config.User}}", &tag]));
    assert_eq!(
        user.trim(),
        "65532:65532",
        "{dockerfile} does not run as nobody"
    );
    succeed(docker().args(["image", "rm", &tag]));
}

#[test]
fn the_relay_is_built() {
    built("relay/Dockerfile");
}

#[test]
fn the_order_processor_is_built() {
    built("order-processor/Dockerfile");
}

#[test]
fn the_sse_gateway_is_built() {
    built("sse-gateway/Dockerfile");
}

#[test]
fn the_server_is_built() {
    built("functions/server/Dockerfile");
}

#[test]
fn the_command_line_is_built() {
    built("crates/cli/Dockerfile");
}
