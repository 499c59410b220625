//! `GET /api/products/categories`

use serde::Deserialize;
use velure_contracts::http::CategoryList;
use velure_http::{ApiError, ETag, Endpoint, Reply, Request, StartError};
use velure_mongo::CatalogStore;

use crate::CatalogContext;
use crate::entity::shared;
use crate::refusal::store_failed;

/// Answers every category that holds a product.
#[derive(Debug)]
pub struct ListCategories {
    catalogue: CatalogStore,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {}

impl Endpoint for ListCategories {
    const NAME: &'static str = "list-categories";
    type Context = CatalogContext;

    async fn connect(context: &CatalogContext) -> Result<Self, StartError> {
        Ok(Self {
            catalogue: context.catalogue().await?,
        })
    }

    async fn handle(&self, request: Request) -> Result<Reply, ApiError> {
        let Query {} = request.query()?;
        let items = self.catalogue.categories().await.map_err(store_failed)?;
        let reply = Reply::ok(&CategoryList { items });
        let tag = ETag::of_bytes(reply.body());
        Ok(shared(&request, reply, &tag))
    }
}
