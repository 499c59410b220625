//! Two kinds of token, both signed with Ed25519 and nothing else: access tokens of sessions, in a cookie, and
//! service tokens between our own processes, in `Authorization`.

use std::collections::HashMap;
use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use velure_config::{ExposeSecret, Reader, SecretString};
use velure_domain::{SessionId, UserId};

/// The cookie that holds the access token.
pub const ACCESS_COOKIE: &str = "__Host-velure_at";
/// The audience of access tokens.
pub const ACCESS_AUDIENCE: &str = "velure";
/// The issuer of access tokens.
const ACCESS_ISSUER: &str = "velure-auth";
/// The type in the header of access tokens (RFC 9068), and of service tokens: one kind is never taken for another.
const ACCESS_TYPE: &str = "at+jwt";
const SERVICE_TYPE: &str = "service+jwt";
/// How long a service token lives, in seconds.
const SERVICE_LIFETIME: u64 = 60;
/// How far two clocks may be apart, in seconds.
const LEEWAY: u64 = 5;

/// A key that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not `<kid>.<base64url of PKCS#8>`.
    #[error("a signing key is written as <kid>.<base64url of an Ed25519 PKCS#8 document>")]
    SigningKey,
    /// Not a JWK set of Ed25519 public keys with ids.
    #[error("a key set is a JWK set of Ed25519 public keys, each with a kid")]
    KeySet,
}

/// A token that is not good. Why is for our logs; the client gets the same 401 for all.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Signed by nobody we know, expired, for someone else, or malformed.
    #[error("the token was refused")]
    Refused(#[source] jsonwebtoken::errors::Error),
    /// Another kind of token, another algorithm or an unknown key.
    #[error("the token's header was refused")]
    Header,
}

/// A private key and its id.
#[derive(Clone)]
pub struct SigningKey {
    kid: String,
    key: EncodingKey,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

impl SigningKey {
    /// Reads `<kid>.<base64url of PKCS#8>`, as `velure keys generate` writes it.
    ///
    /// # Errors
    /// When it is written in another way.
    pub fn parse(text: &SecretString) -> Result<Self, KeyError> {
        let (kid, der) = text
            .expose_secret()
            .split_once('.')
            .ok_or(KeyError::SigningKey)?;
        let der = URL_SAFE_NO_PAD
            .decode(der)
            .map_err(|_| KeyError::SigningKey)?;
        // An Ed25519 private key is 48 bytes in PKCS#8 version 1, 83 or 85 with its public key in version 2.
        if kid.is_empty() || !(48..=96).contains(&der.len()) {
            return Err(KeyError::SigningKey);
        }
        Ok(Self {
            kid: kid.to_owned(),
            key: EncodingKey::from_ed_der(&der),
        })
    }

    /// Reads the key in `variable`, a secret. After `None` the reader has noted why and refuses to finish.
    pub fn read(reader: &mut Reader<'_>, variable: &str) -> Option<Self> {
        let text = reader.secret(variable);
        noted(
            reader,
            variable,
            text.expose_secret().is_empty(),
            Self::parse(&text),
        )
    }

    fn sign(&self, kind: &str, claims: &impl Serialize) -> Result<SecretString, TokenError> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some(kind.to_owned());
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, claims, &self.key)
            .map(SecretString::from)
            .map_err(TokenError::Refused)
    }

    /// Signs an access token.
    ///
    /// # Errors
    /// When the key does not sign.
    pub fn sign_access(&self, claims: &AccessClaims) -> Result<SecretString, TokenError> {
        self.sign(ACCESS_TYPE, claims)
    }
}

/// The claims of an access token. Every one is required and typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    /// The issuer.
    pub iss: String,
    /// The audience.
    pub aud: String,
    /// The user.
    pub sub: Uuid,
    /// The session.
    pub sid: Uuid,
    /// The token itself.
    pub jti: Uuid,
    /// When it was signed, in seconds since 1970.
    pub iat: i64,
    /// Since when it is good.
    pub nbf: i64,
    /// Until when.
    pub exp: i64,
}

impl AccessClaims {
    /// Claims for a session, good from `now` until `expires`, both in seconds since 1970.
    #[must_use]
    pub fn new(user: UserId, session: SessionId, now: i64, expires: i64) -> Self {
        Self {
            iss: ACCESS_ISSUER.to_owned(),
            aud: ACCESS_AUDIENCE.to_owned(),
            sub: user.as_uuid(),
            sid: session.as_uuid(),
            jti: Uuid::now_v7(),
            iat: now,
            nbf: now,
            exp: expires,
        }
    }
}

/// An access token whose signature and claims are good. Whether its session has ended is for the database to say.
#[derive(Debug, Clone)]
pub struct AccessToken {
    /// What it says.
    pub claims: AccessClaims,
    /// The token itself, to be asked about.
    pub raw: SecretString,
}

impl AccessToken {
    /// The user.
    #[must_use]
    pub fn user_id(&self) -> UserId {
        self.claims.sub.into()
    }

