//! Orders are placed once for each intent, at the prices of the catalog, and by their buyer alone.

use futures::future::join_all;
use serde_json::{Value, json};
use velure_testkit::http::{Answer, Call};

use crate::shop::{Shop, SignedIn, order_body};

fn place(buyer: &SignedIn, key: &str, body: &Value) -> Call {
    buyer
        .call("POST", "/api/orders")
        .header("idempotency-key", key)
        .json(body)
}

async fn placed(shop: &Shop, buyer: &SignedIn, key: &str, body: &Value) -> Answer {
    let answer = shop.ask(&place(buyer, key, body)).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_has_the_prices_of_the_catalog_and_is_found_again() {
    let shop = Shop::open(6, &[]).await;
    let buyer = shop.register().await;
    let products = shop.products().await;
    let price = |index: usize| {
        products[index]["price"]["amount_minor"]
            .as_i64()
            .expect("a price")
    };
    let (first, second) = (&products[0]["id"], &products[1]["id"]);
    let body = json!({
        "items": [
            {"product_id": second, "quantity": 1},
            {"product_id": first, "quantity": 2},
            {"product_id": second, "quantity": 3},
        ],
        "expected_total": {"amount_minor": 2 * price(0) + 4 * price(1), "currency": "USD"},
        "payment_method": "pm_card_visa",
    });

    let answer = placed(&shop, &buyer, "one", &body).await;

    let order = answer.json();
    assert_eq!(answer.header("idempotent-replayed"), None);
    let path = answer
        .header("location")
        .expect("where the order is")
        .to_owned();
    assert_eq!(
        path,
        format!("/api/me/orders/{}", order["id"].as_str().expect("an id"))
    );
    assert_eq!(
        (&order["status"], &order["version"], &order["failure"]),
        (&json!("CREATED"), &json!(1), &Value::Null)
    );
    assert_eq!(order["total"], body["expected_total"]);
    let mut lines = order["items"].as_array().expect("lines").clone();
    lines.sort_by_key(|line| line["product_id"] != *first);
    for (line, (index, quantity)) in lines.iter().zip([(0, 2), (1, 4)]) {
        assert_eq!(line["product_id"], products[index]["id"]);
        assert_eq!(line["name"], products[index]["name"]);
        assert_eq!(line["quantity"], quantity);
        assert_eq!(line["unit_price"], products[index]["price"]);
        assert_eq!(line["line_total"]["amount_minor"], quantity * price(index));
    }
    assert_eq!(lines.len(), 2, "the same product twice is one line");

    let read = shop.ask(&buyer.call("GET", &path)).await;
    assert_eq!((read.status, read.json()), (200, order.clone()));
    let tag = read.header("etag").expect("an order has a tag").to_owned();
    let again = shop
        .ask(&buyer.call("GET", &path).header("if-none-match", &tag))
        .await;
    assert_eq!(
        (again.status, again.body.len(), again.header("etag")),
        (304, 0, Some(tag.as_str()))
    );
    let list = shop.ask(&buyer.call("GET", "/api/me/orders")).await.json();
    assert_eq!(
        (&list["items"], &list["total"]),
        (&json!([order]), &json!(1))
    );
    let stranger = shop.register().await;
    assert_eq!(
        shop.ask(&stranger.call("GET", &path)).await.problem(),
        (404, "not_found".to_owned())
    );
    assert_eq!(
        shop.ask(&stranger.call("GET", "/api/me/orders"))
            .await
            .json()["total"],
        0
    );
    assert_eq!(shop.orders_stored().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_request_gets_the_same_answer_and_another_one_a_conflict() {
    let shop = Shop::open(3, &[]).await;
    let buyer = shop.register().await;
    let products = shop.products().await;
    let body = order_body(&products[0], 2);
    let first = placed(&shop, &buyer, "a-key", &body).await;

    let again = placed(&shop, &buyer, "a-key", &body).await;
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    for other in [order_body(&products[0], 3), order_body(&products[1], 2)] {
        let answer = shop.ask(&place(&buyer, "a-key", &other)).await;
        assert_eq!(answer.problem(), (409, "idempotency_conflict".to_owned()));
    }
    let mut other_card = body.clone();
    other_card["payment_method"] = json!("pm_card_chargeDeclined");
    let answer = shop.ask(&place(&buyer, "a-key", &other_card)).await;
    assert_eq!(answer.problem(), (409, "idempotency_conflict".to_owned()));
    assert_eq!(shop.orders_stored().await, 1);

    let stranger = shop.register().await;
    let theirs = placed(&shop, &stranger, "a-key", &body).await;
    assert_ne!(
        theirs.json()["id"],
        first.json()["id"],
        "a key is its buyer's own"
    );
    assert_eq!(theirs.header("idempotent-replayed"), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_equal_requests_at_once_are_one_order() {
    let shop = Shop::open(1, &[]).await;
    let buyer = shop.register().await;
    let body = order_body(&shop.products().await[0], 1);

    let call = place(&buyer, "impatient", &body);
    let answers = join_all((0..50).map(|_| shop.ask(&call))).await;

    for answer in &answers {
        assert_eq!(
            (answer.status, &answer.body),
            (201, &answers[0].body),
            "{}",
            answer.text()
        );
    }
    let first = answers
        .iter()
        .filter(|answer| answer.header("idempotent-replayed").is_none())
        .count();
    assert_eq!(
        first, 1,
        "one request has placed it, the others have seen it"
    );
    assert_eq!(shop.orders_stored().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_total_that_is_not_the_one_of_now_is_told_and_nothing_is_ordered() {
    let shop = Shop::open(1, &[]).await;
    let (buyer, admin) = (shop.register().await, shop.register_admin().await);
    let product = shop.products().await[0].clone();
    let body = order_body(&product, 2);
    let path = format!("/api/products/{}", product["id"].as_str().expect("an id"));
    let tag = shop
        .ask(&Call::new("GET", &path))
        .await
        .header("etag")
        .expect("a tag")
        .to_owned();
    let mut dearer = product.clone();
    let fields = dearer.as_object_mut().expect("a product is an object");
    fields.retain(|name, _| {
        !matches!(
            name.as_str(),
            "id" | "available" | "created_at" | "updated_at"
        )
    });
    let price = product["price"]["amount_minor"].as_i64().expect("a price") + 100;
    dearer["price"]["amount_minor"] = price.into();
    let changed = shop
        .ask(
            &admin
                .call("PUT", &path)
                .header("if-match", &tag)
                .json(&dearer),
        )
        .await;
    assert_eq!(changed.status, 200, "{}", changed.text());

    let answer = shop.ask(&place(&buyer, "k", &body)).await;

    assert_eq!(answer.problem(), (409, "total_changed".to_owned()));
    let problem = answer.json();
    assert_eq!(problem["expected_total"], body["expected_total"]);
    assert_eq!(
        problem["actual_total"],
        json!({"amount_minor": 2 * price, "currency": "USD"})
    );
    assert_eq!(shop.orders_stored().await, 0);
    let mut agreed = body;
    agreed["expected_total"] = problem["actual_total"].clone();
    let order = placed(&shop, &buyer, "k", &agreed).await.json();
    assert_eq!(order["items"][0]["unit_price"]["amount_minor"], price);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_product_that_is_gone_is_named_and_nothing_is_ordered() {
    let shop = Shop::open(2, &[]).await;
    let (buyer, admin) = (shop.register().await, shop.register_admin().await);
    let products = shop.products().await;
    let gone = products[1]["id"].as_str().expect("an id");
    let mut body = order_body(&products[0], 1);
    body["items"]
        .as_array_mut()
        .expect("lines")
        .push(json!({"product_id": gone, "quantity": 1}));
    let deleted = shop
        .ask(&admin.call("DELETE", format!("/api/products/{gone}")))
        .await;
    assert_eq!(deleted.status, 204, "{}", deleted.text());

    let answer = shop.ask(&place(&buyer, "k", &body)).await;

    assert_eq!(answer.problem(), (422, "product_unavailable".to_owned()));
    let lines = answer.json()["lines"].clone();
    assert_eq!(
        (&lines[0]["product_id"], lines.as_array().map(Vec::len)),
        (&json!(gone), Some(1))
    );
    assert_eq!(shop.orders_stored().await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_orders_without_a_pause_is_asked_to_wait() {
    let shop = Shop::open(1, &[("VELURE_ORDERS_PER_MINUTE", "3")]).await;
    let buyer = shop.register().await;
    let body = order_body(&shop.products().await[0], 1);
    for key in ["1", "2", "3"] {
        placed(&shop, &buyer, key, &body).await;
    }

    let refused = shop.ask(&place(&buyer, "4", &body)).await;

    assert_eq!(refused.problem(), (429, "too_many_requests".to_owned()));
    let wait: u32 = refused
        .header("retry-after")
        .and_then(|wait| wait.parse().ok())
        .expect("a wait in seconds");
    assert!((1..=60).contains(&wait), "{wait}");
    let again = placed(&shop, &buyer, "3", &body).await;
    assert_eq!(
        again.header("idempotent-replayed"),
        Some("true"),
        "what was placed is answered all the same"
    );
    placed(&shop, &shop.register().await, "4", &body).await;
    assert_eq!(shop.orders_stored().await, 4);
}
