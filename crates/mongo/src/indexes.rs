use mongodb::IndexModel;
use mongodb::bson::{Document, doc};
use mongodb::options::IndexOptions;

use crate::error::bounded;
use crate::{CatalogStore, StoreError};

impl CatalogStore {
    /// Creates every index that is missing; run by the operator's command, never by an endpoint.
    ///
    /// # Errors
    /// When the server does not create them. What was created stays, and the next run goes on from there.
    pub async fn ensure_indexes(&self) -> Result<(), StoreError> {
        for index in product_indexes() {
            bounded(async { self.products.create_index(index).await }).await?;
        }
        Ok(())
    }
}

/// One index for each order of the list, alone and within a category, so that a page is read off an index and
/// never sorted; and one for the words. `_id` makes every order total, so that pages neither overlap nor skip.
fn product_indexes() -> Vec<IndexModel> {
    let mut indexes = vec![index("sku_unique", doc! { "sku": 1 }, true)];
    let orders = [
        ("name", doc! { "sort_name": 1, "_id": 1 }),
        ("price", doc! { "price.amount_minor": 1, "_id": 1 }),
        ("price_down", doc! { "price.amount_minor": -1, "_id": 1 }),
        ("rating_down", doc! { "rating": -1, "_id": 1 }),
        ("words", doc! { "words": 1 }),
    ];
    for (name, keys) in orders {
        let mut within = doc! { "category.slug": 1 };
        within.extend(keys.clone());
        indexes.push(index(&format!("by_{name}"), keys, false));
        indexes.push(index(&format!("category_by_{name}"), within, false));
    }
    indexes
}

fn index(name: &str, keys: Document, unique: bool) -> IndexModel {
    let options = IndexOptions::builder()
        .name(name.to_owned())
        .unique(unique.then_some(true))
        .build();
    IndexModel::builder().keys(keys).options(options).build()
}
