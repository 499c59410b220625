//! `velure seed`: the catalogue, and on request the people of a development shop. Running it again changes nothing that
//! was edited since.

use anyhow::Context as _;
use clap::Args;
use velure_config::{Env, Reader};
use velure_mongo::{CatalogStore, MongoConfig};

use crate::demo_users;

/// Fills the shop. `VELURE_MONGODB_URI` is the catalogue's database.
#[derive(Debug, Args)]
pub(crate) struct SeedArgs {
    /// Also make a shopper and an admin whose passwords are known; in development only. Reads
    /// `VELURE_AUTH_DATABASE_URL`, `VELURE_DEMO_PASSWORD` and `VELURE_DEMO_ADMIN_PASSWORD`.
    #[arg(long)]
    demo_users: bool,
}

pub(crate) async fn run(args: SeedArgs, env: &Env) -> anyhow::Result<()> {
    let mut reader = Reader::new(env);
    let config = MongoConfig::read(&mut reader, "velure-seed", 1);
    let config = reader.finish(config)?;
    let store = CatalogStore::connect(&config)
        .await
        .context("the catalogue's database cannot be used")?;
    store
        .ensure_indexes()
        .await
        .context("the catalogue's indexes cannot be made")?;
    let drafts = velure_mongo::catalogue().context("the catalogue cannot be read")?;
    let seeded = store
        .seed(&drafts)
        .await
        .context("the catalogue cannot be seeded")?;
    crate::say(&format!(
        "products: {} added, {} changed, {} kept",
        seeded.added, seeded.changed, seeded.kept
    ))?;
    if args.demo_users {
        demo_users::run(env)
            .await
            .context("the demo users cannot be made")?;
    }
    Ok(())
}
