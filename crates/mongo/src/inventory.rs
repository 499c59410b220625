use mongodb::ClientSession;
use mongodb::bson::{Document, doc};
use mongodb::error::Error;
use mongodb::options::ReturnDocument;
use uuid::Uuid;
use velure_domain::ProductId;

use crate::document::{ProductDocument, object_id, shown_stock};
use crate::products::by_id;
use crate::transaction::{CallTime, Steps, Verdict};
use crate::{CatalogStore, MAX_STOCK, StoreError, StoredProduct};

/// One change of a product's stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment {
    /// The product.
    pub product_id: ProductId,
    /// How many more, or with a minus fewer.
    pub delta: i64,
    /// Made by the caller; the same id counts once.
    pub operation_id: Uuid,
}

/// Why stock was not adjusted.
#[derive(Debug, thiserror::Error)]
pub enum AdjustInventoryError {
    /// There is no such product.
    #[error("there is no such product")]
    NotFound,
    /// It would leave less than nothing.
    #[error("only {available} are in stock")]
    InsufficientStock {
        /// How many there are.
        available: u32,
    },
    /// It would leave more than [`MAX_STOCK`].
    #[error("at most {MAX_STOCK} can be in stock")]
    TooMuch,
    /// The operation id has counted for another product or another number.
    #[error("the operation id belongs to another adjustment")]
    OperationConflict,
    /// The store failed. The same adjustment can be sent again.
    #[error("the stock could not be adjusted")]
    Store(#[from] StoreError),
}

impl CatalogStore {
    /// Changes a product's stock, once for each operation id: the stock and the record of the operation change in
    /// one transaction. Sent again, it answers with the product as it is by then.
    ///
    /// # Errors
    /// When the product is not there, the result would be out of range, the id was used for something else, or
    /// the store fails.
    pub async fn adjust_inventory(
        &self,
        adjustment: &Adjustment,
    ) -> Result<StoredProduct, AdjustInventoryError> {
        let adjusting = self.transact(CallTime::from_now(), Adjust(adjustment));
        let product = adjusting.await??;
        Ok(StoredProduct::try_from(product)?)
    }
}

struct Adjust<'a>(&'a Adjustment);

impl Steps for Adjust<'_> {
    type Answer = Result<ProductDocument, AdjustInventoryError>;

    async fn run(
        &self,
        store: &CatalogStore,
        session: &mut ClientSession,
    ) -> Result<Verdict<Self::Answer>, Error> {
        let adjustment = self.0;
        let operation_id = adjustment.operation_id.to_string();
        let product_id = object_id(&adjustment.product_id);
        let counted = store
            .operations
            .find_one(doc! { "_id": &operation_id })
            .session(&mut *session)
            .await?;
        let product = store
            .products
            .find_one(by_id(&adjustment.product_id))
            .session(&mut *session)
            .await?;
        let Some(product) = product else {
            return Ok(Verdict::Abort(Err(AdjustInventoryError::NotFound)));
        };
        if let Some(counted) = counted {
            let same = counted.product_id == product_id && counted.delta == adjustment.delta;
            let answer = if same {
                Ok(product)
            } else {
                Err(AdjustInventoryError::OperationConflict)
            };
            return Ok(Verdict::Abort(answer));
        }
        match product.available().saturating_add(adjustment.delta) {
            ..0 => {
                let available = shown_stock(product.available());
                return Ok(Verdict::Abort(Err(
                    AdjustInventoryError::InsufficientStock { available },
                )));
            }
            left if left > MAX_STOCK && adjustment.delta > 0 => {
                return Ok(Verdict::Abort(Err(AdjustInventoryError::TooMuch)));
            }
            _ => {}
        }
        let record = doc! {
            "$setOnInsert": { "product_id": product_id, "delta": adjustment.delta },
            "$currentDate": { "at": true },
        };
        store
            .operations
            .update_one(doc! { "_id": &operation_id }, record)
            .upsert(true)
            .session(&mut *session)
            .await?;
        let adjusted = store
            .products
            .find_one_and_update(
                with_stock(&adjustment.product_id, adjustment.delta),
                stock_change(adjustment.delta),
            )
            .return_document(ReturnDocument::After)
            .session(&mut *session)
            .await?;
        // The snapshot had the product in this quantity, so it is there: a change since then is a conflict.
        Ok(match adjusted {
            Some(adjusted) => Verdict::Commit(Ok(adjusted)),
            None => Verdict::Abort(Err(AdjustInventoryError::NotFound)),
        })
    }
}

/// The product, provided that `delta` leaves no less than nothing.
fn with_stock(id: &ProductId, delta: i64) -> Document {
    let mut filter = by_id(id);
    filter.insert("available", doc! { "$gte": delta.saturating_neg() });
    filter
}

/// The update that moves stock, and with it the revision and the date.
pub(crate) fn stock_change(delta: i64) -> Document {
    doc! { "$inc": { "available": delta, "revision": 1_i64 }, "$currentDate": { "updated_at": true } }
}
