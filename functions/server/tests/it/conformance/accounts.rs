//! What the auth context answers besides its good requests.

use serde_json::{Value, json};
use uuid::Uuid;
use velure_testkit::http::Call;

use super::case::Case;
use super::orders::BAD_PAGES;
use super::world::{World, credentials};
use crate::shop::PASSWORD;

const UNAUTHENTICATED: (u16, &str) = (401, "unauthenticated");
const WRONG: (u16, &str) = (401, "invalid_credentials");
const INVALID: (u16, &str) = (422, "validation_failed");
const MALFORMED: (u16, &str) = (400, "malformed_body");

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    registering(&mut cases);
    signing_in(&mut cases);
    sessions(&mut cases);
    reading(&mut cases);
    cases
}

fn register(field: &str, value: &Value) -> Call {
    let mut body = json!({"name": "Robin", "email": format!("{}@shop.test", Uuid::new_v4()), "password": PASSWORD});
    body[field] = value.clone();
    Call::new("POST", "/api/users").json(&body)
}

fn registering(cases: &mut Vec<Case>) {
    let rows: [(&str, Value, (u16, &str)); 18] = [
        ("name", json!(""), INVALID),
        ("name", json!("   "), INVALID),
        ("name", json!("n".repeat(101)), INVALID),
        ("name", json!("Rob\u{0}in"), INVALID),
        ("name", json!(7), MALFORMED),
        ("email", json!(""), INVALID),
        ("email", json!("robin"), INVALID),
        ("email", json!("robin@"), INVALID),
        ("email", json!("@shop.test"), INVALID),
        ("email", json!("robin@shop"), INVALID),
        ("email", json!("ro bin@shop.test"), INVALID),
        (
            "email",
            json!(format!("{}@shop.test", "r".repeat(300))),
            INVALID,
        ),
        ("password", json!("1234567"), INVALID),
        ("password", json!("p".repeat(129)), INVALID),
        ("password", json!("password1"), INVALID),
        ("password", Value::Null, MALFORMED),
        ("role", json!("admin"), MALFORMED),
        ("id", json!(Uuid::nil()), MALFORMED),
    ];
    for (field, value, refused) in rows {
        let name = format!("{field} is {value}");
        cases.push(Case::refused(name, "register-user", refused, move |_| {
            register(field, &value)
        }));
    }
    cases.extend([
        Case::refused(
            "an e-mail that is taken",
            "register-user",
            (409, "email_taken"),
            |w| register("email", &json!(w.shared.shopper.email)),
        ),
        Case::refused(
            "an e-mail that is taken, in capitals",
            "register-user",
            (409, "email_taken"),
            |w| register("email", &json!(w.shared.shopper.email.to_uppercase())),
        ),
        Case::refused("three values at fault", "register-user", INVALID, |_| {
            let body = json!({"name": "", "email": "robin", "password": "short"});
            Call::new("POST", "/api/users").json(&body)
        }),
    ]);
}

fn signing_in(cases: &mut Vec<Case>) {
    cases.extend([
        Case::refused("a wrong password", "open-session", WRONG, |w| {
            let body = json!({"email": w.mine.robbed.email, "password": "not the password"});
            Call::new("POST", "/api/sessions").json(&body)
        }),
        Case::refused("an unknown e-mail", "open-session", WRONG, |_| {
            let body =
                json!({"email": format!("{}@shop.test", Uuid::new_v4()), "password": PASSWORD});
            Call::new("POST", "/api/sessions").json(&body)
        }),
        Case::refused("an e-mail that is none", "open-session", WRONG, |_| {
            Call::new("POST", "/api/sessions")
                .json(&json!({"email": "robin", "password": PASSWORD}))
        }),
        Case::refused("an empty password", "open-session", WRONG, |_| {
            let body = json!({"email": format!("{}@shop.test", Uuid::new_v4()), "password": ""});
            Call::new("POST", "/api/sessions").json(&body)
        }),
        Case::refused(
            "a guess too many, though right",
            "open-session",
            (429, "too_many_requests"),
            |w| Call::new("POST", "/api/sessions").json(&credentials(&w.shared.guessed_at)),
        )
        .generated(),
        Case::done("an e-mail in capitals", "open-session", 201, |w| {
            let body =
                json!({"email": w.shared.stranger.email.to_uppercase(), "password": PASSWORD});
            Call::new("POST", "/api/sessions").json(&body)
        })
        .generated(),
    ]);
}

