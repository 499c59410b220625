use std::collections::BTreeSet;

use mongodb::bson::{Document, doc};
use velure_contracts::FieldError;
use velure_contracts::http::{Category, Image, MoneyBodyError, ProductBody};
use velure_domain::{Money, MoneyError};

use crate::attributes::Attributes;
use crate::fold;

/// The most of one product that can be in stock.
pub const MAX_STOCK: i64 = 1_000_000;

const MAX_IMAGES: usize = 8;

/// A product as an administrator or the seed describes it: every value was checked.
#[derive(Debug, Clone, PartialEq)]
pub struct ProductDraft {
    sku: String,
    name: String,
    description: String,
    category: Category,
    brand: String,
    price: Money,
    available: i64,
    rating: i32,
    images: Vec<Image>,
    attributes: Attributes,
}

impl ProductDraft {
    /// Checks every value of `body`.
    ///
    /// # Errors
    /// With each value at fault, so that one answer names them all.
    pub fn parse(body: ProductBody) -> Result<Self, Vec<FieldError>> {
        let mut check = Check::default();
        check.that(
            "sku",
            "invalid",
            "a sku is 1 to 40 upper-case letters, digits and hyphens",
            is_sku(&body.sku),
        );
        check.line("name", &body.name, 120);
        check.text("description", &body.description, 4_000);
        check.that(
            "category.slug",
            "invalid",
            "a slug is 1 to 60 lower-case letters, digits and hyphens",
            is_slug(&body.category.slug),
        );
        check.line("category.name", &body.category.name, 80);
        check.line("brand", &body.brand, 80);
        let price = check.price(Money::try_from(body.price));
        let available = body.available.unwrap_or(0);
        check.that(
            "available",
            "out_of_range",
            "stock is 0 to 1,000,000",
            (0..=MAX_STOCK).contains(&available),
        );
        let rating = i32::try_from(body.rating)
            .ok()
            .filter(|rating| (10..=50).contains(rating));
        check.that(
            "rating",
            "out_of_range",
            "a rating is 10 to 50: tenths of a star",
            rating.is_some(),
        );
        check.that(
            "images",
            "too_long",
            "at most 8 pictures are kept",
            body.images.len() <= MAX_IMAGES,
        );
        for (index, image) in body.images.iter().take(MAX_IMAGES).enumerate() {
            let rule = "a picture is a path of the shop, such as /images/leash.svg";
            check.that(
                &format!("images[{index}].url"),
                "invalid",
                rule,
                is_path(&image.url),
            );
            check.line(&format!("images[{index}].alt"), &image.alt, 200);
        }
        let attributes = Attributes::parse(&body.attributes, &mut check.faults);
        match (price, rating) {
            (Some(price), Some(rating)) if check.faults.is_empty() => Ok(Self {
                sku: body.sku,
                name: body.name,
                description: body.description,
                category: body.category,
                brand: body.brand,
                price,
                available,
                rating,
                images: body.images,
                attributes,
            }),
            _ => Err(check.faults),
        }
    }

    /// The shop's own article number.
    #[must_use]
    pub fn sku(&self) -> &str {
        &self.sku
    }

    /// The slug of the category it is found in.
    #[must_use]
    pub fn category_slug(&self) -> &str {
        &self.category.slug
    }

    /// Stock to start with.
    pub(crate) fn available(&self) -> i64 {
        self.available
    }

    /// Everything that is stored of it but its stock, its dates and its revision.
    pub(crate) fn content(&self) -> Document {
        let images: Vec<_> = self
            .images
            .iter()
            .map(|i| doc! { "url": &i.url, "alt": &i.alt })
            .collect();
        doc! {
            "sku": &self.sku,
            "name": &self.name,
            "description": &self.description,
            "category": { "slug": &self.category.slug, "name": &self.category.name },
            "brand": &self.brand,
            "price": { "amount_minor": self.price.minor(), "currency": self.price.currency().code() },
            "rating": self.rating,
            "images": images,
            "attributes": self.attributes.document().clone(),
            "sort_name": fold::words(&self.name).join(" "),
            "words": self.words(),
        }
    }

    /// Every word that the product is found by, once.
    fn words(&self) -> Vec<String> {
        let texts = [
            &self.name,
            &self.brand,
            &self.category.name,
            &self.sku,
            &self.description,
        ];
        let texts = texts
            .into_iter()
            .map(String::as_str)
            .chain(self.attributes.texts());
        let words: BTreeSet<String> = texts.flat_map(fold::words).collect();
        words.into_iter().collect()
    }
}

