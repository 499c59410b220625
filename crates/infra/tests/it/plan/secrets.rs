//! Passwords stand nowhere but where they are used.

use std::path::Path;

use super::{CANARY, PASSWORDS, PLANS, made, of_kind, read, text};

#[test]
fn no_password_is_in_a_plan() {
    for (plan, _) in PLANS {
        let text = text(plan);
        for name in PASSWORDS {
            assert!(!text.contains(&format!("{CANARY}{name}")), "{plan}: {name}");
        }
        assert!(
            !text.contains(CANARY),
            "{plan}: the URI of Atlas, or a part of a password"
        );
    }
}

#[test]
fn terraform_itself_writes_no_password_beside_its_plan() {
    for (plan, _) in PLANS {
        let folder = made().join(plan).join("terraform");
        for name in ["terraform.tfstate", ".terraform/terraform.tfstate"] {
            let path = folder.join(name);
            if path.exists() {
                assert!(!read(&path).contains(CANARY), "{}", path.display());
            }
        }
        assert!(Path::new(&folder.join("planned")).exists());
    }
}

#[test]
fn every_secret_is_written_in_a_way_that_is_not_kept() {
    let versions = of_kind("aws_secretsmanager_secret_version");
    assert!(versions.len() > 10);
    for version in versions {
        let kept = version.after["secret_string"].as_str().unwrap_or_default();
        assert_eq!(kept, "", "{}: {}", version.plan, version.address);
    }
    for database in of_kind("aws_db_instance") {
        assert!(database.after["password"].is_null(), "{}", database.address);
        assert!(
            database.after["password_wo_version"].is_u64(),
            "{}",
            database.address
        );
    }
}

#[test]
fn values_of_releases_carry_no_password() {
    let mut seen = 0;
    for release in of_kind("terraform_data") {
        let values = release.after["triggers_replace"]["values"].to_string();
        seen += usize::from(values != "null");
        assert!(
            !values.contains(CANARY),
            "{}: {}",
            release.plan,
            release.address
        );
    }
    assert!(seen > 0, "no release is planned");
}
