//! Whatever people send, and wherever they put it by mistake or on purpose: none of it is in a log line, a span or a
//! metric of any process.

use serde_json::{Value, json};
use uuid::Uuid;
use velure_http::routes;
use velure_testkit::Vhost;
use velure_testkit::http::Call;

use crate::canaries::Canaries;
use crate::frames::Frames;
use crate::pods;
use crate::shop::{Shop, SignedIn, order_body, signed_in};
use crate::spans::Receiver;

/// What a shopper types that nobody else does.
struct Typed {
    name: String,
    email: String,
    password: String,
    card: String,
    payment_method: String,
}

impl Typed {
    fn new() -> Self {
        let unique = || Uuid::new_v4().simple().to_string();
        let digits = Uuid::new_v4().as_u128() % 1_000_000_000_000;
        Self {
            name: format!("Ann {}", unique()),
            email: format!("{}@shop.test", unique()),
            password: format!("open sesame {}", unique()),
            card: format!("4242{digits:012}"),
            payment_method: format!("pm_{}", unique()),
        }
    }

    fn canaries(&self) -> Canaries {
        let mut canaries = Canaries::default();
        canaries.add("a name", &self.name[4..]);
        canaries.add("an e-mail address", &self.email[..32]);
        canaries.add("a password", &self.password[12..]);
        canaries.add("a card number", &self.card);
        canaries.add("a payment token", &self.payment_method[3..]);
        canaries
    }

    fn all(&self) -> [&str; 4] {
        [
            &self.email,
            &self.password,
            &self.card,
            &self.payment_method,
        ]
    }
}

/// Registers, with everything that can be typed wrongly before.
async fn register(shop: &Shop, typed: &Typed) -> SignedIn {
    let body = json!({"name": typed.name, "email": typed.email, "password": typed.password});
    let with = |field: &str, value: Value| {
        let mut body = body.clone();
        body[field] = value;
        Call::new("POST", "/api/users").json(&body)
    };
    let refused = [
        with("password", json!(typed.password.repeat(9))),
        with("password", json!([typed.password])),
        with("email", json!(typed.password)),
        with("name", json!(typed.card.repeat(20))),
        with("card", json!(typed.card)),
    ];
    for call in refused {
        let answer = shop.ask(&call).await;
        assert!((400..500).contains(&answer.status), "{}", answer.text());
    }
    let answer = shop.ask(&Call::new("POST", "/api/users").json(&body)).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let again = shop.ask(&Call::new("POST", "/api/users").json(&body)).await;
    assert_eq!(again.status, 409, "{}", again.text());
    let mistyped = json!({"email": typed.email, "password": typed.card});
    let guess = shop
        .ask(&Call::new("POST", "/api/sessions").json(&mistyped))
        .await;
    assert_eq!(guess.status, 401, "{}", guess.text());
    signed_in(&answer)
}

/// An order paid with the token, followed to its end.
async fn pay(shop: &Shop, gateway: &str, buyer: &SignedIn, typed: &Typed) {
    let mut frames = Frames::open(gateway, buyer).await;
    let mut body = order_body(&shop.products().await[0], 1);
    body["payment_method"] = json!(typed.payment_method);
    let place = |key: &str, body: &Value| {
        buyer
            .call("POST", "/api/orders")
            .header("idempotency-key", key)
            .json(body)
    };
    let answer = shop
        .ask(&place(&typed.password.replace(' ', "-"), &body))
        .await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let order = answer.json()["id"].as_str().expect("an id").to_owned();
    frames.until_final(&order).await;
    body["payment_method"] = json!(typed.card);
    let refused = shop.ask(&place("another", &body)).await;
    assert!((400..500).contains(&refused.status), "{}", refused.text());
}

/// Requests to `path` that carry `canary` where it does not belong.
fn misplaced(method: &str, path: &str, canary: &str) -> Vec<Call> {
    let plain = canary.replace(' ', "-");
    let at = path.replace("{id}", &plain).replace("{order_id}", &plain);
    let call = || Call::new(method, at.clone());
    let mut calls = vec![
        call().to(format!("{at}?token={plain}&page={plain}")),
        call().to(format!("{at}/{plain}")),
        call()
            .bearer(&plain)
            .cookie("__Host-velure_at", &plain)
            .cookie("__Host-velure_rt", &plain),
        call()
            .header("idempotency-key", canary)
            .header("if-match", canary)
            .header("if-none-match", canary)
            .header("last-event-id", canary)
            .header("origin", canary)
            .header("sec-fetch-site", canary)
            .header("traceparent", canary)
            .header("x-forwarded-for", canary)
            .header("x-request-id", canary)
            .header("user-agent", canary)
            .header("accept", canary),
    ];
    if method != "GET" {
        let bodies = [
            json!({plain.clone(): 1}),
            json!({"items": canary, "email": [canary], "password": {"it": canary}}),
            json!(canary),
        ];
        calls.extend(bodies.iter().map(|body| call().json(body)));
        calls.push(call().body(
            "application/json",
            format!("{{\"email\": \"{canary}").into_bytes(),
        ));
        calls.push(call().body(&format!("text/{plain}"), canary.as_bytes().to_vec()));
    }
    calls
}

