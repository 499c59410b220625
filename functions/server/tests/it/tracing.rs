//! One trace for an order, from the browser's request to the frame that told it of the end, as the real processes
//! export it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures::future::pending;
use serde_json::Value;
use tokio::sync::{Mutex, Notify};
use tokio::task::JoinSet;
use tokio::time::timeout;
use velure_testkit::http::Call;
use velure_testkit::lambda::Lambda;

use crate::pods;
use crate::shop::{Shop, SignedIn, order_body, through_the_edge};
use crate::spans::{Receiver, Span, tree};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CLICK: &str = "00f067aa0ba902b7";
const PATIENCE: Duration = Duration::from_secs(60);

/// The frames of a stream of all of a buyer's orders.
struct Frames {
    answer: reqwest::Response,
    text: String,
}

impl Frames {
    async fn open(gateway: &str, buyer: &SignedIn) -> Self {
        let client = reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client");
        let answer = client
            .get(format!("{gateway}/api/me/orders/events"))
            .header("cookie", format!("__Host-velure_at={}", buyer.access))
            .send()
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 200);
        let mut frames = Self {
            answer,
            text: String::new(),
        };
        frames.until("retry: ").await;
        frames
    }

    /// Reads on until this is among what was sent.
    async fn until(&mut self, what: &str) {
        let reading = async {
            while !self.text.contains(what) {
                let chunk = self.answer.chunk().await.expect("the stream goes on");
                let chunk = chunk.expect("the stream has not ended");
                self.text.push_str(&String::from_utf8_lossy(&chunk));
            }
        };
        assert!(
            timeout(PATIENCE, reading).await.is_ok(),
            "no {what} in {}",
            self.text
        );
    }

    /// The data of the status frames, in their order.
    fn statuses(&self) -> Vec<Value> {
        self.text
            .lines()
            .filter_map(|line| line.strip_prefix("data: "))
            .map(|data| serde_json::from_str::<Value>(data).expect("JSON"))
            .filter(|data| data.get("status").is_some())
            .collect()
    }
}

/// Places an order as a browser does that began a trace, and says which order it is.
async fn click(shop: &Shop, buyer: &SignedIn) -> String {
    let body = order_body(&shop.products().await[0], 1);
    let call = buyer
        .call("POST", "/api/orders")
        .header("idempotency-key", "the-click")
        .header("traceparent", &format!("00-{TRACE}-{CLICK}-01"))
        .json(&body);
    let answer = shop.ask(&call).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["id"].as_str().expect("an id").to_owned()
}

async fn traced(receiver: &Receiver) -> Shop {
    Shop::open(1, &[("OTEL_EXPORTER_OTLP_ENDPOINT", &receiver.url)]).await
}

/// Placing an order, and under its message what is given.
fn placed(fulfilment: &str) -> String {
    format!(
        "\
server server POST /api/orders
  relay producer publish status hint
    sse-gateway consumer tell status
  relay producer send order.created
{}  server client POST /internal/quotes
    server server POST /internal/quotes
",
        indented(fulfilment, 2)
    )
}

const AFTER_HOLD: &str = "\
relay producer send order.processing
  relay consumer process order.processing
    relay producer publish status hint
      sse-gateway consumer tell status
";

const COMMIT: &str = "\
order-processor internal commit stock
  order-processor client POST /internal/reservations/{order_id}/commit
    server server POST /internal/reservations/{order_id}/commit
  relay producer send order.completed
    relay consumer process order.completed
      relay producer publish status hint
        sse-gateway consumer tell status
";

const HOLD: &str = "\
order-processor client PUT /internal/reservations/{order_id}
  server server PUT /internal/reservations/{order_id}
";

/// Lines, `depth` steps further in.
fn indented(text: &str, depth: usize) -> String {
    text.lines()
        .map(|line| format!("{}{line}\n", "  ".repeat(depth)))
        .collect()
}

/// What a try does that succeeds in everything.
fn fulfilled(depth: usize) -> String {
    let reserve = format!(
        "order-processor internal reserve stock\n{}{}",
        indented(HOLD, 1),
        indented(AFTER_HOLD, 1)
    );
    let charge = "order-processor client charge payment\n";
    indented(&format!("{charge}{COMMIT}{reserve}"), depth)
}

fn assert_tree(spans: &[Span], expected: &str) {
    let drawn = tree(spans, CLICK).join("\n");
    assert_eq!(drawn.trim_end(), expected.trim_end(), "\n{drawn}\n");
}

