//! Standing lines from a Terraform plan.

use serde_json::{Value, json};
use velure_cost::inventory::Role;
use velure_cost::plan::{PlanError, inventory};

use super::shop::{self, PLAN};

fn changed(
    change: impl FnOnce(&mut Value),
) -> Result<velure_cost::inventory::Inventory, PlanError> {
    let mut plan: Value = serde_json::from_str(PLAN).unwrap();
    change(&mut plan);
    inventory("a test", &plan.to_string())
}

fn add(plan: &mut Value, kind: &str, values: &Value) {
    let resource = json!({"address": format!("{kind}.added"), "mode": "managed", "type": kind, "name": "added", "values": values});
    plan["planned_values"]["root_module"]["resources"]
        .as_array_mut()
        .unwrap()
        .push(resource);
}

fn keys(inventory: &velure_cost::inventory::Inventory, role: Role) -> Vec<String> {
    inventory
        .lines
        .iter()
        .filter(|line| line.role == role)
        .map(|line| format!("{} {}", line.key, line.quantity))
        .collect()
}

#[test]
fn nested_modules_are_walked_and_each_resource_becomes_its_lines() {
    let found = shop::inventory();
    assert_eq!(
        keys(&found, Role::Broker),
        ["mq.m7g.medium.hour 1", "mq.storage.gb_month 20"]
    );
    assert_eq!(keys(&found, Role::Database).len(), 4);
    assert_eq!(keys(&found, Role::InternalBalancer), ["nlb.hour 1"]);
    assert_eq!(
        keys(&found, Role::Balancer),
        ["alb.hour 1"],
        "an internal one has no public address"
    );
    let nodes = found.nodes.unwrap();
    assert_eq!(
        (
            nodes.instance_type.as_str(),
            nodes.minimum,
            nodes.maximum,
            nodes.disk_gb
        ),
        ("t4g.medium", 2, 4, 24)
    );
    assert_eq!(found.functions.len(), 26);
    assert_eq!(found.in_cluster, ["mongodb"]);
}

#[test]
fn a_resource_without_a_rule_is_an_error_that_names_it() {
    let error = changed(|plan| add(plan, "aws_sagemaker_endpoint", &json!({})))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("aws_sagemaker_endpoint (aws_sagemaker_endpoint.added)"),
        "{error}"
    );
}

#[test]
fn a_public_balancer_pays_an_address_in_each_zone() {
    let found = changed(|plan| {
        add(
            plan,
            "aws_lb",
            &json!({"internal": false, "load_balancer_type": "application"}),
        )
    })
    .unwrap();
    assert!(keys(&found, Role::Balancer).contains(&"ipv4.hour 2".to_owned()));
}

#[test]
fn an_interface_endpoint_whose_subnets_are_not_known_yet_counts_every_zone() {
    let found = changed(|plan| {
        add(
            plan,
            "aws_vpc_endpoint",
            &json!({"vpc_endpoint_type": "Interface"}),
        )
    })
    .unwrap();
    assert!(keys(&found, Role::Network).contains(&"endpoint.hour 2".to_owned()));
}

#[test]
fn a_resource_that_does_not_say_its_size_is_an_error() {
    let error = changed(|plan| add(plan, "aws_db_instance", &json!({"multi_az": false})))
        .unwrap_err()
        .to_string();
    assert!(error.contains("instance_class"), "{error}");
}

#[test]
fn what_is_no_plan_is_refused_with_the_command_that_makes_one() {
    for text in ["{}", "not json"] {
        let error = inventory("a test", text).unwrap_err().to_string();
        assert!(error.contains("terraform show -json"), "{error}");
    }
}

#[test]
fn every_standing_line_has_a_row_in_both_catalogues() {
    for region in velure_cost::prices::REGIONS {
        let catalogue = velure_cost::prices::Catalogue::of_region(region).unwrap();
        for line in &shop::inventory().lines {
            assert!(
                catalogue.price(&line.key).is_some(),
                "{region} {}",
                line.key
            );
        }
    }
}
