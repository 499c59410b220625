use reqwest::{Method, StatusCode};
use velure_config::{Reader, SecretString};
use velure_contracts::http::{
    HoldReservationBody, LineFault, LineFaultReason, Quote as QuoteAnswer, QuoteBody,
    RequestedLine, Reservation, ReservationState,
};
use velure_contracts::{Code, Problem};
use velure_domain::{Cart, LineItem, Money, OrderId, Quantity, total_of};
use velure_http::{KeyError, ServiceSigner, SigningKey};

use crate::transport::Answer;
use crate::{CallError, Transport};

/// How to reach the catalog.
///
/// - `VELURE_CATALOG_URL` (required): the base of its internal endpoints.
/// - `VELURE_SERVICE_SIGNING_KEY` (required, secret): signs our service tokens; its id is our name.
#[derive(Debug, Clone)]
pub struct CatalogConfig {
    url: String,
    key: SecretString,
}

impl CatalogConfig {
    /// Reads the variables.
    pub fn read(reader: &mut Reader<'_>) -> Self {
        let url = reader.required("VELURE_CATALOG_URL");
        let key = reader.secret("VELURE_SERVICE_SIGNING_KEY");
        if !url.is_empty() && !url.starts_with("http://") && !url.starts_with("https://") {
            reader.fault("VELURE_CATALOG_URL", "is not an http or https URL");
        }
        Self { url, key }
    }
}

/// Asks the catalog for prices and stock.
#[derive(Debug, Clone)]
pub struct CatalogClient {
    transport: Transport,
}

/// A client that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum CatalogClientError {
    /// The signing key cannot be used.
    #[error("the service signing key cannot be used")]
    Key(#[source] KeyError),
    /// This machine cannot make HTTP calls.
    #[error("the HTTP client could not be made")]
    Http(#[source] reqwest::Error),
}

/// A cart at the prices of now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The cart's lines, in its order.
    pub lines: Vec<LineItem>,
    /// What they cost together.
    pub total: Money,
}

/// The catalog did not answer what was asked. What it did is not known; asking again is harmless.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// No answer came.
    #[error("the catalog did not answer")]
    Unanswered(#[source] CallError),
    /// It answered a status that is no answer to the question: it is overloaded, or it refuses us.
    #[error("the catalog answered {status}{}", code.map(|code| format!(" {}", code.as_str())).unwrap_or_default())]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The problem's code, when it had one.
        code: Option<Code>,
    },
    /// Its answer is not what its contract says.
    #[error("the answer of the catalog cannot be read")]
    Unreadable(#[source] Option<serde_json::Error>),
}

/// Why a cart has no price.
#[derive(Debug, thiserror::Error)]
pub enum QuoteError {
    /// Some of its lines cannot be had.
    #[error("some lines cannot be had")]
    Faulty(Vec<LineFault>),
    /// The catalog did not say.
    #[error("the cart could not be priced")]
    Catalog(#[source] CatalogError),
}

/// Why stock is not held.
#[derive(Debug, thiserror::Error)]
pub enum HoldError {
    /// There is not enough. Nothing is held.
    #[error("there is not enough stock")]
    InsufficientStock(Vec<LineFault>),
    /// Something is not sold any more. Nothing is held.
    #[error("a product is not sold any more")]
    ProductUnavailable(Vec<LineFault>),
    /// The reservation was committed or released before.
    #[error("the reservation has already ended")]
    Ended,
    /// The catalog did not say.
    #[error("the stock could not be held")]
    Catalog(#[source] CatalogError),
}

/// Why a reservation was not ended.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// It has already ended the other way.
    #[error("the reservation has already ended the other way")]
    Opposite,
    /// There is none for this order.
    #[error("there is no reservation for this order")]
    Unknown,
    /// The catalog did not say.
    #[error("the reservation could not be ended")]
    Catalog(#[source] CatalogError),
}

impl CatalogClient {
    /// A client by its configuration.
    ///
    /// # Errors
    /// When the key cannot be used.
    pub fn new(config: &CatalogConfig) -> Result<Self, CatalogClientError> {
        let key = SigningKey::parse(&config.key).map_err(CatalogClientError::Key)?;
        let transport = Transport::new(&config.url, ServiceSigner::new(key), "catalog")
            .map_err(CatalogClientError::Http)?;
        Ok(Self { transport })
    }

    /// What the cart costs right now.
    ///
    /// The answer is checked against the question: the same lines, and a total that is their sum.
    ///
    /// # Errors
    /// When lines cannot be had, or the catalog does not say.
    pub async fn quote(&self, cart: &Cart) -> Result<Quote, QuoteError> {
        let body = QuoteBody {
            items: requested(cart),
        };
        let answer = self
            .transport
            .call(
                Method::POST,
                "/internal/quotes",
                "/internal/quotes",
                Some(&body),
            )
            .await;
        let answer =
            answer.map_err(|error| QuoteError::Catalog(CatalogError::Unanswered(error)))?;
        if answer.status == StatusCode::OK {
            let quote: QuoteAnswer = read(&answer).map_err(QuoteError::Catalog)?;
            return priced(cart, quote).ok_or(QuoteError::Catalog(CatalogError::Unreadable(None)));
        }
        match problem(&answer) {
            (Some(Code::ProductUnavailable | Code::InsufficientStock), faults)
                if !faults.is_empty() =>
            {
                Err(QuoteError::Faulty(faults))
            }
            (code, _) => Err(QuoteError::Catalog(refused(&answer, code))),
        }
    }

