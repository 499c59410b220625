use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// `POST /api/users`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterUserBody {
    /// 1 to 100 characters.
    pub name: String,
    /// Folded to lower case.
    pub email: String,
    /// 8 to 128 characters, not one of the common ones.
    pub password: String,
}

/// `POST /api/sessions`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenSessionBody {
    /// The account's e-mail.
    pub email: String,
    /// The account's password.
    pub password: String,
}

/// `PUT /api/me/password`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePasswordBody {
    /// The password until now.
    pub current_password: String,
    /// 8 to 128 characters, not one of the common ones.
    pub new_password: String,
}

/// `POST /api/tokens/introspect`.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IntrospectBody {
    /// An access token.
    pub token: String,
}

/// Whether an access token is good right now, by the database and not by its claims alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Introspection {
    /// Whether the token is valid and its session has not ended.
    pub active: bool,
    /// The user.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sub: Option<Uuid>,
    /// When the token ends, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub exp: Option<i64>,
    /// The session.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub sid: Option<Uuid>,
    /// The user's role as the database has it now.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub role: Option<UserRole>,
}

/// What a user may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UserRole {
    /// Orders for themselves.
    Shopper,
    /// Also tends the catalogue and reads the list of users.
    Admin,
}

impl UserRole {
    /// The name in SQL and JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shopper => "shopper",
            Self::Admin => "admin",
        }
    }
}

/// A user as the user themselves and admins see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct User {
    /// The user's id.
    pub id: Uuid,
    /// The name shown to the user.
    pub name: String,
    /// The account's e-mail.
    pub email: String,
    /// What the user may do.
    pub role: UserRole,
    /// When the account was made.
    pub created_at: DateTime<Utc>,
}

/// Who is signed in, and until when without a refresh.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Session {
    /// Who.
    pub user: User,
    /// When the access token ends.
    pub expires_at: DateTime<Utc>,
}

/// `GET /api/users`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserPage {
    /// The users, newest first.
    pub items: Vec<User>,
    /// The page, from 1.
    pub page: u32,
    /// Users to a page.
    pub page_size: u32,
    /// Users in all.
    pub total: u64,
}
