//! `velure outbox`: events that wait to be published, and those that are parked.

use clap::{Args, Subcommand};
use uuid::Uuid;
use velure_config::Env;
use velure_postgres::desk::{OutboxRow, Unparking};

use super::{WhyArgs, connect, plain, time};

/// What can be done.
#[derive(Debug, Subcommand)]
pub(crate) enum OutboxCommand {
    /// Events that are parked or were published in vain, oldest first.
    Ls {
        /// Those that simply wait for their turn, too.
        #[arg(long)]
        all: bool,
        /// How many.
        #[arg(long, default_value_t = 100)]
        limit: u16,
    },
    /// Have the relay try parked events again. What an order waited behind goes out with it.
    Unpark {
        #[command(flatten)]
        what: What,
        #[command(flatten)]
        why: WhyArgs,
    },
}

/// Which ones.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct What {
    /// The parked events of this order.
    #[arg(long)]
    order: Option<Uuid>,
    /// Every parked event.
    #[arg(long)]
    all: bool,
}

pub(crate) async fn run(command: OutboxCommand, env: &Env) -> anyhow::Result<()> {
    match command {
        OutboxCommand::Ls { all, limit } => {
            let rows = connect(env).await?.unsettled(all, limit).await?;
            if rows.is_empty() {
                crate::say(if all {
                    "nothing waits"
                } else {
                    "nothing is parked, and nothing was published in vain"
                })?;
            }
            for row in rows {
                crate::say(&line(&row))?;
            }
        }
        OutboxCommand::Unpark { what, why } => {
            let why = why.read(env)?;
            let what = what.order.map_or(Unparking::All, Unparking::Order);
            let unparked = connect(env).await?.unpark(what, &why).await?;
            for (outbox, sequence) in &unparked {
                crate::say(&format!("{} {sequence}: unparked", outbox.schema()))?;
            }
            if unparked.is_empty() {
                crate::say("nothing of that is parked")?;
            }
        }
    }
    Ok(())
}

fn line(row: &OutboxRow) -> String {
    let state = match (row.parked_at, row.attempts) {
        (Some(at), attempts) => format!("PARKED {} after {attempts} tries", time(at)),
        (None, 0) => "waits".to_owned(),
        (None, attempts) => format!("tried {attempts} times in vain"),
    };
    let error = row
        .last_error
        .as_deref()
        .map_or_else(String::new, |error| format!(": {}", plain(error)));
    format!(
        "{} {}  {}  order {}  since {}  {state}{error}",
        row.outbox.schema(),
        row.sequence,
        row.event_type,
        row.order_id,
        time(row.created_at)
    )
}
