//! Requests that a program makes up from `functions/openapi.json` (Schemathesis): good ones, bad ones, and the edges of
//! both. Whatever it sends, the answer is one that the document knows, and nothing is our fault.

use std::path::{Path, PathBuf};
use std::time::Duration;

use futures::future::join_all;
use tokio::process::Command;
use velure_config::Env;

use crate::shop::Shop;

/// How many requests there have to be in the end.
const AT_LEAST: u64 = 5_000;

/// A run that hangs is no run.
const LONGEST: Duration = Duration::from_secs(600);

/// What an answer is held against.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,negative_data_rejection,ignored_auth,unsupported_method,\
    missing_required_header";

/// Who asks for what, and how many cases each operation gets at most.
struct Caller {
    name: &'static str,
    header: (&'static str, String),
    operations: &'static [&'static str],
}

#[tokio::test]
async fn whatever_a_generator_sends_is_answered_as_the_document_says() {
    let env = Env::process();
    let program = env
        .get("VELURE_TEST_SCHEMATHESIS")
        .map(PathBuf::from)
        .expect("VELURE_TEST_SCHEMATHESIS names Schemathesis: `make test` installs it");
    let shop = Shop::open(40, &[("VELURE_ORDERS_PER_MINUTE", "1000000")]).await;
    let (shopper, admin) = (shop.register().await, shop.register_admin().await);
    let leaving = shop.register().await;
    // In the case that Schemathesis looks for when it asks without.
    let cookie = |access: &str| ("Cookie", format!("__Host-velure_at={access}"));
    let bearer = |audience: &str| {
        let token = shop.keys.lasting_service_token("order-processor", audience);
        ("Authorization", format!("Bearer {token}"))
    };
    let callers = [
        Caller {
            name: "shopper",
            header: cookie(&shopper.access),
            operations: &[
                "get-jwks",
                "get-health",
                "get-me",
                "list-orders",
                "get-order",
                "change-password",
                "place-order",
                "list-products",
                "list-categories",
                "count-products",
                "get-product",
                "open-session",
                "refresh-session",
                "register-user",
            ],
        },
        Caller {
            name: "leaving",
            header: cookie(&leaving.access),
            operations: &["close-session"],
        },
        Caller {
            name: "admin",
            header: cookie(&admin.access),
            operations: &[
                "create-product",
                "replace-product",
                "delete-product",
                "adjust-inventory",
                "list-users",
                "get-user",
            ],
        },
        Caller {
            name: "catalog",
            header: bearer("catalog"),
            operations: &[
                "quote-cart",
                "hold-reservation",
                "commit-reservation",
                "release-reservation",
            ],
        },
        Caller {
            name: "auth",
            header: bearer("auth"),
            operations: &["introspect-token"],
        },
    ];
    let mut named: Vec<&str> = callers
        .iter()
        .flat_map(|caller| caller.operations)
        .copied()
        .collect();
    let mut routes: Vec<&str> = velure_http::routes()
        .iter()
        .map(|route| route.name.as_str())
        .collect();
    named.sort_unstable();
    routes.sort_unstable();
    assert_eq!(named, routes, "every operation is asked for by somebody");

    let folder = tempfile::tempdir().expect("a folder");
    let url = shop.server.url();
    let asked = callers
        .iter()
        .map(|caller| run(&program, &url, caller, folder.path()));
    let made: u64 = join_all(asked).await.into_iter().sum();
    assert!(made >= AT_LEAST, "{made} requests were made up");
}

/// How many requests were made up; anything that was found fails.
async fn run(program: &Path, url: &str, caller: &Caller, folder: &Path) -> u64 {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi.json");
    let report = folder.join(format!("{}.json", caller.name));
    let mut command = Command::new(program);
    command
        .arg("run")
        .arg(document)
        .args(["--url", url, "--checks", CHECKS, "--no-color"])
        .args(["--phases", "examples,coverage,fuzzing", "--workers", "1"])
        .args(["--max-examples", "400", "--seed", "1"])
        .args(["--generation-database", "none", "--no-shrink"])
        .args(["--suppress-health-check", "all", "--warnings", "off"])
        // Else it leaves the cookie out, while the header below puts it back.
        .args(["--generation-with-security-parameters", "false"])
        .args([
            "--request-timeout",
            "15",
            "--header",
            "sec-fetch-site:same-origin",
        ])
        .arg("--header")
        .arg(format!("{}:{}", caller.header.0, caller.header.1))
        .arg("--report-json-path")
        .arg(&report)
        .current_dir(folder)
        .kill_on_drop(true);
    for operation in caller.operations {
        command.args(["--include-operation-id", operation]);
    }
    let output = tokio::time::timeout(LONGEST, command.output())
        .await
        .expect("it ends")
        .expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}: {text}", caller.name);
    let generated = text
        .lines()
        .find_map(|line| Some(line.trim().split_once(" generated,")?.0))
        .unwrap_or_else(|| panic!("no count in {text}"));
    generated.replace(',', "").parse().expect("a number")
}
