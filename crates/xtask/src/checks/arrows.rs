//! Which crate may know which: dependencies point downwards only, and each technology has one home.

use super::metadata::{Metadata, Package};

/// What each of our packages may depend on, of our packages.
const ARROWS: &[(&str, &[&str])] = &[
    ("velure-domain", &[]),
    ("velure-config", &[]),
    ("velure-faults", &[]),
    ("velure-contracts", &["domain"]),
    ("velure-telemetry", &["config"]),
    (
        "velure-postgres",
        &["faults", "domain", "contracts", "config"],
    ),
    ("velure-mongo", &["faults", "domain", "contracts", "config"]),
    ("velure-redis", &["domain", "contracts", "config"]),
    ("velure-amqp", &["contracts", "config", "telemetry"]),
    (
        "velure-http",
        &["faults", "domain", "contracts", "config", "telemetry"],
    ),
    (
        "velure-clients",
        &[
            "domain",
            "contracts",
            "config",
            "telemetry",
            "http",
            "redis",
        ],
    ),
    ("velure-service", &["faults", "config", "telemetry"]),
    (
        "velure-auth",
        &[
            "faults",
            "domain",
            "contracts",
            "config",
            "telemetry",
            "http",
            "postgres",
            "redis",
        ],
    ),
    (
        "velure-catalog",
        &[
            "faults",
            "domain",
            "contracts",
            "config",
            "telemetry",
            "http",
            "mongo",
            "redis",
            "clients",
        ],
    ),
    (
        "velure-orders",
        &[
            "faults",
            "domain",
            "contracts",
            "config",
            "telemetry",
            "http",
            "postgres",
            "redis",
            "clients",
        ],
    ),
    ("velure-edge", &["domain", "contracts", "config", "http"]),
    (
        "velure-server",
        &[
            "faults",
            "domain",
            "contracts",
            "config",
            "http",
            "service",
            "telemetry",
            "auth",
            "catalog",
            "orders",
            "edge",
        ],
    ),
    (
        "velure-relay",
        &[
            "faults",
            "domain",
            "contracts",
            "config",
            "telemetry",
            "service",
            "postgres",
            "redis",
            "amqp",
        ],
    ),
    (
        "velure-order-processor",
        &[
            "faults",
            "domain",
            "contracts",
            "config",
            "telemetry",
            "service",
            "postgres",
            "amqp",
            "clients",
        ],
    ),
    (
        "velure-sse-gateway",
        &[
            "faults",
            "domain",
            "contracts",
            "config",
            "telemetry",
            "service",
            "postgres",
            "redis",
            "http",
            "clients",
        ],
    ),
    (
        "velure-cli",
        &[
            "faults",
            "domain",
            "contracts",
            "config",
            "http",
            "postgres",
            "mongo",
            "amqp",
        ],
    ),
    ("velure-chaos", &["faults"]),
    (
        "velure-simulator",
        &[
            "domain",
            "contracts",
            "postgres",
            "amqp",
            "clients",
            "relay",
            "order-processor",
            "sse-gateway",
        ],
    ),
    (
        "velure-fuzz",
        &[
            "domain",
            "contracts",
            "telemetry",
            "http",
            "postgres",
            "mongo",
            "redis",
            "relay",
            "order-processor",
            "sse-gateway",
        ],
    ),
    ("velure-cost", &[]),
    ("velure-infra", &[]),
    ("velure-observability", &[]),
    ("velure-fault-proxy", &[]),
    (
        "velure-testkit",
        &["domain", "contracts", "config", "http", "fault-proxy"],
    ),
    ("xtask", &[]),
];

