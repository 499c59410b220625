use std::future::Future;

use serde_json::{Value, json};
use tokio::task::JoinSet;
use velure_config::{Env, Reader};
use velure_contracts::http::Product;
use velure_domain::{Cart, CartLine, ProductId, Quantity};
use velure_mongo::{CatalogStore, MongoConfig, ProductDraft};

/// Runs `test` with an empty catalogue that has its indexes.
pub(crate) async fn with_store<T>(test: impl AsyncFnOnce(CatalogStore) -> T) -> T {
    velure_testkit::mongo::with_database(async |uri| {
        let store = store(&uri, 16).await;
        store.ensure_indexes().await.expect("indexes can be made");
        test(store).await
    })
    .await
}

/// Runs `test` with as many stores on one empty catalogue, each as another process would have it: what keeps the
/// transactions of one process apart does not keep these apart.
pub(crate) async fn with_processes<T>(
    count: usize,
    test: impl AsyncFnOnce(Vec<CatalogStore>) -> T,
) -> T {
    velure_testkit::mongo::with_database(async |uri| {
        let mut stores = Vec::new();
        for _ in 0..count {
            stores.push(store(&uri, 4).await);
        }
        stores[0]
            .ensure_indexes()
            .await
            .expect("indexes can be made");
        test(stores).await
    })
    .await
}

/// A store of its own, with its own pool.
pub(crate) async fn store(uri: &str, connections: u32) -> CatalogStore {
    let env = Env::of([
        ("VELURE_MONGODB_URI", uri),
        ("VELURE_ALLOW_DEVELOPMENT_SECRETS", "true"),
    ]);
    let mut reader = Reader::new(&env);
    let config = MongoConfig::read(&mut reader, "velure-test", connections);
    let config = reader.finish(config).expect("the URI is set");
    CatalogStore::connect(&config)
        .await
        .expect("the URI can be read")
}

/// A good product with these values over the usual ones.
pub(crate) fn draft(sku: &str, changes: Value) -> ProductDraft {
    let mut body = json!({
        "sku": sku, "name": format!("Product {sku}"), "description": "Made for a test.",
        "category": {"slug": "dogs", "name": "Dogs"}, "brand": "Velure",
        "price": {"amount_minor": 1990, "currency": "USD"}, "available": 5, "rating": 40,
        "images": [], "attributes": {},
    });
    for (key, value) in changes.as_object().expect("changes are an object") {
        body[key] = value.clone();
    }
    let body = serde_json::from_value(body).expect("the test's product has the right shape");
    ProductDraft::parse(body).expect("the test's product is good")
}

/// Stores a good product with these values over the usual ones.
pub(crate) async fn offer(store: &CatalogStore, sku: &str, changes: Value) -> Product {
    store
        .insert(&draft(sku, changes))
        .await
        .expect("the sku is free")
        .product
}

/// The id of a product.
pub(crate) fn id(product: &Product) -> ProductId {
    product.id.parse().expect("a product's id is one")
}

/// A cart of these products.
pub(crate) fn cart(lines: &[(&Product, i64)]) -> Cart {
    let lines = lines.iter().map(|(product, quantity)| CartLine {
        product_id: id(product),
        quantity: Quantity::new(*quantity).expect("the test's quantity is legal"),
    });
    Cart::new(lines).expect("the test's cart is legal")
}

/// How many of a product are in stock.
pub(crate) async fn stock(store: &CatalogStore, product: &Product) -> u32 {
    let found = store.find(&id(product)).await.expect("the store answers");
    found.expect("the product is there").product.available
}

/// Runs all of them at once and answers what each of them answered.
pub(crate) async fn all<T: Send + 'static>(
    work: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    let mut running = JoinSet::new();
    for future in work {
        running.spawn(future);
    }
    running.join_all().await
}
