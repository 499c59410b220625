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

use mongodb::ClientSession;
use mongodb::bson::{Bson, Document, doc};
use mongodb::error::Error;
use velure_contracts::http::{LineFault, LineFaultReason, ReservationState};
use velure_domain::{Cart, OrderId};
use velure_faults::{Point, during};

use crate::document::{
    LineDocument, ReservationDocument, StateDocument, lines_of, object_id, shown_stock,
};
use crate::error::{DEADLINE, bounded, is_duplicate_key};
use crate::inventory::stock_change;
use crate::quote::not_sold;
use crate::transaction::{CallTime, Steps, Verdict};
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
        let lines = lines_of(cart);
        let time = CallTime::from_now();
        let held = async {
            loop {
                let hold = Hold {
                    order_id,
                    lines: &lines,
                };
                let holding = self.transact(time, hold);
                let taken = during(Point::C1, holding).await;
                match taken.map_err(StoreError::from)?? {
                    Taken::All => return Ok(ReservationState::Held),
                    Taken::Nothing => {}
                }
                // Products before the reservation: whatever took the stock before the first look, a reservation of
                // this very order is seen by the second.
                let faults = self.faults_of(cart).await?;
                if let Some(found) = self.reservation(order_id).await? {
                    return found.answer_to_hold(&lines);
                }
                if !faults.is_empty() {
                    return Err(HoldReservationError::Refused(faults));
                }
                // Stock came back in between, so there is something to take after all.
            }
        };
        time.bounds(held).await?
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
        let state = bounded(async {
            let change = self.reservations.update_one(held, sold).await?;
            if change.matched_count == 1 {
                return Ok(Some(StateDocument::Committed));
            }
            let found = self.reservations.find_one(by_order(order_id)).await?;
            Ok(found.map(|reservation| reservation.state))
        });
        match state.await? {
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
        self.transact(CallTime::from_now(), Release { order_id })
            .await?
    }

    async fn reservation(
        &self,
        order_id: OrderId,
    ) -> Result<Option<ReservationDocument>, StoreError> {
        let found = self
            .reservations
            .find_one(by_order(order_id))
            .max_time(DEADLINE);
        bounded(async { found.await }).await
    }

    /// Which lines cannot be had right now.
    async fn faults_of(&self, cart: &Cart) -> Result<Vec<LineFault>, StoreError> {
        let offers = self.offers(cart).await?;
        let faults =
            cart.lines()
                .iter()
                .filter_map(|line| match offers.get(&object_id(&line.product_id)) {
                    None => Some(not_sold(&line.product_id)),
                    Some(offer) if offer.available < i64::from(line.quantity.get()) => {
                        Some(LineFault {
                            product_id: line.product_id.to_string(),
                            reason: LineFaultReason::InsufficientStock,
                            available: shown_stock(offer.available),
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
        // there, the second part of the filter makes it a duplicate key.
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

/// What a transaction took of a cart.
enum Taken {
    All,
    /// Too little is there, or the order has its reservation already.
    Nothing,
}

struct Hold<'a> {
    order_id: OrderId,
    lines: &'a [LineDocument],
}

impl Steps for Hold<'_> {
    type Answer = Taken;

    /// Two round trips and the commit. Stock comes first: it is what transactions collide on, and a collision that
    /// is found early wastes the least.
    async fn run(
        &self,
        store: &CatalogStore,
        session: &mut ClientSession,
    ) -> Result<Verdict<Taken>, Error> {
        let moved = store
            .move_stock(session, self.lines, Direction::Take)
            .await?;
        if moved != self.lines.len() as u64 {
            return Ok(Verdict::Abort(Taken::Nothing));
        }
        let written =
            store.write_reservation(session, self.order_id, StateDocument::Held, self.lines);
        match written.await {
            Ok(()) => Ok(Verdict::Commit(Taken::All)),
            Err(error) if is_duplicate_key(&error) => Ok(Verdict::Abort(Taken::Nothing)),
            Err(error) => Err(error),
        }
    }
}

impl ReservationDocument {
    /// What a hold is told that comes when the reservation is there.
    fn answer_to_hold(
        self,
        lines: &[LineDocument],
    ) -> Result<ReservationState, HoldReservationError> {
        match self.state {
            StateDocument::Released => Err(HoldReservationError::Ended),
            StateDocument::Held | StateDocument::Committed if self.lines != lines => {
                Err(HoldReservationError::OtherLines)
            }
            StateDocument::Held | StateDocument::Committed => Ok(self.state.into()),
        }
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
