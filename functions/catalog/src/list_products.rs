//! `GET /api/products`

use serde::Deserialize;
use velure_contracts::http::ProductPage;
use velure_http::{ApiError, ETag, Endpoint, Paging, Reply, Request, StartError};
use velure_mongo::{CatalogStore, ProductQuery, ProductSort};

use crate::CatalogContext;
use crate::entity::shared;
use crate::refusal::store_failed;

const DEFAULT_PAGE_SIZE: u32 = 12;
const MAX_SEARCH_CHARS: usize = 100;

/// Answers one page of the products in a category, with certain words, or of all.
#[derive(Debug)]
pub struct ListProducts {
    catalogue: CatalogStore,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    page: Option<String>,
    page_size: Option<String>,
    category: Option<String>,
    q: Option<String>,
    sort: Option<String>,
}

impl Endpoint for ListProducts {
    const NAME: &'static str = "list-products";
    type Context = CatalogContext;

    async fn connect(context: &CatalogContext) -> Result<Self, StartError> {
        Ok(Self {
            catalogue: context.catalogue().await?,
        })
    }

    async fn handle(&self, request: Request) -> Result<Reply, ApiError> {
        let query: Query = request.query()?;
        let Paging { page, page_size } = Paging::parse(
            query.page.as_deref(),
            query.page_size.as_deref(),
            DEFAULT_PAGE_SIZE,
        )?;
        let sort = match query.sort.as_deref() {
            None => ProductSort::default(),
            Some(sort) => sort.parse().map_err(|()| {
                ApiError::invalid_parameter(
                    "sort",
                    "sort is one of name, price, -price and -rating",
                )
            })?,
        };
        let mut wanted = in_category(query.category.as_deref())?;
        if let Some(text) = &query.q {
            if text.chars().count() > MAX_SEARCH_CHARS {
                let message = format!("q has at most {MAX_SEARCH_CHARS} characters");
                return Err(ApiError::invalid_parameter("q", message));
            }
            wanted = wanted.matching(text);
        }
        let paging = velure_mongo::Paging { page, page_size };
        let found = self
            .catalogue
            .list(&wanted, sort, paging)
            .await
            .map_err(store_failed)?;
        let reply = Reply::ok(&ProductPage {
            items: found.items,
            page,
            page_size,
            total: found.total,
        });
        let tag = ETag::of_bytes(reply.body());
        Ok(shared(&request, reply, &tag))
    }
}

/// The products of a category, or of all without one. A category that nothing is in has no products; a text that
/// cannot be the slug of one is a bad value.
pub(crate) fn in_category(slug: Option<&str>) -> Result<ProductQuery, ApiError> {
    match slug {
        None => Ok(ProductQuery::all()),
        Some(slug) => ProductQuery::all().in_category(slug).ok_or_else(|| {
            let message = "category is a slug: 1 to 60 lower-case letters, digits and hyphens";
            ApiError::invalid_parameter("category", message)
        }),
    }
}
