use std::error::Error;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tracing::Instrument;
use velure_clients::CatalogClient;
use velure_domain::OrderFailure;
use velure_postgres::fulfilment::{Fulfilment, FulfilmentError, FulfilmentStore};
use velure_telemetry::TraceContext;

use crate::config::Settings;
use crate::metrics;
use crate::payment::PaymentProvider;
use crate::process::{Breach, Decision, Rules, Step, check, next_step, retry_delay};

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
            rules,
        }
    }

    /// Takes an order as far as it goes: to its end, or to a retry that is stored.
    ///
    /// What cannot be stored is left to the lease: when it ends, the order is due again.
    pub async fn drive(&self, order: Fulfilment) {
        let span = tracing::info_span!("order", order.id = %order.order_id, trace.id = tracing::field::Empty);
        if let Some(trace) = trace_of(&order) {
            span.record("trace.id", trace.trace_id());
        }
        self.drive_on(order).instrument(span).await;
    }

    async fn drive_on(&self, mut order: Fulfilment) {
        loop {
            match self.step(&order).await {
                Ok(Stepped::Moved(moved)) => order = *moved,
                Ok(Stepped::Postponed | Stepped::Finished) => return,
                Err(FulfilmentError::Stale) => {
                    metrics::lost_lease();
                    tracing::warn!(
                        order.phase = order.phase.as_str(),
                        "the order's lease has passed on"
                    );
                    return;
                }
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn Error,
                        order.phase = order.phase.as_str(),
                        "the step could not be stored"
                    );
                    return;
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
        let decision = match check(order) {
            Err(breach) => Decision::Retry {
                reason: breach.as_str().to_owned(),
                breach: Some(breach),
            },
            Ok(()) => self.ask(order, &step).await,
        };
        let stepped = self.store(order, decision).await?;
        metrics::step(order.phase, started.elapsed());
        if let Stepped::Moved(moved) = &stepped {
            metrics::moved(moved.phase);
            tracing::info!(order.phase = moved.phase.as_str(), "moved");
        }
        Ok(stepped)
    }

    async fn ask(&self, order: &Fulfilment, step: &Step) -> Decision {
        let trace = trace_of(order);
        let trace = trace.as_ref();
        match step {
            Step::Reserve => self.hold(order, trace).await,
            Step::GiveUp(code) => Decision::GivenUp(OrderFailure {
                code: *code,
                product_id: None,
            }),
            Step::Charge => self.charge(order).await,
            Step::LookUpOrCharge => self.look_up_or_charge(order).await,
            Step::Cancel => self.cancel(order).await,
            Step::CommitStock => self.commit_stock(order, trace).await,
            Step::ReturnStock => self.return_stock(order, trace).await,
        }
    }

    async fn store(
        &self,
        order: &Fulfilment,
        decision: Decision,
    ) -> Result<Stepped, FulfilmentError> {
        let moved = match decision {
            Decision::Reserved => {
                self.books
                    .reserved(order, &crate::process::charge_key(order))
                    .await?
            }
            Decision::RefusedByStock(failure) => {
                self.books.refused_by_stock(order, failure).await?
            }
            Decision::GivenUp(failure) => self.books.given_up(order, failure).await?,
            Decision::Charged { charge_id } => self.books.charged(order, &charge_id).await?,
            Decision::Declined {
                failure,
                decline_code,
            } => self.books.declined(order, failure, &decline_code).await?,
            Decision::Completed => self.books.completed(order).await?,
            Decision::Failed => self.books.failed(order).await?,
            Decision::Retry { reason, breach } => {
                self.postpone(order, &reason, breach).await?;
                return Ok(Stepped::Postponed);
            }
        };
        Ok(Stepped::Moved(Box::new(moved)))
    }

    async fn postpone(
        &self,
        order: &Fulfilment,
        reason: &str,
        breach: Option<Breach>,
    ) -> Result<(), FulfilmentError> {
        let delay = self.delay_after(order.attempts);
        if let Some(breach) = breach {
            metrics::breach(breach);
            tracing::error!(
                breach = breach.as_str(),
                order.phase = order.phase.as_str(),
                order.attempts = order.attempts,
                reason,
                "this must never be: a person has to look"
            );
        } else {
            tracing::warn!(
                order.phase = order.phase.as_str(),
                order.attempts = order.attempts,
                delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX),
                reason,
                "will be tried again"
            );
        }
        self.books.postpone(order, reason, delay).await?;
        metrics::retried(order.phase);
        self.retry_stored.notify_one();
        Ok(())
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

/// The trace that the order was placed in.
fn trace_of(order: &Fulfilment) -> Option<TraceContext> {
    TraceContext::parse(
        order.trace.traceparent.as_deref()?,
        order.trace.tracestate.as_deref(),
    )
}
