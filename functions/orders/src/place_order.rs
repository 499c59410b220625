//! `POST /api/orders`
//!
//! Prices the cart by asking the catalog, never the client, and stores the order with its idempotency key, its first
//! event and its outbox row in one statement. If the process dies before that statement commits, nothing happened; if
//! it dies after, asking again with the same key gives the same answer.

use std::time::Instant;

use serde::Serialize;
use sha2::{Digest, Sha256};
use velure_clients::{CatalogClient, CatalogError, QuoteError};
use velure_config::Reader;
use velure_contracts::Code;
use velure_contracts::http::{LineFault, MoneyBody, Order, PlaceOrderBody, RequestedLine};
use velure_domain::{
    Cart, CartError, CartLine, Money, OrderId, OrderStatus, PaymentMethod, ProductId, Quantity,
    UserId,
};
use velure_faults::{Point, reach};
use velure_http::{ApiError, Context as _, Endpoint, FieldErrors, Reply, Request, StartError};
use velure_postgres::orders::{NewOrder, OrderStore, PlaceError, Placed};

use crate::OrdersContext;

/// Places an order, once for each intent.
#[derive(Debug)]
pub struct PlaceOrder {
    orders: OrderStore,
    catalog: CatalogClient,
    orders_per_minute: i32,
}

/// What the buyer asks for, parsed.
#[derive(Debug)]
struct Intent {
    buyer: UserId,
    key: String,
    cart: Cart,
    expected_total: Money,
    payment_method: PaymentMethod,
}

