use std::collections::HashMap;

use futures::TryStreamExt;
use mongodb::bson::doc;
use mongodb::bson::oid::ObjectId;
use velure_contracts::http::{LineFault, LineFaultReason};
use velure_domain::{Cart, CartLine, Money, MoneyError, ProductId, Quantity};

use crate::document::{OfferDocument, object_id};
use crate::error::{DEADLINE, bounded};
use crate::{CatalogStore, StoreError};

/// A cart with today's prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotedCart {
    /// The lines, by product id.
    pub lines: Vec<QuotedCartLine>,
    /// What they cost together.
    pub total: Money,
}

/// One line with its price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotedCartLine {
    /// The product.
    pub product_id: ProductId,
    /// Its name right now.
    pub name: String,
    /// How many.
    pub quantity: Quantity,
    /// The price of one.
    pub unit_price: Money,
    /// The price of the line.
    pub line_total: Money,
}

/// Why a cart has no price.
#[derive(Debug, thiserror::Error)]
pub enum QuoteCartError {
    /// These products are not sold.
    #[error("{} products of the cart are not sold", .0.len())]
    NotSold(Vec<LineFault>),
    /// It costs more than an order may.
    #[error("the cart's total is out of range")]
    OutOfRange(#[source] MoneyError),
    /// The store failed.
    #[error("the cart could not be priced")]
    Store(#[from] StoreError),
}

impl CatalogStore {
    /// Prices a cart. Stock is not looked at: only a reservation decides about it.
    ///
    /// # Errors
    /// When a product is not sold, the total is out of range, or the store fails.
    pub async fn quote(&self, cart: &Cart) -> Result<QuotedCart, QuoteCartError> {
        let offers = self.offers(cart).await?;
        let missing = cart
            .lines()
            .iter()
            .filter(|line| !offers.contains_key(&object_id(&line.product_id)));
        let missing: Vec<_> = missing.map(|line| not_sold(&line.product_id)).collect();
        if !missing.is_empty() {
            return Err(QuoteCartError::NotSold(missing));
        }
        price(cart, &offers)
    }

    /// The products of a cart that are there.
    pub(crate) async fn offers(
        &self,
        cart: &Cart,
    ) -> Result<HashMap<ObjectId, OfferDocument>, StoreError> {
        let ids: Vec<_> = cart
            .lines()
            .iter()
            .map(|line| object_id(&line.product_id))
            .collect();
        let products = self.products.clone_with_type::<OfferDocument>();
        let found = products
            .find(doc! { "_id": { "$in": ids } })
            .projection(doc! { "name": 1, "price": 1, "available": 1 })
            .max_time(DEADLINE);
        let offers = bounded(async { found.await?.try_collect::<Vec<_>>().await }).await?;
        Ok(offers.into_iter().map(|offer| (offer.id, offer)).collect())
    }
}

fn price(
    cart: &Cart,
    offers: &HashMap<ObjectId, OfferDocument>,
) -> Result<QuotedCart, QuoteCartError> {
    let mut lines = Vec::with_capacity(cart.lines().len());
    let mut total: Option<Money> = None;
    for CartLine {
        product_id,
        quantity,
    } in cart.lines()
    {
        let offer = offers
            .get(&object_id(product_id))
            .expect("lines without an offer were refused before");
        let unit_price = offer.price.money(product_id.as_str())?;
        let line_total = unit_price
            .times(quantity.get())
            .map_err(QuoteCartError::OutOfRange)?;
        total = Some(match total {
            Some(sum) => sum.plus(line_total).map_err(QuoteCartError::OutOfRange)?,
            None => line_total,
        });
        let (product_id, name, quantity) = (product_id.clone(), offer.name.clone(), *quantity);
        lines.push(QuotedCartLine {
            product_id,
            name,
            quantity,
            unit_price,
            line_total,
        });
    }
    Ok(QuotedCart {
        lines,
        total: total.expect("a cart has at least one line"),
    })
}

pub(crate) fn not_sold(product_id: &ProductId) -> LineFault {
    LineFault {
        product_id: product_id.to_string(),
        reason: LineFaultReason::NotSold,
        available: 0,
    }
}