fn sessions(cases: &mut Vec<Case>) {
    let refresh = |name: &str, call: fn(&World) -> Call| {
        Case::refused(name, "refresh-session", UNAUTHENTICATED, call)
    };
    let plain = || Call::new("POST", "/api/sessions/refresh");
    cases.extend([
        refresh("no token", |_| Call::new("POST", "/api/sessions/refresh")),
        refresh("an access token in its place", |w| {
            Call::new("POST", "/api/sessions/refresh")
                .cookie("__Host-velure_rt", &w.shared.shopper.access)
        }),
        refresh("a token used before", |w| {
            Call::new("POST", "/api/sessions/refresh")
                .cookie("__Host-velure_rt", &w.mine.robbed.refresh)
        }),
        Case::refused(
            "a made-up token",
            "refresh-session",
            UNAUTHENTICATED,
            move |_| plain().cookie("__Host-velure_rt", &Uuid::new_v4().simple().to_string()),
        ),
        Case::refused(
            "a session that was signed out",
            "get-me",
            UNAUTHENTICATED,
            |w| w.mine.leaving.call("GET", "/api/me"),
        ),
        Case::refused(
            "a session whose token was used twice",
            "get-me",
            UNAUTHENTICATED,
            |w| w.mine.robbed.call("GET", "/api/me"),
        ),
        Case::refused(
            "a signed-out session at another context",
            "list-orders",
            UNAUTHENTICATED,
            |w| w.mine.leaving.call("GET", "/api/me/orders"),
        ),
        Case::done("signing out twice", "close-session", 204, |w| {
            w.mine.leaving.call("DELETE", "/api/sessions/current")
        }),
        Case::done(
            "signing out without a session",
            "close-session",
            204,
            |_| Call::new("DELETE", "/api/sessions/current"),
        ),
    ]);
    let change = |name: &str, refused: (u16, &str), current: &'static str, new: String| {
        Case::refused(name, "change-password", refused, move |w| {
            let body = json!({"current_password": current, "new_password": new});
            w.shared
                .stranger
                .call("PUT", "/api/me/password")
                .json(&body)
        })
    };
    cases.extend([
        change(
            "a wrong current password",
            WRONG,
            "not the password",
            "another horse altogether".to_owned(),
        ),
        change(
            "a new password that is short",
            INVALID,
            PASSWORD,
            "short".to_owned(),
        ),
        change(
            "a new password that is long",
            INVALID,
            PASSWORD,
            "p".repeat(129),
        ),
        change(
            "a new password that is common",
            INVALID,
            PASSWORD,
            "password1".to_owned(),
        ),
    ]);
}

fn reading(cases: &mut Vec<Case>) {
    let introspect = |name: &str, token: fn(&World) -> String| {
        Case::done(name, "introspect-token", 200, move |w| {
            let body = json!({"token": token(w)});
            Call::new("POST", "/api/tokens/introspect")
                .bearer(&w.service("auth"))
                .json(&body)
        })
    };
    cases.extend([
        introspect("a token of a session that was never opened", |w| {
            w.shared.no_session.clone()
        }),
        introspect("a token of a session that was signed out", |w| {
            w.mine.leaving.access.clone()
        }),
        introspect("no token at all", |_| "robin".to_owned()),
        introspect("a service token", |w| w.service("auth")),
        introspect("a bad token", |w| w.shared.bad_tokens[0].1.clone()),
    ]);
    for id in ["7", "00000000-0000-0000-0000-000000000000", "%ff", "me"] {
        cases.push(Case::refused(
            format!("user {id}"),
            "get-user",
            (404, "not_found"),
            move |w| w.shared.admin.call("GET", format!("/api/users/{id}")),
        ));
    }
    cases.push(Case::done(
        "a page beyond the last",
        "list-users",
        200,
        |w| w.shared.admin.call("GET", "/api/users?page=10000"),
    ));
    for query in BAD_PAGES {
        cases.push(Case::refused(
            query,
            "list-users",
            (400, "invalid_parameter"),
            move |w| w.shared.admin.call("GET", format!("/api/users?{query}")),
        ));
    }
}
