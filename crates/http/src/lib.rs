//! The HTTP edge: an endpoint is written once, and three shells host it.
//!
//! An [`Endpoint`] is a struct that holds what it needs, and one function from [`Request`] to [`Reply`]. The edge does
//! the same things around every one, by its row in `functions/routes.json`: body limit, CSRF, authentication, the
//! answer's common headers, problem bodies, one log line. So no endpoint can forget them.
//!
//! - [`serve`] hosts one endpoint as a Lambda function, in AWS as under `cargo lambda watch`.
//! - [`Mounted`] is what `functions/server` and the tests host: any number of endpoints in one process.

mod authenticator;
mod caller;
mod csrf;
mod endpoint;
mod error;
mod etag;
mod key_pair;
mod lambda;
mod metrics;
mod mounted;
pub mod openapi;
mod origin;
mod reply;
mod request;
mod route;
pub mod testing;
mod tokens;

pub use authenticator::{Authenticator, SessionCheck, SessionCheckError, SessionVerdict};
pub use caller::Caller;
pub use csrf::CsrfPolicy;
pub use endpoint::{Context, Endpoint, StartError};
pub use error::{ApiError, FieldErrors};
pub use etag::{ETag, none_match};
pub use key_pair::{GenerateKeyError, KeyPair, jwk_set};
pub use lambda::{serve, serve_fallback};
pub use metrics::{session_lookup, session_lookups_from_zero};
pub use mounted::{Mounted, body_too_large, fallback, internal_error, render, timed_out};
pub use reply::Reply;
pub use request::{Paging, Request, RequestParts};
pub use route::{Auth, Route, Throttle, route_named, routes};
pub use tokens::{
    ACCESS_AUDIENCE, ACCESS_COOKIE, AccessClaims, AccessToken, KeyError, KeySet, ServiceSigner,
    SigningKey, TokenError,
};