/// Why an order was not placed.
#[derive(Debug, thiserror::Error)]
enum PlaceOrderError {
    #[error("the key belongs to another request")]
    KeyConflict,
    #[error("the buyer places orders too fast")]
    TooMany { retry_after: i32 },
    #[error("some products are not sold")]
    Unavailable(Vec<LineFault>),
    #[error("the total is not what the buyer was shown")]
    TotalChanged { expected: Money, actual: Money },
    #[error("the catalog could not price the cart")]
    Catalog(#[source] CatalogError),
    #[error("the order could not be stored")]
    Store(#[source] PlaceError),
    #[error("the order could not be read")]
    Read(#[source] ReadError),
    #[error("a stored key leads to no order of its buyer")]
    OrderMissing,
}

type ReadError = Box<dyn std::error::Error + Send + Sync>;

impl From<PlaceOrderError> for ApiError {
    fn from(error: PlaceOrderError) -> Self {
        use PlaceOrderError as E;
        match error {
            E::KeyConflict => ApiError::new(Code::IdempotencyConflict).detail(
                "This Idempotency-Key was used for another order. Make a new key for a new order.",
            ),
            E::TooMany { retry_after } => ApiError::new(Code::TooManyRequests)
                .detail("You place orders faster than we can believe. Please wait a moment.")
                .retry_after(u32::try_from(retry_after).unwrap_or(60)),
            E::Unavailable(lines) => ApiError::new(Code::ProductUnavailable)
                .detail("A product in the cart is not sold any more. Nothing was ordered.")
                .extension("lines", lines),
            E::TotalChanged { expected, actual } => ApiError::new(Code::TotalChanged)
                .detail(format!(
                    "The cart costs {actual} now, not {expected}. Nothing was ordered."
                ))
                .extension("expected_total", MoneyBody::from(expected))
                .extension("actual_total", MoneyBody::from(actual)),
            E::Catalog(_) | E::Store(_) | E::Read(_) => ApiError::unavailable(error),
            E::OrderMissing => ApiError::internal(error),
        }
    }
}

impl Endpoint for PlaceOrder {
    const NAME: &'static str = "place-order";
    type Context = OrdersContext;

    async fn connect(context: &OrdersContext) -> Result<Self, StartError> {
        let mut reader = Reader::new(context.env());
        let orders_per_minute = reader.parsed("VELURE_ORDERS_PER_MINUTE", 60);
        let orders_per_minute = reader.finish(orders_per_minute)?;
        Ok(Self {
            orders: context.orders().await?,
            catalog: context.catalog()?,
            orders_per_minute,
        })
    }

    async fn handle(&self, request: Request) -> Result<Reply, ApiError> {
        let buyer = request.user_id()?;
        let key = idempotency_key(&request)?;
        let intent = parse(buyer, key, request.json()?)?;
        let (order, replayed) = self.place(&intent, &request).await?;
        reach(Point::A4).await.map_err(ApiError::unavailable)?;
        let reply = Reply::created(&order).at(format!("/api/me/orders/{}", order.id));
        Ok(if replayed {
            reply.header("idempotent-replayed", "true")
        } else {
            reply
        })
    }
}

impl PlaceOrder {
    /// The order, and whether it was placed by an earlier request.
    async fn place(
        &self,
        intent: &Intent,
        request: &Request,
    ) -> Result<(Order, bool), PlaceOrderError> {
        let trace = request.trace();
        let request_hash = hash(intent);
        if let Some(order) = self.placed_before(intent, &request_hash, true).await? {
            return Ok((order, true));
        }
        let quote = self
            .catalog
            .quote(&intent.cart)
            .await
            .map_err(|error| match error {
                QuoteError::Faulty(lines) => PlaceOrderError::Unavailable(lines),
                QuoteError::Catalog(error) => PlaceOrderError::Catalog(error),
            })?;
        let priced = Instant::now();
        if quote.total != intent.expected_total {
            return Err(PlaceOrderError::TotalChanged {
                expected: intent.expected_total,
                actual: quote.total,
            });
        }
        let order = NewOrder {
            order_id: OrderId::generate(),
            buyer_id: intent.buyer,
            lines: quote.lines,
            total: quote.total,
            payment_method: intent.payment_method.clone(),
            idempotency_key: intent.key.clone(),
            request_hash: request_hash.clone(),
            requested_ago: request.received().elapsed(),
            priced_ago: priced.elapsed(),
            traceparent: Some(trace.traceparent()),
            tracestate: trace.tracestate(),
        };
        match self
            .orders
            .place(&order)
            .await
            .map_err(PlaceOrderError::Store)?
        {
            Placed::Now => {
                let stored = self.stored(intent.buyer, order.order_id).await?;
                Ok((stored, false))
            }
            Placed::Before => match self.placed_before(intent, &request_hash, false).await? {
                Some(order) => Ok((order, true)),
                None => Err(PlaceOrderError::OrderMissing),
            },
        }
    }

    /// The order that the key already stands for.
    async fn placed_before(
        &self,
        intent: &Intent,
        request_hash: &[u8],
        limit: bool,
    ) -> Result<Option<Order>, PlaceOrderError> {
        let known = self.orders.preflight(intent.buyer, &intent.key).await;
        let known = known.map_err(|error| PlaceOrderError::Read(error.into()))?;
        match known.placed {
            Some((order, hash)) if hash == request_hash => {
                Ok(Some(self.stored(intent.buyer, order).await?))
            }
            Some(_) => Err(PlaceOrderError::KeyConflict),
            None if limit && known.orders_in_window >= self.orders_per_minute => {
                Err(PlaceOrderError::TooMany {
                    retry_after: known.window_ends_in,
                })
            }
            None => Ok(None),
        }
    }

    /// The order as it was when it was placed: however often and late the same request comes, the answer is the same.
    async fn stored(&self, buyer: UserId, id: OrderId) -> Result<Order, PlaceOrderError> {
        let order = self
            .orders
            .find(buyer, id)
            .await
            .map_err(|error| PlaceOrderError::Read(error.into()))?;
        let order = order.ok_or(PlaceOrderError::OrderMissing)?;
        Ok(as_placed(order))
    }
}

fn as_placed(order: Order) -> Order {
    let created = OrderStatus::Created;
    Order {
        status: created.as_str().to_owned(),
        version: created.version().get(),
        failure: None,
        timeline: order.timeline.into_iter().take(1).collect(),
        updated_at: order.created_at,
        ..order
    }
}

/// The `Idempotency-Key`: 1 to 128 visible ASCII characters.
fn idempotency_key(request: &Request) -> Result<String, ApiError> {
    let key = request.header("idempotency-key").unwrap_or_default();
    if (1..=128).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(key.to_owned());
    }
    let message =
        "Send one Idempotency-Key of 1 to 128 visible ASCII characters, made once for each order.";
    Err(ApiError::new(Code::InvalidHeader).detail(message).field(
        "Idempotency-Key",
        "invalid",
        message,
    ))
}

fn parse(buyer: UserId, key: String, body: PlaceOrderBody) -> Result<Intent, ApiError> {
    let mut errors = FieldErrors::new();
    let cart = cart(&body.items, &mut errors);
    let expected_total = errors.take(
        "expected_total",
        "invalid",
        Money::try_from(body.expected_total),
    );
    let payment_method = errors.take(
        "payment_method",
        "invalid",
        body.payment_method.parse::<PaymentMethod>(),
    );
    match (cart, expected_total, payment_method) {
        (Some(cart), Some(expected_total), Some(payment_method)) => {
            errors.check()?;
            Ok(Intent {
                buyer,
                key,
                cart,
                expected_total,
                payment_method,
            })
        }
        _ => Err(errors
            .check()
            .err()
            .unwrap_or_else(|| ApiError::new(Code::ValidationFailed))),
    }
}

fn cart(items: &[RequestedLine], errors: &mut FieldErrors) -> Option<Cart> {
    // The length is checked before anything is parsed: a body has room for a thousand lines, and a thousand errors.
    if items.len() > velure_domain::MAX_LINES {
        errors.add("items", "too_many", CartError::TooManyLines.to_string());
        return None;
    }
    let mut lines = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let product_id = item.product_id.parse::<ProductId>();
        let product_id = errors.take(&format!("items[{index}].product_id"), "invalid", product_id);
        let quantity = errors.take(
            &format!("items[{index}].quantity"),
            "out_of_range",
            Quantity::new(item.quantity),
        );
        lines.extend(
            product_id
                .zip(quantity)
                .map(|(product_id, quantity)| CartLine {
                    product_id,
                    quantity,
                }),
        );
    }
    if lines.len() < items.len() {
        return None;
    }
    errors.take("items", "invalid", Cart::new(lines))
}

/// What was asked, as bytes that do not depend on how it was written: order of lines, spaces, merged products.
fn hash(intent: &Intent) -> Vec<u8> {
    #[derive(Serialize)]
    struct Asked<'a> {
        lines: Vec<(&'a str, u32)>,
        total: (i64, &'static str),
        payment_method: &'a str,
    }
    let asked = Asked {
        lines: intent
            .cart
            .lines()
            .iter()
            .map(|l| (l.product_id.as_str(), l.quantity.get()))
            .collect(),
        total: (
            intent.expected_total.minor(),
            intent.expected_total.currency().code(),
        ),
        payment_method: intent.payment_method.as_str(),
    };
    Sha256::digest(serde_json::to_vec(&asked).expect("strings and numbers are JSON")).to_vec()
}
