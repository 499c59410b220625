//! The two cookies, and nothing else writes one. Signing out sends them again with the same attributes: a browser
//! takes away only what it is told to take away in the same words.

use velure_config::{ExposeSecret, SecretString};
use velure_http::ACCESS_COOKIE;

/// The cookie that holds the refresh token.
pub(crate) const REFRESH_COOKIE: &str = "__Host-velure_rt";
/// How long a browser keeps the access token, in seconds: as long as the token is good.
pub(crate) const ACCESS_LIFETIME: i64 = 10 * 60;
/// How long a browser keeps the refresh token, in seconds. The session's own end is for the database to say.
const REFRESH_LIFETIME: i64 = 30 * 24 * 60 * 60;

/// Both cookies of a session.
pub(crate) fn signed_in(access: &SecretString, refresh: &SecretString) -> [String; 2] {
    [
        access_cookie(access.expose_secret(), ACCESS_LIFETIME),
        refresh_cookie(refresh.expose_secret(), REFRESH_LIFETIME),
    ]
}

/// Both cookies, expired.
pub(crate) fn signed_out() -> [String; 2] {
    [access_cookie("", 0), refresh_cookie("", 0)]
}

/// Lax: a link from elsewhere into the shop finds its reader signed in.
fn access_cookie(value: &str, max_age: i64) -> String {
    format!("{ACCESS_COOKIE}={value}; Max-Age={max_age}; Path=/; Secure; HttpOnly; SameSite=Lax")
}

/// Strict: only our own pages refresh.
fn refresh_cookie(value: &str, max_age: i64) -> String {
    format!(
        "{REFRESH_COOKIE}={value}; Max-Age={max_age}; Path=/; Secure; HttpOnly; SameSite=Strict"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_goes_as_it_came() {
        let came = signed_in(&"a.b.c".to_owned().into(), &"r".to_owned().into());
        let goes = signed_out();
        let attributes = |cookie: &str| {
            let rest = cookie
                .split("; ")
                .skip(1)
                .filter(|part| !part.starts_with("Max-Age"))
                .collect::<Vec<_>>();
            (cookie.split('=').next().map(str::to_owned), rest.join(";"))
        };
        for (came, goes) in came.iter().zip(&goes) {
            assert_eq!(attributes(came), attributes(goes));
            assert!(goes.contains("=; Max-Age=0;"));
        }
    }
}
