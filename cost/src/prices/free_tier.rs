//! What an account need not pay: allowances each month, and credits once.

use serde::{Deserialize, Serialize};

use super::Grade;
use crate::decimal::Decimal;

/// A free quantity each month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    /// Who has it.
    pub program: Program,
    /// The prices that share it, in the order in which it is used up.
    pub keys: Vec<String>,
    /// Of their unit.
    pub quantity: Decimal,
    /// Where it was read.
    pub source: String,
    /// How well it is known.
    pub grade: Grade,
}

/// Which accounts have an allowance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Program {
    /// Every account, for ever.
    Always,
    /// Accounts opened before 2025-07-15, for their first year.
    #[serde(rename = "legacy_12_months")]
    Legacy12Months,
}

/// Money that a new account may use up once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credits {
    /// In all, once.
    pub usd: Decimal,
    /// On what conditions.
    pub note: String,
    /// How well it is known.
    pub grade: Grade,
    /// Where it was read.
    pub source: String,
}

/// What is subtracted before tiers apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum FreeTier {
    /// Nothing: list prices, as for an account whose other work uses the allowances up.
    None,
    /// The allowances of every account and those of the first twelve months (accounts opened before 2025-07-15).
    #[value(name = "legacy_12_months")]
    #[serde(rename = "legacy_12_months")]
    Legacy12Months,
    /// The allowances of every account; credits are stated beside the bill, since they are used up once.
    #[value(name = "credit_plan")]
    CreditPlan,
}

impl FreeTier {
    /// As it is written on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Legacy12Months => "legacy_12_months",
            Self::CreditPlan => "credit_plan",
        }
    }

    pub(super) fn grants(self, program: Program) -> bool {
        match (self, program) {
            (Self::None, _) | (Self::CreditPlan, Program::Legacy12Months) => false,
            (Self::Legacy12Months, _) | (Self::CreditPlan, Program::Always) => true,
        }
    }
}
