//! The stored form of everything, private to this crate.

use chrono::{DateTime, Utc};
use mongodb::bson;
use mongodb::bson::oid::ObjectId;
use serde::{Deserialize, Serialize};
use velure_contracts::http::{Category, Image, MoneyBody, Product, ReservationState};
use velure_domain::{Cart, Money, ProductId};

use crate::{Revision, StoreError, attributes};

/// A product and which of its revisions it is.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredProduct {
    /// The product as it is shown.
    pub product: Product,
    /// Grows with every change, stock included.
    pub revision: Revision,
}

/// One product. Amounts are 64-bit integers of minor units, never doubles.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ProductDocument {
    #[serde(rename = "_id")]
    id: ObjectId,
    sku: String,
    name: String,
    description: String,
    category: CategoryDocument,
    brand: String,
    price: PriceDocument,
    available: i64,
    rating: i32,
    images: Vec<ImageDocument>,
    attributes: bson::Document,
    created_at: bson::DateTime,
    updated_at: bson::DateTime,
    revision: i64,
}

impl ProductDocument {
    pub(crate) fn available(&self) -> i64 {
        self.available
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct CategoryDocument {
    slug: String,
    name: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct ImageDocument {
    url: String,
    alt: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PriceDocument {
    amount_minor: i64,
    currency: String,
}

impl PriceDocument {
    pub(crate) fn money(&self, id: &str) -> Result<Money, StoreError> {
        let currency = self
            .currency
            .parse()
            .map_err(|_| corrupt(id, "the currency is not traded"))?;
        Money::new(self.amount_minor, currency)
            .map_err(|_| corrupt(id, "the price is out of range"))
    }
}

impl TryFrom<ProductDocument> for StoredProduct {
    type Error = StoreError;

    fn try_from(stored: ProductDocument) -> Result<Self, StoreError> {
        let id = stored.id.to_hex();
        let fault = |what| corrupt(&id, what);
        let product = Product {
            price: MoneyBody::from(stored.price.money(&id)?),
            available: shown_stock(stored.available),
            rating: u8::try_from(stored.rating).map_err(|_| fault("the rating is out of range"))?,
            attributes: attributes::to_json(&stored.attributes)
                .ok_or_else(|| fault("an attribute has no JSON form"))?,
            created_at: time(stored.created_at)
                .ok_or_else(|| fault("created_at is out of range"))?,
            updated_at: time(stored.updated_at)
                .ok_or_else(|| fault("updated_at is out of range"))?,
            sku: stored.sku,
            name: stored.name,
            description: stored.description,
            category: Category {
                slug: stored.category.slug,
                name: stored.category.name,
            },
            brand: stored.brand,
            images: stored
                .images
                .into_iter()
                .map(|image| Image {
                    url: image.url,
                    alt: image.alt,
                })
                .collect(),
            id,
        };
        Ok(Self {
            product,
            revision: Revision::new(stored.revision),
        })
    }
}

/// What is read of a product to price it or to take from it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct OfferDocument {
    #[serde(rename = "_id")]
    pub(crate) id: ObjectId,
    pub(crate) name: String,
    pub(crate) price: PriceDocument,
    pub(crate) available: i64,
}

/// What an order holds. The id is the order's.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ReservationDocument {
    #[serde(rename = "_id")]
    pub(crate) order_id: String,
    pub(crate) lines: Vec<LineDocument>,
    pub(crate) state: StateDocument,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LineDocument {
    pub(crate) product_id: ObjectId,
    pub(crate) quantity: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum StateDocument {
    Held,
    Committed,
    Released,
}

impl StateDocument {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Committed => "committed",
            Self::Released => "released",
        }
    }
}

impl From<StateDocument> for ReservationState {
    fn from(state: StateDocument) -> Self {
        match state {
            StateDocument::Held => Self::Held,
            StateDocument::Committed => Self::Committed,
            StateDocument::Released => Self::Released,
        }
    }
}

/// One adjustment of stock that has counted. The id is the operation's.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct OperationDocument {
    #[serde(rename = "_id")]
    pub(crate) operation_id: String,
    pub(crate) product_id: ObjectId,
    pub(crate) delta: i64,
}

/// A cart's lines as they are stored: sorted by product, as the cart is.
pub(crate) fn lines_of(cart: &Cart) -> Vec<LineDocument> {
    cart.lines()
        .iter()
        .map(|line| LineDocument {
            product_id: object_id(&line.product_id),
            quantity: i64::from(line.quantity.get()),
        })
        .collect()
}

pub(crate) fn object_id(id: &ProductId) -> ObjectId {
    ObjectId::parse_str(id.as_str()).expect("a product id is 24 hexadecimal digits")
}

/// Stock as it is shown: a number below nothing or beyond what can be shown is never stored.
pub(crate) fn shown_stock(available: i64) -> u32 {
    u32::try_from(available.max(0)).unwrap_or(u32::MAX)
}

fn time(stored: bson::DateTime) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(stored.timestamp_millis())
}

fn corrupt(id: &str, what: &'static str) -> StoreError {
    StoreError::Corrupt {
        id: id.to_owned(),
        what,
    }
}
