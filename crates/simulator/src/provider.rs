//! A payment provider that keeps its word and no more: it answers once for each key, forgets keys after a day, and its
//! answers may not arrive.

use std::collections::BTreeMap;

use velure_order_processor::payment::{ChargeOutcome, PaymentError};

use crate::chance::Ms;

/// After this long a key is as new.
const FORGETS: Ms = 24 * 3_600_000;

/// Money that was taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken {
    pub(crate) order: usize,
    pub(crate) amount: i64,
}

#[derive(Debug, Clone)]
struct Known {
    outcome: ChargeOutcome,
    since: Ms,
    /// Until then the charge is being made, and nobody gets an answer.
    until: Ms,
}

impl Known {
    fn is_fresh(&self, now: Ms) -> bool {
        now < self.since + FORGETS
    }
}

#[derive(Debug, Default)]
pub(crate) struct Provider {
    keys: BTreeMap<String, Known>,
    pub(crate) ledger: Vec<Taken>,
    pub(crate) deaf: bool,
}

/// What the processor asks of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    Charge,
    LookUp,
    Cancel,
}

/// What a charge is about.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) key: String,
    pub(crate) order: usize,
    pub(crate) amount: i64,
    pub(crate) declined: bool,
}

impl Provider {
    /// Takes the money, which needs `takes`: an answer before that is that it is being taken.
    pub(crate) fn charge(
        &mut self,
        asked: &Asked,
        now: Ms,
        takes: Ms,
    ) -> Result<ChargeOutcome, PaymentError> {
        if let Some(known) = self
            .keys
            .get(&asked.key)
            .filter(|known| known.is_fresh(now))
        {
            return if now < known.until {
                Err(PaymentError::InProgress)
            } else {
                Ok(known.outcome.clone())
            };
        }
        let outcome = if asked.declined {
            ChargeOutcome::Declined {
                decline_code: "card_declined".to_owned(),
            }
        } else {
            self.ledger.push(Taken {
                order: asked.order,
                amount: asked.amount,
            });
            ChargeOutcome::Succeeded {
                charge_id: format!("ch_{}", self.ledger.len()),
            }
        };
        let known = Known {
            outcome: outcome.clone(),
            since: now,
            until: now + takes,
        };
        self.keys.insert(asked.key.clone(), known);
        if takes > 0 {
            Err(PaymentError::InProgress)
        } else {
            Ok(outcome)
        }
    }

    pub(crate) fn look_up(
        &mut self,
        asked: &Asked,
        now: Ms,
    ) -> Result<Option<ChargeOutcome>, PaymentError> {
        match self
            .keys
            .get(&asked.key)
            .filter(|known| known.is_fresh(now))
        {
            None => Ok(None),
            Some(known) if now < known.until => Err(PaymentError::InProgress),
            Some(known) => Ok(Some(known.outcome.clone())),
        }
    }

    /// Has the charge never be made, unless it was. What was charged is not forgotten, unlike the key's answer.
    pub(crate) fn cancel(&mut self, asked: &Asked, now: Ms) -> Result<ChargeOutcome, PaymentError> {
        match self.keys.get(&asked.key) {
            Some(known) if now < known.until => return Err(PaymentError::InProgress),
            Some(known) => return Ok(known.outcome.clone()),
            None => {}
        }
        let known = Known {
            outcome: ChargeOutcome::Cancelled,
            since: now,
            until: now,
        };
        self.keys.insert(asked.key.clone(), known);
        Ok(ChargeOutcome::Cancelled)
    }

    pub(crate) fn taken(&self, order: usize) -> impl Iterator<Item = &Taken> {
        self.ledger.iter().filter(move |taken| taken.order == order)
    }
}
