//! GET /api/users: see [`velure_auth::ListUsers`].

fn main() -> std::process::ExitCode {
    velure_http::serve::<velure_auth::ListUsers>()
}
