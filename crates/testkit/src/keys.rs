//! Keys of one test, and tokens that are good or bad in one way each.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use aws_lc_rs::signature::Ed25519KeyPair;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use uuid::Uuid;
use velure_config::ExposeSecret;
use velure_http::{KeyPair, ServiceSigner, SigningKey, jwk_set};

/// The processes of ours that call others.
pub const CALLERS: [&str; 4] = ["orders", "catalog", "order-processor", "sse-gateway"];

/// The keys of an installation that lives as long as one test.
#[derive(Debug)]
pub struct TestKeys {
    access: KeyPair,
    services: BTreeMap<&'static str, KeyPair>,
}

/// Seconds since 1970.
fn now() -> i64 {
    let elapsed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a clock after 1970");
    i64::try_from(elapsed.as_secs()).expect("a clock before the end of time")
}

impl TestKeys {
    /// New keys.
    ///
    /// # Panics
    /// When the machine has no randomness.
    #[must_use]
    pub fn generate() -> Self {
        let named = |name| (name, KeyPair::generate_named(name).expect("a key"));
        Self {
            access: KeyPair::generate().expect("a key"),
            services: CALLERS.into_iter().map(named).collect(),
        }
    }

    /// The value of `VELURE_ACCESS_SIGNING_KEY`.
    #[must_use]
    pub fn access_signing_key(&self) -> String {
        self.access.signing_key().expose_secret().to_owned()
    }

    /// The value of `VELURE_ACCESS_JWKS`.
    #[must_use]
    pub fn access_jwks(&self) -> String {
        jwk_set([&self.access])
    }

    /// The value of `VELURE_SERVICE_SIGNING_KEY` for one of [`CALLERS`].
    ///
    /// # Panics
    /// When `caller` is none of them.
    #[must_use]
    pub fn service_signing_key(&self, caller: &str) -> String {
        self.service(caller)
            .signing_key()
            .expose_secret()
            .to_owned()
    }

    /// The value of `VELURE_SERVICE_JWKS`.
    #[must_use]
    pub fn service_jwks(&self) -> String {
        jwk_set(self.services.values())
    }

