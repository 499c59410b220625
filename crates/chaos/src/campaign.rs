//! A campaign: orders come in, blows fall, and in the end everything has to be whole.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::evidence::{self, Evidence};
use crate::faults::{self, Blow};
use crate::judge::{Violation, judge};
use crate::load::{self, Ledger, Pace, Shelf};
use crate::matrix::{self, Case};
use crate::random::Random;
use crate::rounds::rows;
use crate::rush::{self, Rushes};
use crate::shopper::Shopper;
use crate::stack::Stack;
use crate::watch::{Transcripts, follow};

/// How long the shop may take until everything is quiet after the last order.
const QUIET: Duration = Duration::from_secs(180);

/// How long pages may take until they know of the last end.
const TOLD: Duration = Duration::from_secs(15);

/// What is done, and how often.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Decides everything that is drawn.
    pub seed: u64,
    /// How many shoppers there are, each with an open page.
    pub shoppers: usize,
    /// How most of them behave.
    pub pace: Pace,
    /// Races for last units and storms of one intent.
    pub rushes: Rushes,
    /// Whether every fail point is tried with every kind of fault.
    pub matrix: bool,
    /// How often each blow falls in one round.
    pub round: BTreeMap<Blow, u32>,
    /// Rounds are repeated until this long after the start, and until so many orders were accepted; one is always whole.
    pub lasting: (Duration, u64),
    /// How many orders come in between two rows of blows at least: a shop that is always down sells nothing.
    pub between: u64,
    /// How many accepted orders there have to be at least.
    pub orders: u64,
}

/// One blow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Struck {
    /// What was done.
    pub blow: Blow,
    /// From when everything that was killed in this row served again until every order that had been accepted was final,
    /// in ms.
    pub recovered_ms: u64,
}

/// What came of a campaign.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Outcome {
    /// When it began.
    pub began: DateTime<Utc>,
    /// How long it took, in seconds.
    pub seconds: u64,
    /// What it was begun with.
    pub seed: u64,
    /// Orders that were accepted.
    pub accepted: u64,
    /// How many of them were completed.
    pub completed: usize,
    /// Frames that pages were told, and how often they connected.
    pub frames: usize,
    /// How often pages connected.
    pub connected: u64,
    /// Every blow, in its order.
    pub blows: Vec<Struck>,
    /// Every case of the matrix.
    pub cases: Vec<Case>,
    /// What must never be and was.
    pub violations: Vec<Violation>,
    /// What could not be done.
    pub faults: Vec<String>,
    /// Orders that were final later than they have to be.
    pub late: Vec<String>,
}

impl Outcome {
    /// Whether everything held, whatever time it took.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.violations.is_empty() && self.faults.is_empty()
    }

    /// Whether everything held, and in time.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.is_sound() && self.late.is_empty()
    }
}

/// Everything that goes on beside the blows.
struct Crowd {
    ledger: Arc<Ledger>,
    pages: Arc<Mutex<Transcripts>>,
    shopping: JoinSet<()>,
    watching: JoinSet<()>,
    stop_shopping: watch::Sender<bool>,
    stop_watching: watch::Sender<bool>,
}

impl Crowd {
    async fn gather(
        stack: &Stack,
        plan: &Plan,
        shelf: &Arc<Shelf>,
        last: Vec<Value>,
    ) -> anyhow::Result<Self> {
        let (stop_shopping, shopping_stopped) = watch::channel(false);
        let (stop_watching, watching_stopped) = watch::channel(false);
        let mut crowd = Self {
            ledger: Arc::default(),
            pages: Arc::default(),
            shopping: JoinSet::new(),
            watching: JoinSet::new(),
            stop_shopping,
            stop_watching,
        };
        let mut shoppers = Vec::new();
        for number in 0..plan.shoppers {
            let shopper = Arc::new(Shopper::register(&stack.url, number).await?);
            shoppers.push(shopper.clone());
            let random = Random::new(plan.seed, 1_000 + u64::try_from(number)?);
            crowd.watching.spawn(follow(
                shopper.clone(),
                stack.url.clone(),
                crowd.pages.clone(),
                watching_stopped.clone(),
            ));
            crowd.shopping.spawn(load::shop(
                shopper,
                stack.url.clone(),
                shelf.clone(),
                crowd.ledger.clone(),
                match number {
                    0 if plan.matrix => Pace::of_sessions(),
                    1 if plan.matrix => Pace::of_pages(),
                    _ => plan.pace,
                },
                random,
                shopping_stopped.clone(),
            ));
        }
        if let Some(watcher) = shoppers.get(1).filter(|_| plan.matrix) {
            crowd.shopping.spawn(load::come_back(
                watcher.clone(),
                stack.url.clone(),
                crowd.ledger.clone(),
                shopping_stopped.clone(),
            ));
        }
        crowd.shopping.spawn(count_open(
            stack.clone(),
            crowd.ledger.clone(),
            shopping_stopped.clone(),
        ));
        let random = Random::new(plan.seed, 1);
        crowd.shopping.spawn(rush::rush(
            shoppers,
            shelf.clone(),
            crowd.ledger.clone(),
            last,
            plan.rushes.storms,
            random,
            shopping_stopped,
        ));
        // The first blow falls on a shop that is at work.
        anyhow::ensure!(
            crowd.has_accepted(u64::try_from(plan.shoppers)?).await,
            "nobody could order before the first blow"
        );
        Ok(crowd)
    }

