//! The catalogue's stock, as `velure_mongo::CatalogStore` keeps it: one transaction for each answer.

use std::collections::BTreeMap;

use velure_clients::{HoldError, SettleError};
use velure_contracts::http::{LineFault, LineFaultReason};
use velure_domain::ProductId;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Held,
    Committed,
    Released,
}

/// Products and how many of each, once each and sorted.
pub(crate) type Lines = Vec<(usize, i64)>;

#[derive(Debug, Default)]
pub(crate) struct Catalog {
    pub(crate) initial: i64,
    pub(crate) available: Vec<i64>,
    pub(crate) reservations: BTreeMap<usize, (State, Lines)>,
    pub(crate) deaf: bool,
}

/// What the processor asks of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Request {
    Hold,
    Commit,
    Release,
}

pub(crate) fn product_id(product: usize) -> ProductId {
    format!("{product:024x}").parse().expect("24 digits")
}

impl Catalog {
    pub(crate) fn new(products: usize, stock: i64) -> Self {
        Self {
            initial: stock,
            available: vec![stock; products],
            ..Self::default()
        }
    }

    pub(crate) fn hold(&mut self, order: usize, lines: &Lines) -> Result<(), HoldError> {
        match self.reservations.get(&order) {
            Some((State::Released, _)) => return Err(HoldError::Ended),
            Some((State::Held | State::Committed, _)) => return Ok(()),
            None => {}
        }
        let faults: Vec<LineFault> = lines
            .iter()
            .filter(|(product, quantity)| self.available[*product] < *quantity)
            .map(|(product, _)| LineFault {
                product_id: product_id(*product).to_string(),
                reason: LineFaultReason::InsufficientStock,
                available: u32::try_from(self.available[*product]).unwrap_or(0),
            })
            .collect();
        if !faults.is_empty() {
            return Err(HoldError::InsufficientStock(faults));
        }
        for (product, quantity) in lines {
            self.available[*product] -= quantity;
        }
        self.reservations
            .insert(order, (State::Held, lines.clone()));
        Ok(())
    }

    /// What a hold does that looks at each line for itself.
    pub(crate) fn hold_each_line(&mut self, order: usize, lines: &Lines) -> Result<(), HoldError> {
        let enough = |(product, quantity): &(usize, i64)| self.available[*product] >= *quantity;
        if !self.reservations.contains_key(&order) && lines.iter().all(enough) {
            for (product, quantity) in lines {
                self.available[*product] -= quantity;
            }
            self.reservations
                .insert(order, (State::Held, lines.clone()));
            return Ok(());
        }
        self.hold(order, lines)
    }

    pub(crate) fn commit(&mut self, order: usize) -> Result<(), SettleError> {
        match self.reservations.get_mut(&order) {
            Some((state @ State::Held, _)) => {
                *state = State::Committed;
                Ok(())
            }
            Some((State::Committed, _)) => Ok(()),
            Some((State::Released, _)) => Err(SettleError::Opposite),
            None => Err(SettleError::Unknown),
        }
    }

    pub(crate) fn release(&mut self, order: usize) -> Result<(), SettleError> {
        match self.reservations.get_mut(&order) {
            None => {
                self.reservations
                    .insert(order, (State::Released, Vec::new()));
                Ok(())
            }
            Some((State::Released, _)) => Ok(()),
            Some((State::Committed, _)) => Err(SettleError::Opposite),
            Some((state @ State::Held, lines)) => {
                *state = State::Released;
                for (product, quantity) in lines {
                    self.available[*product] += *quantity;
                }
                Ok(())
            }
        }
    }

    /// What a release without a look at the reservation's state does.
    pub(crate) fn give_back_whatever_is(&mut self, order: usize) {
        if let Some((state @ (State::Held | State::Released), lines)) =
            self.reservations.get_mut(&order)
        {
            *state = State::Released;
            for (product, quantity) in lines {
                self.available[*product] += *quantity;
            }
        }
    }

    /// How many of a product are with orders.
    pub(crate) fn with_orders(&self, product: usize) -> i64 {
        self.reservations
            .values()
            .filter(|(state, _)| *state != State::Released)
            .flat_map(|(_, lines)| lines)
            .filter(|(of, _)| *of == product)
            .map(|(_, quantity)| quantity)
            .sum()
    }
}
