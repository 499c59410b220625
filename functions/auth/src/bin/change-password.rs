//! PUT /api/me/password: see [`velure_auth::ChangePassword`].

fn main() -> std::process::ExitCode {
    velure_http::serve::<velure_auth::ChangePassword>()
}