/// Third-party crates that these packages must not name: what they are for is somebody else's.
const FENCES: &[(&str, &[&str])] = &[
    (
        "velure-domain",
        &["serde", "serde_json", "tokio", "rand", "tracing"],
    ),
    (
        "velure-contracts",
        &[
            "sqlx",
            "mongodb",
            "redis",
            "lapin",
            "lambda_http",
            "axum",
            "tokio",
        ],
    ),
    (
        "velure-auth",
        &[
            "sqlx",
            "mongodb",
            "redis",
            "lapin",
            "lambda_http",
            "axum",
            "reqwest",
        ],
    ),
    (
        "velure-catalog",
        &[
            "sqlx",
            "mongodb",
            "redis",
            "lapin",
            "lambda_http",
            "axum",
            "reqwest",
        ],
    ),
    (
        "velure-orders",
        &[
            "sqlx",
            "mongodb",
            "redis",
            "lapin",
            "lambda_http",
            "axum",
            "reqwest",
        ],
    ),
    (
        "velure-edge",
        &[
            "sqlx",
            "mongodb",
            "redis",
            "lapin",
            "lambda_http",
            "axum",
            "reqwest",
        ],
    ),
    ("velure-relay", &["mongodb", "redis", "reqwest"]),
    ("velure-order-processor", &["mongodb", "redis", "reqwest"]),
    ("velure-sse-gateway", &["mongodb", "redis", "lapin", "sqlx"]),
];

/// What the language itself has by now, and what our TLS is not.
const SUPERSEDED: &[&str] = &[
    "async-trait",
    "lazy_static",
    "once_cell",
    "native-tls",
    "openssl",
];

pub(super) fn faults(metadata: &Metadata) -> Vec<String> {
    metadata.packages.iter().flat_map(package_faults).collect()
}

fn package_faults(package: &Package) -> Vec<String> {
    let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == package.name) else {
        return vec![format!(
            "{}: a new crate needs its row in crates/xtask/src/checks/arrows.rs",
            package.name
        )];
    };
    let fenced = FENCES
        .iter()
        .find(|(name, _)| *name == package.name)
        .map_or(&[][..], |(_, fenced)| *fenced);
    let mut faults = Vec::new();
    for dependency in &package.dependencies {
        if SUPERSEDED.contains(&dependency.name.as_str()) {
            faults.push(format!(
                "{} may not use {}: there is a better way in the standard library or in rustls",
                package.name, dependency.name
            ));
        }
        let test_only = dependency.kind.as_deref() == Some("dev");
        match dependency.name.strip_prefix("velure-") {
            Some("testkit") if !test_only => faults.push(format!(
                "{}: velure-testkit is for dev-dependencies only",
                package.name
            )),
            Some(ours) if !test_only && !allowed.contains(&ours) => faults.push(format!(
                "{} may not depend on {}",
                package.name, dependency.name
            )),
            None if !test_only && fenced.contains(&dependency.name.as_str()) => {
                faults.push(format!(
                    "{} may not use {}: another crate wraps it",
                    package.name, dependency.name
                ));
            }
            Some(_) | None => {}
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::super::metadata::Dependency;
    use super::*;

    fn package(name: &str, dependency: &str, kind: Option<&str>) -> Metadata {
        Metadata {
            packages: vec![Package {
                name: name.to_owned(),
                manifest_path: "Cargo.toml".into(),
                dependencies: vec![Dependency {
                    name: dependency.to_owned(),
                    kind: kind.map(str::to_owned),
                }],
                targets: Vec::new(),
            }],
        }
    }

    #[test]
    fn an_arrow_that_points_upwards_is_a_fault() {
        assert!(faults(&package("velure-contracts", "velure-domain", None)).is_empty());
        assert_eq!(
            faults(&package("velure-domain", "velure-contracts", None)),
            ["velure-domain may not depend on velure-contracts"]
        );
    }

    #[test]
    fn a_technology_behind_a_fence_is_a_fault() {
        assert_eq!(faults(&package("velure-orders", "sqlx", None)).len(), 1);
        assert!(faults(&package("velure-orders", "sqlx", Some("dev"))).is_empty());
    }

    #[test]
    fn the_testkit_is_a_dev_dependency_or_a_fault() {
        assert_eq!(
            faults(&package("velure-relay", "velure-testkit", None)).len(),
            1
        );
        assert!(faults(&package("velure-relay", "velure-testkit", Some("dev"))).is_empty());
    }

    #[test]
    fn what_the_standard_library_has_is_not_taken_from_elsewhere() {
        assert_eq!(
            faults(&package("velure-relay", "async-trait", None)).len(),
            1
        );
    }

    #[test]
    fn a_crate_without_a_row_is_a_fault() {
        assert_eq!(faults(&package("velure-new", "serde", None)).len(), 1);
    }
}
