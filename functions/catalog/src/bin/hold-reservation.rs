//! PUT /internal/reservations/{order_id}: see [`velure_catalog::HoldReservation`].

fn main() -> std::process::ExitCode {
    velure_http::serve::<velure_catalog::HoldReservation>()
}
