//! GET /.well-known/jwks.json: see [`velure_auth::GetJwks`].

fn main() -> std::process::ExitCode {
    velure_http::serve::<velure_auth::GetJwks>()
}
