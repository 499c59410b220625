//! The two people of a development shop: one who buys and one who tends the catalogue.
//!
//! Never part of a migration, and made only when asked for by name: a shop in the world has no account that somebody
//! else knows the password of.

use anyhow::Context as _;
use argon2::password_hash::PasswordHasher as _;
use argon2::{Algorithm, Argon2, Params, Version};
use velure_config::{Env, ExposeSecret, Reader, SecretString};
use velure_contracts::http::UserRole;
use velure_domain::{NewPassword, UserId};
use velure_postgres::DatabaseConfig;
use velure_postgres::auth::{AccountStore, NewAccount};

struct DemoUser {
    email: &'static str,
    name: &'static str,
    role: UserRole,
    variable: &'static str,
}

const DEMO_USERS: [DemoUser; 2] = [
    DemoUser {
        email: "demo@velure.example",
        name: "Demo Shopper",
        role: UserRole::Shopper,
        variable: "VELURE_DEMO_PASSWORD",
    },
    DemoUser {
        email: "admin@velure.example",
        name: "Demo Admin",
        role: UserRole::Admin,
        variable: "VELURE_DEMO_ADMIN_PASSWORD",
    },
];

/// Someone who can sign in now.
#[derive(Debug)]
pub(crate) struct Seeded {
    /// With this address.
    pub(crate) email: &'static str,
    /// And this password.
    pub(crate) password: SecretString,
}

/// Makes the demo users in the database of `VELURE_AUTH_DATABASE_URL`, with the passwords of `VELURE_DEMO_PASSWORD` and
/// `VELURE_DEMO_ADMIN_PASSWORD`, and prints how to sign in. Running it again sets the passwords again.
pub(crate) async fn run(env: &Env) -> anyhow::Result<()> {
    let mut reader = Reader::new(env);
    let database = DatabaseConfig::read(&mut reader, "VELURE_AUTH_DATABASE_URL", "velure-seed", 1);
    let passwords = DEMO_USERS.map(|user| reader.secret(user.variable));
    let (database, passwords) = reader.finish((database, passwords))?;
    let pool = database
        .pool()
        .context("the auth database's URL cannot be read")?;
    for seeded in seed(&AccountStore::new(pool), passwords).await? {
        crate::say(&format!(
            "{}  {}",
            seeded.email,
            seeded.password.expose_secret()
        ))?;
    }
    Ok(())
}

/// Makes the demo users with these passwords, in the order shopper, admin.
pub(crate) async fn seed(
    accounts: &AccountStore,
    passwords: [SecretString; 2],
) -> anyhow::Result<Vec<Seeded>> {
    let mut seeded = Vec::new();
    for (user, password) in DEMO_USERS.into_iter().zip(passwords) {
        let checked = NewPassword::new(password.expose_secret().to_owned())
            .with_context(|| format!("{} cannot be used", user.variable))?;
        let account = NewAccount {
            id: UserId::generate(),
            name: user.name.to_owned(),
            email: user
                .email
                .parse()
                .expect("invariant: a demo user's address is one"),
            password_hash: hash(&checked)?,
        };
        let stored = accounts.put(&account, user.role).await;
        stored.with_context(|| format!("{} cannot be stored", user.email))?;
        seeded.push(Seeded {
            email: user.email,
            password,
        });
    }
    Ok(seeded)
}

/// Hashes as the auth context does; a sign-in there would hash it again if it were weaker.
fn hash(password: &NewPassword) -> anyhow::Result<SecretString> {
    let params = Params::new(19_456, 2, 1, None).context("the parameters of argon2")?;
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let hash = argon2
        .hash_password(password.expose().as_bytes())
        .context("the password cannot be hashed")?;
    Ok(hash.to_string().into())
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::PasswordVerifier as _;
    use argon2::password_hash::phc::PasswordHash;

    use sqlx::PgPool;

    use super::*;

    #[sqlx::test(migrator = "velure_postgres::AUTH")]
    async fn seeding_again_makes_the_printed_passwords_right(pool: PgPool) {
        let accounts = AccountStore::new(pool);
        let passwords = |a: &str, b: &str| [a.to_owned().into(), b.to_owned().into()];
        seed(
            &accounts,
            passwords("first-of-the-shopper", "first-of-the-admin"),
        )
        .await
        .expect("the first time");
        let seeded = seed(
            &accounts,
            passwords("second-of-the-shopper", "second-of-the-admin"),
        )
        .await
        .expect("again");
        for (seeded, role) in seeded.iter().zip([UserRole::Shopper, UserRole::Admin]) {
            let email = seeded.email.parse().expect("an address");
            let found = accounts
                .find_credentials(&email)
                .await
                .expect("the database")
                .expect("the demo user");
            let hash = PasswordHash::new(found.password_hash.expose_secret()).expect("a hash");
            let password = seeded.password.expose_secret().as_bytes();
            assert!(
                Argon2::default().verify_password(password, &hash).is_ok(),
                "{}",
                seeded.email
            );
            assert_eq!(found.account.role, role);
        }
        assert_eq!(accounts.list(0, 10).await.expect("the database").1, 2);
    }
}
