//! `GET /api/me/orders`

use serde::Deserialize;
use velure_contracts::http::OrderPage;
use velure_http::{ApiError, Endpoint, Paging, Reply, Request, StartError};
use velure_postgres::orders::OrderStore;

use crate::OrdersContext;

/// Answers one page of the buyer's orders, newest first.
#[derive(Debug)]
pub struct ListOrders {
    orders: OrderStore,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    page: Option<String>,
    page_size: Option<String>,
}

impl Endpoint for ListOrders {
    const NAME: &'static str = "list-orders";
    type Context = OrdersContext;

    async fn connect(context: &OrdersContext) -> Result<Self, StartError> {
        Ok(Self {
            orders: context.orders().await?,
        })
    }

    async fn handle(&self, request: Request) -> Result<Reply, ApiError> {
        let buyer = request.user_id()?;
        let query: Query = request.query()?;
        let paging = Paging::parse(query.page.as_deref(), query.page_size.as_deref(), 12)?;
        // The cursor first: what happens between the two reads is then sent again by the stream, not missed.
        let cursor = self
            .orders
            .cursor(buyer)
            .await
            .map_err(ApiError::unavailable)?;
        let (items, total) = self
            .orders
            .list(buyer, paging.skip(), paging.page_size)
            .await
            .map_err(ApiError::unavailable)?;
        Ok(Reply::ok(&OrderPage {
            items,
            page: paging.page,
            page_size: paging.page_size,
            total,
            events_cursor: cursor.to_string(),
        }))
    }
}
