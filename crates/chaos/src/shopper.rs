//! One shopper with a browser: signs in, orders and asks again when there is no answer.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use reqwest::header::{COOKIE, SET_COOKIE};
use reqwest::{Client, Method, Response};
use serde_json::{Value, json};
use tokio::sync::RwLock;
use uuid::Uuid;

/// How long a browser waits for an answer before it asks again.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a shopper keeps asking. Longer than any outage that a campaign makes.
const ENDURANCE: Duration = Duration::from_secs(150);

/// What a shopper was answered to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// 201, with the order's id.
    Placed(Uuid),
    /// Refused for good, with the status and the problem's code.
    Refused(u16, String),
}

/// Somebody with a session.
#[derive(Debug)]
pub struct Shopper {
    url: String,
    client: Client,
    /// Who it is, for the shop.
    pub id: Uuid,
    email: String,
    password: String,
    cookies: RwLock<Cookies>,
}

#[derive(Debug, Clone, Default)]
struct Cookies {
    access: String,
    refresh: String,
}

impl Cookies {
    fn of(answer: &Response) -> Self {
        let cookie = |name: &str| {
            let values = answer.headers().get_all(SET_COOKIE).iter();
            values
                .filter_map(|value| {
                    value
                        .to_str()
                        .ok()?
                        .split(';')
                        .next()?
                        .strip_prefix(name)?
                        .strip_prefix('=')
                })
                .next_back()
                .unwrap_or_default()
                .to_owned()
        };
        Self {
            access: cookie("__Host-velure_at"),
            refresh: cookie("__Host-velure_rt"),
        }
    }
}

/// A client as browsers are: it keeps connections, and waits no longer than people do.
///
/// # Errors
/// When this machine cannot make one.
pub fn browser() -> anyhow::Result<Client> {
    Ok(Client::builder()
        .no_proxy()
        .connect_timeout(Duration::from_secs(3))
        .build()?)
}

impl Shopper {
    /// Somebody new.
    ///
    /// # Errors
    /// When the shop does not take them.
    pub async fn register(url: &str, number: usize) -> anyhow::Result<Self> {
        let password = format!("chaos {}", Uuid::new_v4());
        let email = format!("chaos-{number}-{}@velure.example", Uuid::new_v4().simple());
        let body = json!({"name": "Chaos", "email": email, "password": password});
        Self::enter(url, "/api/users", &body, email.clone(), password.clone()).await
    }

    /// Somebody who has an account.
    ///
    /// # Errors
    /// When the shop does not let them in.
    pub async fn sign_in(url: &str, email: &str, password: &str) -> anyhow::Result<Self> {
        let body = json!({"email": email, "password": password});
        Self::enter(
            url,
            "/api/sessions",
            &body,
            email.to_owned(),
            password.to_owned(),
        )
        .await
    }

    async fn enter(
        url: &str,
        path: &str,
        body: &Value,
        email: String,
        password: String,
    ) -> anyhow::Result<Self> {
        let client = browser()?;
        let request = client
            .post(format!("{url}{path}"))
            .header("x-velure-csrf", "1");
        let answer = request.json(body).timeout(PATIENCE).send().await?;
        let (status, cookies) = (answer.status(), Cookies::of(&answer));
        let told: Value = answer.json().await?;
        ensure!(
            status.is_success(),
            "POST {path} was answered {status}: {told}"
        );
        let user = told.get("user").unwrap_or(&told);
        let id = user["id"]
            .as_str()
            .and_then(|id| id.parse().ok())
            .context("a user has an id")?;
        Ok(Self {
            url: url.to_owned(),
            client,
            id,
            email,
            password,
            cookies: RwLock::new(cookies),
        })
    }

    /// The access cookie of now.
    pub async fn cookie(&self) -> String {
        format!("__Host-velure_at={}", self.cookies.read().await.access)
    }

