use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use velure_config::{ExposeSecret, SecretString};

use crate::KeyError;

/// A new Ed25519 key pair, in the two ways it is configured: private for who signs, public for who verifies.
pub struct KeyPair {
    kid: String,
    pkcs8: Vec<u8>,
    public: String,
}

/// No key could be generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no key could be generated")]
pub struct GenerateKeyError;

impl std::fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyPair")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

impl KeyPair {
    /// A pair whose id is `name`: the key of one of our processes.
    ///
    /// # Errors
    /// When the machine has no randomness.
    pub fn generate_named(name: &str) -> Result<Self, GenerateKeyError> {
        let mut pair = Self::generate()?;
        name.clone_into(&mut pair.kid);
        Ok(pair)
    }

    /// A pair whose id is the beginning of its thumbprint (RFC 7638): two keys never share one.
    ///
    /// # Errors
    /// When the machine has no randomness.
    pub fn generate() -> Result<Self, GenerateKeyError> {
        let pkcs8 =
            Ed25519KeyPair::generate_pkcs8v1(&SystemRandom::new()).map_err(|_| GenerateKeyError)?;
        let public = public_key(pkcs8.as_ref()).ok_or(GenerateKeyError)?;
        let thumbprint =
            Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{public}"}}"#));
        let kid = URL_SAFE_NO_PAD.encode(&thumbprint[..9]);
        Ok(Self {
            kid,
            pkcs8: pkcs8.as_ref().to_vec(),
            public,
        })
    }

    /// The pair whose private half is `text`, as [`Self::signing_key`] writes it: the public half follows from it.
    ///
    /// # Errors
    /// When it is written in another way.
    pub fn parse(text: &SecretString) -> Result<Self, KeyError> {
        let (kid, der) = text
            .expose_secret()
            .split_once('.')
            .filter(|(kid, _)| !kid.is_empty())
            .ok_or(KeyError::SigningKey)?;
        let pkcs8 = URL_SAFE_NO_PAD
            .decode(der)
            .map_err(|_| KeyError::SigningKey)?;
        let public = public_key(&pkcs8).ok_or(KeyError::SigningKey)?;
        Ok(Self {
            kid: kid.to_owned(),
            pkcs8,
            public,
        })
    }

    /// The key's id.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The private key, a PKCS#8 document.
    #[must_use]
    pub fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// `<kid>.<base64url of PKCS#8>`, as [`SigningKey::parse`](crate::SigningKey::parse) reads it.
    #[must_use]
    pub fn signing_key(&self) -> SecretString {
        format!("{}.{}", self.kid, URL_SAFE_NO_PAD.encode(&self.pkcs8)).into()
    }

    /// The public key as a JWK (RFC 8037).
    #[must_use]
    pub fn jwk(&self) -> Value {
        json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": self.kid, "x": self.public})
    }
}

/// The public half of a private key, as a JWK's `x`.
fn public_key(pkcs8: &[u8]) -> Option<String> {
    let pair = Ed25519KeyPair::from_pkcs8(pkcs8).ok()?;
    Some(URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()))
}

/// The public keys of these pairs as a JWK set on one line, as [`KeySet::parse`](crate::KeySet::parse) reads it.
pub fn jwk_set<'a>(pairs: impl IntoIterator<Item = &'a KeyPair>) -> String {
    json!({ "keys": pairs.into_iter().map(KeyPair::jwk).collect::<Vec<_>>() }).to_string()
}

#[cfg(test)]
mod tests {
    use velure_domain::{SessionId, UserId};

    use super::*;
    use crate::{AccessClaims, KeySet, ServiceSigner, SigningKey};

    fn signer(pair: &KeyPair) -> SigningKey {
        SigningKey::parse(&pair.signing_key()).expect("our own way of writing a key")
    }

    #[test]
    fn what_one_half_signs_the_other_half_verifies() {
        let (pair, other) = (
            KeyPair::generate().expect("a key"),
            KeyPair::generate().expect("a key"),
        );
        let keys = KeySet::parse(&jwk_set([&other, &pair])).expect("our own way of writing a set");
        let now = chrono::Utc::now().timestamp();
        let (user, session) = (UserId::generate(), SessionId::generate());
        let token = signer(&pair)
            .sign_access(&AccessClaims::new(user, session, now, now + 60))
            .expect("a signature");
        let read = keys
            .verify_access(token.expose_secret())
            .expect("a good token");
        assert_eq!((read.user_id(), read.session_id()), (user, session));
        let without = KeySet::parse(&jwk_set([&other])).expect("a set");
        assert!(
            without.verify_access(token.expose_secret()).is_err(),
            "a key that was taken out is refused"
        );
    }

    #[test]
    fn a_stored_private_half_gives_its_public_half_back() {
        let pair = KeyPair::generate_named("orders").expect("a key");
        let stored = KeyPair::parse(&pair.signing_key()).expect("our own way of writing a key");
        assert_eq!(stored.jwk(), pair.jwk());
        assert_eq!(
            stored.signing_key().expose_secret(),
            pair.signing_key().expose_secret()
        );
        for other in ["", "orders", "orders.", "orders.AAAA", ".AAAA", "{}"] {
            assert_eq!(
                KeyPair::parse(&other.to_owned().into()).err(),
                Some(KeyError::SigningKey),
                "{other}"
            );
        }
    }

    #[test]
    fn a_service_token_says_who_signed_it_and_is_good_for_one_context() {
        let pair = KeyPair::generate_named("orders").expect("a key");
        let keys = KeySet::parse(&jwk_set([&pair])).expect("a set");
        let token = ServiceSigner::new(signer(&pair))
            .token("auth")
            .expect("a signature");
        assert_eq!(
            keys.verify_service(token.expose_secret(), "auth")
                .ok()
                .as_deref(),
            Some("orders")
        );
        assert!(
            keys.verify_service(token.expose_secret(), "catalog")
                .is_err()
        );
        assert!(
            keys.verify_access(token.expose_secret()).is_err(),
            "one kind is never taken for another"
        );
    }

    #[test]
    fn an_expired_access_token_is_read_for_signing_out_only() {
        let pair = KeyPair::generate().expect("a key");
        let keys = KeySet::parse(&jwk_set([&pair])).expect("a set");
        let now = chrono::Utc::now().timestamp();
        let claims = AccessClaims::new(
            UserId::generate(),
            SessionId::generate(),
            now - 700,
            now - 100,
        );
        let token = signer(&pair).sign_access(&claims).expect("a signature");
        assert!(keys.verify_access(token.expose_secret()).is_err());
        assert_eq!(
            keys.read_expired_access(token.expose_secret()).ok(),
            Some(claims)
        );
    }
}
