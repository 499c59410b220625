//! `GET /.well-known/jwks.json`

use serde_json::{Map, Value, json};
use velure_config::Reader;
use velure_http::{ApiError, Context, Endpoint, Reply, Request, StartError};

use crate::AuthContext;

/// The members of a public Ed25519 key (RFC 8037). Whatever else is configured is not shown: a private key would be
/// among it.
const PUBLIC_MEMBERS: [&str; 6] = ["kty", "crv", "x", "kid", "alg", "use"];

/// Shows the public keys of access tokens.
#[derive(Debug)]
pub struct GetJwks {
    keys: Value,
}

impl Endpoint for GetJwks {
    const NAME: &'static str = "get-jwks";
    type Context = AuthContext;

    async fn connect(context: &AuthContext) -> Result<Self, StartError> {
        context.access_keys()?;
        let configured = Reader::new(context.env()).required("VELURE_ACCESS_JWKS");
        Ok(Self {
            keys: public(&configured),
        })
    }

    async fn handle(&self, _request: Request) -> Result<Reply, ApiError> {
        // Short enough that a key can be added an hour before it signs, and be known everywhere by then.
        Ok(Reply::ok(&self.keys).header("cache-control", "public, max-age=300"))
    }
}

fn public(configured: &str) -> Value {
    let set: Value =
        serde_json::from_str(configured).expect("invariant: the set was read as a key set before");
    let keys = set["keys"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter();
    let keys = keys.map(|key| {
        PUBLIC_MEMBERS
            .into_iter()
            .filter_map(|member| Some((member.to_owned(), key.get(member)?.clone())))
            .collect::<Map<_, _>>()
    });
    json!({ "keys": keys.collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_key_that_was_configured_by_mistake_is_not_shown() {
        let shown =
            public(r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA","kid":"k","d":"private"}]}"#);
        assert_eq!(
            shown,
            json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA", "kid": "k"}]})
        );
    }
}