    /// One request and its answer, whatever it is.
    ///
    /// # Errors
    /// When there is none.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        key: &str,
        body: &Value,
    ) -> anyhow::Result<Response> {
        let request = self
            .client
            .request(method.clone(), format!("{}{path}", self.url));
        let request = request
            .header(COOKIE, self.cookie().await)
            .header("x-velure-csrf", "1");
        let request = if key.is_empty() {
            request
        } else {
            request.header("idempotency-key", key)
        };
        let request = if method == Method::GET {
            request
        } else {
            request.json(body)
        };
        Ok(request.timeout(PATIENCE).send().await?)
    }

    /// Places an order, with the same key until the shop has said something for good.
    ///
    /// # Errors
    /// When it does not for longer than any outage takes.
    pub async fn place(&self, key: &str, body: &Value) -> anyhow::Result<Answered> {
        let started = tokio::time::Instant::now();
        let mut last = String::new();
        while started.elapsed() < ENDURANCE {
            match self.try_to_place(key, body).await {
                Ok(Some(answered)) => return Ok(answered),
                Ok(None) => {}
                Err(error) => last = format!("{error:#}"),
            }
            tokio::time::sleep(Duration::from_millis(200 + rand::random_range(0..200))).await;
        }
        bail!("the shop said nothing for good within {ENDURANCE:?}: {last}")
    }

    /// None when it has to be asked again.
    async fn try_to_place(&self, key: &str, body: &Value) -> anyhow::Result<Option<Answered>> {
        let answer = self.ask(Method::POST, "/api/orders", key, body).await?;
        let status = answer.status().as_u16();
        if status == 401 {
            self.renew().await?;
            return Ok(None);
        }
        if status == 429 || status >= 500 {
            bail!("answered {status}: {}", answer.text().await?);
        }
        // An answer that was broken off says nothing.
        let told: Value = answer.json().await?;
        let text = |name: &str| told[name].as_str().unwrap_or_default().to_owned();
        if status == 201 {
            return Ok(Some(Answered::Placed(
                text("id").parse().context("an order has an id")?,
            )));
        }
        Ok(Some(Answered::Refused(status, text("code"))))
    }

    /// Goes on with the session, or with a new one: by the refresh token, as a page does, and else by the password.
    ///
    /// # Errors
    /// When the shop says neither yes nor no.
    pub async fn renew(&self) -> anyhow::Result<()> {
        let mut cookies = self.cookies.write().await;
        let request = self
            .client
            .post(format!("{}/api/sessions/refresh", self.url));
        let cookie = format!("__Host-velure_rt={}", cookies.refresh);
        let request = request.header(COOKIE, cookie).header("x-velure-csrf", "1");
        let answer = request.timeout(PATIENCE).send().await?;
        if answer.status().is_success() {
            *cookies = Cookies::of(&answer);
            return Ok(());
        }
        ensure!(
            answer.status() == 401,
            "refreshing was answered {}",
            answer.status()
        );
        let body = json!({"email": self.email, "password": self.password});
        let request = self
            .client
            .post(format!("{}/api/sessions", self.url))
            .header("x-velure-csrf", "1");
        let answer = request.json(&body).timeout(PATIENCE).send().await?;
        ensure!(
            answer.status().is_success(),
            "signing in was answered {}",
            answer.status()
        );
        *cookies = Cookies::of(&answer);
        Ok(())
    }

    /// Signs out, and says whether the session that was ended is refused from then on, within what Redis may still
    /// believe.
    ///
    /// # Errors
    /// When the shop does not answer.
    pub async fn sign_out(&self) -> anyhow::Result<Cookie> {
        let cookie = self.cookie().await;
        let answer = self
            .ask(Method::DELETE, "/api/sessions/current", "", &json!({}))
            .await?;
        ensure!(
            answer.status() == 204,
            "signing out was answered {}",
            answer.status()
        );
        Ok(Cookie(cookie))
    }

    /// Whether a cookie still lets somebody in.
    ///
    /// # Errors
    /// When the shop does not answer.
    pub async fn lets_in(&self, cookie: &Cookie) -> anyhow::Result<bool> {
        let request = self
            .client
            .get(format!("{}/api/me/orders", self.url))
            .header(COOKIE, &cookie.0);
        let status = request.timeout(PATIENCE).send().await?.status().as_u16();
        match status {
            200 => Ok(true),
            401 => Ok(false),
            other => bail!("answered {other}"),
        }
    }
}

/// A cookie of a session that was ended.
#[derive(Debug, Clone)]
pub struct Cookie(String);