/// A request with a method that nobody has heard of.
fn unheard_of(path: &str, canary: &str) -> Call {
    let method: String = canary.chars().filter(char::is_ascii_alphanumeric).collect();
    Call::new(&method, path)
}

/// Messages that nobody can handle, each with a canary in another place.
async fn undeliverable(vhost: &Vhost, canary: &str) -> usize {
    let id = Uuid::new_v4();
    let good = json!({"id": id, "type": "order.created", "schema_version": 1, "order_id": id, "version": 1,
        "occurred_at": "2026-01-02T03:04:05Z", "data": {}});
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body.to_string()
    };
    let bodies = [
        canary.to_owned(),
        format!("{{\"id\": \"{canary}"),
        with("id", json!(canary)),
        with("type", json!(canary)),
        with("schema_version", json!(canary)),
        with("version", json!(canary)),
        with("occurred_at", json!(canary)),
        with("data", json!({"payment_method": canary})),
        with("data", json!({canary: {"failure": canary}})),
        with(
            "data",
            json!({"failure": {"code": canary, "message": canary}}),
        ),
        with("schema_version", json!(canary.parse::<u64>().unwrap_or(7))),
    ];
    for key in ["order.created", "order.failed"] {
        for body in &bodies {
            let body = if key == "order.failed" {
                body.replace("order.created", key)
            } else {
                body.clone()
            };
            let properties = json!({"message_id": Uuid::new_v4(), "headers": {"traceparent": canary, "x-order-id": canary}});
            assert!(vhost.publish("orders", key, properties, &body).await);
        }
    }
    bodies.len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_a_shopper_sends_is_in_a_line_a_span_or_a_metric() {
    let receiver = Receiver::start().await;
    let loud = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url.as_str()),
        ("VELURE_LOG", "debug"),
    ];
    let (shop, vhost) = (Shop::open(1, &loud).await, pods::vhost().await);
    let (gateway, gateway_url) = pods::gateway(&shop).await;
    let relay = pods::relay(&shop, &vhost).await;
    let catalog = shop.server.url();
    let processor = pods::processor(&shop, &vhost, "velure-order-processor", &catalog, 256).await;
    let typed = Typed::new();
    let mut canaries = typed.canaries();

    let buyer = register(&shop, &typed).await;
    canaries.user(&buyer);
    pay(&shop, &gateway_url, &buyer, &typed).await;
    for canary in typed
        .all()
        .into_iter()
        .chain([buyer.access.as_str(), &buyer.refresh])
    {
        for route in routes() {
            for call in misplaced(&route.method, &route.path, canary) {
                let answer = shop.ask(&call).await;
                assert_ne!(answer.status, 500, "{}", answer.text());
            }
            shop.ask(&unheard_of(&route.path, canary)).await;
        }
        for path in ["/api/me/orders/events", "/api/me/orders/{id}/events"] {
            for call in misplaced("GET", path, canary) {
                let answer = call.send(&gateway_url).await.expect("an answer");
                assert_ne!(answer.status, 500, "{}", answer.text());
            }
            let answer = unheard_of(path, canary).send(&gateway_url).await;
            answer.expect("an answer");
        }
        let sent = undeliverable(&vhost, canary).await;
        for queue in [
            "process-order-queue.dlq",
            "publish-order-status-updates.dlq",
        ] {
            let letters = vhost.take_until(queue, sent).await;
            let reasons = letters
                .iter()
                .map(|letter| letter["properties"]["headers"]["x-velure-reason"].to_string());
            let found: Vec<String> = reasons
                .flat_map(|reason| canaries.in_text(queue, &reason))
                .collect();
            assert_eq!(found, Vec::<String>::new());
        }
    }

    let mut found = Vec::new();
    for admin in [
        shop.server.admin(),
        relay.admin.clone(),
        processor.admin.clone(),
        gateway.admin.clone(),
    ] {
        let scraped = Call::new("GET", "/metrics")
            .send(&admin)
            .await
            .expect("it is scraped");
        found.extend(canaries.in_text("metrics", &scraped.text()));
    }
    for pod in [gateway, relay, processor] {
        pod.terminate().await;
    }
    let logs = shop.stack.logs().to_owned();
    shop.server.terminate().await.expect("an orderly end");
    found.extend(canaries.in_logs(&logs));
    found.extend(canaries.in_text("spans", &receiver.everything().await));
    assert!(
        found.is_empty(),
        "{} lines:\n{}",
        found.len(),
        found.join("\n")
    );
}
