//! GET /api/products: see [`velure_catalog::ListProducts`].

fn main() -> std::process::ExitCode {
    velure_http::serve::<velure_catalog::ListProducts>()
}
