//! Everybody at once: the last unit of a product, and one intent that is sent over and over.

use std::sync::Arc;
use std::sync::PoisonError;
use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::load::{self, Ledger, Pace, Shelf};
use crate::random::Random;
use crate::shopper::Shopper;

/// How many shoppers want the last unit.
const RIVALS: usize = 8;

/// How often one intent is sent at once.
const CLICKS: usize = 20;

/// The wait between two of them.
const PAUSE: Duration = Duration::from_millis(2_500);

/// How many of each there are.
#[derive(Debug, Clone, Copy)]
pub struct Rushes {
    /// Races for a last unit.
    pub races: usize,
    /// Storms of one intent.
    pub storms: usize,
}

/// Products of which there is one.
///
/// # Errors
/// When the admin may not, or the shop does not answer.
pub async fn last_units(
    url: &str,
    (email, password): (&str, &str),
    count: usize,
) -> anyhow::Result<Vec<Value>> {
    let admin = Shopper::sign_in(url, email, password).await?;
    let mut products = Vec::new();
    for _ in 0..count {
        products.push(load::product(&admin, "The last one", 1_000, 1).await?);
    }
    Ok(products)
}

/// Races and storms in turn, until there are no more or it is told to stop.
pub async fn rush(
    shoppers: Vec<Arc<Shopper>>,
    shelf: Arc<Shelf>,
    ledger: Arc<Ledger>,
    last: Vec<Value>,
    storms: usize,
    mut random: Random,
    mut stop: watch::Receiver<bool>,
) {
    let mut last = last.into_iter();
    let mut storms = 0..storms;
    loop {
        tokio::select! {
            () = tokio::time::sleep(PAUSE) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let (product, storm) = (last.next(), storms.next());
        if product.is_none() && storm.is_none() {
            return;
        }
        let mut answers = Vec::new();
        if let Some(product) = product {
            let body = one_of(&product);
            let first = random.below(shoppers.len());
            let rivals = (0..RIVALS).map(|number| &shoppers[(first + number) % shoppers.len()]);
            answers.extend(join_all(rivals.map(|rival| load::buy(rival, &ledger, &body, 1))).await);
        }
        if storm.is_some() {
            let shopper = &shoppers[random.below(shoppers.len())];
            let cart = shelf.cart(Pace::usual().taste, &mut random);
            answers.push(load::buy(shopper, &ledger, &cart, CLICKS).await);
        }
        for error in answers.into_iter().filter_map(Result::err) {
            ledger
                .unanswered
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(format!("{error:#}"));
        }
    }
}

fn one_of(product: &Value) -> Value {
    json!({"items": [{"product_id": product["id"], "quantity": 1}], "expected_total": product["price"], "payment_method": "pm_card_visa"})
}
