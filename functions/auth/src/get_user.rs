//! `GET /api/users/{id}`

use velure_domain::UserId;
use velure_http::{ApiError, Endpoint, Reply, Request, StartError};
use velure_postgres::auth::AccountStore;

use crate::AuthContext;
use crate::user::{ReadUserError, present};

/// Shows an admin one user.
#[derive(Debug)]
pub struct GetUser {
    accounts: AccountStore,
}

impl Endpoint for GetUser {
    const NAME: &'static str = "get-user";
    type Context = AuthContext;

    async fn connect(context: &AuthContext) -> Result<Self, StartError> {
        Ok(Self {
            accounts: context.accounts().await?,
        })
    }

    async fn handle(&self, request: Request) -> Result<Reply, ApiError> {
        let id: UserId = request
            .param("id")
            .parse()
            .map_err(|_| ApiError::not_found())?;
        let account = self
            .accounts
            .find(id)
            .await
            .map_err(ReadUserError)?
            .ok_or_else(ApiError::not_found)?;
        Ok(Reply::ok(&present(account)))
    }
}