/// Whether `slug` can name a category.
pub(crate) fn is_slug(slug: &str) -> bool {
    (1..=60).contains(&slug.len())
        && slug
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

fn is_sku(sku: &str) -> bool {
    (1..=40).contains(&sku.len())
        && sku
            .bytes()
            .all(|b| matches!(b, b'A'..=b'Z' | b'0'..=b'9' | b'-'))
}

/// A path on this host: neither another host (`//`) nor a way up, in characters that need no escaping.
fn is_path(url: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.');
    url.len() <= 200
        && url.len() > 1
        && url.starts_with('/')
        && !url.contains("//")
        && !url.contains("..")
        && url.bytes().all(plain)
}

/// Collects what is wrong.
#[derive(Default)]
struct Check {
    faults: Vec<FieldError>,
}

impl Check {
    fn that(&mut self, field: &str, code: &str, rule: &str, holds: bool) {
        if !holds {
            self.faults.push(FieldError {
                field: field.to_owned(),
                code: code.to_owned(),
                message: rule.to_owned(),
            });
        }
    }

    /// Text that may have several lines.
    fn text(&mut self, field: &str, text: &str, most: usize) {
        let chars = text.chars().count();
        self.that(
            field,
            "required",
            "this cannot be empty",
            !text.trim().is_empty(),
        );
        self.that(
            field,
            "too_long",
            &format!("this has at most {most} characters"),
            chars <= most,
        );
        let clean = !text.chars().any(|c| c.is_control() && c != '\n');
        self.that(field, "invalid", "this has no control characters", clean);
    }

    /// Text of one line.
    fn line(&mut self, field: &str, text: &str, most: usize) {
        self.text(field, text, most);
        self.that(field, "invalid", "this has one line", !text.contains('\n'));
        let trimmed = text.trim();
        let tight = trimmed.is_empty() || trimmed == text;
        self.that(
            field,
            "invalid",
            "this neither starts nor ends with a space",
            tight,
        );
    }

    fn price(&mut self, price: Result<Money, MoneyBodyError>) -> Option<Money> {
        let range = "a price is more than nothing and at most 10,000,000.00";
        match price {
            Ok(price) if price.minor() > 0 => return Some(price),
            Ok(_) | Err(MoneyBodyError::Amount(MoneyError::Negative | MoneyError::TooLarge)) => {
                self.that("price.amount_minor", "out_of_range", range, false);
            }
            Err(
                MoneyBodyError::Currency | MoneyBodyError::Amount(MoneyError::CurrencyMismatch),
            ) => {
                self.that(
                    "price.currency",
                    "invalid",
                    "the currency has to be USD",
                    false,
                );
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn body(change: impl FnOnce(&mut Value)) -> ProductBody {
        let mut value = json!({
            "sku": "DOG-1", "name": "Leash", "description": "Long.", "category": {"slug": "dogs", "name": "Dogs"},
            "brand": "Velure", "price": {"amount_minor": 1990, "currency": "USD"}, "available": 3, "rating": 47,
            "images": [{"url": "/images/leash.svg", "alt": "A leash"}], "attributes": {"colour": "Red"},
        });
        change(&mut value);
        serde_json::from_value(value).expect("the test's product has the right shape")
    }

    #[test]
    fn a_good_product_is_taken() {
        let draft = ProductDraft::parse(body(|_| {})).expect("it is good");
        assert_eq!(
            draft.words(),
            ["1", "dog", "dogs", "leash", "long", "red", "velure"]
        );
    }

    #[test]
    fn each_bad_value_is_named() {
        let cases: [(&str, Value, &str, &str); 24] = [
            ("/sku", json!("dog"), "sku", "invalid"),
            ("/sku", json!(""), "sku", "invalid"),
            ("/sku", json!("A".repeat(41)), "sku", "invalid"),
            ("/name", json!("  "), "name", "required"),
            ("/name", json!("ü".repeat(121)), "name", "too_long"),
            ("/name", json!("a\nb"), "name", "invalid"),
            ("/name", json!(" a"), "name", "invalid"),
            ("/description", json!("a\u{0}"), "description", "invalid"),
            (
                "/description",
                json!("a".repeat(4001)),
                "description",
                "too_long",
            ),
            ("/category/slug", json!("Dogs"), "category.slug", "invalid"),
            ("/category/name", json!(""), "category.name", "required"),
            ("/brand", json!("b".repeat(81)), "brand", "too_long"),
            (
                "/price/amount_minor",
                json!(0),
                "price.amount_minor",
                "out_of_range",
            ),
            (
                "/price/amount_minor",
                json!(-1),
                "price.amount_minor",
                "out_of_range",
            ),
            (
                "/price/amount_minor",
                json!(i64::MAX),
                "price.amount_minor",
                "out_of_range",
            ),
            ("/price/currency", json!("usd"), "price.currency", "invalid"),
            ("/available", json!(-1), "available", "out_of_range"),
            ("/available", json!(1_000_001), "available", "out_of_range"),
            ("/rating", json!(9), "rating", "out_of_range"),
            ("/rating", json!(i64::MAX), "rating", "out_of_range"),
            (
                "/images/0/url",
                json!("https://elsewhere.example/a.svg"),
                "images[0].url",
                "invalid",
            ),
            (
                "/images/0/url",
                json!("//elsewhere.example/a.svg"),
                "images[0].url",
                "invalid",
            ),
            ("/images/0/alt", json!(""), "images[0].alt", "required"),
            (
                "/images",
                json!(vec![json!({"url": "/a", "alt": "a"}); 9]),
                "images",
                "too_long",
            ),
        ];
        for (pointer, value, field, code) in cases {
            let shown = value.to_string();
            let body =
                body(|product| *product.pointer_mut(pointer).expect("the path is there") = value);
            let faults = ProductDraft::parse(body).expect_err(&shown);
            let named: Vec<_> = faults
                .iter()
                .map(|f| (f.field.as_str(), f.code.as_str()))
                .collect();
            assert_eq!(named, [(field, code)], "{pointer} = {shown}");
        }
    }

    #[test]
    fn every_bad_value_is_named_at_once() {
        let faults = ProductDraft::parse(body(|product| {
            product["sku"] = json!("?");
            product["rating"] = json!(0);
            product["attributes"] = json!({"$ne": 1});
        }))
        .expect_err("three values are bad");
        assert_eq!(
            faults.iter().map(|f| f.field.as_str()).collect::<Vec<_>>(),
            ["sku", "rating", "attributes"]
        );
    }
}
