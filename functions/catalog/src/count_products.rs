//! `GET /api/products/count`

use serde::Deserialize;
use velure_contracts::http::ProductCount;
use velure_http::{ApiError, ETag, Endpoint, Reply, Request, StartError};
use velure_mongo::CatalogStore;

use crate::CatalogContext;
use crate::entity::shared;
use crate::list_products::in_category;
use crate::refusal::store_failed;

/// Answers how many products there are, in a category or in all.
#[derive(Debug)]
pub struct CountProducts {
    catalogue: CatalogStore,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    category: Option<String>,
}

impl Endpoint for CountProducts {
    const NAME: &'static str = "count-products";
    type Context = CatalogContext;

    async fn connect(context: &CatalogContext) -> Result<Self, StartError> {
        Ok(Self {
            catalogue: context.catalogue().await?,
        })
    }

    async fn handle(&self, request: Request) -> Result<Reply, ApiError> {
        let query: Query = request.query()?;
        let wanted = in_category(query.category.as_deref())?;
        let count = self.catalogue.count(&wanted).await.map_err(store_failed)?;
        let reply = Reply::ok(&ProductCount { count });
        let tag = ETag::of_bytes(reply.body());
        Ok(shared(&request, reply, &tag))
    }
}
