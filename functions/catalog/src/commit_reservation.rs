//! `POST /internal/reservations/{order_id}/commit`

use velure_contracts::http::Reservation;
use velure_faults::{Point, reach};
use velure_http::{ApiError, Endpoint, Reply, Request, StartError};
use velure_mongo::CatalogStore;

use crate::CatalogContext;
use crate::hold_reservation::order_id;
use crate::refusal::not_ended;

/// Sells what an order holds.
#[derive(Debug)]
pub struct CommitReservation {
    catalogue: CatalogStore,
}

impl Endpoint for CommitReservation {
    const NAME: &'static str = "commit-reservation";
    type Context = CatalogContext;

    async fn connect(context: &CatalogContext) -> Result<Self, StartError> {
        Ok(Self {
            catalogue: context.catalogue().await?,
        })
    }

    async fn handle(&self, request: Request) -> Result<Reply, ApiError> {
        let state = self
            .catalogue
            .commit(order_id(&request)?)
            .await
            .map_err(not_ended)?;
        reach(Point::C3).await.map_err(ApiError::unavailable)?;
        Ok(Reply::ok(&Reservation { state }))
    }
}
