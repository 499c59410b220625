//! One trace for an order, from the browser's request to the frame that told it of the end, as the real processes
//! export it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use futures::future::{pending, ready};
use tokio::sync::Notify;
use tokio::time::timeout;
use velure_testkit::http::Call;
use velure_testkit::lambda::Lambda;

use crate::frames::Frames;
use crate::front::Front;
use crate::pods;
use crate::shop::{Shop, SignedIn, order_body, through_the_edge};
use crate::spans::{Receiver, Span, tree};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CLICK: &str = "00f067aa0ba902b7";
const PATIENCE: Duration = Duration::from_secs(60);

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
    let processor = pods::processor(&shop, &vhost, "velure-order-processor", &catalog, 256).await;
    let mut frames = Frames::open(&gateway_url, &buyer).await;

    let order = click(&shop, &buyer).await;
    frames.until("COMPLETED").await;

    for process in [gateway, relay, processor] {
        process.terminate().await;
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redelivery_and_a_retry_are_steps_of_the_same_trace() {
    let receiver = Receiver::start().await;
    let (shop, vhost) = (traced(&receiver).await, pods::vhost().await);
    let buyer = shop.register().await;
    let asked = Arc::new(Notify::new());
    let told = asked.clone();
    // The first hold is never answered, the second refused.
    let front = Front::start(shop.server.url(), move |number| match number {
        1 => {
            told.notify_one();
            Box::pin(pending())
        }
        2 => Box::pin(ready(Some(StatusCode::SERVICE_UNAVAILABLE))),
        _ => Box::pin(ready(None)),
    })
    .await;
    let (gateway, gateway_url) = pods::gateway(&shop).await;
    let relay = pods::relay(&shop, &vhost).await;
    let dying = pods::processor(&shop, &vhost, "dying-processor", &front.url, 256).await;
    let mut frames = Frames::open(&gateway_url, &buyer).await;

    click(&shop, &buyer).await;
    timeout(PATIENCE, asked.notified())
        .await
        .expect("the first hold is asked for");
    // The message is not acknowledged, so that it goes to the other one.
    let processor = pods::processor(&shop, &vhost, "velure-order-processor", &front.url, 256).await;
    drop(dying);
    frames.until("COMPLETED").await;

    for process in [gateway, relay, processor] {
        process.terminate().await;
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
