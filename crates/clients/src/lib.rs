//! HTTP clients for the contexts that others ask: auth and catalog.
//!
//! Both speak HTTP/1.1 over a pool of kept connections, with a deadline on everything, no redirects and a bound on
//! the answer, and show a service token that is signed for the context asked. Nothing here tries again: who asked
//! knows what a second question means. The one exception is a kept connection that turns out to be closed before a
//! byte of the request was sent; then another one is taken.

mod catalog;
mod transport;

pub use catalog::{
    CatalogClient, CatalogClientError, CatalogConfig, CatalogError, HoldError, Quote, QuoteError,
    SettleError,
};
pub use transport::{CALL_DEADLINE, CallError, Transport};

mod auth;

pub use auth::{AuthClient, IntrospectError, RemoteSessions, authenticator, service_authenticator};
