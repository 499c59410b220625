//! `velure migrate`: the only thing that changes a schema.
//!
//! Run it before the code that needs the schema; it waits for its turn when several run at once, and running it again
//! changes nothing. Afterwards each component's role can sign in when its password is given.

use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use velure_config::Env;

/// How long a database that is just starting is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A role's password has nothing in it that would need quoting; `velure keys generate` makes such ones.
const PASSWORD_CHARACTERS: &str = "letters, digits, '-' and '_'";

/// Migrates the databases whose URL is given.
#[derive(Debug, Args)]
pub(crate) struct MigrateArgs {
    /// The auth database, as the owner of its schema. Created when it is not there.
    #[arg(long, env = "VELURE_AUTH_MIGRATION_URL", hide_env_values = true)]
    auth_url: Option<String>,
    /// The orders database, as the owner of its schemas. Created when it is not there.
    #[arg(long, env = "VELURE_ORDERS_MIGRATION_URL", hide_env_values = true)]
    orders_url: Option<String>,
}

/// Roles of the auth database, and of the orders database. Their passwords are read from
/// `VELURE_ROLE_<ROLE>_PASSWORD`, as in `VELURE_ROLE_RELAY_PASSWORD`.
const AUTH_ROLES: [&str; 1] = ["velure_auth_api"];
const ORDERS_ROLES: [&str; 4] = [
    "velure_orders_api",
    "velure_relay",
    "velure_gateway",
    "velure_fulfilment",
];

pub(crate) async fn run(args: MigrateArgs, env: &Env) -> anyhow::Result<()> {
    anyhow::ensure!(
        args.auth_url.is_some() || args.orders_url.is_some(),
        "nothing to migrate: give --auth-url, --orders-url or both"
    );
    if let Some(url) = args.auth_url {
        migrate("auth", &url, &velure_postgres::AUTH, &AUTH_ROLES, env).await?;
    }
    if let Some(url) = args.orders_url {
        migrate("orders", &url, &velure_postgres::ORDERS, &ORDERS_ROLES, env).await?;
    }
    Ok(())
}

async fn migrate(
    name: &str,
    url: &str,
    migrator: &sqlx::migrate::Migrator,
    roles: &[&str],
    env: &Env,
) -> anyhow::Result<()> {
    let options: PgConnectOptions = url
        .parse()
        .with_context(|| format!("the {name} database's URL cannot be read"))?;
    let options = options.disable_statement_logging();
    create_when_missing(&options)
        .await
        .with_context(|| format!("the {name} database cannot be created"))?;
    let mut connection = connect(&options)
        .await
        .with_context(|| format!("the {name} database does not answer"))?;
    migrator
        .run(&mut connection)
        .await
        .with_context(|| format!("the {name} database cannot be migrated"))?;
    for role in roles {
        let variable = format!(
            "VELURE_ROLE_{}_PASSWORD",
            role.trim_start_matches("velure_").to_uppercase()
        );
        let Some(password) = env.get(&variable) else {
            continue;
        };
        let plain = password
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        anyhow::ensure!(
            plain && !password.is_empty(),
            "{variable} may hold {PASSWORD_CHARACTERS} only"
        );
        // A role's name and password cannot be parameters of this statement. Both were checked.
        sqlx::query(AssertSqlSafe(format!(
            "alter role {role} login password '{password}'"
        )))
        .execute(&mut connection)
        .await
        .with_context(|| format!("the role {role} cannot be given its password"))?;
    }
    let version = migrator
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or_default();
    crate::say(&format!("{name}: at version {version}"))?;
    Ok(connection.close().await?)
}

async fn create_when_missing(options: &PgConnectOptions) -> anyhow::Result<()> {
    let Some(database) = options.get_database() else {
        return Ok(());
    };
    let mut connection = connect(&options.clone().database("postgres")).await?;
    let there: bool =
        sqlx::query_scalar("select exists (select from pg_database where datname = $1)")
            .bind(database)
            .fetch_one(&mut connection)
            .await?;
    if !there {
        let plain = database
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        anyhow::ensure!(
            plain,
            "a database's name has lower-case letters, digits and '_' only"
        );
        let created = sqlx::query(AssertSqlSafe(format!("create database {database}")))
            .execute(&mut connection)
            .await;
        // Another run may have been quicker.
        let raced = created
            .as_ref()
            .err()
            .and_then(|e| e.as_database_error())
            .and_then(|e| e.code());
        if raced.as_deref() != Some("42P04") && raced.as_deref() != Some("23505") {
            created?;
        }
    }
    Ok(connection.close().await?)
}

/// Connects, and waits for a database that is just starting.
async fn connect(options: &PgConnectOptions) -> anyhow::Result<PgConnection> {
    let started = tokio::time::Instant::now();
    loop {
        match PgConnection::connect_with(options).await {
            Ok(connection) => return Ok(connection),
            Err(error) if started.elapsed() < PATIENCE && velure_postgres::is_transient(&error) => {
                tokio::time::sleep(Duration::from_millis(250)).await;
            }
            Err(error) => return Err(error.into()),
        }
    }
}
