//! POST /internal/quotes: see [`velure_catalog::QuoteCart`].

fn main() -> std::process::ExitCode {
    velure_http::serve::<velure_catalog::QuoteCart>()
}
