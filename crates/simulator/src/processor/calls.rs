//! What the processor asks of the catalog and of the payment provider, and what becomes of it on the way.

use velure_clients::{CatalogError, HoldError, SettleError};
use velure_order_processor::payment::{ChargeOutcome, PaymentError};
use velure_postgres::fulfilment::Fulfilment;

use super::Step;
use crate::Trap;
use crate::catalog::Request;
use crate::chance::Ms;
use crate::outbox::number_of;
use crate::provider::{Asked, Question};
use crate::world::{Happening, Process, World};

/// How long the catalog and the provider are waited for.
const DEADLINE: Ms = 3_000;

/// A question on its way.
#[derive(Debug, Clone)]
pub(crate) enum Call {
    Catalog {
        job: u64,
        call: u64,
        order: usize,
        request: Request,
    },
    Provider {
        job: u64,
        call: u64,
        question: Question,
        asked: Asked,
    },
}

#[derive(Debug)]
pub(crate) enum Answer {
    Held(Result<(), HoldError>),
    Settled(Request, Result<(), SettleError>),
    Charged(Result<ChargeOutcome, PaymentError>),
    /// Asked, and there was nothing: it is charged now.
    NotFound(Asked),
}

fn silence() -> CatalogError {
    CatalogError::Refused {
        status: 503,
        code: None,
    }
}

fn unanswered() -> PaymentError {
    PaymentError::Unanswered("no answer in time".into())
}

impl World {
    fn next_call(&mut self, process: Process, job: u64) -> Option<(u64, Fulfilment)> {
        let found = self.processors[process.replica].jobs.get_mut(&job)?;
        found.call += 1;
        Some((found.call, found.order.clone()))
    }

    pub(super) fn ask_catalog(&mut self, process: Process, job: u64, request: Request) {
        let Some((call, order)) = self.next_call(process, job) else {
            return;
        };
        let late = match request {
            Request::Hold => Answer::Held(Err(HoldError::Catalog(silence()))),
            Request::Commit | Request::Release => {
                Answer::Settled(request, Err(SettleError::Catalog(silence())))
            }
        };
        let order = number_of(order.order_id.as_uuid());
        let asked = Call::Catalog {
            job,
            call,
            order,
            request,
        };
        self.call(process, asked, (job, call, late));
    }

    pub(super) fn ask_provider(&mut self, process: Process, job: u64, question: Question) {
        let Some((_, order)) = self.next_call(process, job) else {
            return;
        };
        let Some(payment) = &order.payment else {
            return self.wrong(format!("a charge without a payment: {order:?}"));
        };
        let mut asked = Asked {
            key: payment.idempotency_key.clone(),
            order: number_of(order.order_id.as_uuid()),
            amount: order.total.minor(),
            declined: order.payment_method.as_str() == "pm_card_chargeDeclined",
        };
        if self.is_trapped(Trap::KeyPerAttempt) {
            asked.key = format!("{}:{}", asked.key, self.chance.below(usize::MAX));
        }
        if self.is_trapped(Trap::WholeUnits) {
            asked.amount /= 100;
        }
        self.put(process, job, question, asked);
    }

    pub(super) fn put(&mut self, process: Process, job: u64, question: Question, asked: Asked) {
        let Some(found) = self.processors[process.replica].jobs.get(&job) else {
            return;
        };
        let call = found.call;
        let late = Answer::Charged(Err(unanswered()));
        let asked = Call::Provider {
            job,
            call,
            question,
            asked,
        };
        self.call(process, asked, (job, call, late));
    }

    /// Sends a question, which may arrive late or twice, and waits for its answer for a while.
    fn call(&mut self, process: Process, asked: Call, late: (u64, u64, Answer)) {
        let wait = self.takes(10, 9_000);
        // A payment provider's library asks again by itself; an HTTP request to the catalog is sent once.
        let may_double = matches!(asked, Call::Provider { .. });
        if may_double && self.goes_wrong(self.plan.rates.doubled) {
            let again = wait + self.chance.between(1, 5_000);
            self.after(again, Happening::Asked(process, asked.clone()));
        }
        if !self.goes_wrong(self.plan.rates.lost) {
            self.after(wait, Happening::Asked(process, asked));
        }
        let (job, call, late) = late;
        let late = Step::Answered(job, call, Box::new(late));
        self.after(DEADLINE, Happening::Processor(process, late));
    }

    /// At the catalog or the provider: what was sent arrives there whether or not its sender still lives.
    pub(crate) fn asked(&mut self, process: Process, call: Call) {
        let (job, number, answer) = match call {
            Call::Catalog {
                job,
                call,
                order,
                request,
            } => {
                if self.catalog.deaf {
                    return;
                }
                (job, call, self.catalog_answers(order, request))
            }
            Call::Provider {
                job,
                call,
                question,
                asked,
            } => {
                if self.provider.deaf {
                    return;
                }
                (job, call, self.provider_answers(question, asked))
            }
        };
        if !self.goes_wrong(self.plan.rates.lost) {
            let wait = self.takes(10, 5_000);
            let step = Step::Answered(job, number, Box::new(answer));
            self.after(wait, Happening::Processor(process, step));
        }
    }

    fn catalog_answers(&mut self, order: usize, request: Request) -> Answer {
        self.witness.touched.insert(order);
        let answer = match request {
            Request::Hold => {
                let lines = self.shoppers.lines_of(order, self.trap);
                Answer::Held(if self.is_trapped(Trap::UnmergedLines) {
                    self.catalog.hold_each_line(order, &lines)
                } else {
                    self.catalog.hold(order, &lines)
                })
            }
            Request::Commit => Answer::Settled(request, self.catalog.commit(order)),
            Request::Release if self.is_trapped(Trap::UnguardedRelease) => {
                self.catalog.give_back_whatever_is(order);
                Answer::Settled(request, Ok(()))
            }
            Request::Release => Answer::Settled(request, self.catalog.release(order)),
        };
        self.tell(|_| format!("order {order}: the catalog answers {answer:?}"));
        self.check_stock();
        answer
    }

    fn provider_answers(&mut self, question: Question, asked: Asked) -> Answer {
        let (now, order) = (self.now, asked.order);
        self.witness.touched.insert(order);
        let answer = match question {
            Question::Charge => {
                let takes = if self.goes_wrong(self.plan.rates.slow) {
                    self.chance.between(1, 6_000)
                } else {
                    0
                };
                Answer::Charged(self.provider.charge(&asked, now, takes))
            }
            Question::Cancel => Answer::Charged(self.provider.cancel(&asked, now)),
            Question::LookUp => match self.provider.look_up(&asked, now) {
                Ok(Some(outcome)) => Answer::Charged(Ok(outcome)),
                Ok(None) => Answer::NotFound(asked),
                Err(error) => Answer::Charged(Err(error)),
            },
        };
        self.tell(|_| format!("order {order}: the provider answers {answer:?}"));
        answer
    }
}
