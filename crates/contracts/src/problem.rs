use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:tt, $status:literal, $title:literal;)*) => {
        /// What went wrong: the closed list that clients switch on. A code decides its HTTP status.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $name)] $variant,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The name on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// The HTTP status that goes with it: always 4xx or 5xx.
            #[must_use]
            pub fn status(self) -> u16 {
                match self { $(Self::$variant => $status),* }
            }

            /// The short sentence that is the same for every occurrence.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title),* }
            }
        }
    };
}

codes! {
    /// The body is not the JSON that the endpoint takes.
    MalformedBody = "malformed_body", 400, "The request body cannot be read";
    /// A query or path parameter is unknown or has a bad value.
    InvalidParameter = "invalid_parameter", 400, "A parameter cannot be read";
    /// A header is missing or has a bad value.
    InvalidHeader = "invalid_header", 400, "A header is missing or cannot be read";
    /// Nobody is signed in, or the session has ended.
    Unauthenticated = "unauthenticated", 401, "Please sign in";
    /// E-mail and password do not belong together.
    InvalidCredentials = "invalid_credentials", 401, "E-mail or password is wrong";
    /// Signed in, but not allowed.
    Forbidden = "forbidden", 403, "This is not allowed";
    /// The request does not come from our own pages.
    CsrfRefused = "csrf_refused", 403, "The request did not come from the shop";
    /// Not there, or not yours.
    NotFound = "not_found", 404, "Not found";
    /// The path is there, the method is not.
    MethodNotAllowed = "method_not_allowed", 405, "This method is not offered here";
    /// There is an account with this e-mail.
    EmailTaken = "email_taken", 409, "There is already an account with this e-mail";
    /// There is a product with this sku.
    SkuTaken = "sku_taken", 409, "There is already a product with this sku";
    /// The idempotency key was used for another order.
    IdempotencyConflict = "idempotency_conflict", 409, "This idempotency key belongs to another request";
    /// The prices changed since the cart was shown.
    TotalChanged = "total_changed", 409, "The total has changed";
    /// There is not enough stock.
    InsufficientStock = "insufficient_stock", 409, "There is not enough stock";
    /// The reservation has already ended the other way.
    ReservationEnded = "reservation_ended", 409, "The reservation has already ended the other way";
    /// An operation id was used for another change.
    OperationConflict = "operation_conflict", 409, "This operation id belongs to another change";
    /// The product changed since it was read, or no `If-Match` was sent.
    PreconditionFailed = "precondition_failed", 412, "The product has changed since it was read";
    /// The body is larger than the endpoint takes.
    BodyTooLarge = "body_too_large", 413, "The request body is too large";
    /// The body is not `application/json`.
    UnsupportedMediaType = "unsupported_media_type", 415, "The request body has to be application/json";
    /// Well-formed, but not acceptable; `fields` says where.
    ValidationFailed = "validation_failed", 422, "Some values are not acceptable";
    /// A product is not sold, or not in this quantity.
    ProductUnavailable = "product_unavailable", 422, "A product is not available";
    /// Too many requests; `Retry-After` says when to come back.
    TooManyRequests = "too_many_requests", 429, "Too many requests";
    /// Our bug.
    Internal = "internal", 500, "Something went wrong on our side";
    /// Something we need does not answer; `Retry-After` says when to come back.
    Unavailable = "unavailable", 503, "The shop cannot answer just now";
}

/// One value at fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// Where: a path such as `items[0].quantity`.
    pub field: String,
    /// What: a word that clients can switch on, such as `required`, `too_short`, `out_of_range`.
    pub code: String,
    /// The sentence for a person.
    pub message: String,
}

/// The body of every error answer: `application/problem+json` (RFC 9457).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem: `urn:velure:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The short sentence that is the same for every occurrence.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What clients switch on.
    pub code: Code,
    /// What happened this time, for a person.
    pub detail: String,
    /// The request, as in the `x-request-id` header.
    pub request_id: String,
    /// The values at fault.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldError>,
    /// Members that belong to one code, such as `actual_total`.
    #[serde(flatten)]
    #[schema(ignore)]
    pub extensions: Map<String, Value>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_an_error_and_has_one_name() {
        let mut names = std::collections::HashSet::new();
        for code in Code::ALL {
            assert!((400..600).contains(&code.status()), "{code:?}");
            assert!(names.insert(code.as_str()), "{code:?}");
            assert_eq!(
                serde_json::to_value(code).expect("a code is a string"),
                code.as_str()
            );
        }
    }
}
