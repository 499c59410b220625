use std::str::FromStr;

use futures::{TryStreamExt, try_join};
use mongodb::bson::{Document, doc};
use serde::Deserialize;
use velure_contracts::http::{CategoryCount, Product};

use crate::draft::is_slug;
use crate::error::{DEADLINE, bounded};
use crate::fold;
use crate::{CatalogStore, StoreError, StoredProduct};

/// A search looks for this many different words at most; the ones beyond are not looked at.
const MAX_SEARCH_WORDS: usize = 8;

/// In what order products are listed; products that are equal in it follow by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ProductSort {
    /// By name, without regard to case and accents.
    #[default]
    Name,
    /// Cheapest first.
    Price,
    /// Dearest first.
    PriceDown,
    /// Best first.
    RatingDown,
}

impl ProductSort {
    fn keys(self) -> Document {
        match self {
            Self::Name => doc! { "sort_name": 1, "_id": 1 },
            Self::Price => doc! { "price.amount_minor": 1, "_id": 1 },
            Self::PriceDown => doc! { "price.amount_minor": -1, "_id": 1 },
            Self::RatingDown => doc! { "rating": -1, "_id": 1 },
        }
    }
}

impl FromStr for ProductSort {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "name" => Ok(Self::Name),
            "price" => Ok(Self::Price),
            "-price" => Ok(Self::PriceDown),
            "-rating" => Ok(Self::RatingDown),
            _ => Err(()),
        }
    }
}

/// Which page, and how long a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    /// From 1.
    pub page: u32,
    /// Products to a page.
    pub page_size: u32,
}

/// Which products: all, those of a category, those with certain words, or both.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProductQuery {
    category: Option<String>,
    words: Vec<String>,
}

impl ProductQuery {
    /// Every product.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Those of one category; nothing when `slug` cannot be one.
    #[must_use]
    pub fn in_category(mut self, slug: &str) -> Option<Self> {
        self.category = is_slug(slug).then(|| slug.to_owned());
        self.category.is_some().then_some(self)
    }

    /// Those in which every word of `text` begins a word, without regard to case and accents.
    #[must_use]
    pub fn matching(mut self, text: &str) -> Self {
        self.words = fold::words(text);
        self.words.sort();
        self.words.dedup();
        self.words.truncate(MAX_SEARCH_WORDS);
        self
    }

    /// The filter. Each word is a range of the index over words: from the word itself up to, not including, the
    /// word followed by the last character there is.
    fn filter(&self) -> Document {
        let mut filter = Document::new();
        if let Some(slug) = &self.category {
            filter.insert("category.slug", slug);
        }
        let ranges = self.words.iter().map(|word| {
            let end = format!("{word}{}", char::MAX);
            doc! { "words": { "$elemMatch": { "$gte": word, "$lt": end } } }
        });
        match self.words.len() {
            0 => {}
            1 => filter.extend(ranges.flatten()),
            _ => {
                filter.insert("$and", ranges.collect::<Vec<_>>());
            }
        }
        filter
    }
}

/// One page of products, and how many there are in all.
#[derive(Debug, Clone, PartialEq)]
pub struct Products {
    /// The products of the page.
    pub items: Vec<Product>,
    /// Products on all pages.
    pub total: u64,
}

impl CatalogStore {
    /// One page of the products that match `query`.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn list(
        &self,
        query: &ProductQuery,
        sort: ProductSort,
        paging: Paging,
    ) -> Result<Products, StoreError> {
        let filter = query.filter();
        let skip = u64::from(paging.page.saturating_sub(1)) * u64::from(paging.page_size);
        let page = self
            .products
            .find(filter.clone())
            .sort(sort.keys())
            .projection(doc! { "words": 0, "sort_name": 0 })
            .skip(skip)
            .limit(i64::from(paging.page_size))
            .batch_size(paging.page_size)
            .max_time(DEADLINE);
        let (documents, total) = bounded(async {
            try_join!(
                async { page.await?.try_collect::<Vec<_>>().await },
                self.count_matching(filter)
            )
        })
        .await?;
        let items = documents
            .into_iter()
            .map(|document| StoredProduct::try_from(document).map(|stored| stored.product))
            .collect::<Result<_, _>>()?;
        Ok(Products { items, total })
    }

    /// How many products match `query`.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn count(&self, query: &ProductQuery) -> Result<u64, StoreError> {
        bounded(self.count_matching(query.filter())).await
    }

    async fn count_matching(&self, filter: Document) -> Result<u64, mongodb::error::Error> {
        self.products
            .count_documents(filter)
            .max_time(DEADLINE)
            .await
    }

    /// Every category that holds a product, by name.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn categories(&self) -> Result<Vec<CategoryCount>, StoreError> {
        let stages = [
            // `$min`, so that two spellings of a category's name do not take turns.
            doc! { "$group": { "_id": "$category.slug", "name": { "$min": "$category.name" }, "count": { "$sum": 1_i64 } } },
            doc! { "$sort": { "name": 1, "_id": 1 } },
        ];
        let found = bounded(async {
            let cursor = self
                .products
                .aggregate(stages)
                .max_time(DEADLINE)
                .with_type::<CategoryDocument>()
                .await?;
            cursor.try_collect::<Vec<_>>().await
        })
        .await?;
        Ok(found.into_iter().map(CategoryCount::from).collect())
    }
}

#[derive(Deserialize)]
struct CategoryDocument {
    #[serde(rename = "_id")]
    slug: String,
    name: String,
    count: i64,
}

impl From<CategoryDocument> for CategoryCount {
    fn from(found: CategoryDocument) -> Self {
        Self {
            slug: found.slug,
            name: found.name,
            count: found.count.unsigned_abs(),
        }
    }
}
