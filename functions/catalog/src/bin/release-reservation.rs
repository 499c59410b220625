//! POST /internal/reservations/{order_id}/release: see [`velure_catalog::ReleaseReservation`].

fn main() -> std::process::ExitCode {
    velure_http::serve::<velure_catalog::ReleaseReservation>()
}
