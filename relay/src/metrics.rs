use metrics::{
    Counter, Gauge, Histogram, counter, describe_counter, describe_gauge, describe_histogram,
    gauge, histogram,
};
use velure_amqp::Waiting;
use velure_domain::OrderStatus;
use velure_postgres::outbox::Outbox;
use velure_postgres::status::{Move, OpenOrders, Size};
use velure_telemetry::count_from_zero;

/// Everything that the relay exports.
#[derive(Clone)]
pub(crate) struct Metrics {
    pub(crate) oldest_unsettled_seconds: Gauge,
    pub(crate) parked_events: Gauge,
    published_orders: Counter,
    published_fulfilment: Counter,
    pub(crate) confirm: Histogram,
    pub(crate) publish_failures: Counter,
    pub(crate) in_flight: Gauge,
    pub(crate) leased_shards: Gauge,
    pub(crate) statuses_known: Counter,
    pub(crate) dead_letters: Counter,
    pub(crate) hints_lost: Counter,
    pub(crate) redriven_orders: Counter,
    pub(crate) expired_orders: Counter,
}

const APPLIED: &str = "velure_relay_applied_statuses_total";

impl Metrics {
    pub(crate) fn new() -> Self {
        describe_gauge!(
            "velure_relay_oldest_unsettled_event_seconds",
            "Age of the oldest event that is neither published nor parked"
        );
        describe_gauge!(
            "velure_relay_parked_events",
            "Events that nobody tries any more: a person has to look"
        );
        describe_counter!(
            "velure_relay_published_events_total",
            "Events that the broker confirmed"
        );
        describe_counter!(
            "velure_relay_publish_failures_total",
            "Publishes that were refused, returned, or lost with their channel"
        );
        describe_gauge!(
            "velure_relay_unconfirmed_events",
            "Events in flight, of VELURE_RELAY_WINDOW"
        );
        describe_gauge!(
            "velure_relay_leased_shards",
            "Shards of 64 that this replica leases"
        );
        describe_counter!(APPLIED, "Moves of orders");
        describe_counter!(
            "velure_relay_known_statuses_total",
            "Status events that were duplicates or late"
        );
        describe_counter!(
            "velure_relay_dead_letters_total",
            "Status events that nobody can handle"
        );
        describe_counter!(
            "velure_relay_lost_hints_total",
            "Hints that Redis did not take"
        );
        describe_counter!(
            "velure_relay_redriven_orders_total",
            "Orders that the sweeper asked for again"
        );
        describe_counter!(
            "velure_relay_expired_orders_total",
            "Those of them that were past their deadline"
        );
        describe_histogram!(
            "velure_relay_confirm_seconds",
            "From publish to the broker's confirm"
        );
        describe_histogram!(
            "velure_relay_order_seconds",
            "From placed to final, by the database's clock"
        );
        describe_gauge!(
            "velure_relay_open_orders",
            "Orders that are not final, by the time since they were placed"
        );
        describe_gauge!(
            "velure_relay_oldest_open_order_seconds",
            "The age of the oldest of them; 0 when there is none"
        );
        describe_gauge!(
            "velure_relay_queue_messages",
            "Messages that wait in the queue, not those with a consumer"
        );
        describe_gauge!(
            "velure_relay_queue_oldest_message_seconds",
            "For how long the queue has not been seen empty; 0 when it is"
        );
        describe_gauge!(
            "velure_relay_database_bytes",
            "Size of the database velure_orders"
        );
        describe_gauge!(
            "velure_relay_database_connections",
            "Connections to the database velure_orders, of all processes"
        );
        let applied = OrderStatus::ALL.into_iter();
        let applied = applied.filter(|status| *status != OrderStatus::Created);
        count_from_zero(APPLIED, "status", applied.map(OrderStatus::as_str));
        Self {
            oldest_unsettled_seconds: gauge!("velure_relay_oldest_unsettled_event_seconds"),
            parked_events: gauge!("velure_relay_parked_events"),
            published_orders: counter!("velure_relay_published_events_total", "outbox" => "orders"),
            published_fulfilment: counter!("velure_relay_published_events_total", "outbox" => "fulfilment"),
            confirm: histogram!("velure_relay_confirm_seconds"),
            publish_failures: counter!("velure_relay_publish_failures_total"),
            in_flight: gauge!("velure_relay_unconfirmed_events"),
            leased_shards: gauge!("velure_relay_leased_shards"),
            statuses_known: counter!("velure_relay_known_statuses_total"),
            dead_letters: counter!("velure_relay_dead_letters_total"),
            hints_lost: counter!("velure_relay_lost_hints_total"),
            redriven_orders: counter!("velure_relay_redriven_orders_total"),
            expired_orders: counter!("velure_relay_expired_orders_total"),
        }
    }

    pub(crate) fn published(&self, outbox: Outbox) {
        match outbox {
            Outbox::Orders => self.published_orders.increment(1),
            Outbox::Fulfilment => self.published_fulfilment.increment(1),
        }
    }

    pub(crate) fn moved(&self, moves: &[Move]) {
        for moved in moves {
            let status = moved.status.as_str();
            counter!(APPLIED, "status" => status).increment(1);
            if moved.status.is_final() {
                let took = (moved.at - moved.placed_at).to_std().unwrap_or_default();
                histogram!("velure_relay_order_seconds", "status" => status).record(took);
            }
        }
    }

    pub(crate) fn open_orders(&self, open: &[OpenOrders]) {
        for status in [OrderStatus::Created, OrderStatus::Processing] {
            let status = status.as_str();
            let seen = open.iter().find(|one| one.status == status);
            let by_age = seen.map(|one| one.by_age).unwrap_or_default();
            for (age, count) in AGES.into_iter().zip(by_age) {
                gauge!("velure_relay_open_orders", "status" => status, "age" => age)
                    .set(float(count));
            }
            let oldest = seen.map(|one| one.oldest).unwrap_or_default();
            gauge!("velure_relay_oldest_open_order_seconds", "status" => status)
                .set(oldest.as_secs_f64());
        }
    }

    pub(crate) fn waiting(&self, queues: &[Waiting]) {
        for queue in queues {
            gauge!("velure_relay_queue_messages", "queue" => queue.queue)
                .set(f64::from(queue.messages));
            gauge!("velure_relay_queue_oldest_message_seconds", "queue" => queue.queue)
                .set(queue.for_at_most.as_secs_f64());
        }
    }

    pub(crate) fn database(&self, size: Size) {
        gauge!("velure_relay_database_bytes").set(float(size.bytes));
        gauge!("velure_relay_database_connections").set(float(size.connections));
    }
}

/// Of the classes in [`OpenOrders::by_age`].
const AGES: [&str; 4] = ["under_5s", "under_1m", "under_15m", "over_15m"];

#[expect(
    clippy::cast_precision_loss,
    reason = "a gauge is a float; exact up to 2^53"
)]
pub(crate) fn float(count: i64) -> f64 {
    count as f64
}
