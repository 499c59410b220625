use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use serde_json::{Map, Value};
use velure_contracts::FieldError;
use velure_contracts::http::{Category, Image, MoneyBody, ProductBody};

use crate::ProductDraft;

const CATEGORIES: &str = include_str!("../catalogue/categories.json");
const PRODUCTS: &str = include_str!("../catalogue/products.json");

/// What is wrong with a catalogue.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    /// A file is not the JSON it should be.
    #[error("the catalogue cannot be read")]
    Unreadable(#[from] serde_json::Error),
    /// A slug or sku occurs twice.
    #[error("{0} occurs twice in the catalogue")]
    Twice(String),
    /// A product is in a category that is not listed.
    #[error("product {sku} is in category {slug}, which is not listed")]
    UnknownCategory {
        /// The product.
        sku: String,
        /// Its category.
        slug: String,
    },
    /// A category has no product.
    #[error("category {0} is empty")]
    EmptyCategory(String),
    /// A product breaks the rules that hold for an administrator, too.
    #[error("product {sku} has bad values: {faults:?}")]
    BadProduct {
        /// The product.
        sku: String,
        /// Each bad value.
        faults: Vec<FieldError>,
    },
}

/// The catalogue made for Velure, every value of it checked.
///
/// # Errors
/// When it breaks a rule. A test keeps the one in this build from doing so.
pub fn catalogue() -> Result<Vec<ProductDraft>, CatalogueError> {
    parse(CATEGORIES, PRODUCTS)
}

/// One product as the file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    sku: String,
    name: String,
    description: String,
    category: String,
    brand: String,
    price_minor: i64,
    currency: String,
    stock: i64,
    rating_tenths: i64,
    images: Vec<Image>,
    attributes: Map<String, Value>,
}

fn parse(categories: &str, products: &str) -> Result<Vec<ProductDraft>, CatalogueError> {
    let mut listed = HashMap::new();
    for category in serde_json::from_str::<Vec<Category>>(categories)? {
        let slug = category.slug.clone();
        if listed.insert(slug.clone(), category).is_some() {
            return Err(CatalogueError::Twice(slug));
        }
    }
    let mut skus = HashSet::new();
    let mut drafts = Vec::new();
    for entry in serde_json::from_str::<Vec<Entry>>(products)? {
        if !skus.insert(entry.sku.clone()) {
            return Err(CatalogueError::Twice(entry.sku));
        }
        let Some(category) = listed.get(&entry.category) else {
            return Err(CatalogueError::UnknownCategory {
                sku: entry.sku,
                slug: entry.category,
            });
        };
        drafts.push(entry.draft(category.clone())?);
    }
    let used: HashSet<_> = drafts.iter().map(ProductDraft::category_slug).collect();
    match listed
        .into_keys()
        .find(|slug| !used.contains(slug.as_str()))
    {
        Some(slug) => Err(CatalogueError::EmptyCategory(slug)),
        None => Ok(drafts),
    }
}

impl Entry {
    fn draft(self, category: Category) -> Result<ProductDraft, CatalogueError> {
        let sku = self.sku.clone();
        let body = ProductBody {
            sku: self.sku,
            name: self.name,
            description: self.description,
            category,
            brand: self.brand,
            price: MoneyBody {
                amount_minor: self.price_minor,
                currency: self.currency,
            },
            available: Some(self.stock),
            rating: self.rating_tenths,
            images: self.images,
            attributes: self.attributes,
        };
        ProductDraft::parse(body).map_err(|faults| CatalogueError::BadProduct { sku, faults })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_catalogue_of_this_build_is_good_and_large_enough() {
        let drafts = catalogue().expect("every product keeps the rules");
        let categories: HashSet<_> = drafts.iter().map(ProductDraft::category_slug).collect();
        assert!(drafts.len() >= 60, "{} products", drafts.len());
        assert!(categories.len() >= 10, "{} categories", categories.len());
    }

    #[test]
    fn a_catalogue_that_contradicts_itself_is_refused() {
        let dogs = json!({"slug": "dogs", "name": "Dogs"});
        let cats = json!({"slug": "cats", "name": "Cats"});
        let leash = json!({
            "sku": "A-1", "name": "Leash", "description": "Long.", "category": "dogs", "brand": "Velure",
            "price_minor": 100, "currency": "USD", "stock": 1, "rating_tenths": 40, "images": [], "attributes": {},
        });
        let with = |key: &str, value: Value| {
            let mut changed = leash.clone();
            changed[key] = value;
            changed
        };
        let check = |categories: Value, products: Value| {
            parse(&categories.to_string(), &products.to_string())
                .err()
                .map(|error| error.to_string())
        };
        assert_eq!(check(json!([dogs]), json!([leash])), None);
        let cases = [
            (
                json!([dogs, dogs]),
                json!([leash]),
                "dogs occurs twice in the catalogue",
            ),
            (
                json!([dogs]),
                json!([leash, leash]),
                "A-1 occurs twice in the catalogue",
            ),
            (
                json!([dogs]),
                json!([with("category", json!("cats"))]),
                "product A-1 is in category cats, which is not listed",
            ),
            (
                json!([dogs, cats]),
                json!([leash]),
                "category cats is empty",
            ),
            (
                json!([dogs]),
                json!([with("price_minor", json!(9.99))]),
                "the catalogue cannot be read",
            ),
            (
                json!([dogs]),
                json!([with("discount", json!(1))]),
                "the catalogue cannot be read",
            ),
        ];
        for (categories, products, message) in cases {
            assert_eq!(check(categories, products).as_deref(), Some(message));
        }
        let message = check(json!([dogs]), json!([with("stock", json!(-1))]))
            .expect("stock below nothing is bad");
        assert!(
            message.starts_with("product A-1 has bad values") && message.contains("available"),
            "{message}"
        );
    }
}
