//! `DELETE /api/products/{id}`

use velure_contracts::Code;
use velure_http::{ApiError, Endpoint, Reply, Request, StartError};
use velure_mongo::{CatalogStore, DeleteProductError};

use crate::CatalogContext;
use crate::entity::{expected_if_said, product_id};
use crate::refusal::store_failed;

/// Takes a product off offer. What orders hold of it they keep.
#[derive(Debug)]
pub struct DeleteProduct {
    catalogue: CatalogStore,
}

impl Endpoint for DeleteProduct {
    const NAME: &'static str = "delete-product";
    type Context = CatalogContext;

    async fn connect(context: &CatalogContext) -> Result<Self, StartError> {
        Ok(Self {
            catalogue: context.catalogue().await?,
        })
    }

    async fn handle(&self, request: Request) -> Result<Reply, ApiError> {
        let id = product_id(&request)?;
        let expected = expected_if_said(&request)?;
        self.catalogue
            .delete(&id, expected.as_deref())
            .await
            .map_err(refused)?;
        Ok(Reply::no_content())
    }
}

fn refused(error: DeleteProductError) -> ApiError {
    match error {
        DeleteProductError::NotFound => ApiError::not_found(),
        DeleteProductError::Stale => ApiError::new(Code::PreconditionFailed),
        DeleteProductError::Store(error) => store_failed(error),
    }
}
