//! POST /api/sessions: see [`velure_auth::OpenSession`].

fn main() -> std::process::ExitCode {
    velure_http::serve::<velure_auth::OpenSession>()
}
