//! `velure doctor`: what is wrong with the shop.

use std::time::Duration;

use anyhow::{Context, bail};
use chrono::Utc;
use clap::Args;
use velure_amqp::Topology;
use velure_config::{Env, Reader};
use velure_postgres::desk::Health;

use super::{connect, letters};
use crate::management::Management;

/// How far this machine's clock may be from the database's.
const SKEW: Duration = Duration::from_secs(2);

/// The arguments of `velure doctor`.
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// After how many minutes an open order counts as stuck.
    #[arg(long, default_value_t = 5)]
    patience: u64,
    /// The broker's virtual host.
    #[arg(long, default_value = "/")]
    vhost: String,
}

/// One thing that was looked at.
struct Finding {
    what: &'static str,
    /// What is wrong, and what to do.
    wrong: Option<String>,
}

impl Finding {
    fn of(what: &'static str, wrong: Option<String>) -> Self {
        Self { what, wrong }
    }
}

pub(crate) async fn run(args: DoctorArgs, env: &Env) -> anyhow::Result<()> {
    let mut findings = Vec::new();
    let patience = Duration::from_secs(args.patience * 60);
    match database(env, patience).await {
        Ok(health) => findings.extend(judged(&health, Utc::now(), args.patience)),
        Err(error) => findings.push(Finding::of("database", Some(format!("{error:#}")))),
    }
    let topology = topology(env, &args.vhost).await.err();
    findings.push(Finding::of(
        "topology",
        topology.map(|error| format!("{error:#}: run `velure topology apply`")),
    ));
    let letters = match letters::waiting(env).await {
        Ok(0) => None,
        Ok(count) => Some(format!("{count} wait: `velure dlq ls`")),
        Err(error) => Some(format!("{error:#}")),
    };
    findings.push(Finding::of("dead letters", letters));
    for finding in &findings {
        crate::say(&match &finding.wrong {
            None => format!("ok     {}", finding.what),
            Some(wrong) => format!("WRONG  {}: {wrong}", finding.what),
        })?;
    }
    let wrong = findings.iter().filter(|f| f.wrong.is_some()).count();
    if wrong > 0 {
        bail!("{wrong} of {} are wrong", findings.len());
    }
    Ok(())
}

async fn database(env: &Env, patience: Duration) -> anyhow::Result<Health> {
    let health = connect(env).await?.health(patience).await;
    health.context("the orders database does not answer")
}

fn judged(health: &Health, now: chrono::DateTime<Utc>, minutes: u64) -> Vec<Finding> {
    let migrations = &health.migrations;
    let skew = (now - health.now).abs().to_std().unwrap_or_default();
    let stuck: Vec<String> = health.stuck.iter().map(ToString::to_string).collect();
    vec![
        Finding::of("database", None),
        Finding::of(
            "migrations",
            if !migrations.differing.is_empty() {
                Some(format!(
                    "versions {:?} are not what this program knows: it is of another release",
                    migrations.differing
                ))
            } else if migrations.at == migrations.expected {
                None
            } else {
                Some(format!(
                    "the database is at version {}, this program at {}: run `velure migrate`, or another release of this program",
                    migrations.at, migrations.expected
                ))
            },
        ),
        Finding::of(
            "roles",
            (!health.locked_out.is_empty()).then(|| {
                format!(
                    "{} cannot sign in: run `velure migrate` with their passwords",
                    health.locked_out.join(", ")
                )
            }),
        ),
        Finding::of(
            "clock",
            (skew > SKEW).then(|| {
                format!(
                    "this machine's is {:.1} s from the database's: tokens and timeouts go by it",
                    skew.as_secs_f64()
                )
            }),
        ),
        Finding::of(
            "orders",
            (!stuck.is_empty()).then(|| {
                format!(
                    "{} open, of them older than {minutes} min: {}: `velure orders show ID`",
                    health.open,
                    stuck.join(", ")
                )
            }),
        ),
        Finding::of(
            "outbox",
            if health.backlog.parked > 0 {
                Some(format!(
                    "{} events are parked and hold back their orders: `velure outbox ls`",
                    health.backlog.parked
                ))
            } else if health.backlog.oldest_unsettled > Duration::from_secs(60) {
                Some(format!(
                    "the oldest event has waited for {} s: is a relay running?",
                    health.backlog.oldest_unsettled.as_secs()
                ))
            } else {
                None
            },
        ),
        Finding::of(
            "changes",
            (health.unfinished_actions > 0).then(|| {
                format!(
                    "{} by operators are not known to be done: `velure actions`",
                    health.unfinished_actions
                )
            }),
        ),
    ]
}

async fn topology(env: &Env, vhost: &str) -> anyhow::Result<()> {
    let mut reader = Reader::new(env);
    let url = reader.secret_url("VELURE_RABBITMQ_MANAGEMENT_URL");
    let management = Management::new(&reader.finish(url)?)?;
    management.verify(&Topology::load(), vhost).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use velure_postgres::desk::Migrations;
    use velure_postgres::outbox::Backlog;

    fn well() -> Health {
        Health {
            now: "2026-01-02T03:04:05Z".parse().expect("a time"),
            migrations: Migrations {
                at: 7,
                expected: 7,
                differing: vec![],
            },
            locked_out: vec![],
            open: 3,
            stuck: vec![],
            backlog: Backlog {
                oldest_unsettled: Duration::ZERO,
                parked: 0,
            },
            unfinished_actions: 0,
        }
    }

    fn wrong(health: &Health) -> Vec<&'static str> {
        let now = "2026-01-02T03:04:06Z".parse().expect("a time");
        judged(health, now, 5)
            .into_iter()
            .filter(|finding| finding.wrong.is_some())
            .map(|finding| finding.what)
            .collect()
    }

    #[test]
    fn what_is_well_is_not_called_wrong() {
        assert!(wrong(&well()).is_empty());
    }

    #[test]
    fn each_fault_is_named_by_itself() {
        let mut cases: Vec<(&str, Health)> = Vec::new();
        let mut with = |what, change: &dyn Fn(&mut Health)| {
            let mut health = well();
            change(&mut health);
            cases.push((what, health));
        };
        with("migrations", &|h| h.migrations.at = 6);
        with("migrations", &|h| h.migrations.differing = vec![2]);
        with("roles", &|h| h.locked_out = vec!["velure_relay".to_owned()]);
        with("clock", &|h| h.now += Duration::from_secs(60));
        with("orders", &|h| h.stuck = vec![uuid::Uuid::nil()]);
        with("outbox", &|h| h.backlog.parked = 1);
        with("outbox", &|h| {
            h.backlog.oldest_unsettled = Duration::from_secs(61)
        });
        with("changes", &|h| h.unfinished_actions = 1);
        for (what, health) in cases {
            assert_eq!(wrong(&health), [what]);
        }
    }
}