    fn accepted(&self) -> u64 {
        self.ledger.accepted.load(Ordering::Relaxed)
    }

    /// Waits for so many orders. Whether they came: nobody orders in a shop that stands still, since those who wait for
    /// their order place no other.
    async fn has_accepted(&self, orders: u64) -> bool {
        let (mut seen, mut since) = (self.accepted(), Instant::now());
        while self.accepted() < orders {
            tokio::time::sleep(Duration::from_millis(200)).await;
            if self.accepted() > seen {
                (seen, since) = (self.accepted(), Instant::now());
            } else if since.elapsed() > STANDSTILL {
                return false;
            }
        }
        true
    }
}

/// Runs a campaign to its end.
///
/// # Errors
/// When it could not be carried out; what it found is in the outcome.
pub async fn run(stack: &Stack, plan: &Plan, tell: &dyn Fn(&str)) -> anyhow::Result<Outcome> {
    let (began, started) = (Utc::now(), Instant::now());
    // What a broker that was never stopped in an orderly way has not written to its directory is lost by a kill.
    faults::restart(stack, "rabbitmq", "stop").await?;
    let mut shelf = Shelf::fill(&stack.url, stack.admin_account()?).await?;
    let last = rush::last_units(&stack.url, stack.admin_account()?, plan.rushes.races).await?;
    shelf.initial = evidence::stock(stack).await?;
    let raced = last
        .iter()
        .filter_map(|product| Some(product["id"].as_str()?.to_owned()));
    let raced: Vec<String> = raced.collect();
    let shelf = Arc::new(shelf);
    let mut crowd = Crowd::gather(stack, plan, &shelf, last).await?;
    let (mut faults, mut late) = (Vec::new(), Vec::new());
    let mut cases = Vec::new();
    if plan.matrix {
        cases = matrix::run_all(stack, tell).await?;
        let missed = cases.iter().filter(|case| !case.reached);
        faults.extend(
            missed.map(|case| format!("nobody had the fault {:?} at {}", case.kind, case.point)),
        );
    }
    let mut random = Random::new(plan.seed, 0);
    let mut blows = Vec::new();
    let mut rounds = 0;
    let (time, orders) = plan.lasting;
    let mut sells = true;
    let goes_on = |crowd: &Crowd| started.elapsed() < time || crowd.accepted() < orders;
    'rounds: while rounds == 0 || goes_on(&crowd) {
        rounds += 1;
        let rows = rows(&plan.round, &mut random);
        let total: usize = rows.iter().map(Vec::len).sum();
        let mut number = 0;
        for row in rows {
            if rounds > 1 && !goes_on(&crowd) {
                break;
            }
            let before = crowd.accepted();
            for blow in &row {
                number += 1;
                tell(&format!(
                    "{} s: round {rounds}, {number}/{total}: {}; {} orders so far",
                    started.elapsed().as_secs(),
                    blow.name(),
                    crowd.accepted()
                ));
                blow.strike(stack, &mut random).await?;
            }
            let blow = row[0];
            if blow == Blow::ForgetLine {
                // Nobody notices before something is asked over it, and that must not be the next blow's fault.
                let _ = crowd.has_accepted(before + ASKED).await;
            }
            let took = recovered(stack, blow).await?;
            if took > blow.objective() {
                late.push(format!(
                    "{}: orders were final after {:.1} s, not {:?}",
                    blow.name(),
                    took.as_secs_f64(),
                    blow.objective()
                ));
            }
            let recovered_ms = u64::try_from(took.as_millis())?;
            blows.extend(row.iter().map(|blow| Struck {
                blow: *blow,
                recovered_ms,
            }));
            sells = crowd.has_accepted(before + plan.between).await;
            if !sells {
                break 'rounds;
            }
        }
    }
    let least = plan.orders.max(orders);
    tell(&format!(
        "{} orders, at least {least} were asked for",
        crowd.accepted()
    ));
    if !sells || !crowd.has_accepted(least).await {
        faults.push(format!(
            "no order was accepted for {STANDSTILL:?}, after {} and {} blows",
            crowd.accepted(),
            blows.len()
        ));
    }
    let mut evidence = close(stack, &mut crowd, tell, &mut faults).await?;
    evidence.initial.clone_from(&shelf.initial);
    evidence.raced = raced;
    Ok(Outcome {
        began,
        seconds: started.elapsed().as_secs(),
        seed: plan.seed,
        accepted: crowd.accepted(),
        completed: evidence
            .orders
            .values()
            .filter(|order| order.status == "COMPLETED")
            .count(),
        frames: evidence
            .transcripts
            .values()
            .map(|page| page.told.len())
            .sum(),
        connected: evidence
            .transcripts
            .values()
            .map(|page| page.connected)
            .sum(),
        blows,
        cases,
        violations: judge(&evidence),
        faults,
        late,
    })
}

