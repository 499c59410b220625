//! GET /api/health: see [`velure_edge::GetHealth`].

fn main() -> std::process::ExitCode {
    velure_http::serve::<velure_edge::GetHealth>()
}
