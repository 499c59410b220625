//! The template of `sam local` and `sam deploy`.

use crate::checkout::root;
use crate::scratch::made;
use crate::tool::{program, run};

#[test]
fn sam_finds_no_fault_in_the_template() {
    let said = run(program("VELURE_TEST_SAM")
        .current_dir(root())
        .args([
            "validate",
            "--lint",
            "--template-file",
            "samconfig/template.yaml",
        ])
        .args(["--region", "us-east-1"])
        .env("SAM_CLI_TELEMETRY", "0")
        // It writes what it has been told about the machine into the user's home.
        .env("HOME", made("sam-home"))
        .env("__SAM_CLI_APP_DIR", made("sam-home"))
        .env("AWS_ACCESS_KEY_ID", "unused")
        .env("AWS_SECRET_ACCESS_KEY", "unused"));
    assert!(said.success, "{}", said.all());
    assert!(
        said.all().contains("is a valid SAM Template"),
        "{}",
        said.all()
    );
}
