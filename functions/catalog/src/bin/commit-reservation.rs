//! POST /internal/reservations/{order_id}/commit: see [`velure_catalog::CommitReservation`].

fn main() -> std::process::ExitCode {
    velure_http::serve::<velure_catalog::CommitReservation>()
}
