//! Orders as they come in: mostly one or two lines, a few hot products, some double clicks, some declined cards, some
//! carts that ask for more than there is.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, ensure};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;
use uuid::Uuid;

use crate::random::Random;
use crate::shopper::{Answered, Shopper};

/// What shoppers order.
const PRODUCTS: usize = 40;

/// The products that everybody wants.
const HOT: usize = 4;

/// How many of each product there are at the start.
const STOCKED: i64 = 500_000;

/// How many of the last one there are.
const FEW: i64 = 40;

/// Makes a product. Its texts are short: with every order the stand-in for MongoDB writes the index entries of all words.
pub(crate) async fn product(
    admin: &Shopper,
    name: &str,
    cents: i64,
    available: i64,
) -> anyhow::Result<Value> {
    let body = json!({
        "sku": Uuid::new_v4().simple().to_string().to_uppercase(), "name": name, "description": name,
        "category": {"slug": "small-pets", "name": "Small pets"}, "brand": "Velure",
        "price": {"amount_minor": cents, "currency": "USD"}, "available": available, "rating": 40,
        "images": [{"url": "/images/rope-ladder.svg", "alt": name}], "attributes": {},
    });
    let answer = admin.ask(Method::POST, "/api/products", "", &body).await?;
    ensure!(
        answer.status() == 201,
        "a product cannot be made: {}",
        answer.text().await?
    );
    answer.json().await.context("a product is JSON")
}

/// An intent: one key, and all that was answered to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// Who.
    pub buyer: Uuid,
    /// The key.
    pub key: String,
    /// The ids in every 201.
    pub placed: Vec<Uuid>,
    /// The status of every other answer for good.
    pub refused: Vec<(u16, String)>,
}

/// What the shoppers did.
#[derive(Debug, Default)]
pub struct Ledger {
    intents: Mutex<Vec<Intent>>,
    /// How many orders were accepted.
    pub accepted: AtomicU64,
    /// How many orders are open, as the books say it every second.
    pub open: AtomicI64,
    /// What was said of sessions that were ended and still let somebody in.
    pub revived: Mutex<Vec<String>>,
    /// Pages of single orders that were not told one version after the other.
    pub backwards: Mutex<Vec<String>>,
    /// Shoppers that gave up.
    pub unanswered: Mutex<Vec<String>>,
}

impl Ledger {
    fn note(&self, intent: Intent) {
        self.accepted
            .fetch_add(u64::from(!intent.placed.is_empty()), Ordering::Relaxed);
        self.intents
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(intent);
    }

    /// The order that a shopper was given last.
    fn last_of(&self, shopper: Uuid) -> Option<Uuid> {
        let intents = self.intents.lock().unwrap_or_else(PoisonError::into_inner);
        let last = intents
            .iter()
            .rev()
            .find(|intent| intent.buyer == shopper)?;
        last.placed.first().copied()
    }

    /// The first order of a shopper that was accepted.
    fn first_of(&self, shopper: Uuid) -> Option<Uuid> {
        let intents = self.intents.lock().unwrap_or_else(PoisonError::into_inner);
        let mut placed = intents
            .iter()
            .filter(|intent| intent.buyer == shopper)
            .flat_map(|intent| &intent.placed);
        placed.next().copied()
    }

    fn goes_backwards(&self, said: String) {
        self.backwards
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(said);
    }

    /// Every intent so far.
    #[must_use]
    pub fn intents(&self) -> Vec<Intent> {
        self.intents
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// The products that are ordered, and the stock that each had before the first order.
#[derive(Debug)]
pub struct Shelf {
    products: Vec<Value>,
    /// The stock by product id.
    pub initial: BTreeMap<String, i64>,
}

impl Shelf {
    /// Fills the shelves: enough of every product but of the last, of which there are few and soon none.
    ///
    /// # Errors
    /// When the admin may not, or the shop does not answer.
    pub async fn fill(url: &str, (email, password): (&str, &str)) -> anyhow::Result<Self> {
        let admin = Shopper::sign_in(url, email, password).await?;
        let mut products = Vec::new();
        for number in 0..PRODUCTS {
            let available = if number + 1 < PRODUCTS { STOCKED } else { FEW };
            let cents = 500 + 100 * i64::try_from(number)?;
            products.push(product(&admin, "Seeds", cents, available).await?);
        }
        Ok(Self {
            products,
            initial: BTreeMap::new(),
        })
    }

    /// What somebody wants.
    pub(crate) fn cart(&self, taste: Taste, random: &mut Random) -> Value {
        let mut lines = Vec::new();
        let mut total = 0;
        let more = if random.percent(taste.more) {
            1 + random.below(2)
        } else {
            0
        };
        for _ in 0..=more {
            let number = match random.below(100) {
                drawn if drawn < taste.hot => random.below(HOT),
                // Soon sold out.
                97.. => PRODUCTS - 1,
                _ => random.below(PRODUCTS - 1),
            };
            let quantity = 1 + i64::try_from(random.below(3)).unwrap_or(0);
            total += self.products[number]["price"]["amount_minor"]
                .as_i64()
                .unwrap_or(0)
                * quantity;
            lines.push(json!({"product_id": id_of(&self.products[number]), "quantity": quantity}));
        }
        let method = if random.percent(10) {
            "pm_card_chargeDeclined"
        } else {
            "pm_card_visa"
        };
        json!({"items": lines, "expected_total": {"amount_minor": total, "currency": "USD"}, "payment_method": method})
    }
}

fn id_of(product: &Value) -> &str {
    product["id"].as_str().unwrap_or_default()
}

/// What shoppers have in their carts.
#[derive(Debug, Clone, Copy)]
pub struct Taste {
    /// How many carts in a hundred have two or three lines instead of one.
    pub more: usize,
    /// How many lines in a hundred are of the few products that everybody wants.
    pub hot: usize,
}

/// How a shopper behaves.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// The wait between two orders of one shopper.
    pub pause: Duration,
    /// How many times in a hundred the session is renewed and ended before an order.
    pub sessions: usize,
    /// How many times in a hundred the page of the last order is opened afterwards.
    pub pages: usize,
    /// No more orders come in while this many are open: shoppers are people, and a shop in which nothing moves any more
    /// gets no more orders than it has.
    pub most_open: i64,
    /// What is ordered.
    pub taste: Taste,
}

impl Pace {
    /// Most shoppers.
    #[must_use]
    pub const fn usual() -> Self {
        Self {
            pause: Duration::from_secs(5),
            sessions: 10,
            pages: 30,
            most_open: 60,
            taste: Taste { more: 67, hot: 40 },
        }
    }

