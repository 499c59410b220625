//! The auth context: accounts, sessions and tokens. One module per endpoint.

mod change_password;
mod close_session;
mod context;
mod cookies;
mod display_name;
mod get_jwks;
mod get_me;
mod get_user;
mod introspect_token;
mod issuer;
mod list_users;
mod open_session;
mod passwords;
mod refresh_session;
mod refresh_token;
mod register_user;
mod sessions;
mod sign_in_key;
mod user;

pub use change_password::ChangePassword;
pub use close_session::CloseSession;
pub use context::AuthContext;
pub use get_jwks::GetJwks;
pub use get_me::GetMe;
pub use get_user::GetUser;
pub use introspect_token::IntrospectToken;
pub use list_users::ListUsers;
pub use open_session::OpenSession;
pub use refresh_session::RefreshSession;
pub use register_user::RegisterUser;

use velure_http::{Mounted, StartError};

/// Connects every endpoint of this context.
///
/// # Errors
/// When the variables do not allow one of them.
pub async fn mount(context: &AuthContext) -> Result<Vec<Mounted>, StartError> {
    Ok(vec![
        Mounted::connect::<RegisterUser>(context).await?,
        Mounted::connect::<OpenSession>(context).await?,
        Mounted::connect::<RefreshSession>(context).await?,
        Mounted::connect::<CloseSession>(context).await?,
        Mounted::connect::<GetMe>(context).await?,
        Mounted::connect::<ChangePassword>(context).await?,
        Mounted::connect::<IntrospectToken>(context).await?,
        Mounted::connect::<ListUsers>(context).await?,
        Mounted::connect::<GetUser>(context).await?,
        Mounted::connect::<GetJwks>(context).await?,
    ])
}
