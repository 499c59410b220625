use std::collections::HashMap;
use std::fmt::Write;

use futures::TryStreamExt;
use mongodb::bson::oid::ObjectId;
use mongodb::bson::{self, doc};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::error::{bounded, is_duplicate_key};
use crate::{CatalogStore, ProductDraft, StoreError};

/// What seeding did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seeded {
    /// Products that were not there.
    pub added: usize,
    /// Products whose description in the catalogue has changed since it was last seeded.
    pub changed: usize,
    /// Products that were left alone.
    pub kept: usize,
}

/// Which edition of a catalogue entry a product was last made from.
#[derive(Debug, Deserialize)]
struct SeededDocument {
    sku: String,
    #[serde(default)]
    seeded: Option<String>,
}

impl CatalogStore {
    /// Puts every product of a catalogue into the store, by sku.
    ///
    /// A product that is there keeps its stock, and is written at all only when its catalogue entry has changed
    /// since it was last seeded: what an administrator edited outlives the next seeding. Can be repeated, also
    /// after it stopped half-way, and run twice at once.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn seed(&self, drafts: &[ProductDraft]) -> Result<Seeded, StoreError> {
        let skus: Vec<_> = drafts.iter().map(ProductDraft::sku).collect();
        let products = self.products.clone_with_type::<SeededDocument>();
        let found = products
            .find(doc! { "sku": { "$in": skus } })
            .projection(doc! { "sku": 1, "seeded": 1 });
        let known = bounded(async { found.await?.try_collect::<Vec<_>>().await }).await?;
        let known: HashMap<_, _> = known
            .into_iter()
            .map(|found| (found.sku, found.seeded))
            .collect();
        let mut seeded = Seeded::default();
        for draft in drafts {
            let edition = edition_of(draft);
            match known.get(draft.sku()) {
                Some(Some(stored)) if *stored == edition => seeded.kept += 1,
                Some(_) => {
                    self.write_entry(draft, &edition).await?;
                    seeded.changed += 1;
                }
                None => {
                    self.write_entry(draft, &edition).await?;
                    seeded.added += 1;
                }
            }
        }
        Ok(seeded)
    }

    async fn write_entry(&self, draft: &ProductDraft, edition: &str) -> Result<(), StoreError> {
        // Dates of new products are the client's here: `$currentDate` would move `created_at` at every write.
        let mut content = draft.content();
        content.insert("seeded", edition);
        let update = doc! {
            "$set": content,
            "$setOnInsert": {
                "_id": ObjectId::new(),
                "available": draft.available(),
                "created_at": bson::DateTime::now(),
            },
            "$inc": { "revision": 1_i64 },
            "$currentDate": { "updated_at": true },
        };
        bounded(async {
            let by_sku = doc! { "sku": draft.sku() };
            let first = self
                .products
                .update_one(by_sku.clone(), update.clone())
                .upsert(true)
                .await;
            match first {
                // Another seeding inserted it between this one's look and its write; now there is one to update.
                Err(error) if is_duplicate_key(&error) => {
                    self.products.update_one(by_sku, update).upsert(true).await
                }
                outcome => outcome,
            }
        })
        .await?;
        Ok(())
    }
}

/// A digest of everything that a catalogue entry says but its stock.
fn edition_of(draft: &ProductDraft) -> String {
    let bytes = draft
        .content()
        .to_vec()
        .expect("a checked product has a BSON form");
    Sha256::digest(&bytes)
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            write!(hex, "{byte:02x}").expect("a String takes everything");
            hex
        })
}
