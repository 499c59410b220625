//! POST /api/tokens/introspect: see [`velure_auth::IntrospectToken`].

fn main() -> std::process::ExitCode {
    velure_http::serve::<velure_auth::IntrospectToken>()
}
