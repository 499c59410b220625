//! What the root would make, read from its plan: the rules that hold whatever the switches say.

mod access;
mod placement;
mod routes;
mod secrets;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::checkout::functions;
use crate::emulator::ministack::Emulator;
use crate::emulator::root::Root;
use crate::scratch::once;

/// What stands in for every password: it may be found nowhere.
const CANARY: &str = "canary0f48letters";

const PASSWORDS: [&str; 12] = [
    "auth_master",
    "orders_master",
    "auth_api",
    "orders_api",
    "relay",
    "gateway",
    "fulfilment",
    "amqp_relay",
    "amqp_processor",
    "rabbitmq_admin",
    "mongodb_admin",
    "mongodb",
];

/// Plans by name: as it is when nobody switches anything, and with every switch the other way.
const PLANS: [(&str, &[(&str, &str)]); 2] = [
    ("usual", &[]),
    (
        "switched",
        &[
            (
                "placement",
                r#"{"auth":"eks","catalog":"eks","orders":"eks"}"#,
            ),
            ("messaging_mode", "in_cluster"),
            ("documents_mode", "atlas"),
            (
                "atlas_uri",
                "mongodb+srv://velure:canary0f48letters@cluster0.abcde.mongodb.net/velure",
            ),
            ("rds_proxy_enabled", "true"),
            ("node_capacity", "spot"),
            ("domain_name", "shop.example.com"),
            ("alarm_emails", r#"["ops@example.com"]"#),
            ("deletion_protection", "true"),
            ("secrets_recovery_window_days", "7"),
        ],
    ),
];

/// Plans of moving one context, named after it.
const MOVED: [(&str, &[(&str, &str)]); 3] = [
    ("auth", &[("placement", r#"{"auth":"eks"}"#)]),
    ("catalog", &[("placement", r#"{"catalog":"eks"}"#)]),
    ("orders", &[("placement", r#"{"orders":"eks"}"#)]),
];

fn made() -> PathBuf {
    once("plans", |folder| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        // Data sources ask for the account, zones and prefix lists.
        let emulator = runtime.block_on(Emulator::start(&folder.join("emulator"), &[]));
        let packages = folder.join("packages");
        fs::create_dir_all(&packages).expect("a folder for zips");
        for (_, name) in functions() {
            fs::write(packages.join(format!("{name}.zip")), name).expect("something to hash");
        }
        let passwords: Value = PASSWORDS
            .iter()
            .map(|name| ((*name).to_owned(), json!(format!("{CANARY}{name}"))))
            .collect::<serde_json::Map<_, _>>()
            .into();
        for (name, switches) in PLANS.into_iter().chain(MOVED) {
            let mut root = Root::copy(&folder.join(name), &emulator, &packages)
                .set("given_passwords_enabled", "true")
                .set("given_passwords", &passwords.to_string());
            for (variable, value) in switches {
                root = root.set(variable, value);
            }
            let plan = root.plan(&format!("plan of the {name} shop"));
            fs::write(folder.join(format!("{name}.json")), plan.to_string()).expect("a plan");
        }
    })
}

/// A plan, whole.
fn text(name: &str) -> String {
    read(&made().join(format!("{name}.json")))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a plan")
}

/// What is going to be made, of every plan: plan, address, type, and its attributes as far as they are known.
#[derive(Debug)]
struct Planned {
    plan: &'static str,
    address: String,
    kind: String,
    after: Value,
}

fn planned() -> Vec<Planned> {
    PLANS
        .iter()
        .flat_map(|(plan, _)| {
            let whole: Value = serde_json::from_str(&text(plan)).expect("a plan is JSON");
            let changes = whole["resource_changes"]
                .as_array()
                .expect("a plan lists changes")
                .clone();
            assert!(changes.len() > 100, "{plan}: {}", changes.len());
            changes.into_iter().map(|change| Planned {
                plan,
                address: change["address"].as_str().expect("an address").to_owned(),
                kind: change["type"].as_str().expect("a type").to_owned(),
                after: change["change"]["after"].clone(),
            })
        })
        .collect()
}

fn of_kind(kind: &str) -> Vec<Planned> {
    planned()
        .into_iter()
        .filter(|planned| planned.kind == kind)
        .collect()
}
