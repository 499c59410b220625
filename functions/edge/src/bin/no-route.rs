//! Every path and method that no route has: see [`velure_http::serve_fallback`].

fn main() -> std::process::ExitCode {
    velure_http::serve_fallback()
}
