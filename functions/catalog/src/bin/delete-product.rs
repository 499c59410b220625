//! DELETE /api/products/{id}: see [`velure_catalog::DeleteProduct`].

fn main() -> std::process::ExitCode {
    velure_http::serve::<velure_catalog::DeleteProduct>()
}
