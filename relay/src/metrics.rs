use metrics::{Counter, Gauge, counter, describe_counter, describe_gauge, gauge};

/// Everything that the relay exports.
#[derive(Clone)]
pub(crate) struct Metrics {
    pub(crate) oldest_unsettled_seconds: Gauge,
    pub(crate) parked_events: Gauge,
    pub(crate) published: Counter,
    pub(crate) publish_failures: Counter,
    pub(crate) in_flight: Gauge,
    pub(crate) leased_shards: Gauge,
    pub(crate) statuses_applied: Counter,
    pub(crate) statuses_known: Counter,
    pub(crate) dead_letters: Counter,
    pub(crate) hints_lost: Counter,
    pub(crate) redriven_orders: Counter,
    pub(crate) expired_orders: Counter,
}

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
        describe_counter!("velure_relay_applied_statuses_total", "Moves of orders");
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
        Self {
            oldest_unsettled_seconds: gauge!("velure_relay_oldest_unsettled_event_seconds"),
            parked_events: gauge!("velure_relay_parked_events"),
            published: counter!("velure_relay_published_events_total"),
            publish_failures: counter!("velure_relay_publish_failures_total"),
            in_flight: gauge!("velure_relay_unconfirmed_events"),
            leased_shards: gauge!("velure_relay_leased_shards"),
            statuses_applied: counter!("velure_relay_applied_statuses_total"),
            statuses_known: counter!("velure_relay_known_statuses_total"),
            dead_letters: counter!("velure_relay_dead_letters_total"),
            hints_lost: counter!("velure_relay_lost_hints_total"),
            redriven_orders: counter!("velure_relay_redriven_orders_total"),
            expired_orders: counter!("velure_relay_expired_orders_total"),
        }
    }
}
