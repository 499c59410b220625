//! `GET /api/users`

use serde::Deserialize;
use velure_contracts::http::UserPage;
use velure_http::{ApiError, Endpoint, Paging, Reply, Request, StartError};
use velure_postgres::auth::AccountStore;

use crate::AuthContext;
use crate::user::{ReadUserError, present};

/// Users to a page when nothing else is asked for.
const PAGE_SIZE: u32 = 20;

/// Shows an admin the users, newest first.
#[derive(Debug)]
pub struct ListUsers {
    accounts: AccountStore,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    page: Option<String>,
    page_size: Option<String>,
}

impl Endpoint for ListUsers {
    const NAME: &'static str = "list-users";
    type Context = AuthContext;

    async fn connect(context: &AuthContext) -> Result<Self, StartError> {
        Ok(Self {
            accounts: context.accounts().await?,
        })
    }

    async fn handle(&self, request: Request) -> Result<Reply, ApiError> {
        let query: Query = request.query()?;
        let paging = Paging::parse(query.page.as_deref(), query.page_size.as_deref(), PAGE_SIZE)?;
        let (accounts, total) = self
            .accounts
            .list(paging.skip(), paging.page_size)
            .await
            .map_err(ReadUserError)?;
        Ok(Reply::ok(&UserPage {
            items: accounts.into_iter().map(present).collect(),
            page: paging.page,
            page_size: paging.page_size,
            total,
        }))
    }
}
