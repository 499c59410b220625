use std::fmt;
use std::str::FromStr;

use mongodb::bson::oid::ObjectId;
use mongodb::bson::{Document, doc};
use mongodb::options::ReturnDocument;
use velure_domain::ProductId;

use crate::document::{ProductDocument, object_id};
use crate::error::{DEADLINE, bounded, is_duplicate_key};
use crate::{CatalogStore, ProductDraft, StoreError, StoredProduct};

/// Which state of a product this is; grows with every change, stock included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Revision(i64);

impl Revision {
    pub(crate) fn new(number: i64) -> Self {
        Self(number)
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Revision {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// Why a product was not inserted.
#[derive(Debug, thiserror::Error)]
pub enum InsertProductError {
    /// Another product has this sku.
    #[error("another product has this sku")]
    SkuTaken,
    /// The store failed.
    #[error("the product could not be inserted")]
    Store(#[from] StoreError),
}

/// Why a product was not replaced.
#[derive(Debug, thiserror::Error)]
pub enum ReplaceProductError {
    /// There is no such product.
    #[error("there is no such product")]
    NotFound,
    /// It is not at any of the expected revisions any more.
    #[error("the product has changed")]
    Stale,
    /// Another product has this sku.
    #[error("another product has this sku")]
    SkuTaken,
    /// The store failed.
    #[error("the product could not be replaced")]
    Store(#[from] StoreError),
}

/// Why a product was not deleted.
#[derive(Debug, thiserror::Error)]
pub enum DeleteProductError {
    /// There is no such product.
    #[error("there is no such product")]
    NotFound,
    /// It is not at any of the expected revisions any more.
    #[error("the product has changed")]
    Stale,
    /// The store failed.
    #[error("the product could not be deleted")]
    Store(#[from] StoreError),
}

impl CatalogStore {
    /// A product, if it is there.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn find(&self, id: &ProductId) -> Result<Option<StoredProduct>, StoreError> {
        let found =
            bounded(async { self.products.find_one(by_id(id)).max_time(DEADLINE).await }).await?;
        found.map(StoredProduct::try_from).transpose()
    }

    /// Stores a new product under a new id.
    ///
    /// # Errors
    /// When the sku is taken or the store fails.
    pub async fn insert(&self, draft: &ProductDraft) -> Result<StoredProduct, InsertProductError> {
        let id = ObjectId::new();
        let mut on_insert = draft.content();
        on_insert.insert("available", draft.available());
        on_insert.insert("revision", 1_i64);
        // As an upsert, because only an update can have the server's clock set the dates.
        let update = doc! { "$setOnInsert": on_insert, "$currentDate": { "created_at": true, "updated_at": true } };
        let inserted = bounded(async {
            let upsert = self
                .products
                .find_one_and_update(doc! { "_id": id }, update)
                .upsert(true);
            match upsert.return_document(ReturnDocument::After).await {
                Err(error) if is_duplicate_key(&error) => Ok(Err(InsertProductError::SkuTaken)),
                answer => answer.map(Ok),
            }
        })
        .await??;
        let inserted = inserted.ok_or_else(|| StoreError::Corrupt {
            id: id.to_hex(),
            what: "it vanished when it was made",
        })?;
        Ok(StoredProduct::try_from(inserted)?)
    }

    /// Replaces everything of a product but its stock; `expected` is the revisions it may be at, and any revision
    /// will do without it.
    ///
    /// # Errors
    /// When it is not there, has changed, the sku is taken, or the store fails.
    pub async fn replace(
        &self,
        id: &ProductId,
        expected: Option<&[Revision]>,
        draft: &ProductDraft,
    ) -> Result<StoredProduct, ReplaceProductError> {
        let update = doc! {
            "$set": draft.content(),
            "$inc": { "revision": 1_i64 },
            "$currentDate": { "updated_at": true },
        };
        let replaced: Option<ProductDocument> = bounded(async {
            let change = self
                .products
                .find_one_and_update(at_revision(id, expected), update);
            match change.return_document(ReturnDocument::After).await {
                Err(error) if is_duplicate_key(&error) => Ok(Err(ReplaceProductError::SkuTaken)),
                answer => answer.map(Ok),
            }
        })
        .await??;
        match replaced {
            Some(replaced) => Ok(StoredProduct::try_from(replaced)?),
            None if self.find(id).await?.is_some() => Err(ReplaceProductError::Stale),
            None => Err(ReplaceProductError::NotFound),
        }
    }

    /// Deletes a product. What orders hold of it can still be committed or released.
    ///
    /// # Errors
    /// When it is not there, has changed, or the store fails.
    pub async fn delete(
        &self,
        id: &ProductId,
        expected: Option<&[Revision]>,
    ) -> Result<(), DeleteProductError> {
        let outcome =
            bounded(async { self.products.delete_one(at_revision(id, expected)).await }).await?;
        match outcome.deleted_count {
            0 if self.find(id).await?.is_some() => Err(DeleteProductError::Stale),
            0 => Err(DeleteProductError::NotFound),
            _ => Ok(()),
        }
    }
}

pub(crate) fn by_id(id: &ProductId) -> Document {
    doc! { "_id": object_id(id) }
}

fn at_revision(id: &ProductId, expected: Option<&[Revision]>) -> Document {
    let mut filter = by_id(id);
    if let Some(expected) = expected {
        filter.insert(
            "revision",
            doc! { "$in": expected.iter().map(|r| r.0).collect::<Vec<_>>() },
        );
    }
    filter
}
