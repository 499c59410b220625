use sqlx::PgPool;
use velure_auth::AuthContext;
use velure_config::Env;
use velure_http::{Context, Mounted, routes};

use crate::fixture::Auth;

/// Connects one endpoint with the secrets of its row and the two public key sets, as Terraform gives them to it.
async fn connects(
    all: &Env,
    row: &str,
    without: Option<&str>,
) -> Result<(), velure_http::StartError> {
    let route = velure_http::route_named(row).expect("a route");
    let plain = [
        "VELURE_ACCESS_JWKS",
        "VELURE_SERVICE_JWKS",
        "VELURE_ALLOW_DEVELOPMENT_SECRETS",
    ];
    let granted = route
        .secrets
        .iter()
        .map(String::as_str)
        .chain(plain)
        .filter(|name| Some(*name) != without);
    let context = AuthContext::new(Env::of(
        granted.filter_map(|name| Some((name, all.get(name)?))),
    ));
    match row {
        "register-user" => Mounted::connect::<velure_auth::RegisterUser>(&context).await,
        "open-session" => Mounted::connect::<velure_auth::OpenSession>(&context).await,
        "refresh-session" => Mounted::connect::<velure_auth::RefreshSession>(&context).await,
        "close-session" => Mounted::connect::<velure_auth::CloseSession>(&context).await,
        "get-me" => Mounted::connect::<velure_auth::GetMe>(&context).await,
        "change-password" => Mounted::connect::<velure_auth::ChangePassword>(&context).await,
        "introspect-token" => Mounted::connect::<velure_auth::IntrospectToken>(&context).await,
        "list-users" => Mounted::connect::<velure_auth::ListUsers>(&context).await,
        "get-user" => Mounted::connect::<velure_auth::GetUser>(&context).await,
        "get-jwks" => Mounted::connect::<velure_auth::GetJwks>(&context).await,
        other => panic!("the route {other} of auth has no endpoint"),
    }
    .map(|_| ())
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn every_endpoint_starts_with_exactly_the_secrets_of_its_row(pool: PgPool) {
    let auth = Auth::on(pool).await;
    for route in routes()
        .iter()
        .filter(|route| route.context == AuthContext::NAME)
    {
        connects(&auth.env, &route.name, None)
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", route.name));
        for secret in &route.secrets {
            let error = connects(&auth.env, &route.name, Some(secret))
                .await
                .expect_err("a secret that it needs");
            assert!(
                error.to_string().contains(secret),
                "{}: {error}",
                route.name
            );
        }
    }
}

#[test]
fn the_context_holds_every_route_that_the_table_gives_it() {
    let bins =
        std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/bin")).expect("the binaries");
    let mut bins = bins
        .map(|bin| {
            bin.expect("a file")
                .file_name()
                .to_string_lossy()
                .replace(".rs", "")
        })
        .collect::<Vec<_>>();
    bins.sort();
    let mut rows = routes()
        .iter()
        .filter(|r| r.context == "auth")
        .map(|r| r.name.clone())
        .collect::<Vec<_>>();
    rows.sort();
    assert_eq!(bins, rows);
}
