//! What each function is asked, over and over: good requests, and what they use up.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use uuid::Uuid;
use velure_http::{ServiceSigner, SigningKey};
use velure_testkit::http::{Answer, Call};

const PASSWORD: &str = "an honest password 7";

/// Somebody signed in.
#[derive(Debug, Clone)]
pub(crate) struct Buyer {
    email: String,
    access: String,
    refresh: String,
}

impl Buyer {
    pub(crate) fn call(&self, method: &str, target: impl Into<String>) -> Call {
        Call::new(method, target).cookie("__Host-velure_at", &self.access)
    }
}

/// A running shop that the functions share databases with.
pub(crate) struct Shop {
    pub(crate) url: String,
    /// Where the shop's own processes ask.
    internal: String,
    pub(crate) product: Value,
    signer: ServiceSigner,
}

impl Shop {
    /// Fills the stock of a product.
    pub(crate) async fn open(
        url: &str,
        admin: (&str, &str),
        variables: &BTreeMap<String, String>,
    ) -> anyhow::Result<Self> {
        let key = variables
            .get("VELURE_SERVICE_SIGNING_KEY")
            .context("VELURE_SERVICE_SIGNING_KEY is not set")?;
        let signer = ServiceSigner::new(SigningKey::parse(&key.as_str().into())?);
        let internal = variables
            .get("VELURE_CATALOG_URL")
            .context("VELURE_CATALOG_URL is not set")?
            .clone();
        let page = ask(&Call::new("GET", "/api/products?page_size=1"), url, 200).await?;
        let product = page.json()["items"][0].clone();
        let credentials = json!({"email": admin.0, "password": admin.1});
        let answer = ask(
            &Call::new("POST", "/api/sessions").json(&credentials),
            url,
            201,
        )
        .await?;
        let admin = signed_in(admin.0, &answer)?;
        let path = format!("/api/products/{}/inventory", text(&product["id"])?);
        let body = json!({"delta": 900_000, "operation_id": Uuid::new_v4()});
        ask(&admin.call("PATCH", path).json(&body), url, 200).await?;
        Ok(Self {
            url: url.to_owned(),
            internal,
            product,
            signer,
        })
    }

    /// A new customer.
    pub(crate) async fn register(&self) -> anyhow::Result<Buyer> {
        let email = format!("{}@measured.test", Uuid::new_v4());
        let body = json!({"name": "Measured", "email": email, "password": PASSWORD});
        let answer = ask(&Call::new("POST", "/api/users").json(&body), &self.url, 201).await?;
        signed_in(&email, &answer)
    }

    /// Places an order of one.
    pub(crate) async fn order(&self, buyer: &Buyer) -> anyhow::Result<String> {
        let answer = ask(&self.placing(buyer), &self.url, 201).await?;
        Ok(text(&answer.json()["id"])?.to_owned())
    }

    fn placing(&self, buyer: &Buyer) -> Call {
        let body = json!({
            "items": [{"product_id": self.product["id"], "quantity": 1}],
            "expected_total": self.product["price"], "payment_method": "pm_card_visa",
        });
        buyer
            .call("POST", "/api/orders")
            .header("idempotency-key", &Uuid::new_v4().to_string())
            .json(&body)
    }

    fn service(&self, method: &str, path: String, audience: &str) -> anyhow::Result<Call> {
        let token = self.signer.token(audience)?;
        Ok(Call::new(method, path).bearer(token.expose_secret()))
    }

    async fn held(&self) -> anyhow::Result<String> {
        let path = format!("/internal/reservations/{}", Uuid::now_v7());
        let items = json!({"items": [{"product_id": self.product["id"], "quantity": 1}]});
        let call = self.service("PUT", path.clone(), "catalog")?.json(&items);
        // The origin passes no internal call on.
        ask(&call, &self.internal, 200).await?;
        Ok(path)
    }

