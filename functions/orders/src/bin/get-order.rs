//! GET /api/me/orders/{id}: see [`velure_orders::GetOrder`].

fn main() -> std::process::ExitCode {
    velure_http::serve::<velure_orders::GetOrder>()
}
