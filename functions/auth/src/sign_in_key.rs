use sha2::{Digest, Sha256};
use velure_postgres::auth::EmailHash;

/// Under what failed sign-ins of an address are counted, whether or not it has an account.
pub(crate) fn email_hash(email: &str) -> EmailHash {
    EmailHash(Sha256::digest(email.trim().to_lowercase().as_bytes()).into())
}
