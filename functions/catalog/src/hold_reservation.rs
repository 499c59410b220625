//! `PUT /internal/reservations/{order_id}`

use velure_contracts::Code;
use velure_contracts::http::{HoldReservationBody, Reservation, ReservationState};
use velure_domain::OrderId;
use velure_faults::{Point, reach};
use velure_http::{ApiError, Endpoint, Reply, Request, StartError};
use velure_mongo::{CatalogStore, HoldReservationError};

use crate::CatalogContext;
use crate::refusal::store_failed;
use crate::requested::cart_of;

/// Takes the stock of every line for an order, or of none.
#[derive(Debug)]
pub struct HoldReservation {
    catalogue: CatalogStore,
}

impl Endpoint for HoldReservation {
    const NAME: &'static str = "hold-reservation";
    type Context = CatalogContext;

    async fn connect(context: &CatalogContext) -> Result<Self, StartError> {
        Ok(Self {
            catalogue: context.catalogue().await?,
        })
    }

    async fn handle(&self, request: Request) -> Result<Reply, ApiError> {
        let order_id = order_id(&request)?;
        let body: HoldReservationBody = request.json()?;
        let cart = cart_of(&body.items)?;
        let state = self
            .catalogue
            .hold(order_id, &cart)
            .await
            .map_err(refused)?;
        reach(Point::C2).await.map_err(ApiError::unavailable)?;
        Ok(Reply::ok(&Reservation { state }))
    }
}

/// The order that the path names; 404 for a text that is no id.
pub(crate) fn order_id(request: &Request) -> Result<OrderId, ApiError> {
    request
        .param("order_id")
        .parse()
        .map_err(|_| ApiError::not_found())
}

fn refused(error: HoldReservationError) -> ApiError {
    match error {
        HoldReservationError::Refused(lines) => {
            ApiError::new(Code::InsufficientStock).extension("lines", lines)
        }
        HoldReservationError::Ended => {
            ApiError::new(Code::ReservationEnded).extension("state", ReservationState::Released)
        }
        HoldReservationError::OtherLines => {
            ApiError::new(Code::OperationConflict).detail("The order holds other lines.")
        }
        HoldReservationError::Store(error) => store_failed(error),
    }
}
