//! GET /api/me: see [`velure_auth::GetMe`].

fn main() -> std::process::ExitCode {
    velure_http::serve::<velure_auth::GetMe>()
}
