//! What orders hold.
//!
//! ```text
//!            hold             commit
//!  (nothing) ────► held ──────────────► committed
//!      │             │      release
//!      │             └────────────────► released    the stock is back
//!      └───────────────────release────► released    nothing was held, and nothing will be
//! ```
//!
//! An order's reservation and the stock of its products change in one transaction or not at all, and every step
//! can be repeated: a caller that did not hear the answer asks again.

use std::collections::HashMap;

use futures::TryStreamExt;
use mongodb::ClientSession;
use mongodb::bson::{Bson, Document, doc};
use mongodb::error::Error;
use mongodb::options::ReturnDocument;
use velure_contracts::http::{LineFault, LineFaultReason, ReservationState};
use velure_domain::{Cart, OrderId};

use crate::document::{
    LineDocument, OfferDocument, StateDocument, lines_of, object_id, shown_stock,
};
use crate::error::bounded;
use crate::inventory::stock_change;
use crate::quote::{not_sold, offer_fields, offers_of};
use crate::transaction::{Steps, Verdict};
use crate::{CatalogStore, StoreError};

/// Why stock was not held.
#[derive(Debug, thiserror::Error)]
pub enum HoldReservationError {
    /// These lines cannot be had. Nothing was taken of the others either.
    #[error("{} lines cannot be had", .0.len())]
    Refused(Vec<LineFault>),
    /// The order's reservation was released before.
    #[error("the reservation was released before")]
    Ended,
    /// The order holds other lines.
    #[error("the order holds other lines")]
    OtherLines,
    /// The store failed. The same hold can be sent again.
    #[error("the stock could not be held")]
    Store(#[from] StoreError),
}

/// Why a reservation was not ended.
#[derive(Debug, thiserror::Error)]
pub enum EndReservationError {
    /// The order never held anything.
    #[error("there is no such reservation")]
    NotFound,
    /// It has ended the other way.
    #[error("the reservation has ended the other way")]
    Ended(ReservationState),
    /// The store failed. The same call can be sent again.
    #[error("the reservation could not be ended")]
    Store(#[from] StoreError),
}

impl CatalogStore {
    /// Takes the stock of every line for an order, or refuses and takes nothing.
    ///
    /// Repeated with the same lines it answers where the reservation stands: held, or committed by now. A refusal
    /// is not remembered: asked again, it may be granted.
    ///
    /// # Errors
    /// When a line cannot be had, the reservation was released, it holds other lines, or the store fails.
    pub async fn hold(
        &self,
        order_id: OrderId,
        cart: &Cart,
    ) -> Result<ReservationState, HoldReservationError> {
        self.transact(Hold { order_id, cart }).await?
    }

    /// Sells what an order holds.
    ///
    /// # Errors
    /// When nothing was held, it was released, or the store fails.
    pub async fn commit(&self, order_id: OrderId) -> Result<ReservationState, EndReservationError> {
        let mut held = by_order(order_id);
        held.insert("state", StateDocument::Held.as_str());
        let sold = doc! {
            "$set": { "state": StateDocument::Committed.as_str() },
            "$currentDate": { "ended_at": true },
        };
        let found = bounded(async {
            let change = self
                .reservations
                .find_one_and_update(held, sold)
                .return_document(ReturnDocument::After);
            match change.await? {
                Some(committed) => Ok(Some(committed)),
                None => self.reservations.find_one(by_order(order_id)).await,
            }
        })
        .await?;
        match found.map(|reservation| reservation.state) {
            Some(StateDocument::Committed) => Ok(ReservationState::Committed),
            Some(StateDocument::Released) => {
                Err(EndReservationError::Ended(ReservationState::Released))
            }
            // Held between the two reads: a hold has just come in. Its caller will commit it.
            Some(StateDocument::Held) | None => Err(EndReservationError::NotFound),
        }
    }

    /// Gives back what an order holds. For an order that never held anything it notes that nothing may be held any
    /// more, so that a hold which was on its way all along comes too late.
    ///
    /// # Errors
    /// When it was committed, or the store fails.
    pub async fn release(
        &self,
        order_id: OrderId,
    ) -> Result<ReservationState, EndReservationError> {
        self.transact(Release { order_id }).await?
    }

    /// Which lines cannot be had, by what the session sees.
    async fn faults_of(
        &self,
        session: &mut ClientSession,
        cart: &Cart,
    ) -> Result<Vec<LineFault>, Error> {
        let products = self.products.clone_with_type::<OfferDocument>();
        let mut found = products
            .find(offers_of(cart))
            .projection(offer_fields())
            .session(&mut *session)
            .await?;
        let offers: Vec<_> = found.stream(session).try_collect().await?;
        let stock: HashMap<_, _> = offers
            .into_iter()
            .map(|offer| (offer.id, offer.available))
            .collect();
        let faults =
            cart.lines()
                .iter()
                .filter_map(|line| match stock.get(&object_id(&line.product_id)) {
                    None => Some(not_sold(&line.product_id)),
                    Some(available) if *available < i64::from(line.quantity.get()) => {
                        Some(LineFault {
                            product_id: line.product_id.to_string(),
                            reason: LineFaultReason::InsufficientStock,
                            available: shown_stock(*available),
                        })
                    }
                    Some(_) => None,
                });
        Ok(faults.collect())
    }

