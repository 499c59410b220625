//! The role of the auth functions can do what they do, and nothing else.

use secrecy::SecretString;
use sqlx::{AssertSqlSafe, Executor, PgPool};
use velure_contracts::http::UserRole;
use velure_domain::{SessionId, UserId};
use velure_postgres::auth::{
    AccountStore, EmailHash, EndReason, NewAccount, NewSession, SessionStore, SignInFailures,
    TokenHash,
};

use crate::orders_roles::as_role;

const ROLE: &str = "velure_auth_api";

const FORBIDDEN: &[&str] = &[
    "update auth.users set role = 'admin'",
    "update auth.users set email = 'eve@example.com'",
    "update auth.users set user_id = gen_random_uuid()",
    "insert into auth.users (user_id, name, email, password_hash, role)
     values (gen_random_uuid(), 'Eve', 'eve@example.com', 'x', 'admin')",
    "delete from auth.users",
    "truncate auth.users cascade",
    "update auth.sessions set user_id = gen_random_uuid()",
    "update auth.sessions set expires_at = now() + interval '10 years'",
    "insert into auth.sessions (session_id, user_id, expires_at, ended_at) values (gen_random_uuid(), gen_random_uuid(), now(), now())",
    "delete from auth.sessions",
    "update auth.refresh_tokens set session_id = gen_random_uuid()",
    "update auth.refresh_tokens set expires_at = now() + interval '10 years'",
    "update auth.refresh_tokens set token_hash = ''",
    "truncate auth.sign_in_failures",
    "create table auth.mine ()",
    "create table public.mine ()",
    "create schema mine",
    "alter table auth.users disable trigger all",
    "drop table auth.users",
    "select * from pg_authid",
    "create role mine",
    "set role postgres",
];

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn every_forbidden_statement_is_refused(pool: PgPool) {
    // Signed in as the role, and not only acting as it: what the owner may do is out of reach.
    for statement in FORBIDDEN {
        let mut tx = pool.begin().await.expect("a transaction");
        tx.execute(AssertSqlSafe(format!(
            "set local session authorization {ROLE}"
        )))
        .await
        .expect("the role is there");
        let error = tx
            .execute(AssertSqlSafe(*statement))
            .await
            .expect_err(statement);
        let code = error
            .as_database_error()
            .and_then(|e| e.code())
            .map(|code| code.into_owned());
        assert_eq!(code.as_deref(), Some("42501"), "{statement}");
    }
}

fn hash(text: &str) -> SecretString {
    text.to_owned().into()
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn every_statement_of_the_stores_is_allowed(pool: PgPool) {
    let role = as_role(&pool, ROLE).await;
    let accounts = AccountStore::new(role.clone());
    let sessions = SessionStore::new(role.clone());
    let failures = SignInFailures::new(role);
    let session = |n: u8| NewSession {
        id: SessionId::generate(),
        refresh: TokenHash([n; 32]),
    };
    let new = NewAccount {
        id: UserId::generate(),
        name: "Ada".to_owned(),
        email: "ada@example.com".parse().expect("an address"),
        password_hash: hash("first"),
    };
    let (account, opened) = accounts
        .register(&new, &session(1))
        .await
        .expect("register");
    assert_eq!(account.role, UserRole::Shopper);
    accounts
        .find_credentials(&new.email)
        .await
        .expect("find credentials")
        .expect("they are there");
    accounts
        .credentials_of(new.id)
        .await
        .expect("credentials")
        .expect("they are there");
    accounts
        .find(new.id)
        .await
        .expect("find")
        .expect("it is there");
    assert_eq!(accounts.list(0, 10).await.expect("list").1, 1);
    accounts
        .renew_hash(new.id, &hash("first"), &hash("second"))
        .await
        .expect("renew");
    let other = sessions
        .open(new.id, &hash("second"), &session(2))
        .await
        .expect("open");
    let ended = accounts
        .set_password(new.id, &hash("second"), &hash("third"), opened.id)
        .await
        .expect("set password");
    assert_eq!(ended, [other.id]);
    sessions
        .rotate(TokenHash([1; 32]), TokenHash([3; 32]))
        .await
        .expect("rotate");
    assert_eq!(
        sessions
            .session_of(TokenHash([3; 32]))
            .await
            .expect("session of"),
        Some(opened.id)
    );
    assert_eq!(
        sessions
            .active_role(opened.id, new.id)
            .await
            .expect("active"),
        Some(UserRole::Shopper)
    );
    assert!(
        sessions
            .end(opened.id, EndReason::SignedOut)
            .await
            .expect("end")
    );
    assert_eq!(
        sessions
            .active_role(opened.id, new.id)
            .await
            .expect("ended"),
        None
    );
    sessions
        .open(new.id, &hash("third"), &session(4))
        .await
        .expect("open");
    pool.execute("update auth.sessions set expires_at = now() where ended_at is null")
        .await
        .expect("the owner may");
    sessions
        .open(new.id, &hash("third"), &session(5))
        .await
        .expect("open, and tidy up");
    let account = EmailHash([7; 32]);
    failures.record(account).await.expect("record");
    failures.record(account).await.expect("record again");
    assert_eq!(
        failures.blocked_for(account).await.expect("blocked for"),
        None
    );
    failures.forget(account).await.expect("forget");
}

#[sqlx::test(migrator = "velure_postgres::AUTH")]
async fn a_password_that_was_just_changed_opens_no_session(pool: PgPool) {
    let accounts = AccountStore::new(pool.clone());
    let sessions = SessionStore::new(pool);
    let new = NewAccount {
        id: UserId::generate(),
        name: "Ada".to_owned(),
        email: "ada@example.com".parse().expect("an address"),
        password_hash: hash("old"),
    };
    let first = NewSession {
        id: SessionId::generate(),
        refresh: TokenHash([1; 32]),
    };
    accounts.register(&new, &first).await.expect("register");
    accounts
        .set_password(new.id, &hash("old"), &hash("new"), first.id)
        .await
        .expect("set password");
    let late = NewSession {
        id: SessionId::generate(),
        refresh: TokenHash([2; 32]),
    };
    sessions
        .open(new.id, &hash("old"), &late)
        .await
        .expect_err("checked against the old one");
    assert_eq!(
        sessions
            .active_role(late.id, new.id)
            .await
            .expect("the database"),
        None
    );
}
