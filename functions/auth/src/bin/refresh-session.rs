//! POST /api/sessions/refresh: see [`velure_auth::RefreshSession`].

fn main() -> std::process::ExitCode {
    velure_http::serve::<velure_auth::RefreshSession>()
}
