//! Tells whoever watches: an order has moved. Hints only; browsers that miss one read the database.

use tokio::sync::mpsc;
use uuid::Uuid;
use velure_contracts::http::Failure;
use velure_contracts::sse::StatusFrame;
use velure_postgres::status::{Move, StatusStore};
use velure_redis::{StatusHint, StatusHints};
use velure_telemetry::{Span, SpanKind, TraceContext};

use crate::metrics::Metrics;

/// Publishes hints and counts those that were lost.
#[derive(Clone)]
pub(crate) struct Hints {
    pub(crate) redis: StatusHints,
    pub(crate) metrics: Metrics,
}

impl Hints {
    pub(crate) async fn tell(&self, moves: &[Move]) {
        let mut spans: Vec<Option<Span>> = moves.iter().map(telling).collect();
        let hints: Vec<StatusHint> = moves
            .iter()
            .zip(&spans)
            .map(|(moved, span)| hint_of(moved, span.as_ref()))
            .collect();
        if self.redis.publish(&hints).await.is_err() {
            for span in spans.iter_mut().flatten() {
                span.fail("lost");
            }
            self.metrics
                .hints_lost
                .increment(u64::try_from(hints.len()).unwrap_or(0));
        }
    }
}

/// Telling of a move, within the trace that it was stored in.
fn telling(moved: &Move) -> Option<Span> {
    let parent = TraceContext::parse(moved.traceparent.as_deref()?, None)?;
    let mut span = Span::child(SpanKind::Producer, "publish status hint", &parent);
    span.set("messaging.system", "redis");
    span.set("messaging.operation.type", "send");
    span.set_with("order.id", || moved.order_id.to_string());
    span.set("order.status", moved.status.as_str());
    Some(span)
}

fn hint_of(moved: &Move, span: Option<&Span>) -> StatusHint {
    StatusHint {
        order_id: moved.order_id.as_uuid(),
        buyer_id: moved.buyer_id.as_uuid(),
        buyer_sequence: moved.buyer_sequence,
        frame: StatusFrame {
            order_id: moved.order_id.as_uuid(),
            version: moved.status.version().get(),
            status: moved.status.as_str().to_owned(),
            failure: moved.failure.as_ref().map(|failure| Failure {
                code: failure.code.as_str().to_owned(),
                message: failure.code.message().to_owned(),
                product_id: failure.product_id.as_ref().map(ToString::to_string),
            }),
            at: moved.at,
            traceparent: span.map(|span| span.context().traceparent()),
        },
    }
}

/// Tells of orders that were just placed, so that a list of orders shows them at once. Ends when nobody publishes
/// any more.
pub(crate) async fn tell_of_placed_orders(
    hints: Hints,
    store: StatusStore,
    mut placed: mpsc::Receiver<Vec<Uuid>>,
) -> anyhow::Result<()> {
    while let Some(mut orders) = placed.recv().await {
        while let Ok(more) = placed.try_recv() {
            orders.extend(more);
        }
        match store.placed(&orders).await {
            Ok(moves) => hints.tell(&moves).await,
            Err(_) => hints
                .metrics
                .hints_lost
                .increment(u64::try_from(orders.len()).unwrap_or(0)),
        }
    }
    Ok(())
}
