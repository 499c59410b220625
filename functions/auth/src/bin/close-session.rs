//! DELETE /api/sessions/current: see [`velure_auth::CloseSession`].

fn main() -> std::process::ExitCode {
    velure_http::serve::<velure_auth::CloseSession>()
}
