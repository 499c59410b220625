//! PATCH /api/products/{id}/inventory: see [`velure_catalog::AdjustInventory`].

fn main() -> std::process::ExitCode {
    velure_http::serve::<velure_catalog::AdjustInventory>()
}
