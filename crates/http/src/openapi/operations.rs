use velure_contracts::Code;
use velure_contracts::http::{
    AdjustInventoryBody, CategoryList, ChangePasswordBody, Health, HoldReservationBody,
    IntrospectBody, Introspection, OpenSessionBody, Order, OrderPage, PlaceOrderBody, Product,
    ProductBody, ProductCount, ProductPage, Quote, QuoteBody, RegisterUserBody, Reservation,
    Session, User, UserPage,
};

use super::{SchemaOf, schema_of};

/// What is said of an endpoint beside its row in the route table.
pub(crate) struct Operation {
    pub(crate) summary: &'static str,
    /// Name, description, schema.
    pub(crate) query: &'static [(&'static str, &'static str, &'static str)],
    /// Name, required, description.
    pub(crate) headers: &'static [(&'static str, bool, &'static str)],
    pub(crate) body: Option<SchemaOf>,
    pub(crate) answers: &'static [Answer],
    /// Problems beside those that the edge adds by itself.
    pub(crate) codes: &'static [Code],
}

/// An answer that is no problem.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) description: &'static str,
    pub(crate) body: Option<SchemaOf>,
}

const NOTHING: Operation = Operation {
    summary: "",
    query: &[],
    headers: &[],
    body: None,
    answers: &[],
    codes: &[],
};

const fn answer(status: u16, description: &'static str, body: SchemaOf) -> Answer {
    Answer {
        status,
        description,
        body: Some(body),
    }
}

const fn empty(status: u16, description: &'static str) -> Answer {
    Answer {
        status,
        description,
        body: None,
    }
}

const PAGE: (&str, &str, &str) = (
    "page",
    "The page, from 1.",
    r#"{"type":"integer","minimum":1,"maximum":10000,"default":1}"#,
);
const PAGE_SIZE: (&str, &str, &str) = (
    "page_size",
    "How many to a page.",
    r#"{"type":"integer","minimum":1,"maximum":100,"default":12}"#,
);
const CATEGORY: (&str, &str, &str) = (
    "category",
    "Only this category, by its slug.",
    r#"{"type":"string"}"#,
);
const IF_NONE_MATCH: (&str, bool, &str) = (
    "If-None-Match",
    false,
    "The ETag at hand; the same version answers 304.",
);
const NOT_MODIFIED: Answer = empty(304, "The client has this version.");

/// The operation of an endpoint.
///
/// # Panics
/// When it is missing: a route that is not described fails the build's tests.
pub(crate) fn operation(name: &str) -> Operation {
    auth(name)
        .or_else(|| catalog(name))
        .or_else(|| internal(name))
        .or_else(|| orders(name))
        .unwrap_or_else(|| {
            panic!("the endpoint {name} is not described in crates/http/src/openapi/operations.rs")
        })
}

fn auth(name: &str) -> Option<Operation> {
    Some(match name {
        "register-user" => Operation {
            summary: "Make an account and sign in.",
            body: Some(schema_of::<RegisterUserBody>),
            answers: const {
                &[answer(
                    201,
                    "The user; the session is in cookies.",
                    schema_of::<User>,
                )]
            },
            codes: &[Code::EmailTaken, Code::ValidationFailed],
            ..NOTHING
        },
        "open-session" => Operation {
            summary: "Sign in.",
            body: Some(schema_of::<OpenSessionBody>),
            answers: const {
                &[answer(
                    201,
                    "Who is signed in; the session is in cookies.",
                    schema_of::<Session>,
                )]
            },
            codes: &[Code::InvalidCredentials],
            ..NOTHING
        },
        "refresh-session" => Operation {
            summary: "Go on with a session whose access token has ended.",
            answers: const {
                &[answer(
                    200,
                    "Who is signed in; the cookies are new.",
                    schema_of::<Session>,
                )]
            },
            codes: &[Code::Unauthenticated],
            ..NOTHING
        },
        "close-session" => Operation {
            summary: "Sign out.",
            answers: const {
                &[empty(
                    204,
                    "The session has ended and the cookies are gone.",
                )]
            },
            ..NOTHING
        },
        "get-me" => Operation {
            summary: "Who is signed in.",
            answers: const { &[answer(200, "The user.", schema_of::<User>)] },
            ..NOTHING
        },
        "change-password" => Operation {
            summary: "Set another password; every other session ends.",
            body: Some(schema_of::<ChangePasswordBody>),
            answers: const { &[empty(204, "The password is set.")] },
            codes: &[Code::InvalidCredentials, Code::ValidationFailed],
            ..NOTHING
        },
        "introspect-token" => Operation {
            summary: "Whether an access token is good right now.",
            body: Some(schema_of::<IntrospectBody>),
            answers: const { &[answer(200, "The verdict.", schema_of::<Introspection>)] },
            ..NOTHING
        },
        "list-users" => Operation {
            summary: "The users, newest first.",
            query: const { &[PAGE, PAGE_SIZE] },
            answers: const { &[answer(200, "One page.", schema_of::<UserPage>)] },
            ..NOTHING
        },
        "get-user" => Operation {
            summary: "One user.",
            answers: const { &[answer(200, "The user.", schema_of::<User>)] },
            codes: &[Code::NotFound],
            ..NOTHING
        },
        "get-jwks" => Operation {
            summary: "The public keys of access tokens, as a JWK set (RFC 7517).",
            answers: const { &[empty(200, "The keys.")] },
            ..NOTHING
        },
        "get-health" => Operation {
            summary: "The edge answers.",
            answers: const { &[answer(200, "It does.", schema_of::<Health>)] },
            ..NOTHING
        },
        _ => return None,
    })
}

