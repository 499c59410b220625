//! What an order *is*: ids, money, quantities, carts and the order's statuses; and how long a session goes on.
//!
//! Pure and synchronous. Nothing in here reads a clock, draws a random number or talks to anything, and every
//! value is checked when it is made, so a function that takes a [`Money`] or a [`Quantity`] need not check it again.
//!
//! | word | means |
//! |---|---|
//! | buyer | the signed-in user who places or owns an order |
//! | cart | intended lines, unpriced |
//! | line item | one product times a quantity at the price agreed |
//! | status | where an order stands; only [`OrderStatus::advance`] knows the legal moves |
//! | version | 1, 2, 3: how many statuses the order has had; the id of its stream frames |

mod cart;
mod email;
mod ids;
mod money;
mod order;
mod password;
mod quantity;
mod session;

pub use cart::{Cart, CartError, CartLine, MAX_LINES};
pub use email::{EmailAddress, EmailError};
pub use ids::{EventId, IdError, OrderId, ProductId, RequestId, SessionId, UserId};
pub use money::{Currency, CurrencyError, Money, MoneyError};
pub use order::{
    FailureCode, IllegalMove, LineItem, OrderFailure, OrderStatus, PaymentMethod,
    PaymentMethodError, UnknownName, Version, total_of,
};
pub use password::{NewPassword, PasswordError};
pub use quantity::{Quantity, QuantityError};
pub use session::{Exchange, PresentedToken};
