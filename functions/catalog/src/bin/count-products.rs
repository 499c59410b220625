//! GET /api/products/count: see [`velure_catalog::CountProducts`].

fn main() -> std::process::ExitCode {
    velure_http::serve::<velure_catalog::CountProducts>()
}
