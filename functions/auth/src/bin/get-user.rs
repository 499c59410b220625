//! GET /api/users/{id}: see [`velure_auth::GetUser`].

fn main() -> std::process::ExitCode {
    velure_http::serve::<velure_auth::GetUser>()
}
