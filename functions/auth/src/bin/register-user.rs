//! POST /api/users: see [`velure_auth::RegisterUser`].

fn main() -> std::process::ExitCode {
    velure_http::serve::<velure_auth::RegisterUser>()
}
