//! Who may reach what.

use super::{of_kind, planned};

#[test]
fn no_store_of_data_is_public() {
    let mut seen = 0;
    for planned in planned() {
        let public = match planned.kind.as_str() {
            "aws_db_instance" | "aws_mq_broker" => &planned.after["publicly_accessible"],
            "aws_rds_cluster" | "aws_docdb_cluster_instance" => {
                &planned.after["publicly_accessible"]
            }
            _ => continue,
        };
        seen += 1;
        assert_eq!(*public, false, "{}: {}", planned.plan, planned.address);
    }
    // Two databases in each plan, and the broker where it is Amazon's.
    assert!(seen >= 5, "{seen}");
}

#[test]
fn nothing_but_the_cdn_gets_in_from_outside() {
    let mut seen = 0;
    for planned in of_kind("aws_vpc_security_group_ingress_rule") {
        seen += 1;
        for attribute in ["cidr_ipv4", "cidr_ipv6"] {
            let source = planned.after[attribute].as_str().unwrap_or_default();
            assert!(
                !source.ends_with("/0"),
                "{}: {} lets in {source}",
                planned.plan,
                planned.address
            );
        }
    }
    assert!(seen > 10, "{seen}");
    for planned in planned() {
        assert!(
            !matches!(
                planned.kind.as_str(),
                "aws_security_group_rule" | "aws_lb_target_group_attachment"
            ),
            "{}: {} is not looked at here",
            planned.plan,
            planned.address
        );
        if planned.kind == "aws_security_group" {
            let inline = planned.after["ingress"].as_array().map_or(0, Vec::len);
            assert_eq!(inline, 0, "{}: {}", planned.plan, planned.address);
        }
    }
}

#[test]
fn load_balancers_and_the_cluster_are_inside() {
    for planned in of_kind("aws_lb") {
        assert_eq!(planned.after["internal"], true, "{}", planned.address);
    }
    for planned in of_kind("aws_eks_cluster") {
        let network = &planned.after["vpc_config"][0];
        let open = network["public_access_cidrs"]
            .as_array()
            .is_some_and(|cidrs| cidrs.iter().any(|cidr| cidr == "0.0.0.0/0"));
        assert!(
            network["endpoint_public_access"] == false || !open,
            "{}: the Kubernetes API is open to everybody",
            planned.plan
        );
        assert_eq!(network["endpoint_private_access"], true);
        assert_eq!(
            planned.after["upgrade_policy"][0]["support_type"], "STANDARD",
            "extended support costs six times as much"
        );
    }
}

#[test]
fn pages_are_read_by_the_cdn_alone() {
    let blocks = of_kind("aws_s3_bucket_public_access_block");
    assert_eq!(blocks.len(), of_kind("aws_s3_bucket").len());
    for block in blocks {
        for attribute in [
            "block_public_acls",
            "block_public_policy",
            "ignore_public_acls",
            "restrict_public_buckets",
        ] {
            assert_eq!(
                block.after[attribute], true,
                "{} {attribute}",
                block.address
            );
        }
    }
}

#[test]
fn what_is_stored_is_encrypted() {
    for (kind, attribute) in [
        ("aws_db_instance", "storage_encrypted"),
        ("aws_ebs_volume", "encrypted"),
        (
            "aws_elasticache_replication_group",
            "at_rest_encryption_enabled",
        ),
        (
            "aws_elasticache_replication_group",
            "transit_encryption_enabled",
        ),
    ] {
        let found = of_kind(kind);
        assert!(!found.is_empty(), "no {kind}");
        for planned in found {
            let value = &planned.after[attribute];
            let yes = *value == true || value.as_str() == Some("true");
            assert!(yes, "{}: {} {attribute}", planned.plan, planned.address);
        }
    }
}

#[test]
fn no_broker_is_of_a_class_that_amazon_refuses() {
    for planned in of_kind("aws_mq_broker") {
        let class = planned.after["host_instance_type"].as_str();
        assert_eq!(class, Some("mq.m7g.medium"), "{}", planned.address);
    }
}