/// Takes down every second how many orders are open, until it is told to stop; while the books are away the last word
/// stands.
async fn count_open(stack: Stack, ledger: Arc<Ledger>, mut stop: watch::Receiver<bool>) {
    loop {
        if let Ok(open) = open_now(&stack).await {
            ledger.open.store(open, Ordering::Relaxed);
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

async fn open_now(stack: &Stack) -> anyhow::Result<i64> {
    let query = sqlx::query_scalar(
        "select count(*) from orders.orders where status in ('CREATED', 'PROCESSING')",
    );
    Ok(query.fetch_one(&stack.orders()?).await?)
}

/// How long nobody orders before the shop is said to stand still: no blow, and no two, may take so long.
const STANDSTILL: Duration = Duration::from_secs(180);

/// How many orders go over a line that was forgotten before anybody looks how long they take.
const ASKED: u64 = 5;

/// How long it takes until every order that is there now is final.
async fn recovered(stack: &Stack, blow: Blow) -> anyhow::Result<Duration> {
    let started = Instant::now();
    let before = loop {
        match now(stack).await {
            Ok(now) => break now,
            Err(error) if started.elapsed() > blow.objective() => return Err(error),
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    };
    let mut again = tokio::time::interval(Duration::from_millis(100));
    loop {
        again.tick().await;
        if matches!(open_before(stack, before).await, Ok(0)) {
            return Ok(started.elapsed());
        }
        // Twice the objective is as good as never.
        if started.elapsed() > blow.objective() * 2 {
            return Ok(started.elapsed());
        }
    }
}

async fn now(stack: &Stack) -> anyhow::Result<DateTime<Utc>> {
    Ok(sqlx::query_scalar("select now()")
        .fetch_one(&stack.orders()?)
        .await?)
}

async fn open_before(stack: &Stack, before: DateTime<Utc>) -> anyhow::Result<i64> {
    let query = sqlx::query_scalar(
        "select count(*) from orders.orders where created_at <= $1 and status in ('CREATED', 'PROCESSING')",
    );
    Ok(query.bind(before).fetch_one(&stack.orders()?).await?)
}

/// No more orders; waits until everything is quiet and every page knows, and collects what is left.
async fn close(
    stack: &Stack,
    crowd: &mut Crowd,
    tell: &dyn Fn(&str),
    faults: &mut Vec<String>,
) -> anyhow::Result<Evidence> {
    tell("no more orders; waiting until everything is quiet");
    let _ = crowd.stop_shopping.send(true);
    while crowd.shopping.join_next().await.is_some() {}
    let started = Instant::now();
    while !matches!(Evidence::is_quiet(stack).await, Ok(true)) {
        if started.elapsed() > QUIET {
            faults.push(format!(
                "the shop was not quiet {QUIET:?} after the last order"
            ));
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let mut evidence = Evidence::collect(stack).await?;
    evidence.intents = crowd.ledger.intents();
    let all =
        |list: &Mutex<Vec<String>>| list.lock().unwrap_or_else(PoisonError::into_inner).clone();
    evidence.seen = all(&crowd.ledger.revived);
    evidence.backwards = all(&crowd.ledger.backwards);
    faults.extend(all(&crowd.ledger.unanswered));
    let told = Instant::now();
    loop {
        evidence
            .transcripts
            .clone_from(&crowd.pages.lock().unwrap_or_else(PoisonError::into_inner));
        let waiting = judge(&evidence)
            .iter()
            .any(|violation| violation.invariant == crate::judge::Invariant::I5);
        if !waiting || told.elapsed() > TOLD {
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let _ = crowd.stop_watching.send(true);
    while crowd.watching.join_next().await.is_some() {}
    Ok(evidence)
}
