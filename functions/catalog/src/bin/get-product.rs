//! GET /api/products/{id}: see [`velure_catalog::GetProduct`].

fn main() -> std::process::ExitCode {
    velure_http::serve::<velure_catalog::GetProduct>()
}
