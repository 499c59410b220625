//! What a second plan finds although nothing has changed, because the emulator forgets or invents it. Each line was
//! read: attributes that AWS keeps, of resources whose other attributes came back as they were written.

use serde_json::Value;

/// Type of resource, and the attributes that come back as something else.
const FALSE: &[(&str, &[&str])] = &[
    (
        "aws_db_instance",
        &["backup_window", "enabled_cloudwatch_logs_exports"],
    ),
    ("aws_eks_cluster", &["upgrade_policy"]),
    (
        "aws_eks_node_group",
        &["launch_template", "node_repair_config", "update_config"],
    ),
    (
        "aws_cloudfront_response_headers_policy",
        &["custom_headers_config"],
    ),
    // Read back as an alarm of nothing.
    (
        "aws_cloudwatch_metric_alarm",
        &[
            "actions_enabled",
            "alarm_actions",
            "alarm_description",
            "dimensions",
            "extended_statistic",
            "ok_actions",
            "period",
            "statistic",
            "treat_missing_data",
        ],
    ),
    ("aws_elasticache_parameter_group", &["parameter"]),
    (
        "aws_elasticache_replication_group",
        &["auto_minor_version_upgrade"],
    ),
    (
        "aws_flow_log",
        &[
            "iam_role_arn",
            "max_aggregation_interval",
            "tags",
            "tags_all",
        ],
    ),
];

/// Changes of a plan, by address and by attribute, without those that the emulator makes up.
pub(super) fn real_changes(plan: &Value) -> Vec<String> {
    plan["resource_changes"]
        .as_array()
        .expect("a plan lists changes")
        .iter()
        .filter(|change| changes(change))
        .filter_map(|change| {
            let known = FALSE
                .iter()
                .find(|(kind, _)| change["type"] == **kind)
                .map_or(&[][..], |(_, attributes)| *attributes);
            let other: Vec<String> = differing(&change["change"])
                .into_iter()
                .filter(|attribute| !known.contains(&attribute.as_str()))
                .collect();
            (known.is_empty() || !other.is_empty())
                .then(|| format!("{}: {}", change["address"], other.join(", ")))
        })
        .collect()
}

/// Whether anything is going to be done.
pub(super) fn changes(change: &Value) -> bool {
    let actions = change["change"]["actions"].as_array();
    actions.is_some_and(|actions| {
        actions
            .iter()
            .any(|action| action != "no-op" && action != "read")
    })
}

/// Attributes that are to be something else. What a new one of its kind gets when it is made is no difference.
fn differing(change: &Value) -> Vec<String> {
    let (before, after) = (&change["before"], &change["after"]);
    let Some(wanted) = after.as_object() else {
        return vec!["all of it".to_owned()];
    };
    let unknown = |name: &str| change["after_unknown"][name] == true;
    let replaced = change["replace_paths"].as_array();
    wanted
        .iter()
        .filter(|(name, value)| {
            let empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
            !empty && !unknown(name) && before[name.as_str()] != **value
        })
        .map(|(name, _)| name.clone())
        .chain(replaced.into_iter().flatten().filter_map(|path| {
            let name = path[0].as_str()?;
            Some(name.to_owned())
        }))
        .chain(
            // A list that is to be emptied.
            wanted
                .iter()
                .filter(|(name, value)| {
                    value.as_array().is_some_and(Vec::is_empty)
                        && !unknown(name)
                        && before[name.as_str()]
                            .as_array()
                            .is_some_and(|before| !before.is_empty())
                })
                .map(|(name, _)| name.clone()),
        )
        .collect()
}

#[test]
fn a_change_that_the_emulator_did_not_make_up_is_seen() {
    let change = |kind: &str, before: Value, after: Value| {
        serde_json::json!({"resource_changes": [{
            "address": "a", "type": kind,
            "change": {"actions": ["update"], "before": before, "after": after, "after_unknown": {}}
        }]})
    };
    let seen = |kind: &str, attribute: &str| {
        let (before, after) = (
            serde_json::json!({ attribute: 1 }),
            serde_json::json!({ attribute: 2 }),
        );
        real_changes(&change(kind, before, after)).len()
    };
    assert_eq!(seen("aws_db_instance", "backup_window"), 0);
    assert_eq!(seen("aws_db_instance", "engine_version"), 1);
    assert_eq!(seen("aws_lambda_function", "memory_size"), 1);
    let gone = change(
        "aws_lambda_function",
        serde_json::json!({"memory_size": 1}),
        Value::Null,
    );
    assert_eq!(real_changes(&gone), ["\"a\": all of it"]);
}
