//! `GET /api/me`

use velure_contracts::Code;
use velure_http::{ApiError, Endpoint, Reply, Request, StartError};
use velure_postgres::auth::AccountStore;

use crate::AuthContext;
use crate::user::{ReadUserError, present};

/// Shows a user themselves.
#[derive(Debug)]
pub struct GetMe {
    accounts: AccountStore,
}

impl Endpoint for GetMe {
    const NAME: &'static str = "get-me";
    type Context = AuthContext;

    async fn connect(context: &AuthContext) -> Result<Self, StartError> {
        Ok(Self {
            accounts: context.accounts().await?,
        })
    }

    async fn handle(&self, request: Request) -> Result<Reply, ApiError> {
        let found = self
            .accounts
            .find(request.user_id()?)
            .await
            .map_err(ReadUserError)?;
        let account = found.ok_or_else(|| ApiError::new(Code::Unauthenticated))?;
        Ok(Reply::ok(&present(account)))
    }
}
