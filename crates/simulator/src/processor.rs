//! The order processor around the decisions of `velure_order_processor::process`: what `handle`, `due`, `held` and
//! `processor` do there, done here with a world that fails.

mod calls;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use velure_domain::OrderFailure;
use velure_order_processor::payment::{ChargeOutcome, PaymentError};
use velure_order_processor::process::{
    Decision, Rules, Step as Next, after_charge, after_commit, after_hold, after_release, check,
    next_step, retry_delay,
};
use velure_postgres::fulfilment::Fulfilment;

pub(crate) use calls::{Answer, Call};

use crate::Trap;
use crate::books::{LEASE, New, Recorded};
use crate::broker::Delivery;
use crate::catalog::Request;
use crate::chance::Ms;
use crate::outbox::{Fact, number_of};
use crate::provider::Question;
use crate::transaction::{Heard, Work};
use crate::world::{Happening, Kind, Life, Process, World};

/// How long an order may stay in one step and still have its lease renewed.
const STEP: Ms = 15_000;

/// How often a decision is stored before the order is left to its lease.
const STORE_TRIES: u32 = 4;

/// An order in work.
#[derive(Debug)]
pub(crate) struct Job {
    order: Fulfilment,
    delivery: Option<Delivery>,
    /// The call that is waited for: an answer to an earlier one comes too late.
    call: u64,
    tries: u32,
    began: Ms,
    leased: Ms,
}

#[derive(Debug, Default)]
pub(crate) struct Processor {
    pub(crate) life: Life,
    pub(crate) jobs: BTreeMap<u64, Job>,
    names: u64,
    /// Only in a trap: the orders that were noted in Redis.
    seen: BTreeSet<usize>,
}

#[derive(Debug)]
pub(crate) enum Step {
    /// A delivery comes, or is tried again after the books could not be written.
    Handle(Delivery),
    /// What became of a transaction.
    Heard(Box<Work>, Option<Heard>),
    /// An order's next step.
    Go(u64),
    Answered(u64, u64, Box<Answer>),
    /// Orders whose time has come, again and again.
    Due,
    Renew,
}

impl World {
    pub(crate) fn start_processor(&mut self, replica: usize) {
        let process = self.process(Kind::Processor, replica);
        self.after(1 + replica as u64, Happening::Processor(process, Step::Due));
        self.after(2, Happening::Processor(process, Step::Renew));
    }

    pub(crate) fn processor(&mut self, process: Process, step: Step) {
        match step {
            Step::Handle(delivery) => self.handle(process, delivery),
            Step::Heard(work, heard) => self.heard(process, *work, heard),
            Step::Go(job) => self.go(process, job),
            Step::Answered(job, call, answer) => self.answered(process, job, call, *answer),
            Step::Due => self.due(process),
            Step::Renew => self.renew(process),
        }
    }

    fn handle(&mut self, process: Process, delivery: Delivery) {
        let Some(message) = self.broker.with(delivery) else {
            return;
        };
        let event = self.database.outboxes.events[message.event];
        let Fact::Created { expired } = event.fact else {
            if self.is_trapped(Trap::RequeueForEver) {
                return self.requeue(delivery);
            }
            let event = message.event;
            return self.begin(Some(process), Work::DeadLetter { delivery, event });
        };
        let content = self.shoppers.contents[&event.order].clone();
        let new = New {
            event: message.event,
            order: event.order,
            cart: content.cart,
            total: content.total,
            method: content.method,
            expired,
        };
        if self.is_trapped(Trap::SeenBeforeWork) {
            let seen = self.processors[0].seen.insert(event.order);
            if !seen && !self.database.books.inbox.contains(&message.event) {
                return self.acknowledge(delivery);
            }
        }
        if self.is_trapped(Trap::InboxApart) && !self.database.books.inbox.insert(message.event) {
            return self.acknowledge(delivery);
        }
        if self.is_trapped(Trap::AckBeforeCommit) {
            self.acknowledge(delivery);
        }
        self.begin(Some(process), Work::Record { delivery, new });
    }

