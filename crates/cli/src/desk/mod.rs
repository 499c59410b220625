//! The operator's desk: what is known of an order, what waits, what nobody could handle, what is wrong.
//!
//! `VELURE_OPERATOR_DATABASE_URL` is the orders database, as a login that is a member of `velure_operator`; commands about
//! messages need `VELURE_OPERATOR_AMQP_URL` as well, a user of the broker who may read dead letters and write to queues.
//! Every change is written to `operations.actions` with who and why.

pub(crate) mod dlq;
pub(crate) mod doctor;
pub(crate) mod letters;
pub(crate) mod orders;
pub(crate) mod outbox;

use anyhow::{Context, ensure};
use chrono::{DateTime, SecondsFormat, Utc};
use clap::Args;
use velure_config::{Env, Reader};
use velure_postgres::DatabaseConfig;
use velure_postgres::desk::{DeskStore, Why};

/// Who changes something, and why.
#[derive(Debug, Args)]
pub(crate) struct WhyArgs {
    /// Why: kept for good beside your name.
    #[arg(long)]
    why: String,
    /// Who you are.
    #[arg(long = "by", env = "VELURE_OPERATOR")]
    operator: Option<String>,
}

impl WhyArgs {
    fn read(self, env: &Env) -> anyhow::Result<Why> {
        let operator = self.operator.or_else(|| env.get("USER").map(str::to_owned));
        let operator = operator
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .context("who are you? Give --by or set VELURE_OPERATOR")?;
        let reason = self.why.trim().to_owned();
        ensure!(
            (3..=500).contains(&reason.chars().count()),
            "--why has 3 to 500 characters"
        );
        ensure!(
            operator.chars().count() <= 100,
            "a name has 100 characters at most"
        );
        Ok(Why { operator, reason })
    }
}

/// The database, as an operator.
async fn connect(env: &Env) -> anyhow::Result<DeskStore> {
    let mut reader = Reader::new(env);
    let database = DatabaseConfig::read(
        &mut reader,
        "VELURE_OPERATOR_DATABASE_URL",
        "velure desk",
        1,
    );
    let database = reader.finish(database)?;
    DeskStore::connect(&database).await.context(
        "the orders database cannot be used: does it answer, and is your login a member of velure_operator?",
    )
}

/// The arguments of `velure actions`.
#[derive(Debug, Args)]
pub(crate) struct ActionsArgs {
    /// How many.
    #[arg(long, default_value_t = 50)]
    limit: u16,
}

pub(crate) async fn actions(args: ActionsArgs, env: &Env) -> anyhow::Result<()> {
    let actions = connect(env).await?.actions(args.limit).await?;
    if actions.is_empty() {
        crate::say("nobody has changed anything")?;
    }
    for action in actions {
        crate::say(&format!(
            "{}  {} {}  {} by {} ({}): {}",
            time(action.started_at),
            action.action,
            action.subject,
            action.outcome.as_deref().unwrap_or("NOT KNOWN TO BE DONE"),
            action.operator,
            action.login,
            action.reason
        ))?;
    }
    Ok(())
}

fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Text of others, on one line and without what a terminal would obey.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .collect()
}
