//! `PUT /api/products/{id}`

use velure_contracts::Code;
use velure_contracts::http::ProductBody;
use velure_http::{ApiError, Endpoint, Reply, Request, StartError};
use velure_mongo::{CatalogStore, ProductDraft, ReplaceProductError};

use crate::CatalogContext;
use crate::entity::{expected, product_id, tag_of};
use crate::refusal::{bad_values, sku_taken, store_failed};

/// Describes a product anew. Its stock stays as it is.
#[derive(Debug)]
pub struct ReplaceProduct {
    catalogue: CatalogStore,
}

impl Endpoint for ReplaceProduct {
    const NAME: &'static str = "replace-product";
    type Context = CatalogContext;

    async fn connect(context: &CatalogContext) -> Result<Self, StartError> {
        Ok(Self {
            catalogue: context.catalogue().await?,
        })
    }

    async fn handle(&self, request: Request) -> Result<Reply, ApiError> {
        let id = product_id(&request)?;
        let expected = expected(&request)?;
        let body: ProductBody = request.json()?;
        let draft = ProductDraft::parse(body).map_err(bad_values)?;
        let stored = self
            .catalogue
            .replace(&id, expected.as_deref(), &draft)
            .await
            .map_err(refused)?;
        Ok(Reply::ok(&stored.product).etag(&tag_of(&stored)))
    }
}

fn refused(error: ReplaceProductError) -> ApiError {
    match error {
        ReplaceProductError::NotFound => ApiError::not_found(),
        ReplaceProductError::Stale => ApiError::new(Code::PreconditionFailed),
        ReplaceProductError::SkuTaken => sku_taken(),
        ReplaceProductError::Store(error) => store_failed(error),
    }
}
