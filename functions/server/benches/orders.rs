//! From an accepted order to its final status in the buyer's stream, against a running shop.
//!
//! Needs `VELURE_BENCH_URL` (the origin), `VELURE_BENCH_ADMIN_EMAIL` and `VELURE_BENCH_ADMIN_PASSWORD` (to fill the
//! stock), a shop whose payments take no time, and `VELURE_ORDERS_PER_MINUTE` of at least 60. Orders arrive on a fixed
//! schedule, whatever the shop does, and each is timed from the moment its 201 has arrived.

#![expect(clippy::print_stdout, reason = "a measurement prints its figures")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use tokio::task::JoinSet;
use uuid::Uuid;
use velure_config::Env;

const PER_SECOND: u32 = 20;
const ORDERS: u32 = 600;
const WARM_UP: u32 = 60;
/// Each buyer places ten orders in all, far below what one may place in a minute.
const BUYERS: u32 = 66;
const P50: Duration = Duration::from_millis(60);
const P99: Duration = Duration::from_millis(250);
const PATIENCE: Duration = Duration::from_secs(30);

fn main() -> anyhow::Result<()> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(run())
}

#[derive(Clone)]
struct Shop {
    client: Client,
    url: Arc<str>,
}

async fn run() -> anyhow::Result<()> {
    let env = Env::process();
    let variable = |name: &str| {
        env.get(name)
            .map(str::to_owned)
            .with_context(|| format!("{name} is not set"))
    };
    let shop = Shop {
        client: Client::builder().no_proxy().build()?,
        url: variable("VELURE_BENCH_URL")?.into(),
    };
    let admin = json!({ "email": variable("VELURE_BENCH_ADMIN_EMAIL")?, "password": variable("VELURE_BENCH_ADMIN_PASSWORD")? });
    let admin = cookies(&shop.post("/api/sessions", "", &admin).await?);
    let product = shop.stocked_product(&admin).await?;
    let mut buyers = Vec::new();
    for _ in 0..BUYERS {
        let body = json!({ "name": "Bench", "email": format!("bench-{}@velure.example", Uuid::now_v7()), "password": format!("bench-{}", Uuid::new_v4()) });
        buyers.push(cookies(&shop.post("/api/users", "", &body).await?));
    }
    let started = Instant::now();
    let mut orders = JoinSet::new();
    for n in 0..WARM_UP + ORDERS {
        let due = started + Duration::from_secs(1) * n / PER_SECOND;
        tokio::time::sleep_until(due.into()).await;
        let (shop, product) = (shop.clone(), product.clone());
        let buyer = buyers[usize::try_from(n % BUYERS)?].clone();
        orders.spawn(async move { anyhow::Ok((n, shop.order_and_watch(&buyer, &product).await?)) });
    }
    let mut times = Vec::new();
    while let Some(ended) = orders.join_next().await {
        let (n, time) = ended??;
        if n >= WARM_UP {
            times.push(time);
        }
    }
    times.sort();
    let at = |per_mille: usize| times[(times.len() * per_mille / 1000).min(times.len() - 1)];
    let (p50, p99) = (at(500), at(990));
    println!(
        "order accepted to final status in the stream, {PER_SECOND}/s, {} orders | p50 {:.1} ms | p99 {:.1} ms | max {:.1} ms | target p50 <= {} ms, p99 <= {} ms {}",
        times.len(),
        p50.as_secs_f64() * 1e3,
        p99.as_secs_f64() * 1e3,
        at(1000).as_secs_f64() * 1e3,
        P50.as_millis(),
        P99.as_millis(),
        if p50 <= P50 && p99 <= P99 {
            "met"
        } else {
            "MISSED"
        },
    );
    Ok(())
}

impl Shop {
    async fn post(&self, path: &str, cookies: &str, body: &Value) -> anyhow::Result<Response> {
        let request = self
            .client
            .post(format!("{}{path}", self.url))
            .header("x-velure-csrf", "1")
            .header(COOKIE, cookies);
        let answer = request
            .header("idempotency-key", Uuid::now_v7().to_string())
            .json(body)
            .timeout(PATIENCE)
            .send()
            .await?;
        ensure!(
            answer.status().is_success(),
            "POST {path} answered {}: {}",
            answer.status(),
            answer.text().await?
        );
        Ok(answer)
    }

    /// Some product, with enough stock for the run.
    async fn stocked_product(&self, admin: &str) -> anyhow::Result<Value> {
        let page: Value = self
            .client
            .get(format!("{}/api/products?page_size=1", self.url))
            .send()
            .await?
            .json()
            .await?;
        let product = page["items"][0].clone();
        let id = product["id"]
            .as_str()
            .context("the catalogue has a product")?;
        let body = json!({ "delta": WARM_UP + ORDERS, "operation_id": Uuid::now_v7() });
        let request = self
            .client
            .patch(format!("{}/api/products/{id}/inventory", self.url))
            .header("x-velure-csrf", "1");
        let answer = request.header(COOKIE, admin).json(&body).send().await?;
        ensure!(
            answer.status().is_success(),
            "the stock cannot be filled: {}",
            answer.status()
        );
        Ok(product)
    }

    /// The time from the order's 201 to the frame with its final status.
    async fn order_and_watch(&self, buyer: &str, product: &Value) -> anyhow::Result<Duration> {
        let body = json!({
            "items": [{ "product_id": product["id"], "quantity": 1 }],
            "expected_total": product["price"],
            "payment_method": "pm_card_visa"
        });
        let order: Value = self.post("/api/orders", buyer, &body).await?.json().await?;
        let accepted = Instant::now();
        let path = format!(
            "{}/api/me/orders/{}/events",
            self.url,
            order["id"].as_str().unwrap_or_default()
        );
        let watch = async {
            let mut stream = self.client.get(path).header(COOKIE, buyer).send().await?;
            ensure!(
                stream.status() == 200,
                "the stream answered {}",
                stream.status()
            );
            let mut seen = Vec::new();
            while let Some(bytes) = stream.chunk().await? {
                seen.extend_from_slice(&bytes);
                let text = String::from_utf8_lossy(&seen);
                ensure!(
                    !text.contains(r#""status":"FAILED""#),
                    "an order failed: {text}"
                );
                if text.contains(r#""status":"COMPLETED""#) {
                    return Ok(accepted.elapsed());
                }
            }
            anyhow::bail!("the stream ended without a final status")
        };
        tokio::time::timeout(PATIENCE, watch)
            .await
            .context("no final status in time")?
    }
}

fn cookies(answer: &Response) -> String {
    let pairs = answer
        .headers()
        .get_all(SET_COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok()?.split(';').next());
    pairs.collect::<Vec<_>>().join("; ")
}