    /// Shoppers of a sale: what they do is mostly ordering.
    #[must_use]
    pub const fn of_sale() -> Self {
        Self {
            pause: Duration::from_secs(3),
            sessions: 1,
            pages: 3,
            most_open: 40,
            taste: Taste { more: 15, hot: 10 },
        }
    }

    /// Somebody who signs out and in again all the time: what waits for that to happen does not wait for chance.
    #[must_use]
    pub const fn of_sessions() -> Self {
        Self {
            pause: Duration::from_secs(1),
            sessions: 100,
            pages: 0,
            ..Self::usual()
        }
    }

    /// Somebody who watches each order to its end.
    #[must_use]
    pub const fn of_pages() -> Self {
        Self {
            pause: Duration::from_secs(1),
            sessions: 0,
            pages: 100,
            ..Self::usual()
        }
    }
}

/// Orders until it is told to stop.
pub async fn shop(
    shopper: Arc<Shopper>,
    url: String,
    shelf: Arc<Shelf>,
    ledger: Arc<Ledger>,
    pace: Pace,
    mut random: Random,
    mut stop: watch::Receiver<bool>,
) {
    while !*stop.borrow() {
        let wait = pace
            .pause
            .mul_f64(0.5 + f64::from(u32::try_from(random.below(1000)).unwrap_or(0)) / 1000.0);
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        if random.percent(pace.sessions) {
            come_and_go(&shopper, &ledger).await;
        }
        if ledger.open.load(Ordering::Relaxed) > pace.most_open {
            continue;
        }
        let body = shelf.cart(pace.taste, &mut random);
        // A double click, or three tabs.
        let clicks = if random.percent(30) {
            2 + random.below(2)
        } else {
            1
        };
        if let Err(error) = buy(&shopper, &ledger, &body, clicks).await {
            ledger
                .unanswered
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(format!("{error:#}"));
        }
        if random.percent(pace.pages)
            && let Some(order) = ledger.last_of(shopper.id)
            && let Some(said) = crate::watch::follow_one(&shopper, &url, order).await
        {
            ledger.goes_backwards(said);
        }
    }
}

/// Comes back to the page of the first order, again and again: a page that is told the last status is there even while
/// no order gets on.
pub async fn come_back(
    shopper: Arc<Shopper>,
    url: String,
    ledger: Arc<Ledger>,
    mut stop: watch::Receiver<bool>,
) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(1)) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        if let Some(order) = ledger.first_of(shopper.id)
            && let Some(said) = crate::watch::follow_one(&shopper, &url, order).await
        {
            ledger.goes_backwards(said);
        }
    }
}

/// One intent, asked for `clicks` times at once.
///
/// # Errors
/// When one of them is never answered.
pub async fn buy(
    shopper: &Shopper,
    ledger: &Ledger,
    body: &Value,
    clicks: usize,
) -> anyhow::Result<()> {
    let key = Uuid::new_v4().to_string();
    let asked = (0..clicks).map(|_| shopper.place(&key, body));
    let answers = futures::future::join_all(asked).await;
    let mut intent = Intent {
        buyer: shopper.id,
        key,
        placed: Vec::new(),
        refused: Vec::new(),
    };
    let mut missing = None;
    for answer in answers {
        match answer {
            Ok(Answered::Placed(order)) => intent.placed.push(order),
            Ok(Answered::Refused(status, code)) => intent.refused.push((status, code)),
            Err(error) => missing = Some(error),
        }
    }
    ledger.note(intent);
    missing.map_or(Ok(()), Err)
}

/// Refreshes, signs out and in again; an outage in between is none of its business.
async fn come_and_go(shopper: &Shopper, ledger: &Ledger) {
    let _ = shopper.renew().await;
    if let Ok(ended) = shopper.sign_out().await {
        // Redis's word is good for 20 s more when it was not told.
        let mut again = tokio::time::interval(Duration::from_secs(1));
        let started = tokio::time::Instant::now();
        loop {
            again.tick().await;
            match shopper.lets_in(&ended).await {
                Ok(false) => break,
                Ok(true) if started.elapsed() > Duration::from_secs(31) => {
                    let said = "a session that was ended lets somebody in after 30 s".to_owned();
                    ledger
                        .revived
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(said);
                    break;
                }
                // Not answered is not let in.
                Err(_) if started.elapsed() > Duration::from_secs(31) => break,
                Ok(true) | Err(_) => {}
            }
        }
    }
    // Until the shop answers; placing the next order does the same.
    let _ = shopper.renew().await;
}
