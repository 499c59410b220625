use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use velure_domain::{Money, MoneyError};

/// An amount in integer minor units (cents).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoneyBody {
    /// Minor units: 2490 is 24.90.
    pub amount_minor: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// An amount that the shop cannot take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyBodyError {
    /// The currency is not traded.
    #[error("the currency has to be USD")]
    Currency,
    /// The amount is out of range.
    #[error("the amount is out of range")]
    Amount(#[source] MoneyError),
}

impl From<Money> for MoneyBody {
    fn from(money: Money) -> Self {
        Self {
            amount_minor: money.minor(),
            currency: money.currency().code().to_owned(),
        }
    }
}

impl TryFrom<MoneyBody> for Money {
    type Error = MoneyBodyError;

    fn try_from(body: MoneyBody) -> Result<Self, MoneyBodyError> {
        let currency = body
            .currency
            .parse()
            .map_err(|_| MoneyBodyError::Currency)?;
        Self::new(body.amount_minor, currency).map_err(MoneyBodyError::Amount)
    }
}