fn catalog(name: &str) -> Option<Operation> {
    Some(match name {
        "list-products" => Operation {
            summary: "Browse and search products.",
            query: const {
                &[
                    PAGE,
                    PAGE_SIZE,
                    CATEGORY,
                    (
                        "q",
                        "Words; each has to begin a word of the product. Case and accents do not matter.",
                        r#"{"type":"string"}"#,
                    ),
                    (
                        "sort",
                        "The order.",
                        r#"{"type":"string","enum":["name","price","-price","-rating"],"default":"name"}"#,
                    ),
                ]
            },
            headers: const { &[IF_NONE_MATCH] },
            answers: const {
                &[
                    answer(200, "One page.", schema_of::<ProductPage>),
                    NOT_MODIFIED,
                ]
            },
            ..NOTHING
        },
        "get-product" => Operation {
            summary: "One product.",
            headers: const { &[IF_NONE_MATCH] },
            answers: const {
                &[
                    answer(200, "The product.", schema_of::<Product>),
                    NOT_MODIFIED,
                ]
            },
            codes: &[Code::NotFound],
            ..NOTHING
        },
        "list-categories" => Operation {
            summary: "The categories, with how many products each holds.",
            answers: const { &[answer(200, "By name.", schema_of::<CategoryList>)] },
            ..NOTHING
        },
        "count-products" => Operation {
            summary: "How many products there are.",
            query: const { &[CATEGORY] },
            answers: const { &[answer(200, "How many.", schema_of::<ProductCount>)] },
            ..NOTHING
        },
        "create-product" => Operation {
            summary: "Offer a new product.",
            body: Some(schema_of::<ProductBody>),
            answers: const { &[answer(201, "The product.", schema_of::<Product>)] },
            codes: &[Code::SkuTaken, Code::ValidationFailed],
            ..NOTHING
        },
        "replace-product" => Operation {
            summary: "Describe a product anew. Its stock stays.",
            headers: const {
                &[(
                    "If-Match",
                    true,
                    "The ETag of the version that is replaced.",
                )]
            },
            body: Some(schema_of::<ProductBody>),
            answers: const { &[answer(200, "The product.", schema_of::<Product>)] },
            codes: &[
                Code::NotFound,
                Code::SkuTaken,
                Code::PreconditionFailed,
                Code::ValidationFailed,
            ],
            ..NOTHING
        },
        "delete-product" => Operation {
            summary: "Stop offering a product.",
            answers: const { &[empty(204, "It is gone.")] },
            codes: &[Code::NotFound],
            ..NOTHING
        },
        "adjust-inventory" => Operation {
            summary: "Add to a product's stock, or take from it. The same operation id counts once.",
            body: Some(schema_of::<AdjustInventoryBody>),
            answers: const { &[answer(200, "The product.", schema_of::<Product>)] },
            codes: &[
                Code::NotFound,
                Code::InsufficientStock,
                Code::OperationConflict,
                Code::ValidationFailed,
            ],
            ..NOTHING
        },
        _ => return None,
    })
}

fn internal(name: &str) -> Option<Operation> {
    Some(match name {
        "quote-cart" => Operation {
            summary: "Price a cart.",
            body: Some(schema_of::<QuoteBody>),
            answers: const {
                &[answer(
                    200,
                    "The lines and their total.",
                    schema_of::<Quote>,
                )]
            },
            codes: &[Code::ProductUnavailable, Code::ValidationFailed],
            ..NOTHING
        },
        "hold-reservation" => Operation {
            summary: "Take an order's stock, all of it or nothing.",
            body: Some(schema_of::<HoldReservationBody>),
            answers: const { &[answer(200, "The stock is held.", schema_of::<Reservation>)] },
            codes: &[
                Code::NotFound,
                Code::InsufficientStock,
                Code::ReservationEnded,
                Code::ValidationFailed,
            ],
            ..NOTHING
        },
        "commit-reservation" => Operation {
            summary: "An order's stock is sold.",
            answers: const { &[answer(200, "Committed.", schema_of::<Reservation>)] },
            codes: &[Code::NotFound, Code::ReservationEnded],
            ..NOTHING
        },
        "release-reservation" => Operation {
            summary: "An order's stock goes back.",
            answers: const { &[answer(200, "Released.", schema_of::<Reservation>)] },
            codes: &[Code::NotFound, Code::ReservationEnded],
            ..NOTHING
        },
        _ => return None,
    })
}

fn orders(name: &str) -> Option<Operation> {
    Some(match name {
        "place-order" => Operation {
            summary: "Place an order, once for each intent.",
            headers: const {
                &[(
                    "Idempotency-Key",
                    true,
                    "1 to 128 visible ASCII characters, made once for each order.",
                )]
            },
            body: Some(schema_of::<PlaceOrderBody>),
            answers: const {
                &[answer(
                    201,
                    "The order as it was placed; `idempotent-replayed: true` when it was placed before.",
                    schema_of::<Order>,
                )]
            },
            codes: &[
                Code::InvalidHeader,
                Code::IdempotencyConflict,
                Code::TotalChanged,
                Code::ProductUnavailable,
                Code::ValidationFailed,
            ],
            ..NOTHING
        },
        "list-orders" => Operation {
            summary: "My orders, newest first.",
            query: const { &[PAGE, PAGE_SIZE] },
            answers: const { &[answer(200, "One page.", schema_of::<OrderPage>)] },
            ..NOTHING
        },
        "get-order" => Operation {
            summary: "One of my orders.",
            headers: const { &[IF_NONE_MATCH] },
            answers: const { &[answer(200, "The order.", schema_of::<Order>), NOT_MODIFIED] },
            codes: &[Code::NotFound],
            ..NOTHING
        },
        _ => return None,
    })
}
