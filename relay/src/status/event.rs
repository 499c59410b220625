use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use velure_amqp::Delivery;
use velure_contracts::events::{
    Envelope, EventType, OrderFailed, OrderMoved, SCHEMA_VERSION, headers, unknown_version,
};
use velure_contracts::fault;
use velure_contracts::http::{TimelineStep, step};
use velure_domain::{OrderFailure, OrderId, OrderStatus};

/// What a status event says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusEvent {
    /// Of which order.
    pub order_id: OrderId,
    /// The status it has now.
    pub status: OrderStatus,
    /// Why, when it failed.
    pub failure: Option<OrderFailure>,
    /// What happened on the way to it, oldest first.
    pub steps: Vec<TimelineStep>,
}

/// Steps that are kept of one event. Ours have five at most.
const MAX_STEPS: usize = 16;

/// All that is read of a body before its version is known.
#[derive(Deserialize)]
struct Versioned {
    schema_version: u64,
}

impl StatusEvent {
    /// Reads a delivery, or says why nobody ever can.
    pub(crate) fn of(delivery: &Delivery) -> Result<Self, String> {
        let mut event = Self::parse(delivery.body())?;
        event.steps.truncate(MAX_STEPS);
        event
            .steps
            .extend(published_at(delivery).map(|at| TimelineStep {
                step: step::ANNOUNCED.to_owned(),
                at,
            }));
        Ok(event)
    }

    /// Reads a message's body.
    ///
    /// # Errors
    /// Why nobody ever can, in one short sentence that repeats nothing of it.
    pub fn parse(body: &[u8]) -> Result<Self, String> {
        let Versioned { schema_version } = serde_json::from_slice(body)
            .map_err(|error| format!("the body is no event: {}", fault(&error)))?;
        if schema_version != u64::from(SCHEMA_VERSION) {
            return Err(unknown_version(schema_version));
        }
        let envelope: Envelope<Value> = serde_json::from_slice(body)
            .map_err(|error| format!("the body is no event: {}", fault(&error)))?;
        let (status, failure, steps) = match envelope.kind {
            EventType::OrderProcessing => (OrderStatus::Processing, None, steps_of(envelope.data)?),
            EventType::OrderCompleted => (OrderStatus::Completed, None, steps_of(envelope.data)?),
            EventType::OrderFailed => {
                let (failure, steps) = failure_of(envelope.data)?;
                (OrderStatus::Failed, Some(failure), steps)
            }
            EventType::OrderCreated => return Err("order.created is no status event".to_owned()),
        };
        Ok(Self {
            order_id: envelope.order_id.into(),
            status,
            failure,
            steps,
        })
    }
}

/// When the relay sent it, if it says so in a way that can be read.
pub(crate) fn published_at(delivery: &Delivery) -> Option<DateTime<Utc>> {
    delivery.header(headers::PUBLISHED_AT)?.parse().ok()
}

fn steps_of(data: Value) -> Result<Vec<TimelineStep>, String> {
    let OrderMoved { steps } = serde_json::from_value(data)
        .map_err(|error| format!("the data is no move: {}", fault(&error)))?;
    Ok(steps)
}

fn failure_of(data: Value) -> Result<(OrderFailure, Vec<TimelineStep>), String> {
    let OrderFailed { failure, steps } = serde_json::from_value(data)
        .map_err(|error| format!("the data is no failure: {}", fault(&error)))?;
    let code = failure
        .code
        .parse()
        .map_err(|_| "the failure's code is not known".to_owned())?;
    let product_id = failure
        .product_id
        .map(|id| id.parse())
        .transpose()
        .map_err(|_| "the failure's product is no id".to_owned())?;
    Ok((OrderFailure { code, product_id }, steps))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use velure_domain::FailureCode;

    use super::*;

    const ORDER: &str = "01900000-0000-7000-8000-000000000001";

    fn body(kind: &str, version: u64, data: Value) -> Vec<u8> {
        let id = "01900000-0000-7000-8000-000000000002";
        let body = json!({"id": id, "type": kind, "schema_version": version, "order_id": ORDER, "version": 3,
            "occurred_at": "2026-01-02T03:04:05Z", "data": data, "later": "is ignored"});
        body.to_string().into_bytes()
    }

    #[test]
    fn each_type_is_a_status() {
        let failed = json!({"failure": {"code": "insufficient_stock", "message": "m", "product_id": "0123456789abcdef01234567"}});
        for (kind, data, status) in [
            ("order.processing", json!({}), OrderStatus::Processing),
            ("order.completed", json!({}), OrderStatus::Completed),
            ("order.failed", failed, OrderStatus::Failed),
        ] {
            let event = StatusEvent::parse(&body(kind, 1, data)).expect("an event");
            assert_eq!(
                (event.order_id.to_string().as_str(), event.status),
                (ORDER, status)
            );
            assert_eq!(event.failure.is_some(), status == OrderStatus::Failed);
        }
        let failed = json!({"failure": {"code": "timeout", "message": "m"}});
        let event = StatusEvent::parse(&body("order.failed", 1, failed)).expect("an event");
        assert_eq!(
            event.failure,
            Some(OrderFailure {
                code: FailureCode::Timeout,
                product_id: None
            })
        );
    }

    #[test]
    fn what_nobody_can_read_is_refused_with_a_reason() {
        let deep = "[".repeat(10_000);
        for (bad, reason) in [
            (b"".to_vec(), "the body is no event"),
            (b"\xff\xfe".to_vec(), "the body is no event"),
            (deep.into_bytes(), "the body is no event"),
            (
                body("order.completed", 2, json!({})),
                "schema version 2 is not known",
            ),
            (
                body("order.created", 1, json!({})),
                "order.created is no status event",
            ),
            (body("order.shipped", 1, json!({})), "the body is no event"),
            (body("order.failed", 1, json!({})), "the data is no failure"),
            (
                body(
                    "order.failed",
                    1,
                    json!({"failure": {"code": "bad luck", "message": "m"}}),
                ),
                "the failure's code is not known",
            ),
        ] {
            let error = StatusEvent::parse(&bad).expect_err("refused");
            assert!(error.starts_with(reason), "{error}");
        }
    }
}