    /// Takes the stock of every line, or of none. The same order takes it once.
    ///
    /// # Errors
    /// When there is not enough, the reservation has ended, or the catalog does not say.
    pub async fn hold(&self, order: OrderId, cart: &Cart) -> Result<(), HoldError> {
        let body = HoldReservationBody {
            items: requested(cart),
        };
        let path = format!("/internal/reservations/{order}");
        let answer = self
            .transport
            .call(
                Method::PUT,
                "/internal/reservations/{order_id}",
                &path,
                Some(&body),
            )
            .await;
        let answer = answer.map_err(|error| HoldError::Catalog(CatalogError::Unanswered(error)))?;
        if answer.status == StatusCode::OK {
            let reservation: Reservation = read(&answer).map_err(HoldError::Catalog)?;
            return match reservation.state {
                ReservationState::Held => Ok(()),
                ReservationState::Committed | ReservationState::Released => Err(HoldError::Ended),
            };
        }
        match problem(&answer) {
            (Some(Code::InsufficientStock), faults) => Err(not_held(faults)),
            (Some(Code::ReservationEnded), _) => Err(HoldError::Ended),
            (code, _) => Err(HoldError::Catalog(refused(&answer, code))),
        }
    }

    /// Ends the reservation as sold. Doing it again is doing it once.
    ///
    /// # Errors
    /// When it was released before, never made, or the catalog does not say.
    pub async fn commit(&self, order: OrderId) -> Result<(), SettleError> {
        let template = "/internal/reservations/{order_id}/commit";
        self.settle(order, template, ReservationState::Committed)
            .await
    }

    /// Ends the reservation and puts the stock back. Doing it again is doing it once.
    ///
    /// # Errors
    /// When it was committed before, never made, or the catalog does not say.
    pub async fn release(&self, order: OrderId) -> Result<(), SettleError> {
        let template = "/internal/reservations/{order_id}/release";
        self.settle(order, template, ReservationState::Released)
            .await
    }

    async fn settle(
        &self,
        order: OrderId,
        template: &'static str,
        end: ReservationState,
    ) -> Result<(), SettleError> {
        let path = template.replace("{order_id}", &order.to_string());
        let answer = self
            .transport
            .call(Method::POST, template, &path, None::<&()>)
            .await;
        let answer =
            answer.map_err(|error| SettleError::Catalog(CatalogError::Unanswered(error)))?;
        if answer.status == StatusCode::OK {
            let reservation: Reservation = read(&answer).map_err(SettleError::Catalog)?;
            return if reservation.state == end {
                Ok(())
            } else {
                Err(SettleError::Opposite)
            };
        }
        match problem(&answer).0 {
            Some(Code::ReservationEnded) => Err(SettleError::Opposite),
            Some(Code::NotFound) => Err(SettleError::Unknown),
            code => Err(SettleError::Catalog(refused(&answer, code))),
        }
    }
}

/// The catalog refuses a hold with one code for both reasons, and with the reason of each line. Waiting for stock does
/// not help a product that is not sold any more, so one such line decides.
fn not_held(faults: Vec<LineFault>) -> HoldError {
    if faults
        .iter()
        .any(|fault| fault.reason == LineFaultReason::NotSold)
    {
        HoldError::ProductUnavailable(faults)
    } else {
        HoldError::InsufficientStock(faults)
    }
}

fn requested(cart: &Cart) -> Vec<RequestedLine> {
    let line = |line: &velure_domain::CartLine| RequestedLine {
        product_id: line.product_id.to_string(),
        quantity: line.quantity.get().into(),
    };
    cart.lines().iter().map(line).collect()
}

fn read<T: serde::de::DeserializeOwned>(answer: &Answer) -> Result<T, CatalogError> {
    answer
        .json()
        .map_err(|error| CatalogError::Unreadable(Some(error)))
}

/// The code of a problem, and the lines it says are at fault.
fn problem(answer: &Answer) -> (Option<Code>, Vec<LineFault>) {
    let Ok(problem) = answer.json::<Problem>() else {
        return (None, Vec::new());
    };
    let lines = problem.extensions.get("lines").cloned().unwrap_or_default();
    (
        Some(problem.code),
        serde_json::from_value(lines).unwrap_or_default(),
    )
}

fn refused(answer: &Answer, code: Option<Code>) -> CatalogError {
    CatalogError::Refused {
        status: answer.status.as_u16(),
        code,
    }
}

/// The quote as domain values, when it is one for `cart`.
fn priced(cart: &Cart, quote: QuoteAnswer) -> Option<Quote> {
    let lines = quote.items.into_iter().map(|line| {
        Some(LineItem {
            product_id: line.product_id.parse().ok()?,
            name: line.name,
            quantity: Quantity::new(line.quantity.into()).ok()?,
            unit_price: line.unit_price.try_into().ok()?,
        })
    });
    let lines: Vec<LineItem> = lines.collect::<Option<_>>()?;
    let total = Money::try_from(quote.total).ok()?;
    let as_asked = lines.len() == cart.lines().len()
        && lines.iter().zip(cart.lines()).all(|(line, asked)| {
            line.product_id == asked.product_id && line.quantity == asked.quantity
        });
    (as_asked && total_of(&lines) == Ok(total)).then_some(Quote { lines, total })
}
