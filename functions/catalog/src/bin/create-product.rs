//! POST /api/products: see [`velure_catalog::CreateProduct`].

fn main() -> std::process::ExitCode {
    velure_http::serve::<velure_catalog::CreateProduct>()
}
