//! `POST /internal/quotes`

use velure_contracts::Code;
use velure_contracts::http::{Quote, QuoteBody, QuotedLine};
use velure_http::{ApiError, Endpoint, Reply, Request, StartError};
use velure_mongo::{CatalogStore, QuoteCartError, QuotedCart, QuotedCartLine};

use crate::CatalogContext;
use crate::refusal::store_failed;
use crate::requested::cart_of;

/// Prices a cart. It says nothing about stock: only a reservation does.
#[derive(Debug)]
pub struct QuoteCart {
    catalogue: CatalogStore,
}

impl Endpoint for QuoteCart {
    const NAME: &'static str = "quote-cart";
    type Context = CatalogContext;

    async fn connect(context: &CatalogContext) -> Result<Self, StartError> {
        Ok(Self {
            catalogue: context.catalogue().await?,
        })
    }

    async fn handle(&self, request: Request) -> Result<Reply, ApiError> {
        let body: QuoteBody = request.json()?;
        let cart = cart_of(&body.items)?;
        let quoted = self.catalogue.quote(&cart).await.map_err(refused)?;
        Ok(Reply::ok(&present(quoted)))
    }
}

fn present(quoted: QuotedCart) -> Quote {
    let line = |line: QuotedCartLine| QuotedLine {
        product_id: line.product_id.to_string(),
        name: line.name,
        quantity: line.quantity.get(),
        unit_price: line.unit_price.into(),
        line_total: line.line_total.into(),
    };
    Quote {
        items: quoted.lines.into_iter().map(line).collect(),
        total: quoted.total.into(),
    }
}

fn refused(error: QuoteCartError) -> ApiError {
    match error {
        QuoteCartError::NotSold(lines) => {
            ApiError::new(Code::ProductUnavailable).extension("lines", lines)
        }
        QuoteCartError::OutOfRange(_) => {
            let message = "the total is more than an order may cost";
            ApiError::new(Code::ValidationFailed).field("items", "out_of_range", message)
        }
        QuoteCartError::Store(error) => store_failed(error),
    }
}
