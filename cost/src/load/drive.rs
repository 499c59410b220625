//! Sending what is due when it is due.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::{Client, Method, RequestBuilder, Url};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{Bundle, LOAD_SCHEMA, Sample, Schedule};

/// As long as a browser's user waits, and longer than any route's deadline.
const PATIENCE: Duration = Duration::from_secs(30);
/// Orders of one customer in a minute, far below what the shop allows.
const ORDERS_OF_ONE: usize = 20;

/// A running shop.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its origin.
    pub url: Url,
    /// Says which run this is.
    pub label: String,
    /// Makes names of customers and keys of orders that no other run has.
    pub nonce: String,
}

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A bundle or an answer that is no JSON of the expected shape.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// A bundle that contradicts itself.
    #[error("the bundle is not usable: {0}")]
    Bundle(String),
    /// No client.
    #[error("no HTTP client: {0}")]
    Client(#[source] reqwest::Error),
    /// The shop does not let itself be prepared.
    #[error("{what} was not answered as a shop does: {why}. Is it a running Velure?")]
    NoShop {
        /// Which request.
        what: String,
        /// What came instead.
        why: String,
    },
}

/// What requests need to know of the shop.
#[derive(Debug)]
struct Prepared {
    client: Client,
    target: Target,
    product: Value,
    customers: Vec<String>,
    next: AtomicUsize,
}

/// Runs a schedule. `on_answer` is told of each answer.
pub async fn drive(
    schedule: Schedule,
    target: Target,
    on_answer: impl Fn(),
) -> Result<Bundle, LoadError> {
    let shop = Arc::new(prepare(&schedule, target).await?);
    let mut asked = JoinSet::new();
    let mut samples = vec![None; schedule.arrivals.len()];
    let began = Instant::now();
    for (n, arrival) in schedule.arrivals.iter().enumerate() {
        let due = began + Duration::from_micros(arrival.due_us);
        tokio::time::sleep_until(due.into()).await;
        let (shop, operation) = (Arc::clone(&shop), arrival.operation.clone());
        asked.spawn(async move { (n, shop.ask(&operation, n, due).await) });
        while let Some(Ok((n, sample))) = asked.try_join_next() {
            samples[n] = Some(sample);
            on_answer();
        }
    }
    while let Some(Ok((n, sample))) = asked.join_next().await {
        samples[n] = Some(sample);
        on_answer();
    }
    let url = &shop.target.url;
    let port = url.port().map(|port| format!(":{port}"));
    Ok(Bundle {
        load_schema: LOAD_SCHEMA,
        label: shop.target.label.clone(),
        target: format!(
            "{}{}",
            url.host_str().unwrap_or_default(),
            port.unwrap_or_default()
        ),
        schedule,
        samples: samples
            .into_iter()
            .map(|sample| {
                // A request whose task ended without a word was not answered.
                sample.unwrap_or(Sample {
                    late_us: 0,
                    time_us: micros(PATIENCE),
                    status: None,
                })
            })
            .collect(),
    })
}

async fn prepare(schedule: &Schedule, target: Target) -> Result<Prepared, LoadError> {
    let client = Client::builder()
        .no_proxy()
        .timeout(PATIENCE)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .map_err(LoadError::Client)?;
    let mut shop = Prepared {
        client,
        target,
        product: Value::Null,
        customers: Vec::new(),
        next: AtomicUsize::new(0),
    };
    let page = shop
        .expect(
            "the list of products",
            shop.request(Method::GET, "/api/products?page_size=1"),
        )
        .await?;
    let page: Value = serde_json::from_str(&page.0)?;
    shop.product = page["items"][0].clone();
    if shop.product["id"].as_str().is_none() {
        return Err(LoadError::NoShop {
            what: "the list of products".to_owned(),
            why: "it is empty: `velure seed` fills it".to_owned(),
        });
    }
    let signed_in = ["get-me", "list-orders", "place-order"];
    let minutes = usize::try_from(schedule.seconds.div_ceil(60)).unwrap_or(1);
    let needed = schedule
        .count("place-order")
        .div_ceil(ORDERS_OF_ONE * minutes.max(1));
    let anybody = signed_in.iter().any(|name| schedule.count(name) > 0);
    for n in 0..needed.max(usize::from(anybody)) {
        let body = json!({
            "name": "Load", "email": format!("load-{}-{n}@velure.example", shop.target.nonce),
            "password": format!("load {} {n}", shop.target.nonce),
        });
        let request = shop.request(Method::POST, "/api/users").json(&body);
        let (_, cookies) = shop.expect("registering a customer", request).await?;
        shop.customers.push(cookies);
    }
    Ok(shop)
}

impl Prepared {
    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut url = self.target.url.clone();
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        url.set_path(path);
        url.set_query((!query.is_empty()).then_some(query));
        // What a browser says of a request from the shop's own page.
        self.client
            .request(method, url)
            .header("sec-fetch-site", "same-origin")
            .header("x-velure-csrf", "1")
    }

    /// The body and the cookies of a good answer.
    async fn expect(
        &self,
        what: &str,
        request: RequestBuilder,
    ) -> Result<(String, String), LoadError> {
        let refused = |why: String| LoadError::NoShop {
            what: what.to_owned(),
            why,
        };
        let answer = request
            .send()
            .await
            .map_err(|error| refused(error.without_url().to_string()))?;
        let status = answer.status();
        let cookies: Vec<String> = answer
            .headers()
            .get_all(SET_COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok()?.split(';').next().map(str::to_owned))
            .collect();
        let body = answer
            .text()
            .await
            .map_err(|error| refused(error.without_url().to_string()))?;
        if !status.is_success() {
            return Err(refused(format!("{status}")));
        }
        Ok((body, cookies.join("; ")))
    }

    async fn ask(&self, operation: &str, n: usize, due: Instant) -> Sample {
        let late_us = micros(due.elapsed());
        let status = match self.operation(operation, n).send().await {
            Ok(answer) => {
                let status = answer.status().as_u16();
                answer.bytes().await.ok().map(|_| status)
            }
            Err(_) => None,
        };
        Sample {
            late_us,
            time_us: micros(due.elapsed()),
            status,
        }
    }

    fn operation(&self, operation: &str, n: usize) -> RequestBuilder {
        let id = self.product["id"].as_str().unwrap_or_default();
        match operation {
            "get-product" => self.request(Method::GET, &format!("/api/products/{id}")),
            "list-categories" => self.request(Method::GET, "/api/products/categories"),
            "get-me" => self.by_somebody(Method::GET, "/api/me"),
            "list-orders" => self.by_somebody(Method::GET, "/api/me/orders"),
            "place-order" => self
                .by_somebody(Method::POST, "/api/orders")
                .header("idempotency-key", format!("load-{}-{n}", self.target.nonce))
                .json(&json!({
                    "items": [{"product_id": self.product["id"], "quantity": 1}],
                    "expected_total": self.product["price"],
                    "payment_method": "pm_card_visa",
                })),
            _ => self.request(Method::GET, "/api/products"),
        }
    }

    /// The next customer's, in turn.
    fn by_somebody(&self, method: Method, path: &str) -> RequestBuilder {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let cookies = self
            .customers
            .get(turn % self.customers.len().max(1))
            .map_or("", String::as_str);
        self.request(method, path).header(COOKIE, cookies)
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