/// Every frame names the step that told of it.
fn assert_frames(frames: &Frames, spans: &[Span]) {
    let statuses = frames.statuses();
    let told: Vec<&str> = statuses
        .iter()
        .map(|frame| frame["status"].as_str().expect("a status"))
        .collect();
    assert_eq!(told, ["CREATED", "PROCESSING", "COMPLETED"]);
    for frame in &statuses {
        let carried = frame["traceparent"].as_str().expect("a traceparent");
        let step = spans.iter().find(|span| {
            span.name == "tell status"
                && Some(span.attributes["order.status"].as_str()) == frame["status"].as_str()
        });
        let step = &step.expect("it was told").id;
        assert_eq!(carried, format!("00-{TRACE}-{step}-01"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_one_trace_from_the_click_to_the_frames() {
    let receiver = Receiver::start().await;
    let (shop, vhost) = (traced(&receiver).await, pods::vhost().await);
    let buyer = shop.register().await;
    let (gateway, gateway_url) = pods::gateway(&shop).await;
    let relay = pods::relay(&shop, &vhost).await;
    let catalog = shop.server.url();
    let processor = pods::processor(&shop, &vhost, "velure-order-processor", &catalog).await;
    let mut frames = Frames::open(&gateway_url, &buyer).await;

    let order = click(&shop, &buyer).await;
    frames.until("COMPLETED").await;

    for process in [gateway, relay, processor] {
        process.terminate().await.expect("an orderly end");
    }
    shop.server.terminate().await.expect("an orderly end");
    let spans = receiver.trace(TRACE).await;
    let fulfilment = format!(
        "order-processor consumer process order.created\n{}",
        fulfilled(1)
    );
    assert_tree(&spans, &placed(&fulfilment));
    assert_frames(&frames, &spans);
    let named = spans
        .iter()
        .filter_map(|span| span.attributes.get("order.id"));
    assert!(named.clone().count() > 10 && named.clone().all(|id| *id == order));
    // Beside the tree, nothing of the buyer.
    let text = format!("{spans:?}");
    assert!(!text.contains(&buyer.email) && !text.contains(&buyer.access));
}

/// In front of the catalog: the first hold is never answered, the second refused, and everything else passed on.
#[derive(Clone)]
struct Unreliable {
    catalog: String,
    holds: Arc<Mutex<u32>>,
    asked: Arc<Notify>,
    client: reqwest::Client,
}

async fn unreliable(State(state): State<Unreliable>, request: Request) -> Response {
    if request.method() == "PUT" {
        let mut holds = state.holds.lock().await;
        *holds += 1;
        let count = *holds;
        drop(holds);
        match count {
            1 => {
                state.asked.notify_one();
                return pending().await;
            }
            2 => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
            _ => {}
        }
    }
    let (parts, body) = request.into_parts();
    let body: Bytes = to_bytes(body, 1 << 20).await.expect("a body");
    let passed_on = state
        .client
        .request(parts.method, format!("{}{}", state.catalog, parts.uri))
        .headers(parts.headers)
        .body(body)
        .send()
        .await
        .expect("the catalog answers");
    let (status, headers) = (passed_on.status(), passed_on.headers().clone());
    let body = passed_on.bytes().await.expect("a body");
    (status, headers, body).into_response()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redelivery_and_a_retry_are_steps_of_the_same_trace() {
    let receiver = Receiver::start().await;
    let (shop, vhost) = (traced(&receiver).await, pods::vhost().await);
    let buyer = shop.register().await;
    let state = Unreliable {
        catalog: shop.server.url(),
        holds: Arc::default(),
        asked: Arc::default(),
        client: reqwest::Client::builder()
            .no_proxy()
            .build()
            .expect("a client"),
    };
    let asked = state.asked.clone();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a port");
    let catalog = format!("http://{}", listener.local_addr().expect("an address"));
    let mut tasks = JoinSet::new();
    let router = Router::new().fallback(unreliable).with_state(state);
    tasks.spawn(async move { axum::serve(listener, router).await });
    let (gateway, gateway_url) = pods::gateway(&shop).await;
    let relay = pods::relay(&shop, &vhost).await;
    let dying = pods::processor(&shop, &vhost, "dying-processor", &catalog).await;
    let mut frames = Frames::open(&gateway_url, &buyer).await;

    click(&shop, &buyer).await;
    timeout(PATIENCE, asked.notified())
        .await
        .expect("the first hold is asked for");
    // The message is not acknowledged, so that it goes to the other one.
    let processor = pods::processor(&shop, &vhost, "velure-order-processor", &catalog).await;
    drop(dying);
    frames.until("COMPLETED").await;

    for process in [gateway, relay, processor] {
        process.terminate().await.expect("an orderly end");
    }
    shop.server.terminate().await.expect("an orderly end");
    let spans = receiver.trace(TRACE).await;
    let fulfilment = format!(
        "\
order-processor consumer process order.created
order-processor internal resume order
  order-processor internal reserve stock [retry]
    order-processor client PUT /internal/reservations/{{order_id}} [503]
order-processor internal resume order
{}",
        fulfilled(1)
    );
    assert_tree(&spans, &placed(&fulfilment));
    assert_frames(&frames, &spans);
    let delivery = spans
        .iter()
        .find(|span| span.name == "process order.created")
        .expect("the redelivery");
    assert_eq!(delivery.attributes["delivery.outcome"], "waiting");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_function_sends_its_spans_while_it_still_has_a_machine() {
    let receiver = Receiver::start().await;
    let shop = Shop::open(1, &[]).await;
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut lambda = Lambda::start(&workspace, shop.stack.logs())
        .await
        .expect("the emulator starts");
    let mut variables = shop.variables.clone();
    variables.insert(
        "OTEL_EXPORTER_OTLP_ENDPOINT".to_owned(),
        receiver.url.clone(),
    );
    lambda
        .function("list-products", 512, &variables, shop.stack.logs())
        .expect("the function starts");

    let call =
        Call::new("GET", "/api/products").header("traceparent", &format!("00-{TRACE}-{CLICK}-01"));
    let answer = through_the_edge(&call).send(&lambda.url()).await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.status, 200, "{}", answer.text());

    let spans = receiver.first_of(TRACE).await;
    let drawn = tree(&spans, CLICK);
    assert_eq!(drawn, ["list-products server GET /api/products"]);
    assert_eq!(spans[0].attributes["http.response.status_code"], "200");
}
