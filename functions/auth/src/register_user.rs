//! `POST /api/users`
//!
//! The account and its first session are one transaction. If the process dies before it commits, nothing happened; if
//! it dies after, the address is taken, by its owner, who can sign in.
//!
//! That an address is taken is told: the rate limit of this route is what keeps anybody from asking for many.

use velure_contracts::Code;
use velure_contracts::http::RegisterUserBody;
use velure_domain::{EmailAddress, NewPassword, PasswordError, SessionId, UserId};
use velure_http::{ApiError, Endpoint, FieldErrors, Reply, Request, StartError, TokenError};
use velure_postgres::auth::{Account, AccountStore, InsertAccountError, NewAccount, NewSession};
use velure_postgres::is_transient;

use crate::AuthContext;
use crate::display_name::DisplayName;
use crate::issuer::{Issued, Issuer};
use crate::passwords::{Passwords, PasswordsError};
use crate::refresh_token::RefreshToken;
use crate::user::present;

/// Makes a shopper's account and signs it in.
#[derive(Debug)]
pub struct RegisterUser {
    accounts: AccountStore,
    passwords: Passwords,
    issuer: Issuer,
}

/// What a new user says, parsed.
struct Registration {
    name: DisplayName,
    email: EmailAddress,
    password: NewPassword,
}

/// Why nobody was registered.
#[derive(Debug, thiserror::Error)]
enum RegisterUserError {
    #[error("the password could not be hashed")]
    Password(#[source] PasswordsError),
    #[error("the account could not be made")]
    Store(#[source] InsertAccountError),
    #[error("the access token could not be signed")]
    Sign(#[source] TokenError),
}

impl From<RegisterUserError> for ApiError {
    fn from(error: RegisterUserError) -> Self {
        use RegisterUserError as E;
        match error {
            E::Store(InsertAccountError::EmailTaken) => ApiError::new(Code::EmailTaken)
                .detail("There is already an account with this e-mail. Please sign in."),
            E::Store(InsertAccountError::EmailNotFolded) => ApiError::new(Code::ValidationFailed)
                .field("email", "invalid", "this is not an e-mail address"),
            E::Password(PasswordsError::Busy) => ApiError::unavailable(error),
            E::Store(InsertAccountError::Store(ref cause)) if is_transient(cause) => {
                ApiError::unavailable(error)
            }
            E::Store(InsertAccountError::Store(_)) | E::Password(_) | E::Sign(_) => {
                ApiError::internal(error)
            }
        }
    }
}

impl Endpoint for RegisterUser {
    const NAME: &'static str = "register-user";
    type Context = AuthContext;

    async fn connect(context: &AuthContext) -> Result<Self, StartError> {
        let issuer = context.issuer()?;
        Ok(Self {
            accounts: context.accounts().await?,
            passwords: context.passwords(),
            issuer,
        })
    }

    async fn handle(&self, request: Request) -> Result<Reply, ApiError> {
        let registration = parse(request.json()?)?;
        let (account, issued) = self.register(registration).await?;
        let [access, refresh] = issued.cookies;
        Ok(Reply::created(&present(account))
            .at("/api/me")
            .cookie(access)
            .cookie(refresh))
    }
}

impl RegisterUser {
    async fn register(
        &self,
        registration: Registration,
    ) -> Result<(Account, Issued), RegisterUserError> {
        let turn = self
            .passwords
            .turn()
            .await
            .map_err(RegisterUserError::Password)?;
        let hash = turn
            .hash(registration.password.expose())
            .await
            .map_err(RegisterUserError::Password)?;
        drop(turn);
        let account = NewAccount {
            id: UserId::generate(),
            name: registration.name.into_string(),
            email: registration.email,
            password_hash: hash,
        };
        let refresh = RefreshToken::generate();
        let session = NewSession {
            id: SessionId::generate(),
            refresh: refresh.hash(),
        };
        let (account, opened) = self
            .accounts
            .register(&account, &session)
            .await
            .map_err(RegisterUserError::Store)?;
        let issued = self
            .issuer
            .issue(&account, &opened, &refresh)
            .map_err(RegisterUserError::Sign)?;
        tracing::info!(user.id = %account.id, session.id = %opened.id, "registered");
        Ok((account, issued))
    }
}

fn parse(body: RegisterUserBody) -> Result<Registration, ApiError> {
    let mut errors = FieldErrors::new();
    let name = body.name.parse::<DisplayName>();
    let name = name
        .map_err(|error| errors.add("name", error.code(), error.to_string()))
        .ok();
    let email = errors.take("email", "invalid", body.email.parse::<EmailAddress>());
    let password = new_password(&mut errors, "password", body.password);
    match (name, email, password) {
        (Some(name), Some(email), Some(password)) => Ok(Registration {
            name,
            email,
            password,
        }),
        _ => Err(errors
            .check()
            .expect_err("invariant: what could not be parsed was noted")),
    }
}

/// A password that may be set, or `None` with its error noted under `field`.
pub(crate) fn new_password(
    errors: &mut FieldErrors,
    field: &str,
    text: String,
) -> Option<NewPassword> {
    match NewPassword::new(text) {
        Ok(password) => Some(password),
        Err(error) => {
            let code = match error {
                PasswordError::TooShort => "too_short",
                PasswordError::TooLong => "too_long",
                PasswordError::Common => "too_common",
            };
            errors.add(field, code, error.to_string());
            None
        }
    }
}
