//! What the requests are about: people, products and orders that are there before the first one.

use std::rc::Rc;

use serde_json::{Value, json};
use uuid::Uuid;
use velure_testkit::http::Call;
use velure_testkit::keys::TestKeys;

use crate::shop::{PASSWORD, Shop, SignedIn, order_body, signed_in};

/// What one shell is asked about.
#[derive(Clone)]
pub(crate) struct World {
    /// The same for both shells.
    pub(crate) shared: Rc<Shared>,
    /// What a request uses up, so each shell has its own.
    pub(crate) mine: Mine,
}

pub(crate) struct Shared {
    pub(crate) shopper: SignedIn,
    pub(crate) stranger: SignedIn,
    pub(crate) admin: SignedIn,
    /// Has placed as many orders in this minute as anybody may.
    pub(crate) hasty: SignedIn,
    /// Guessed at too often.
    pub(crate) guessed_at: SignedIn,
    /// Access tokens of the shopper, each with one thing wrong.
    pub(crate) bad_tokens: Vec<(&'static str, String)>,
    /// A good token of the shopper for a session that was never opened.
    pub(crate) no_session: String,
    /// For sale, in any quantity.
    pub(crate) product: Value,
    /// There is one of it.
    pub(crate) scarce: Value,
    /// An order of the shopper, its key, and what was asked.
    pub(crate) order: Value,
    pub(crate) order_key: String,
    pub(crate) order_body: Value,
    /// An order of the stranger.
    pub(crate) foreign_order: Value,
    keys: Rc<TestKeys>,
    foreign_keys: TestKeys,
}

#[derive(Clone)]
pub(crate) struct Mine {
    pub(crate) leaving: SignedIn,
    pub(crate) refreshing: SignedIn,
    /// Their refresh token was exchanged long ago.
    pub(crate) robbed: SignedIn,
    pub(crate) changing: SignedIn,
    /// A product to change, and its tag.
    pub(crate) product: Value,
    pub(crate) product_tag: String,
    pub(crate) doomed: Value,
    /// An operation that gave the product two more.
    pub(crate) operation: Uuid,
    /// Orders whose stock is held.
    pub(crate) held: [Uuid; 2],
    /// Orders whose reservation has ended.
    pub(crate) committed: Uuid,
    pub(crate) released: Uuid,
}

impl World {
    /// Everybody in it.
    pub(crate) fn people(&self) -> [&SignedIn; 9] {
        let (shared, mine) = (&self.shared, &self.mine);
        [
            &shared.shopper,
            &shared.stranger,
            &shared.admin,
            &shared.hasty,
            &shared.guessed_at,
            &mine.leaving,
            &mine.refreshing,
            &mine.robbed,
            &mine.changing,
        ]
    }

    /// A token with which one of our processes may call the context `audience`.
    pub(crate) fn service(&self, audience: &str) -> String {
        self.shared.keys.service_token("order-processor", audience)
    }

    /// The same, signed by somebody else under one of our names.
    pub(crate) fn forged_service(&self, audience: &str) -> String {
        self.shared
            .foreign_keys
            .service_token("order-processor", audience)
    }

    /// The same, good until a minute ago.
    pub(crate) fn expired_service(&self, audience: &str) -> String {
        self.shared
            .keys
            .expired_service_token("order-processor", audience)
    }

    /// An order of the shopper's, asked for with a key of its own.
    pub(crate) fn place(&self, body: &Value) -> Call {
        self.shared
            .shopper
            .call("POST", "/api/orders")
            .header("idempotency-key", &Uuid::new_v4().to_string())
            .json(body)
    }

    /// A good order with one value changed: `pointer` names which.
    pub(crate) fn place_with(&self, pointer: &str, value: &Value) -> Call {
        let mut body = order_body(&self.shared.product, 2);
        *body.pointer_mut(pointer).expect("the value is there") = value.clone();
        self.place(&body)
    }

