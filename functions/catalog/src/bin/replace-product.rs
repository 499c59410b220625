//! PUT /api/products/{id}: see [`velure_catalog::ReplaceProduct`].

fn main() -> std::process::ExitCode {
    velure_http::serve::<velure_catalog::ReplaceProduct>()
}
