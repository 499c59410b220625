use velure_faults::{Injected, Point, reach};
use velure_postgres::fulfilment::Fulfilment;

use crate::metrics;
use crate::payment::{Charge, ChargeOutcome, PaymentError, PaymentProvider};
use crate::process::{Breach, Decision, after_charge};
use crate::processor::Processor;

impl<P: PaymentProvider> Processor<P> {
    /// Under the key on record, so that asking twice is asking once.
    pub(crate) async fn charge(&self, order: &Fulfilment) -> Decision {
        match charge_of(order) {
            Ok(charge) => counted(self.ask_for(&charge).await),
            Err(decision) => decision,
        }
    }

    async fn ask_for(&self, charge: &Charge<'_>) -> Result<ChargeOutcome, PaymentError> {
        let answer = self.payments.charge(charge).await;
        let lost = |fault: Injected| PaymentError::Unanswered(fault.into());
        reach(Point::P4).await.map_err(lost)?;
        answer
    }

    /// After an answer that never came. Not to be found is no answer for good: the charge may still be on its way,
    /// so it is asked for again under the same key, which cannot charge twice.
    pub(crate) async fn look_up_or_charge(&self, order: &Fulfilment) -> Decision {
        let charge = match charge_of(order) {
            Ok(charge) => charge,
            Err(decision) => return decision,
        };
        match self.payments.look_up(&charge).await {
            Ok(Some(outcome)) => counted(Ok(outcome)),
            Ok(None) => counted(self.ask_for(&charge).await),
            Err(
                error @ (PaymentError::InProgress
                | PaymentError::KeyReused
                | PaymentError::Unanswered(_)),
            ) => counted(Err(error)),
        }
    }

    /// When time is over. What the provider answers holds for good: either the money was taken after all, and the
    /// order goes on, or it never will be.
    pub(crate) async fn cancel(&self, order: &Fulfilment) -> Decision {
        match charge_of(order) {
            Ok(charge) => counted(self.payments.cancel(&charge).await),
            Err(decision) => decision,
        }
    }
}

fn counted(answer: Result<ChargeOutcome, PaymentError>) -> Decision {
    metrics::charge(&answer);
    after_charge(answer)
}

fn charge_of(order: &Fulfilment) -> Result<Charge<'_>, Decision> {
    let Some(payment) = &order.payment else {
        let breach = Breach::RecordContradictsItself;
        return Err(Decision::Retry {
            reason: breach.as_str().to_owned(),
            breach: Some(breach),
        });
    };
    Ok(Charge {
        key: &payment.idempotency_key,
        amount: order.total,
        method: &order.payment_method,
    })
}