    /// The session.
    #[must_use]
    pub fn session_id(&self) -> SessionId {
        self.claims.sid.into()
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct ServiceClaims {
    iss: String,
    sub: String,
    aud: String,
    iat: u64,
    nbf: u64,
    exp: u64,
}

/// Signs tokens for calls to the internal endpoints of another context. The key's id is the caller's name.
#[derive(Debug, Clone)]
pub struct ServiceSigner {
    key: SigningKey,
}

impl ServiceSigner {
    /// Signs with `key`.
    #[must_use]
    pub fn new(key: SigningKey) -> Self {
        Self { key }
    }

    /// A token for `audience`, the name of a context, good for a minute.
    ///
    /// # Errors
    /// When the key does not sign.
    pub fn token(&self, audience: &str) -> Result<SecretString, TokenError> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        let name = self.key.kid.clone();
        let claims = ServiceClaims {
            iss: name.clone(),
            sub: name,
            aud: audience.to_owned(),
            iat: now,
            nbf: now,
            exp: now + SERVICE_LIFETIME,
        };
        self.key.sign(SERVICE_TYPE, &claims)
    }
}

/// Public keys by id. Two can be good at once, so that a key can be changed without signing anybody out.
#[derive(Clone)]
pub struct KeySet {
    keys: HashMap<String, DecodingKey>,
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.keys()).finish()
    }
}

impl KeySet {
    /// Reads a JWK set (RFC 7517).
    ///
    /// # Errors
    /// When it is none, is empty, or holds anything but Ed25519 keys with ids.
    pub fn parse(json: &str) -> Result<Self, KeyError> {
        let set: JwkSet = serde_json::from_str(json).map_err(|_| KeyError::KeySet)?;
        let mut keys = HashMap::new();
        for jwk in &set.keys {
            let AlgorithmParameters::OctetKeyPair(pair) = &jwk.algorithm else {
                return Err(KeyError::KeySet);
            };
            if pair.curve != EllipticCurve::Ed25519 {
                return Err(KeyError::KeySet);
            }
            let kid = jwk.common.key_id.clone().ok_or(KeyError::KeySet)?;
            keys.insert(
                kid,
                DecodingKey::from_jwk(jwk).map_err(|_| KeyError::KeySet)?,
            );
        }
        if keys.is_empty() {
            Err(KeyError::KeySet)
        } else {
            Ok(Self { keys })
        }
    }

    /// Reads the set in `variable`. After `None` the reader has noted why and refuses to finish.
    pub fn read(reader: &mut Reader<'_>, variable: &str) -> Option<Self> {
        let json = reader.required(variable);
        noted(reader, variable, json.is_empty(), Self::parse(&json))
    }

    fn verify<C: DeserializeOwned>(
        &self,
        token: &str,
        kind: &str,
        issuer: Option<&str>,
        audience: &str,
        expired_too: bool,
    ) -> Result<(String, C), TokenError> {
        let header = jsonwebtoken::decode_header(token).map_err(TokenError::Refused)?;
        let kid = header.kid.ok_or(TokenError::Header)?;
        let key = self.keys.get(&kid).ok_or(TokenError::Header)?;
        if header.alg != Algorithm::EdDSA || header.typ.as_deref() != Some(kind) {
            return Err(TokenError::Header);
        }
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.leeway = LEEWAY;
        validation.validate_nbf = true;
        validation.validate_exp = !expired_too;
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        validation.set_audience(&[audience]);
        validation.set_issuer(&[issuer.unwrap_or(&kid)]);
        let data =
            jsonwebtoken::decode::<C>(token, key, &validation).map_err(TokenError::Refused)?;
        Ok((kid, data.claims))
    }

    /// Checks an access token.
    ///
    /// # Errors
    /// When anything about it is not as it has to be.
    pub fn verify_access(&self, token: &str) -> Result<AccessToken, TokenError> {
        let (_, claims) = self.verify(
            token,
            ACCESS_TYPE,
            Some(ACCESS_ISSUER),
            ACCESS_AUDIENCE,
            false,
        )?;
        Ok(AccessToken {
            claims,
            raw: token.to_owned().into(),
        })
    }

    /// Reads an access token of ours, also one that has expired: for signing out, and for nothing that gives access.
    ///
    /// # Errors
    /// When anything but its age is not as it has to be.
    pub fn read_expired_access(&self, token: &str) -> Result<AccessClaims, TokenError> {
        let (_, claims) = self.verify(
            token,
            ACCESS_TYPE,
            Some(ACCESS_ISSUER),
            ACCESS_AUDIENCE,
            true,
        )?;
        Ok(claims)
    }

    /// Checks a service token for `audience`, and says who signed it.
    ///
    /// # Errors
    /// When anything about it is not as it has to be; also when it names another issuer than its key's owner.
    pub fn verify_service(&self, token: &str, audience: &str) -> Result<String, TokenError> {
        let (caller, _) =
            self.verify::<ServiceClaims>(token, SERVICE_TYPE, None, audience, false)?;
        Ok(caller)
    }
}

/// The parsed key, or a fault under its variable; a variable that is not set has its fault already.
fn noted<T>(
    reader: &mut Reader<'_>,
    variable: &str,
    missing: bool,
    parsed: Result<T, KeyError>,
) -> Option<T> {
    match parsed {
        Ok(key) => Some(key),
        Err(_) if missing => None,
        Err(error) => {
            reader.fault(variable, format!("cannot be used: {error}"));
            None
        }
    }
}
