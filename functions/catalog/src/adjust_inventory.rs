//! `PATCH /api/products/{id}/inventory`

use velure_contracts::Code;
use velure_contracts::http::AdjustInventoryBody;
use velure_http::{ApiError, Endpoint, Reply, Request, StartError};
use velure_mongo::{AdjustInventoryError, Adjustment, CatalogStore, MAX_STOCK};

use crate::CatalogContext;
use crate::entity::{product_id, tag_of};
use crate::refusal::store_failed;

/// Changes a product's stock, once for each operation id.
#[derive(Debug)]
pub struct AdjustInventory {
    catalogue: CatalogStore,
}

impl Endpoint for AdjustInventory {
    const NAME: &'static str = "adjust-inventory";
    type Context = CatalogContext;

    async fn connect(context: &CatalogContext) -> Result<Self, StartError> {
        Ok(Self {
            catalogue: context.catalogue().await?,
        })
    }

    async fn handle(&self, request: Request) -> Result<Reply, ApiError> {
        let product_id = product_id(&request)?;
        let AdjustInventoryBody {
            delta,
            operation_id,
        } = request.json()?;
        if delta == 0 || !(-MAX_STOCK..=MAX_STOCK).contains(&delta) {
            return Err(bad_delta(
                "delta is a number from -1,000,000 to 1,000,000, and not 0",
            ));
        }
        let adjustment = Adjustment {
            product_id,
            delta,
            operation_id,
        };
        let stored = self
            .catalogue
            .adjust_inventory(&adjustment)
            .await
            .map_err(refused)?;
        Ok(Reply::ok(&stored.product).etag(&tag_of(&stored)))
    }
}

fn bad_delta(message: &str) -> ApiError {
    ApiError::new(Code::ValidationFailed).field("delta", "out_of_range", message)
}

fn refused(error: AdjustInventoryError) -> ApiError {
    match error {
        AdjustInventoryError::NotFound => ApiError::not_found(),
        AdjustInventoryError::InsufficientStock { available } => {
            ApiError::new(Code::InsufficientStock)
                .detail(format!("Only {available} are in stock."))
                .extension("available", available)
        }
        AdjustInventoryError::TooMuch => bad_delta("at most 1,000,000 can be in stock"),
        AdjustInventoryError::OperationConflict => ApiError::new(Code::OperationConflict),
        AdjustInventoryError::Store(error) => store_failed(error),
    }
}