    fn heard(&mut self, process: Process, work: Work, heard: Option<Heard>) {
        match (work, heard) {
            (Work::Record { delivery, .. } | Work::DeadLetter { delivery, .. }, None) => {
                // The delivery is held while the books cannot be written.
                let wait = self.chance.between(50, 2_000);
                self.after(wait, Happening::Processor(process, Step::Handle(delivery)));
            }
            (Work::Record { delivery, .. }, Some(Heard::Recorded(Recorded::Claimed(order)))) => {
                self.take_up(process, *order, Some(delivery));
            }
            (Work::Record { delivery, new }, Some(Heard::Recorded(Recorded::Contradicts))) => {
                let event = new.event;
                self.begin(Some(process), Work::DeadLetter { delivery, event });
            }
            (Work::Record { delivery, .. } | Work::DeadLetter { delivery, .. }, Some(_)) => {
                self.acknowledge(delivery);
            }
            (Work::Store { job, .. }, Some(Heard::Moved(order))) => {
                let now = self.now;
                if let Some(found) = self.processors[process.replica].jobs.get_mut(&job) {
                    found.order = *order;
                    found.tries = 0;
                    (found.began, found.leased) = (now, now);
                    self.after(1, Happening::Processor(process, Step::Go(job)));
                }
            }
            (Work::Store { job, .. }, Some(_)) => self.finish(process, job),
            (
                Work::Store {
                    job,
                    held,
                    decision,
                },
                None,
            ) => {
                let Some(found) = self.processors[process.replica].jobs.get_mut(&job) else {
                    return;
                };
                found.tries += 1;
                if found.tries < STORE_TRIES {
                    self.begin(
                        Some(process),
                        Work::Store {
                            job,
                            held,
                            decision,
                        },
                    );
                } else {
                    self.finish(process, job);
                }
            }
            (Work::Place { .. } | Work::Sweep { .. }, _) => {}
        }
    }

    fn take_up(&mut self, process: Process, order: Fulfilment, delivery: Option<Delivery>) {
        let now = self.now;
        let processor = &mut self.processors[process.replica];
        processor.names += 1;
        let name = processor.names;
        let job = Job {
            order,
            delivery,
            call: 0,
            tries: 0,
            began: now,
            leased: now,
        };
        processor.jobs.insert(name, job);
        self.after(1, Happening::Processor(process, Step::Go(name)));
    }

    /// The order is final, postponed, or left to its lease: in every case the books drive it, and not the broker.
    fn finish(&mut self, process: Process, job: u64) {
        let job = self.processors[process.replica].jobs.remove(&job);
        if let Some(delivery) = job.and_then(|job| job.delivery) {
            self.acknowledge(delivery);
        }
    }

    fn go(&mut self, process: Process, job: u64) {
        let Some(found) = self.processors[process.replica].jobs.get(&job) else {
            return;
        };
        let order = found.order.clone();
        let rules = Rules::default();
        let Some(next) = next_step(&order, &rules) else {
            return self.finish(process, job);
        };
        if let Err(breach) = check(&order) {
            self.wrong(format!("{}: {order:?}", breach.as_str()));
            return;
        }
        match next {
            Next::GiveUp(code) => {
                let failure = OrderFailure {
                    code,
                    product_id: None,
                };
                self.decide(process, job, Decision::GivenUp(failure));
            }
            Next::Reserve => self.ask_catalog(process, job, Request::Hold),
            Next::CommitStock => self.ask_catalog(process, job, Request::Commit),
            Next::ReturnStock => self.ask_catalog(process, job, Request::Release),
            Next::Charge => self.ask_provider(process, job, Question::Charge),
            Next::LookUpOrCharge => self.ask_provider(process, job, Question::LookUp),
            Next::Cancel => self.ask_provider(process, job, Question::Cancel),
        }
    }