    /// A path of one of the catalog's products.
    pub(crate) fn product_path(product: &Value) -> String {
        format!(
            "/api/products/{}",
            product["id"].as_str().expect("a product has an id")
        )
    }
}

/// A product as an admin describes it.
pub(crate) fn product_body() -> Value {
    json!({
        "sku": Uuid::new_v4().to_string().to_uppercase(), "name": "Rope ladder", "description": "For mice who sail.",
        "category": {"slug": "small-pets", "name": "Small pets"}, "brand": "Velure",
        "price": {"amount_minor": 1290, "currency": "USD"}, "available": 40, "rating": 44,
        "images": [{"url": "/images/rope-ladder.svg", "alt": "A rope ladder"}],
        "attributes": {"length_cm": 40, "washable": true},
    })
}

/// Prepares one world for each shell.
pub(crate) async fn worlds(shop: &Shop) -> [World; 2] {
    let admin = shop.register_admin().await;
    let shopper = shop.register().await;
    let stranger = shop.register().await;
    let session = shop.session_of(&shopper).await;
    let product = create(shop, &admin, 1_000).await;
    let scarce = create(shop, &admin, 1).await;
    let order_key = Uuid::new_v4().to_string();
    let order_body = order_body(&product, 2);
    let order = place(shop, &shopper, &order_key, &order_body).await;
    let foreign_order = place(shop, &stranger, &order_key, &order_body).await;
    let shared = Shared {
        hasty: hasty(shop).await,
        guessed_at: guessed_at(shop).await,
        bad_tokens: shop.keys.bad_access_tokens(shopper.id, session),
        no_session: shop.keys.access_token(shopper.id, Uuid::new_v4()),
        shopper,
        stranger,
        product,
        scarce,
        order,
        order_key,
        order_body,
        foreign_order,
        keys: Rc::clone(&shop.keys),
        foreign_keys: TestKeys::generate(),
        admin: admin.clone(),
    };
    let shared = Rc::new(shared);
    let one = World {
        shared: Rc::clone(&shared),
        mine: mine(shop, &admin).await,
    };
    let other = World {
        mine: mine(shop, &admin).await,
        shared,
    };
    [one, other]
}

async fn mine(shop: &Shop, admin: &SignedIn) -> Mine {
    let product = create(shop, admin, 50).await;
    let operation = Uuid::new_v4();
    let path = format!("{}/inventory", World::product_path(&product));
    let body = json!({"delta": 2, "operation_id": operation});
    let answer = shop.ask(&admin.call("PATCH", path).json(&body)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let reservations: [Uuid; 4] = std::array::from_fn(|_| Uuid::now_v7());
    let [first, second, committed, released] = reservations;
    for order in reservations {
        hold(shop, order, &product).await;
    }
    for (order, end) in [(committed, "commit"), (released, "release")] {
        let path = format!("/internal/reservations/{order}/{end}");
        let answer = shop
            .ask(
                &Call::new("POST", path)
                    .bearer(&shop.keys.service_token("order-processor", "catalog")),
            )
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let read = shop
        .ask(&Call::new("GET", World::product_path(&product)))
        .await;
    Mine {
        leaving: shop.register().await,
        refreshing: shop.register().await,
        robbed: robbed(shop).await,
        changing: shop.register().await,
        product_tag: read.header("etag").expect("a product has a tag").to_owned(),
        product,
        doomed: create(shop, admin, 1).await,
        operation,
        held: [first, second],
        committed,
        released,
    }
}

async fn create(shop: &Shop, admin: &SignedIn, available: u32) -> Value {
    let mut body = product_body();
    body["available"] = available.into();
    let answer = shop
        .ask(&admin.call("POST", "/api/products").json(&body))
        .await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

async fn place(shop: &Shop, buyer: &SignedIn, key: &str, body: &Value) -> Value {
    let call = buyer
        .call("POST", "/api/orders")
        .header("idempotency-key", key)
        .json(body);
    let answer = shop.ask(&call).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

async fn hold(shop: &Shop, order: Uuid, product: &Value) {
    let body = json!({"items": [{"product_id": product["id"], "quantity": 1}]});
    let token = shop.keys.service_token("order-processor", "catalog");
    let call = Call::new("PUT", format!("/internal/reservations/{order}"))
        .bearer(&token)
        .json(&body);
    let answer = shop.ask(&call).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

async fn hasty(shop: &Shop) -> SignedIn {
    let hasty = shop.register().await;
    let orders = shop.stack.pool("orders").await;
    // A minute that began in the future lasts longer than this test.
    sqlx::query(
        "insert into orders.buyers (buyer_id, window_started, orders_in_window)
         values ($1, now() + interval '1 hour', 1000)",
    )
    .bind(hasty.id)
    .execute(&orders)
    .await
    .expect("a buyer can be stored");
    hasty
}

async fn guessed_at(shop: &Shop) -> SignedIn {
    let victim = shop.register().await;
    let guess = json!({"email": victim.email, "password": "not the password"});
    for _ in 0..5 {
        let answer = shop
            .ask(&Call::new("POST", "/api/sessions").json(&guess))
            .await;
        assert_eq!(answer.problem(), (401, "invalid_credentials".to_owned()));
    }
    victim
}

/// Somebody whose refresh token was exchanged by somebody else, longer ago than a browser may ask twice.
async fn robbed(shop: &Shop) -> SignedIn {
    let robbed = shop.register().await;
    let call =
        Call::new("POST", "/api/sessions/refresh").cookie("__Host-velure_rt", &robbed.refresh);
    let thief = shop.ask(&call).await;
    assert_eq!(signed_in(&thief).id, robbed.id);
    let auth = shop.stack.pool("auth").await;
    sqlx::query(
        "update auth.refresh_tokens t set used_at = t.used_at - interval '1 hour'
         from auth.sessions s where s.session_id = t.session_id and s.user_id = $1 and t.used_at is not null",
    )
    .bind(robbed.id)
    .execute(&auth)
    .await
    .expect("a token can be dated back");
    robbed
}

/// What somebody types to sign in.
pub(crate) fn credentials(user: &SignedIn) -> Value {
    json!({"email": user.email, "password": PASSWORD})
}
