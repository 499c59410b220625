//! `GET /api/me/orders/{id}`

use velure_domain::OrderId;
use velure_http::{ApiError, ETag, Endpoint, Reply, Request, StartError};
use velure_postgres::orders::OrderStore;

use crate::OrdersContext;

/// Answers one order of the buyer. Another buyer's order is not there.
#[derive(Debug)]
pub struct GetOrder {
    orders: OrderStore,
}

impl Endpoint for GetOrder {
    const NAME: &'static str = "get-order";
    type Context = OrdersContext;

    async fn connect(context: &OrdersContext) -> Result<Self, StartError> {
        Ok(Self {
            orders: context.orders().await?,
        })
    }

    async fn handle(&self, request: Request) -> Result<Reply, ApiError> {
        let buyer = request.user_id()?;
        let id: OrderId = request
            .param("id")
            .parse()
            .map_err(|_| ApiError::not_found())?;
        let order = self
            .orders
            .find(buyer, id)
            .await
            .map_err(ApiError::unavailable)?;
        let order = order.ok_or_else(ApiError::not_found)?;
        // An order changes with its version and never otherwise.
        let tag = ETag::of_revision(order.version);
        if request.has_version(&tag) {
            return Ok(Reply::not_modified(&tag).header("cache-control", "private, no-cache"));
        }
        Ok(Reply::ok(&order)
            .etag(&tag)
            .header("cache-control", "private, no-cache"))
    }
}
