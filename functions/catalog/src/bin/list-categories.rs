//! GET /api/products/categories: see [`velure_catalog::ListCategories`].

fn main() -> std::process::ExitCode {
    velure_http::serve::<velure_catalog::ListCategories>()
}
