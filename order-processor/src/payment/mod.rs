//! The payment port: what the order processor asks a payment provider.

mod simulated;

use std::future::Future;

pub use simulated::{Simulated, SimulatedConfig};
use velure_domain::{Money, PaymentMethod};

/// A provider of payments.
///
/// Every answer of `Ok` is for good: no later question under the same key gets another one, also across restarts of
/// either side. Every implementation keeps a deadline of its own on each call, shorter than an order's lease; a call
/// is never dropped half way by its caller.
pub trait PaymentProvider: Send + Sync + 'static {
    /// Takes the money, once for each key: the same key with the same parameters gets the same answer.
    fn charge(
        &self,
        charge: &Charge<'_>,
    ) -> impl Future<Output = Result<ChargeOutcome, PaymentError>> + Send;

    /// What became of a charge; nothing when none under its key was ever answered. It may still be on its way. What is known
    /// under the key with other parameters is not this charge: [`PaymentError::KeyReused`].
    fn look_up(
        &self,
        charge: &Charge<'_>,
    ) -> impl Future<Output = Result<Option<ChargeOutcome>, PaymentError>> + Send;

    /// Has this charge never succeed from here on, and says what became of it: the outcome that was there before, or
    /// [`ChargeOutcome::Cancelled`].
    fn cancel(
        &self,
        charge: &Charge<'_>,
    ) -> impl Future<Output = Result<ChargeOutcome, PaymentError>> + Send;
}

/// A charge to be made.
#[derive(Debug, Clone, Copy)]
pub struct Charge<'a> {
    /// What the provider tells a repeated question by.
    pub key: &'a str,
    /// How much.
    pub amount: Money,
    /// How.
    pub method: &'a PaymentMethod,
}

/// What became of a charge, for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChargeOutcome {
    /// The money is taken.
    Succeeded {
        /// The provider's id of the charge.
        charge_id: String,
    },
    /// It was refused.
    Declined {
        /// Why, in the provider's words.
        decline_code: String,
    },
    /// It was cancelled before it was made.
    Cancelled,
}

/// There is no answer for good. Whether money was taken is not known.
#[derive(Debug, thiserror::Error)]
pub enum PaymentError {
    /// A charge under this key is being made right now.
    #[error("a charge under this key is in progress")]
    InProgress,
    /// The key was used with another amount or method: a bug of ours.
    #[error("the key was used with other parameters")]
    KeyReused,
    /// No answer, no answer in time, or one that is none.
    #[error("the payment provider did not answer")]
    Unanswered(#[source] Box<dyn std::error::Error + Send + Sync>),
}