    /// The next good request of a route. What it uses up is made first, outside the measured time.
    pub(crate) async fn next(
        &self,
        route: &str,
        buyer: &mut Buyer,
        order: &str,
    ) -> anyhow::Result<Call> {
        let items = json!({"items": [{"product_id": self.product["id"], "quantity": 1}]});
        Ok(match route {
            "register-user" => {
                let email = format!("{}@measured.test", Uuid::new_v4());
                let body = json!({"name": "Measured", "email": email, "password": PASSWORD});
                Call::new("POST", "/api/users").json(&body)
            }
            "open-session" => {
                let body = json!({"email": buyer.email, "password": PASSWORD});
                Call::new("POST", "/api/sessions").json(&body)
            }
            "refresh-session" => Call::new("POST", "/api/sessions/refresh")
                .cookie("__Host-velure_rt", &buyer.refresh),
            "close-session" => {
                let body = json!({"email": buyer.email, "password": PASSWORD});
                let call = Call::new("POST", "/api/sessions").json(&body);
                let leaving = signed_in(&buyer.email, &ask(&call, &self.url, 201).await?)?;
                leaving.call("DELETE", "/api/sessions/current")
            }
            "get-me" => buyer.call("GET", "/api/me"),
            "introspect-token" => self
                .service("POST", "/api/tokens/introspect".to_owned(), "auth")?
                .json(&json!({"token": buyer.access})),
            "get-jwks" => Call::new("GET", "/.well-known/jwks.json"),
            "list-products" => Call::new("GET", "/api/products"),
            "list-categories" => Call::new("GET", "/api/products/categories"),
            "get-product" => Call::new(
                "GET",
                format!("/api/products/{}", text(&self.product["id"])?),
            ),
            "quote-cart" => self
                .service("POST", "/internal/quotes".to_owned(), "catalog")?
                .json(&items),
            "hold-reservation" => {
                let path = format!("/internal/reservations/{}", Uuid::now_v7());
                self.service("PUT", path, "catalog")?.json(&items)
            }
            "commit-reservation" => {
                let path = format!("{}/commit", self.held().await?);
                self.service("POST", path, "catalog")?
            }
            "release-reservation" => {
                let path = format!("{}/release", self.held().await?);
                self.service("POST", path, "catalog")?
            }
            "place-order" => self.placing(buyer),
            "list-orders" => buyer.call("GET", "/api/me/orders"),
            "get-order" => buyer.call("GET", format!("/api/me/orders/{order}")),
            "get-health" => Call::new("GET", "/api/health"),
            other => anyhow::bail!("nothing is known that {other} could be asked"),
        })
    }
}

/// Checks a function's answer and keeps the cookies that the next request needs. The size of its body is returned.
pub(crate) fn learn(route: &str, answer: &Value, buyer: &mut Buyer) -> anyhow::Result<u64> {
    let status = answer["statusCode"].as_u64().unwrap_or(0);
    ensure!(
        (200..300).contains(&status),
        "{route} answered {status}: {}",
        answer["body"]
    );
    if route == "refresh-session" {
        let cookies: Vec<&str> = answer["cookies"]
            .as_array()
            .map(|all| all.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let cookie = |name: &str| {
            cookies
                .iter()
                .find_map(|one| one.strip_prefix(name)?.strip_prefix('=')?.split(';').next())
                .map(str::to_owned)
        };
        if let Some(refresh) = cookie("__Host-velure_rt") {
            buyer.refresh = refresh;
        }
        if let Some(access) = cookie("__Host-velure_at") {
            buyer.access = access;
        }
    }
    Ok(answer["body"].as_str().map_or(0, str::len) as u64)
}

async fn ask(call: &Call, url: &str, status: u16) -> anyhow::Result<Answer> {
    let answer = call.send(url).await?;
    ensure!(
        answer.status == status,
        "the shop answered {} instead of {status}: {}",
        answer.status,
        answer.text()
    );
    Ok(answer)
}

fn signed_in(email: &str, answer: &Answer) -> anyhow::Result<Buyer> {
    let cookie = |name: &str| {
        answer
            .set_cookie(name)
            .map(str::to_owned)
            .with_context(|| format!("no cookie {name}"))
    };
    Ok(Buyer {
        email: email.to_owned(),
        access: cookie("__Host-velure_at")?,
        refresh: cookie("__Host-velure_rt")?,
    })
}

fn text(value: &Value) -> anyhow::Result<&str> {
    value.as_str().context("a text is missing in an answer")
}
