use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use velure_config::{ExposeSecret, SecretString};
use velure_postgres::auth::TokenHash;

/// 256 random bits in a cookie. They mean nothing; the database knows their hash.
#[derive(Debug, Clone)]
pub(crate) struct RefreshToken(SecretString);

impl RefreshToken {
    pub(crate) fn generate() -> Self {
        Self(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()).into())
    }

    pub(crate) fn secret(&self) -> &SecretString {
        &self.0
    }

    pub(crate) fn hash(&self) -> TokenHash {
        hash(self.0.expose_secret())
    }
}

/// The hash of a token as a browser sent it.
pub(crate) fn hash(token: &str) -> TokenHash {
    TokenHash(Sha256::digest(token.as_bytes()).into())
}
