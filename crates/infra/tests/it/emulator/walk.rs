//! From nothing to a shop that answers, and back to nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;
use velure_testkit::stack::Stack;

use super::drift::{changes, real_changes};
use super::ministack::Emulator;
use super::root::Root;
use super::shop::{self, Api, every_resource};
use crate::checkout::functions;
use crate::release::Recorder;
use crate::scratch::made;
use crate::tool::{program, succeed, variable};

/// What functions are told about servers of a test: that short passwords are meant, and which keys of Redis are theirs.
const FOR_TESTS: [&str; 2] = ["VELURE_ALLOW_DEVELOPMENT_SECRETS", "VELURE_REDIS_PREFIX"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_root_is_applied_answers_requests_moves_one_context_and_is_destroyed() {
    let folder = made("emulator");
    let stack = Stack::prepare(&velure_postgres::AUTH, &velure_postgres::ORDERS).await;
    let mut stores: Vec<(String, String)> = stack.stores().into_iter().collect();
    stores.retain(|(name, _)| FOR_TESTS.contains(&name.as_str()));
    let emulator = Emulator::start(&folder, &stores).await;
    let packages = variable("VELURE_TEST_INFRA_PACKAGES");
    let recorder = Recorder::of(&folder.join("recorders"), "v4.1.4");
    let root = Root::copy(&folder.join("root"), &emulator, Path::new(&packages))
        .with_helm(recorder.path());

    root.plan("plan of everything");
    root.apply("apply");
    releases_come_in_order_with_values_that_their_charts_take(&recorder, &root);
    let state = root.state();
    no_policy_allows_every_action(&state);
    no_password_is_remembered(&emulator, &root, &state).await;

    let again = root.plan("plan of nothing");
    assert_eq!(real_changes(&again), Vec::<String>::new());

    let root = root.set("placement", r#"{"auth":"eks"}"#);
    let moved = root.plan("plan of moving auth to EKS");
    only_auth_moves(&moved);
    let root = root.set("placement", "{}");

    shop::open(&emulator, &stack).await;
    shop::visit(&Api::of(&emulator, &state)).await;

    let commands = recorder.commands();
    root.destroy("destroy");
    assert_eq!(root.listed(), Vec::<String>::new());
    assert_eq!(recorder.commands(), commands, "Helm was run by a destroy");
}

/// The releases of the shop as it is when nobody switches anything. Those of a line may come in any order.
const ORDER: [&[&str]; 5] = [
    &["aws-load-balancer-controller", "external-secrets", "keda"],
    &["cluster"],
    &["mongodb"],
    &["bootstrap"],
    &["order-processor", "relay", "sse-gateway"],
];

fn releases_come_in_order_with_values_that_their_charts_take(recorder: &Recorder, root: &Root) {
    let upgrades: Vec<Vec<String>> = recorder
        .commands()
        .iter()
        .filter(|command| command.starts_with("helm upgrade --install "))
        .map(|command| command.split(' ').map(str::to_owned).collect())
        .collect();
    let names: Vec<&str> = upgrades.iter().map(|words| words[3].as_str()).collect();
    let mut from = 0;
    for step in ORDER {
        let mut here = names[from..from + step.len()].to_vec();
        here.sort_unstable();
        assert_eq!(here, step, "of {names:?}");
        from += step.len();
    }
    assert_eq!(names.len(), from, "{names:?}");
    let mut rendered = 0;
    for words in &upgrades {
        let (release, chart) = (&words[3], root.folder().join(&words[4]));
        if !chart.join("Chart.yaml").is_file() {
            continue;
        }
        // Target groups of AWS end in hexadecimal digits, and the charts know that; the emulator's do not.
        let values = recorder.values(release);
        let mut given: Value =
            serde_json::from_str(&fs::read_to_string(&values).expect("values")).expect("JSON");
        if let Some((group, _)) = given["targetGroupArn"]
            .as_str()
            .and_then(|arn| arn.rsplit_once('/'))
        {
            given["targetGroupArn"] = format!("{group}/0123456789abcdef").into();
        }
        fs::write(&values, given.to_string()).expect("values");
        succeed(
            program("VELURE_TEST_HELM")
                .args(["template", release])
                .arg(&chart)
                .args([
                    "--namespace",
                    &words[6],
                    "--kube-version",
                    "1.35.0",
                    "--values",
                ])
                .arg(&values),
        );
        rendered += 1;
    }
    assert_eq!(rendered, 6, "charts of this repository");
}

/// Each policy as AWS got it, with every name filled in: none allows `*`, or everything that a service can do.
fn no_policy_allows_every_action(state: &Value) {
    let mut read = 0;
    for resource in every_resource(&state["values"]["root_module"]) {
        // A key's own policy hands the key to the account's IAM policies, which are these.
        if resource["type"] == "aws_kms_key" {
            continue;
        }
        for attribute in ["policy", "assume_role_policy", "inline_policy", "json"] {
            let Some(text) = resource["values"][attribute].as_str() else {
                continue;
            };
            if resource["mode"] == "data" || text.is_empty() {
                continue;
            }
            let policy: Value = serde_json::from_str(text).expect("a policy is JSON");
            let statements = one_or_many(&policy["Statement"]);
            read += 1;
            for statement in statements {
                if statement["Effect"] != "Allow" {
                    continue;
                }
                let actions = one_or_many(&statement["Action"]);
                for action in actions {
                    let action = action.as_str().unwrap_or("*");
                    assert!(
                        !action.ends_with(":*") && action != "*",
                        "{} allows {action}: {text}",
                        resource["address"]
                    );
                }
            }
        }
    }
    assert!(read > functions().len(), "only {read} policies were seen");
}

/// In a policy a list of one may be written without brackets.
fn one_or_many(value: &Value) -> Vec<Value> {
    value
        .as_array()
        .cloned()
        .unwrap_or_else(|| vec![value.clone()])
}

/// Resources whose secret AWS takes in no other way, and the attribute in which Terraform remembers it.
const REMEMBERED: [(&str, &str); 3] = [
    ("module.amazonmq[0].terraform_data.admin_password", "output"),
    ("module.redis.terraform_data.auth_token", "output"),
    ("terraform_data.origin_secret", "output"),
];

/// No password stands in the state, but the three; and none at all was shown.
async fn no_password_is_remembered(emulator: &Emulator, root: &Root, state: &Value) {
    let text = root.state_file();
    let printed = root.printed();
    let outputs = state["values"]["outputs"].to_string();
    let passwords = shop::secret(emulator, "velure-test/passwords").await;
    let passwords: BTreeMap<String, String> =
        serde_json::from_str(&passwords).expect("an object of passwords");
    assert!(passwords.len() > 10, "{}", passwords.len());
    for (name, password) in &passwords {
        assert!(!text.contains(password), "{name} is in the state");
        assert!(!outputs.contains(password), "{name} is in an output");
        assert!(!printed.contains(password), "{name} was shown");
    }
    let resources = every_resource(&state["values"]["root_module"]);
    for (address, attribute) in REMEMBERED {
        let secret = resources
            .iter()
            .find(|resource| resource["address"] == address)
            .and_then(|resource| resource["values"][attribute].as_str())
            .unwrap_or_else(|| panic!("{address} has no {attribute}"));
        assert!(secret.len() > 40, "{address}");
        assert!(!outputs.contains(secret), "{address} is in an output");
        assert!(!printed.contains(secret), "{address} was shown");
    }
}

/// What moves with auth besides its endpoints: its target group and integration, the link into the VPC that the first
/// context on EKS brings, its pods, what the pods that call it are told, and what is watched.
const MOVES: [&str; 7] = [
    "module.context[\"auth\"].",
    "aws_apigatewayv2_integration.context[\"auth\"]",
    "module.api.aws_apigatewayv2_vpc_link.this[0]",
    "module.api.aws_apigatewayv2_stage.this",
    "module.pods[\"functions-auth\"].",
    "module.pods[\"sse-gateway\"].",
    "module.observability.",
];

/// Of everything that is planned, only what has to do with the context; and what every first context brings.
fn only_auth_moves(plan: &Value) {
    let auth: Vec<String> = functions()
        .into_iter()
        .filter(|(context, _)| context == "auth")
        .map(|(_, name)| format!("module.endpoint[\"{name}\"]."))
        .collect();
    let mut seen = 0;
    let others: Vec<&str> = plan["resource_changes"]
        .as_array()
        .expect("a plan lists changes")
        .iter()
        .filter(|change| changes(change))
        .filter(|change| {
            let one = serde_json::json!({ "resource_changes": [change] });
            !real_changes(&one).is_empty()
        })
        .filter_map(|change| change["address"].as_str())
        .filter(|address| {
            let endpoint = auth.iter().any(|prefix| address.starts_with(prefix));
            seen += usize::from(endpoint);
            !endpoint && !MOVES.iter().any(|prefix| address.starts_with(prefix))
        })
        .collect();
    assert_eq!(others, Vec::<&str>::new());
    assert!(seen >= auth.len(), "{seen} changes of auth's endpoints");
}