    /// Every key variable of a process that is `caller`, auth's private key included.
    ///
    /// # Panics
    /// When `caller` is none of [`CALLERS`].
    #[must_use]
    pub fn variables(&self, caller: &str) -> Vec<(String, String)> {
        [
            ("VELURE_ACCESS_SIGNING_KEY", self.access_signing_key()),
            ("VELURE_ACCESS_JWKS", self.access_jwks()),
            (
                "VELURE_SERVICE_SIGNING_KEY",
                self.service_signing_key(caller),
            ),
            ("VELURE_SERVICE_NAME", caller.to_owned()),
            ("VELURE_SERVICE_JWKS", self.service_jwks()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    fn service(&self, caller: &str) -> &KeyPair {
        self.services.get(caller).expect("one of the callers")
    }

    /// A token with which `caller` may call the context `audience`.
    ///
    /// # Panics
    /// When `caller` is none of [`CALLERS`].
    #[must_use]
    pub fn service_token(&self, caller: &str, audience: &str) -> String {
        let key = SigningKey::parse(&self.service(caller).signing_key()).expect("a signing key");
        ServiceSigner::new(key)
            .token(audience)
            .expect("a signature")
            .expose_secret()
            .to_owned()
    }

    /// The same, good for ten minutes: for what asks one thing after the other.
    ///
    /// # Panics
    /// When `caller` is none of [`CALLERS`].
    #[must_use]
    pub fn lasting_service_token(&self, caller: &str, audience: &str) -> String {
        self.service_token_from(caller, audience, (now(), now() + 600))
    }

    /// A token that was good for such calls until a minute ago.
    ///
    /// # Panics
    /// When `caller` is none of [`CALLERS`].
    #[must_use]
    pub fn expired_service_token(&self, caller: &str, audience: &str) -> String {
        self.service_token_from(caller, audience, (now() - 120, now() - 60))
    }

    fn service_token_from(
        &self,
        caller: &str,
        audience: &str,
        (began, ended): (i64, i64),
    ) -> String {
        let header = json!({"typ": "service+jwt", "alg": "EdDSA", "kid": caller});
        let claims = json!({
            "iss": caller, "sub": caller, "aud": audience, "iat": began, "nbf": began, "exp": ended,
        });
        self.signed(self.service(caller), &header, &claims)
    }

    /// A good access token for a session, for ten minutes from now.
    #[must_use]
    pub fn access_token(&self, user: Uuid, session: Uuid) -> String {
        self.signed(&self.access, &self.header(), &claims(user, session))
    }

    /// An access token that was good until a minute ago.
    #[must_use]
    pub fn expired_access_token(&self, user: Uuid, session: Uuid) -> String {
        let expired = with(
            claims(user, session),
            json!({"iat": now() - 660, "nbf": now() - 660, "exp": now() - 60}),
        );
        self.signed(&self.access, &self.header(), &expired)
    }

    /// Access tokens for a session that goes on, each with a name and one thing wrong with it.
    ///
    /// # Panics
    /// When the machine has no randomness.
    #[must_use]
    pub fn bad_access_tokens(&self, user: Uuid, session: Uuid) -> Vec<(&'static str, String)> {
        let good = claims(user, session);
        let changed =
            |change: Value| self.signed(&self.access, &self.header(), &with(good.clone(), change));
        let headed = |change: Value| self.signed(&self.access, &with(self.header(), change), &good);
        let forger = KeyPair::generate_named(self.access.kid()).expect("a key");
        let unknown = KeyPair::generate().expect("a key");
        let token = self.access_token(user, session);
        let (rest, signature) = token.rsplit_once('.').expect("a token has three parts");
        let other = part(&with(good.clone(), json!({"sub": Uuid::new_v4()})));
        let x = self.access.jwk()["x"]
            .as_str()
            .map(str::to_owned)
            .expect("a public key");
        let public = URL_SAFE_NO_PAD.decode(&x).expect("a public key");
        let hs256 = unsigned(&with(self.header(), json!({"alg": "HS256"})), &good);
        let mac =
            |key: &[u8]| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), hs256.as_bytes());
        vec![
            ("expired", self.expired_access_token(user, session)),
            ("not yet valid", changed(json!({"nbf": now() + 60}))),
            ("other audience", changed(json!({"aud": "somebody-else"}))),
            ("other issuer", changed(json!({"iss": "somebody-else"}))),
            ("user id of another type", changed(json!({"sub": 7}))),
            (
                "expiry of another type",
                changed(json!({"exp": "tomorrow"})),
            ),
            ("session id that is no id", changed(json!({"sid": "x"}))),
            ("without a session", changed(json!({"sid": null}))),
            ("without an expiry", changed(json!({"exp": null}))),
            ("without a beginning", changed(json!({"nbf": null}))),
            ("refresh as access", headed(json!({"typ": "rt+jwt"}))),
            ("service as access", self.service_token("orders", "auth")),
            (
                "unknown key",
                self.signed(
                    &unknown,
                    &with(self.header(), json!({"kid": unknown.kid()})),
                    &good,
                ),
            ),
            ("without a key id", headed(json!({"kid": null}))),
            (
                "forged under our key id",
                self.signed(&forger, &self.header(), &good),
            ),
            (
                "key of its own",
                self.signed(
                    &forger,
                    &with(self.header(), json!({"jwk": forger.jwk()})),
                    &good,
                ),
            ),
            (
                "claims exchanged",
                format!(
                    "{}.{other}.{signature}",
                    rest.split('.').next().unwrap_or_default()
                ),
            ),
            ("signature cut off", format!("{rest}.")),
            (
                "alg none",
                format!(
                    "{}.",
                    unsigned(&with(self.header(), json!({"alg": "none"})), &good)
                ),
            ),
            (
                "HS256 with the public key",
                format!("{hs256}.{}", URL_SAFE_NO_PAD.encode(mac(&public))),
            ),
            (
                "HS256 with the public key's text",
                format!("{hs256}.{}", URL_SAFE_NO_PAD.encode(mac(x.as_bytes()))),
            ),
            ("no token", "not-a-token".to_owned()),
            ("nothing", String::new()),
        ]
    }

    fn header(&self) -> Value {
        json!({"typ": "at+jwt", "alg": "EdDSA", "kid": self.access.kid()})
    }

    fn signed(&self, key: &KeyPair, header: &Value, claims: &Value) -> String {
        let text = unsigned(header, claims);
        let key = Ed25519KeyPair::from_pkcs8(key.pkcs8()).expect("a private key");
        format!(
            "{text}.{}",
            URL_SAFE_NO_PAD.encode(key.sign(text.as_bytes()))
        )
    }
}

fn claims(user: Uuid, session: Uuid) -> Value {
    json!({
        "iss": "velure-auth", "aud": "velure", "sub": user, "sid": session, "jti": Uuid::new_v4(),
        "iat": now(), "nbf": now(), "exp": now() + 600,
    })
}

/// `object` with some members changed; `null` takes one away.
fn with(mut object: Value, change: Value) -> Value {
    for (name, value) in change.as_object().expect("an object") {
        object[name] = value.clone();
    }
    object
        .as_object_mut()
        .expect("an object")
        .retain(|_, value| !value.is_null());
    object
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}", part(header), part(claims))
}
