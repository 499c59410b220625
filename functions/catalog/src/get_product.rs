//! `GET /api/products/{id}`

use velure_http::{ApiError, Endpoint, Reply, Request, StartError};
use velure_mongo::CatalogStore;

use crate::CatalogContext;
use crate::entity::{product_id, shared, tag_of};
use crate::refusal::store_failed;

/// Answers one product.
#[derive(Debug)]
pub struct GetProduct {
    catalogue: CatalogStore,
}

impl Endpoint for GetProduct {
    const NAME: &'static str = "get-product";
    type Context = CatalogContext;

    async fn connect(context: &CatalogContext) -> Result<Self, StartError> {
        Ok(Self {
            catalogue: context.catalogue().await?,
        })
    }

    async fn handle(&self, request: Request) -> Result<Reply, ApiError> {
        let id = product_id(&request)?;
        let stored = self.catalogue.find(&id).await.map_err(store_failed)?;
        let stored = stored.ok_or_else(ApiError::not_found)?;
        Ok(shared(
            &request,
            Reply::ok(&stored.product),
            &tag_of(&stored),
        ))
    }
}
