//! `POST /api/products`

use velure_contracts::http::ProductBody;
use velure_http::{ApiError, Endpoint, Reply, Request, StartError};
use velure_mongo::{CatalogStore, InsertProductError, ProductDraft};

use crate::CatalogContext;
use crate::entity::tag_of;
use crate::refusal::{bad_values, sku_taken, store_failed};

/// Puts a new product on offer.
#[derive(Debug)]
pub struct CreateProduct {
    catalogue: CatalogStore,
}

impl Endpoint for CreateProduct {
    const NAME: &'static str = "create-product";
    type Context = CatalogContext;

    async fn connect(context: &CatalogContext) -> Result<Self, StartError> {
        Ok(Self {
            catalogue: context.catalogue().await?,
        })
    }

    async fn handle(&self, request: Request) -> Result<Reply, ApiError> {
        let body: ProductBody = request.json()?;
        let draft = ProductDraft::parse(body).map_err(bad_values)?;
        let stored = self.catalogue.insert(&draft).await.map_err(refused)?;
        let path = format!("/api/products/{}", stored.product.id);
        Ok(Reply::created(&stored.product)
            .at(path)
            .etag(&tag_of(&stored)))
    }
}

fn refused(error: InsertProductError) -> ApiError {
    match error {
        InsertProductError::SkuTaken => sku_taken(),
        InsertProductError::Store(error) => store_failed(error),
    }
}
