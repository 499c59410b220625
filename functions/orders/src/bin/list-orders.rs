//! GET /api/me/orders: see [`velure_orders::ListOrders`].

fn main() -> std::process::ExitCode {
    velure_http::serve::<velure_orders::ListOrders>()
}