    /// Writes a reservation that is not there yet.
    async fn write_reservation(
        &self,
        session: &mut ClientSession,
        order_id: OrderId,
        state: StateDocument,
        lines: &[LineDocument],
    ) -> Result<(), Error> {
        // As an upsert, because only an update can have the server's clock set the date. Should the reservation be
        // there after all, the second part of the filter makes it a duplicate key, and the transaction starts over.
        let mut absent = by_order(order_id);
        absent.insert("state", doc! { "$exists": false });
        let lines: Vec<_> = lines
            .iter()
            .map(|l| doc! { "product_id": l.product_id, "quantity": l.quantity })
            .collect();
        let reservation = doc! {
            "$setOnInsert": { "state": state.as_str(), "lines": lines },
            "$currentDate": { "made_at": true },
        };
        self.reservations
            .update_one(absent, reservation)
            .upsert(true)
            .session(session)
            .await?;
        Ok(())
    }

    /// Moves the stock of every line, in the order of product ids, in one round trip. Answers how many products
    /// moved; with [`Direction::Take`] those with too little do not.
    async fn move_stock(
        &self,
        session: &mut ClientSession,
        lines: &[LineDocument],
        direction: Direction,
    ) -> Result<u64, Error> {
        let updates: Vec<_> = lines.iter().map(|line| direction.update_of(line)).collect();
        let command = doc! { "update": self.products.name(), "ordered": true, "updates": updates };
        let answer = self.database.run_command(command).session(session).await?;
        Ok(match answer.get("n") {
            Some(Bson::Int32(moved)) => u64::from(moved.unsigned_abs()),
            Some(Bson::Int64(moved)) => moved.unsigned_abs(),
            _ => 0,
        })
    }
}

struct Hold<'a> {
    order_id: OrderId,
    cart: &'a Cart,
}

impl Steps for Hold<'_> {
    type Answer = Result<ReservationState, HoldReservationError>;

    async fn run(
        &self,
        store: &CatalogStore,
        session: &mut ClientSession,
    ) -> Result<Verdict<Self::Answer>, Error> {
        let Self { order_id, cart } = *self;
        let lines = lines_of(cart);
        let found = store
            .reservations
            .find_one(by_order(order_id))
            .session(&mut *session)
            .await?;
        if let Some(found) = found {
            return Ok(Verdict::Abort(match found.state {
                StateDocument::Released => Err(HoldReservationError::Ended),
                StateDocument::Held | StateDocument::Committed if found.lines != lines => {
                    Err(HoldReservationError::OtherLines)
                }
                StateDocument::Held | StateDocument::Committed => Ok(found.state.into()),
            }));
        }
        // Looked at before anything is written, so that a refusal names every line at fault and meets no conflict.
        let faults = store.faults_of(session, cart).await?;
        if !faults.is_empty() {
            return Ok(Verdict::Abort(Err(HoldReservationError::Refused(faults))));
        }
        store
            .write_reservation(session, order_id, StateDocument::Held, &lines)
            .await?;
        let moved = store.move_stock(session, &lines, Direction::Take).await?;
        if moved != lines.len() as u64 {
            // Cannot be against a snapshot that had enough of everything; if it is, nothing stays taken.
            let faults = store.faults_of(session, cart).await?;
            return Ok(Verdict::Abort(Err(HoldReservationError::Refused(faults))));
        }
        Ok(Verdict::Commit(Ok(ReservationState::Held)))
    }
}

struct Release {
    order_id: OrderId,
}

impl Steps for Release {
    type Answer = Result<ReservationState, EndReservationError>;

    async fn run(
        &self,
        store: &CatalogStore,
        session: &mut ClientSession,
    ) -> Result<Verdict<Self::Answer>, Error> {
        let Self { order_id } = *self;
        let found = store
            .reservations
            .find_one(by_order(order_id))
            .session(&mut *session)
            .await?;
        match found {
            None => {
                store
                    .write_reservation(session, order_id, StateDocument::Released, &[])
                    .await?
            }
            Some(found) => match found.state {
                StateDocument::Held => {
                    let update = doc! {
                        "$set": { "state": StateDocument::Released.as_str() },
                        "$currentDate": { "ended_at": true },
                    };
                    store
                        .reservations
                        .update_one(by_order(order_id), update)
                        .session(&mut *session)
                        .await?;
                    // A product that was deleted meanwhile takes nothing back.
                    store
                        .move_stock(session, &found.lines, Direction::GiveBack)
                        .await?;
                }
                StateDocument::Released => {
                    return Ok(Verdict::Abort(Ok(ReservationState::Released)));
                }
                StateDocument::Committed => {
                    let ended = EndReservationError::Ended(ReservationState::Committed);
                    return Ok(Verdict::Abort(Err(ended)));
                }
            },
        }
        Ok(Verdict::Commit(Ok(ReservationState::Released)))
    }
}

#[derive(Clone, Copy)]
enum Direction {
    Take,
    GiveBack,
}

impl Direction {
    fn update_of(self, line: &LineDocument) -> Document {
        let mut filter = doc! { "_id": line.product_id };
        let delta = match self {
            Self::Take => {
                filter.insert("available", doc! { "$gte": line.quantity });
                -line.quantity
            }
            Self::GiveBack => line.quantity,
        };
        doc! { "q": filter, "u": stock_change(delta) }
    }
}

fn by_order(order_id: OrderId) -> Document {
    doc! { "_id": order_id.to_string() }
}
