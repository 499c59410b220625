//! A shop of its own for one test: databases, products, keys, and the server as a process.

use std::path::Path;
use std::rc::Rc;

use serde_json::{Value, json};
use uuid::Uuid;
use velure_config::{Env, Reader};
use velure_mongo::{CatalogStore, MongoConfig};
use velure_testkit::http::{Answer, Call};
use velure_testkit::keys::TestKeys;
use velure_testkit::stack::{Server, Stack, Variables};

/// The password of everybody who is registered here.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// What the edge adds to each request where the shop has one.
pub(crate) const ORIGIN_SECRET: &str = "r7Yt0qLw2cXz8vNb4mKs6dHf";

/// A request as the edge passes it on.
pub(crate) fn through_the_edge(call: &Call) -> Call {
    call.clone().header("x-velure-origin", ORIGIN_SECRET)
}

/// What runs.
pub(crate) struct Shop {
    pub(crate) stack: Stack,
    pub(crate) keys: Rc<TestKeys>,
    /// What the server was told, and the functions are told.
    pub(crate) variables: Variables,
    pub(crate) server: Server,
}

/// Somebody with a session.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn {
    pub(crate) id: Uuid,
    pub(crate) email: String,
    pub(crate) access: String,
    pub(crate) refresh: String,
}

impl SignedIn {
    /// A request of theirs.
    pub(crate) fn call(&self, method: &str, target: impl Into<String>) -> Call {
        Call::new(method, target).cookie("__Host-velure_at", &self.access)
    }
}

impl Shop {
    /// Opens a shop with `products` of the catalogue's products, and these variables over the usual ones.
    pub(crate) async fn open(products: usize, changes: &[(&str, &str)]) -> Self {
        let stack = Stack::prepare(&velure_postgres::AUTH, &velure_postgres::ORDERS).await;
        seed(&stack, products).await;
        let keys = Rc::new(TestKeys::generate());
        let mut variables = stack.stores();
        variables.extend(keys.variables("orders"));
        variables.insert(
            "VELURE_ALLOWED_ORIGINS".to_owned(),
            "https://shop.test".to_owned(),
        );
        variables.insert("VELURE_DATABASE_CONNECTIONS".to_owned(), "8".to_owned());
        variables.extend(
            changes
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let program = Path::new(env!("CARGO_BIN_EXE_velure-server"));
        let server = stack
            .server(program, &variables)
            .await
            .expect("the server comes up");
        Self {
            stack,
            keys,
            variables,
            server,
        }
    }

    /// What the server answers.
    pub(crate) async fn ask(&self, call: &Call) -> Answer {
        through_the_edge(call)
            .send(&self.server.url())
            .await
            .expect("the server answers")
    }

    /// A new shopper with a session.
    pub(crate) async fn register(&self) -> SignedIn {
        let email = format!("{}@shop.test", Uuid::new_v4());
        let body = json!({"name": "Robin", "email": email, "password": PASSWORD});
        let answer = self.ask(&Call::new("POST", "/api/users").json(&body)).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        signed_in(&answer)
    }

    /// A new admin with a session.
    pub(crate) async fn register_admin(&self) -> SignedIn {
        let admin = self.register().await;
        let auth = self.stack.pool("auth").await;
        sqlx::query("update auth.users set role = 'admin' where user_id = $1")
            .bind(admin.id)
            .execute(&auth)
            .await
            .expect("a role can be given");
        admin
    }

    /// The session of an access token.
    pub(crate) async fn session_of(&self, user: &SignedIn) -> Uuid {
        let auth = self.stack.pool("auth").await;
        sqlx::query_scalar("select session_id from auth.sessions where user_id = $1")
            .bind(user.id)
            .fetch_one(&auth)
            .await
            .expect("the session is stored")
    }

    /// The products, cheapest first, as the API shows them.
    pub(crate) async fn products(&self) -> Vec<Value> {
        let answer = self
            .ask(&Call::new("GET", "/api/products?sort=price&page_size=100"))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()["items"]
            .as_array()
            .expect("a page has items")
            .clone()
    }

    /// How many orders are stored, after a look at whether each is stored whole: with lines, its first event, the
    /// message that tells of it, and its key.
    pub(crate) async fn orders_stored(&self) -> i64 {
        let orders = self.stack.pool("orders").await;
        let torn: i64 = sqlx::query_scalar(
            "select count(*) from orders.orders o
             where not exists (select from orders.line_items l where l.order_id = o.order_id)
                or (select count(*) from orders.order_events e where e.order_id = o.order_id) <> o.version
                or (select count(*) from orders.outbox m where m.order_id = o.order_id) <> 1
                or (select count(*) from orders.idempotency_keys k where k.order_id = o.order_id) <> 1",
        )
        .fetch_one(&orders)
        .await
        .expect("the orders can be read");
        assert_eq!(torn, 0, "orders that are stored in part");
        sqlx::query_scalar("select count(*) from orders.orders")
            .fetch_one(&orders)
            .await
            .expect("the orders can be read")
    }
}

/// Who is signed in by `answer`.
pub(crate) fn signed_in(answer: &Answer) -> SignedIn {
    let body = answer.json();
    let user = if body["user"].is_object() {
        &body["user"]
    } else {
        &body
    };
    let cookie = |name: &str| {
        answer
            .set_cookie(name)
            .expect("both cookies are set")
            .to_owned()
    };
    SignedIn {
        id: user["id"]
            .as_str()
            .and_then(|id| id.parse().ok())
            .expect("a user has an id"),
        email: user["email"]
            .as_str()
            .expect("a user has an e-mail")
            .to_owned(),
        access: cookie("__Host-velure_at"),
        refresh: cookie("__Host-velure_rt"),
    }
}

/// A good order of one product, at the price of now.
pub(crate) fn order_body(product: &Value, quantity: i64) -> Value {
    let price = product["price"]["amount_minor"].as_i64().expect("a price");
    json!({
        "items": [{"product_id": product["id"], "quantity": quantity}],
        "expected_total": {"amount_minor": price * quantity, "currency": "USD"},
        "payment_method": "pm_card_visa",
    })
}

async fn seed(stack: &Stack, products: usize) {
    let env = Env::of([
        ("VELURE_MONGODB_URI", stack.mongodb_uri()),
        ("VELURE_ALLOW_DEVELOPMENT_SECRETS", "true".to_owned()),
    ]);
    let mut reader = Reader::new(&env);
    let config = MongoConfig::read(&mut reader, "velure-test", 4);
    let config = reader.finish(config).expect("the URI is good");
    let store = CatalogStore::connect(&config)
        .await
        .expect("the URI can be read");
    store.ensure_indexes().await.expect("the indexes are made");
    let drafts = velure_mongo::catalogue().expect("the catalogue keeps its rules");
    store
        .seed(&drafts[..products.min(drafts.len())])
        .await
        .expect("the products are stored");
}
