use std::borrow::Cow;
use std::error::Error;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tracing::Instrument;
use velure_clients::CatalogClient;
use velure_domain::OrderFailure;
use velure_faults::{Injected, Point, during, reach};
use velure_postgres::fulfilment::{Fulfilment, FulfilmentError, FulfilmentStore, Phase};
use velure_postgres::injected;
use velure_service::Backoff;
use velure_telemetry::{Span, within};

use crate::budget::Driven;
use crate::config::Settings;
use crate::held::Held;
use crate::metrics;
use crate::payment::PaymentProvider;
use crate::process::{Breach, Decision, Rules, Step, charge_key, check, next_step, retry_delay};
use crate::trace;

/// How often a decision is stored before the order is left to its lease.
const STORE_TRIES: u32 = 4;

/// Takes orders from one phase to the next.
///
/// A step asks somebody one question, and then stores what the answer means, in that order: a process that dies in
/// between asks again, and everybody who is asked knows a repeated question. Nothing is asked while a transaction is
/// open.
#[derive(Debug)]
pub struct Processor<P> {
    pub(crate) books: FulfilmentStore,
    pub(crate) catalog: CatalogClient,
    pub(crate) payments: P,
    pub(crate) settings: Settings,
    pub(crate) retry_stored: Notify,
    pub(crate) held: Held,
    rules: Rules,
}

/// What came of one step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stepped {
    /// The order is in another phase, and still held.
    Moved(Box<Fulfilment>),
    /// It will be tried again later.
    Postponed,
    /// It was final already.
    Finished,
}

impl<P: PaymentProvider> Processor<P> {
    /// A processor of these dependencies.
    pub fn new(
        books: FulfilmentStore,
        catalog: CatalogClient,
        payments: P,
        settings: Settings,
    ) -> Self {
        let rules = Rules {
            attempts_before_charge: settings.attempts,
            ..Rules::default()
        };
        Self {
            books,
            catalog,
            payments,
            settings,
            retry_stored: Notify::new(),
            held: Held::default(),
            rules,
        }
    }

    /// Takes up an order that was claimed from the books.
    pub(crate) async fn resume(&self, mut order: Fulfilment) -> Driven {
        let span = trace::resuming(&order);
        order.cause = trace::headers_of(span.context());
        self.drive(order).await
    }

    /// Takes an order as far as it goes: to its end, or to a retry that is stored.
    ///
    /// What cannot be stored is left to the lease: when it ends, the order is due again.
    pub async fn drive(&self, order: Fulfilment) -> Driven {
        let span = tracing::info_span!("order", order.id = %order.order_id, trace.id = tracing::field::Empty);
        if let Some(cause) = trace::context_of(&order.cause) {
            span.record("trace.id", cause.trace_id());
        }
        self.drive_on(order).instrument(span).await
    }

