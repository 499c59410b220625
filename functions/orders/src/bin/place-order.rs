//! POST /api/orders: see [`velure_orders::PlaceOrder`].

fn main() -> std::process::ExitCode {
    velure_http::serve::<velure_orders::PlaceOrder>()
}
