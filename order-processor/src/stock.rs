use velure_faults::{Point, reach};
use velure_postgres::fulfilment::Fulfilment;

use crate::payment::PaymentProvider;
use crate::process::{Decision, after_commit, after_hold, after_release, unanswered};
use crate::processor::Processor;

impl<P: PaymentProvider> Processor<P> {
    /// All lines or none, once for each order: the catalog knows a repeated hold by the order's id.
    pub(crate) async fn hold(&self, order: &Fulfilment) -> Decision {
        let answer = self.catalog.hold(order.order_id, &order.cart).await;
        match reach(Point::P2).await {
            Ok(()) => after_hold(order, answer),
            Err(fault) => unanswered(&fault),
        }
    }

    /// Only ever called for an order that is charged.
    pub(crate) async fn commit_stock(&self, order: &Fulfilment) -> Decision {
        after_commit(self.catalog.commit(order.order_id).await)
    }

    /// Only ever called for an order that is not charged and will not be. The catalog also notes the release of an
    /// order it never heard of, so a hold that is still on its way comes too late.
    pub(crate) async fn return_stock(&self, order: &Fulfilment) -> Decision {
        let answer = self.catalog.release(order.order_id).await;
        match reach(Point::P9).await {
            Ok(()) => after_release(answer),
            Err(fault) => unanswered(&fault),
        }
    }
}