    async fn drive_on(&self, mut order: Fulfilment) -> Driven {
        let holding = self.held.hold(order.order_id, order.lease);
        let mut driven = Driven::InVain;
        loop {
            match self.step(&order).await {
                Ok(Stepped::Moved(moved)) => {
                    holding.moved();
                    driven = Driven::WentOn;
                    let cause = order.cause;
                    order = Fulfilment { cause, ..*moved };
                }
                Ok(Stepped::Finished) => return Driven::WentOn,
                Ok(Stepped::Postponed) => return driven,
                Err(FulfilmentError::Stale) => {
                    metrics::lost_lease();
                    tracing::warn!(
                        order.phase = order.phase.as_str(),
                        "the order's lease has passed on"
                    );
                    return Driven::WentOn;
                }
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn Error,
                        order.phase = order.phase.as_str(),
                        "the step could not be stored"
                    );
                    return Driven::InVain;
                }
            }
        }
    }

    /// Does the next step of an order that is held.
    ///
    /// # Errors
    /// When what came of it could not be stored.
    pub async fn step(&self, order: &Fulfilment) -> Result<Stepped, FulfilmentError> {
        let Some(step) = next_step(order, &self.rules) else {
            return Ok(Stepped::Finished);
        };
        let started = Instant::now();
        let checked = check(order);
        let mut span = trace::step(order, checked.is_ok().then_some(&step));
        let decision = match (checked, &span) {
            (Err(breach), _) => Decision::Retry {
                reason: breach.as_str().to_owned(),
                breach: Some(breach),
            },
            (Ok(()), Some(span)) => within(span.context(), self.ask(order, &step)).await,
            (Ok(()), None) => self.ask(order, &step).await,
        };
        if let Some(span) = &mut span {
            trace::decided(span, &decision);
        }
        if let Decision::RefusedByStock(failure) | Decision::GivenUp(failure) = &decision
            && matches!(step, Step::Reserve)
        {
            metrics::stock_refusal(failure.code);
        }
        let order = caused_by(order, span.as_ref());
        if order.phase == Phase::Reserved {
            reach(Point::P5).await.map_err(unheard)?;
        }
        let stored = self.store_soon(&order, &decision).await;
        // Whoever lost the lease asked about an order that another has driven on: what it heard is no breach.
        if let Decision::Retry { reason, breach } = &decision
            && !matches!(stored, Err(FulfilmentError::Stale))
        {
            note_retry(&order, reason, *breach);
        }
        let stepped = stored?;
        metrics::step(order.phase, started.elapsed());
        if let Stepped::Moved(moved) = &stepped {
            metrics::moved(moved.phase);
            tracing::info!(order.phase = moved.phase.as_str(), "moved");
        }
        Ok(stepped)
    }

    async fn ask(&self, order: &Fulfilment, step: &Step) -> Decision {
        match step {
            Step::Reserve => self.hold(order).await,
            Step::GiveUp(code) => Decision::GivenUp(OrderFailure {
                code: *code,
                product_id: None,
            }),
            Step::Charge => self.charge(order).await,
            Step::LookUpOrCharge => self.look_up_or_charge(order).await,
            Step::Cancel => self.cancel(order).await,
            Step::CommitStock => self.commit_stock(order).await,
            Step::ReturnStock => self.return_stock(order).await,
        }
    }

    /// Stores a decision, and tries again for a moment: what was answered is worth more than a new question. A commit
    /// that went through unheard shows as a lease that has passed on.
    async fn store_soon(
        &self,
        order: &Fulfilment,
        decision: &Decision,
    ) -> Result<Stepped, FulfilmentError> {
        let mut backoff = Backoff::new(Duration::from_millis(20), Duration::from_millis(500));
        for _ in 1..STORE_TRIES {
            match self.store_unheard(order, decision).await {
                Err(error) if error.is_transient() => {
                    tokio::time::sleep(backoff.next_delay()).await
                }
                outcome => return outcome,
            }
        }
        self.store_unheard(order, decision).await
    }

    /// Stores a decision; tests have it stored without our hearing of it.
    async fn store_unheard(
        &self,
        order: &Fulfilment,
        decision: &Decision,
    ) -> Result<Stepped, FulfilmentError> {
        let storing = self.store(order, decision);
        if order.phase == Phase::Reserved {
            return during(Point::P6, storing).await.map_err(unheard)?;
        }
        storing.await
    }

    async fn store(
        &self,
        order: &Fulfilment,
        decision: &Decision,
    ) -> Result<Stepped, FulfilmentError> {
        let books = &self.books;
        let moved = match decision {
            Decision::Reserved => {
                let reserved = books.reserved(order, &charge_key(order)).await?;
                reach(Point::P3).await.map_err(unheard)?;
                reserved
            }
            Decision::RefusedByStock(failure) => {
                books.refused_by_stock(order, failure.clone()).await?
            }
            Decision::GivenUp(failure) => books.given_up(order, failure.clone()).await?,
            Decision::Charged { charge_id } => books.charged(order, charge_id).await?,
            Decision::Declined {
                failure,
                decline_code,
            } => books.declined(order, failure.clone(), decline_code).await?,
            Decision::Completed => books.completed(order).await?,
            Decision::Failed => books.failed(order).await?,
            Decision::Retry { reason, .. } => {
                reach(Point::P10).await.map_err(unheard)?;
                books
                    .postpone(order, reason, self.delay_after(order.attempts))
                    .await?;
                metrics::retried(order.phase);
                self.retry_stored.notify_one();
                return Ok(Stepped::Postponed);
            }
        };
        Ok(Stepped::Moved(Box::new(moved)))
    }

    fn delay_after(&self, attempts: u32) -> Duration {
        retry_delay(
            attempts,
            self.settings.retry_base,
            self.settings.retry_cap,
            rand::random(),
        )
    }
}

fn unheard(fault: Injected) -> FulfilmentError {
    FulfilmentError::Database(injected(fault))
}

fn note_retry(order: &Fulfilment, reason: &str, breach: Option<Breach>) {
    let (phase, attempts) = (order.phase.as_str(), order.attempts);
    match breach {
        Some(breach) => {
            metrics::breach(breach);
            tracing::error!(
                breach = breach.as_str(),
                order.phase = phase,
                order.attempts = attempts,
                reason,
                "this must never be: a person has to look"
            );
        }
        None => tracing::warn!(
            order.phase = phase,
            order.attempts = attempts,
            reason,
            "will be tried again"
        ),
    }
}

/// The order as it is stored: what is told of the step is told in the step's name.
fn caused_by<'a>(order: &'a Fulfilment, step: Option<&Span>) -> Cow<'a, Fulfilment> {
    match step.filter(|step| step.is_recorded()) {
        None => Cow::Borrowed(order),
        Some(step) => Cow::Owned(Fulfilment {
            cause: trace::headers_of(step.context()),
            ..order.clone()
        }),
    }
}