    fn answered(&mut self, process: Process, job: u64, call: u64, answer: Answer) {
        let Some(found) = self.processors[process.replica].jobs.get_mut(&job) else {
            return;
        };
        if found.call != call {
            return;
        }
        found.call += 1;
        let order = &found.order;
        let decision = match answer {
            Answer::Held(answer) => after_hold(order, answer),
            Answer::Settled(Request::Commit, answer) => after_commit(answer),
            Answer::Settled(Request::Hold | Request::Release, answer) => after_release(answer),
            Answer::NotFound(asked) => return self.put(process, job, Question::Charge, asked),
            Answer::Charged(answer) => after_charge(self.misread(answer)),
        };
        self.decide(process, job, decision);
    }

    /// What traps make of the provider's answer.
    fn misread(
        &self,
        answer: Result<ChargeOutcome, PaymentError>,
    ) -> Result<ChargeOutcome, PaymentError> {
        let declined = ChargeOutcome::Declined {
            decline_code: "trap".to_owned(),
        };
        match answer {
            Err(PaymentError::Unanswered(_)) if self.is_trapped(Trap::SilenceIsDecline) => {
                Ok(declined)
            }
            Err(PaymentError::InProgress) if self.is_trapped(Trap::InProgressIsDecline) => {
                Ok(declined)
            }
            answer => answer,
        }
    }

    fn decide(&mut self, process: Process, job: u64, decision: Decision) {
        let Some(found) = self.processors[process.replica].jobs.get_mut(&job) else {
            return;
        };
        found.tries = 0;
        let held = Box::new(found.order.clone());
        let Decision::Retry { reason, breach } = &decision else {
            return self.begin(
                Some(process),
                Work::Store {
                    job,
                    held,
                    decision,
                },
            );
        };
        let mut stale = false;
        if !self.database.down {
            let (base, cap) = (Duration::from_millis(500), Duration::from_secs(30));
            let delay = retry_delay(held.attempts, base, cap, self.chance.share());
            let now = self.database_now();
            // What cannot be stored is left to the lease.
            stale = self.database.books.postpone(&held, delay, now).is_err();
        }
        if let (false, Some(breach)) = (stale, breach) {
            return self.wrong(format!("{}: {reason}, {held:?}", breach.as_str()));
        }
        self.finish(process, job);
    }

    fn due(&mut self, process: Process) {
        let mut rest = 1_000;
        if !self.database.down && !self.goes_wrong(self.plan.rates.unheard) {
            let now = self.database_now();
            // What is claimed and not heard of waits for its lease to end.
            let claimed = self.database.books.claim_due(4, now);
            if !self.goes_wrong(self.plan.rates.unheard) {
                for order in claimed {
                    self.take_up(process, order, None);
                }
            }
            let next = self.database.books.next_due(now);
            rest = next.map_or(1_000, |wait| wait.clamp(10, 1_000));
            if self.is_calm() && self.processors[process.replica].jobs.is_empty() {
                rest = rest.max(next.unwrap_or(5_000).min(5_000));
            }
        }
        self.after(rest, Happening::Processor(process, Step::Due));
    }

    fn renew(&mut self, process: Process) {
        let now = self.now;
        if !self.database.down {
            let half = LEASE.unsigned_abs() / 2;
            let database_now = self.database_now();
            for job in self.processors[process.replica].jobs.values_mut() {
                if now >= job.leased + half && now <= job.began + STEP {
                    let order = number_of(job.order.order_id.as_uuid());
                    self.database
                        .books
                        .renew(order, job.order.lease, database_now);
                    job.leased = now;
                }
            }
        }
        let idle = self.processors[process.replica].jobs.is_empty();
        let wait = if idle { 2_000 } else { 625 };
        self.after(wait, Happening::Processor(process, Step::Renew));
    }
}
