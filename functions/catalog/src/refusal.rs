//! What a failure of the store, or a product with bad values, is to a client.

use velure_contracts::{Code, FieldError};
use velure_http::ApiError;
use velure_mongo::{EndReservationError, StoreError};

/// 503 when trying again may help, else 500.
pub(crate) fn store_failed(error: StoreError) -> ApiError {
    if error.is_transient() {
        ApiError::unavailable(error)
    } else {
        ApiError::internal(error)
    }
}

/// 422 with every value at fault.
pub(crate) fn bad_values(faults: Vec<FieldError>) -> ApiError {
    faults
        .into_iter()
        .fold(ApiError::new(Code::ValidationFailed), |refusal, fault| {
            refusal.field(&fault.field, &fault.code, fault.message)
        })
}

/// 409: another product has the sku.
pub(crate) fn sku_taken() -> ApiError {
    ApiError::new(Code::SkuTaken).field("sku", "taken", "another product has this sku")
}

/// Why a reservation did not end as asked.
pub(crate) fn not_ended(error: EndReservationError) -> ApiError {
    match error {
        EndReservationError::NotFound => ApiError::not_found(),
        EndReservationError::Ended(state) => {
            ApiError::new(Code::ReservationEnded).extension("state", state)
        }
        EndReservationError::Store(error) => store_failed(error),
    }
}
