//! A function's binary under a Runtime API of ours, as measurements of cost drive it.

use std::collections::BTreeMap;
use std::path::Path;

use velure_testkit::http::Call;
use velure_testkit::process::binary;
use velure_testkit::runtime::{Environment, Function};

fn function<'a>(binary: &'a Path, variables: &'a BTreeMap<String, String>) -> Function<'a> {
    Function {
        binary,
        name: "get-health",
        memory_mb: 128,
        variables,
        group: None,
    }
}

#[tokio::test]
async fn one_process_answers_call_after_call_and_says_when_it_was_ready() {
    let (binary, variables) = (binary("get-health"), BTreeMap::new());
    let mut environment = Environment::start(function(&binary, &variables))
        .await
        .expect("it starts");
    assert!(!environment.init.is_zero());
    let process = environment.process();
    for _ in 0..3 {
        let outcome = environment
            .call(Call::new("GET", "/api/health").event())
            .await
            .expect("an answer");
        assert_eq!(outcome.answer["statusCode"], 200, "{}", outcome.answer);
        assert_eq!(outcome.answer["body"], r#"{"status":"ok"}"#);
        assert!(!outcome.wall.is_zero());
    }
    assert_eq!(environment.process(), process);
    environment.stop().await.expect("it was still there");
}

#[tokio::test]
async fn a_process_that_cannot_join_its_control_group_is_not_measured() {
    let (binary, variables) = (binary("get-health"), BTreeMap::new());
    let nowhere = Function {
        group: Some(Path::new("/nonexistent/cgroup.procs")),
        ..function(&binary, &variables)
    };
    let error = Environment::start(nowhere)
        .await
        .expect_err("no such group");
    assert!(error.to_string().contains("control group"), "{error:#}");
}
