//! `velure dlq`: messages that nobody could handle.

use anyhow::{Context, ensure};
use clap::{Args, Subcommand};
use velure_config::Env;
use velure_postgres::desk::{DeskStore, Why};

use super::letters::{Letter, Letters};
use super::{WhyArgs, connect, plain};

/// The most of a body that is shown.
const SHOWN: usize = 64 * 1024;

/// What can be done.
#[derive(Debug, Subcommand)]
pub(crate) enum DlqCommand {
    /// The dead letters: what each is called, its order, where it came from and why it is dead.
    Ls,
    /// One of them with its body.
    Show {
        /// What `ls` calls it.
        id: String,
    },
    /// Give letters another try, after what was wrong has been put right. Replaying twice changes an order once.
    Replay {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        why: WhyArgs,
    },
    /// Throw letters away. Their orders are asked for again by the sweeper as long as they are open.
    Drop {
        /// What `ls` calls them.
        #[arg(required = true)]
        ids: Vec<String>,
        #[command(flatten)]
        why: WhyArgs,
    },
}

/// Which letters.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Which {
    /// What `ls` calls them.
    ids: Vec<String>,
    /// Every one that is there now, a thousand of each queue at most.
    #[arg(long)]
    all: bool,
}

pub(crate) async fn run(command: DlqCommand, env: &Env) -> anyhow::Result<()> {
    match command {
        DlqCommand::Ls => list(env).await,
        DlqCommand::Show { id } => show(env, id).await,
        DlqCommand::Replay { which, why } => {
            let desk = Desk::open(env, why).await?;
            let mut letters = Letters::take(env).await?;
            let picked = if which.all {
                std::mem::take(&mut letters.held)
            } else {
                letters.pick(&which.ids)?
            };
            if picked.is_empty() {
                crate::say("there are no dead letters")?;
            }
            let mut publisher = letters.publisher().await?;
            for letter in picked {
                let done = format!("replayed to {}", letter.origin());
                let replay = async |letter: Letter| letter.replay(&mut publisher).await;
                desk.change("dlq replay", letter, &done, replay).await?;
            }
            letters.give_back().await
        }
        DlqCommand::Drop { ids, why } => {
            let desk = Desk::open(env, why).await?;
            let mut letters = Letters::take(env).await?;
            for letter in letters.pick(&ids)? {
                desk.change("dlq drop", letter, "dropped", Letter::take_out)
                    .await?;
            }
            letters.give_back().await
        }
    }
}

async fn list(env: &Env) -> anyhow::Result<()> {
    let letters = Letters::take(env).await?;
    if letters.held.is_empty() {
        crate::say("there are no dead letters")?;
    }
    for letter in &letters.held {
        let order = letter
            .order_id()
            .map_or_else(|| "no order".to_owned(), |order| format!("order {order}"));
        crate::say(&format!(
            "{}  {}  {order}  {}",
            letter.id(),
            letter.origin(),
            plain(&letter.reason())
        ))?;
    }
    if letters.more > 0 {
        crate::say(&format!("and {} more", letters.more))?;
    }
    letters.give_back().await
}

async fn show(env: &Env, id: String) -> anyhow::Result<()> {
    let mut letters = Letters::take(env).await?;
    let mut picked = letters.pick(&[id])?;
    let letter = picked.pop().context("it was there a moment ago")?;
    crate::say(&format!("{}  from {}", letter.id(), letter.origin()))?;
    crate::say(&format!("why: {}", plain(&letter.reason())))?;
    if let Some(order) = letter.order_id() {
        crate::say(&format!("order: {order}"))?;
    }
    let body = letter.body();
    let text = String::from_utf8_lossy(&body[..body.len().min(SHOWN)]);
    crate::say(&format!("body, {} bytes:\n{}", body.len(), plain(&text)))?;
    letters.held.push(letter);
    letters.held.extend(picked);
    letters.give_back().await
}

/// Somebody who changes something.
struct Desk {
    store: DeskStore,
    why: Why,
}

impl Desk {
    /// # Errors
    /// When the change could not be written down. Then nothing may be changed.
    async fn open(env: &Env, why: WhyArgs) -> anyhow::Result<Self> {
        let why = why.read(env)?;
        let store = connect(env).await?;
        Ok(Self { store, why })
    }

    /// Does something to a letter, written down before and after.
    async fn change(
        &self,
        action: &str,
        letter: Letter,
        done: &str,
        work: impl AsyncFnOnce(Letter) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let id = letter.id();
        let begun = self
            .store
            .begin(&self.why, action, &id, letter.order_id())
            .await
            .context("it could not be written down, so nothing was changed")?;
        let outcome = work(letter).await;
        self.end(begun, outcome, done)
            .await
            .with_context(|| format!("{id} was not {done}"))?;
        Ok(crate::say(&format!("{id}: {done}"))?)
    }

    async fn end(&self, begun: i64, outcome: anyhow::Result<()>, done: &str) -> anyhow::Result<()> {
        let text = match &outcome {
            Ok(()) => done.to_owned(),
            Err(error) => format!("failed: {error:#}"),
        };
        let noted = self.store.finish(begun, &text).await;
        outcome?;
        ensure!(
            noted.is_ok(),
            "it was done, and that could not be written down: `velure actions` shows it as not known to be done"
        );
        Ok(())
    }
}
