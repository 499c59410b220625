use std::str::FromStr;

use velure_config::Env;
use velure_http::{Context, Mounted, StartError};

/// A bounded context whose endpoints can be hosted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContextName {
    /// Accounts, sessions, tokens.
    Auth,
    /// Products, stock, quotes, reservations.
    Catalog,
    /// Orders.
    Orders,
    /// Health.
    Edge,
}

/// A name that is no context's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no such context")]
pub struct UnknownContext;

impl ContextName {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Auth, Self::Catalog, Self::Orders, Self::Edge];

    /// The name in the route table.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auth => velure_auth::AuthContext::NAME,
            Self::Catalog => velure_catalog::CatalogContext::NAME,
            Self::Orders => velure_orders::OrdersContext::NAME,
            Self::Edge => velure_edge::EdgeContext::NAME,
        }
    }
}

impl FromStr for ContextName {
    type Err = UnknownContext;

    fn from_str(text: &str) -> Result<Self, UnknownContext> {
        Self::ALL
            .into_iter()
            .find(|context| context.as_str() == text)
            .ok_or(UnknownContext)
    }
}

/// Connects every endpoint of `contexts`.
///
/// # Errors
/// When the variables do not allow one of them.
pub async fn mount(contexts: &[ContextName], env: &Env) -> Result<Vec<Mounted>, StartError> {
    let mut endpoints = Vec::new();
    for context in contexts {
        let env = env.clone();
        endpoints.extend(match context {
            ContextName::Auth => velure_auth::mount(&velure_auth::AuthContext::new(env)).await?,
            ContextName::Catalog => {
                velure_catalog::mount(&velure_catalog::CatalogContext::new(env)).await?
            }
            ContextName::Orders => {
                velure_orders::mount(&velure_orders::OrdersContext::new(env)).await?
            }
            ContextName::Edge => velure_edge::mount(&velure_edge::EdgeContext::new(env)).await?,
        });
    }
    Ok(endpoints)
}
