use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::Pool;

/// A pool for [`super::read_pending`], [`super::read_events`], [`super::mark_published`] and [`super::mark_failed`]
/// alone: one connection reads while the other marks.
///
/// Nearly always next to nothing is pending, and then statistics are made and plans; a backlog comes between two of
/// either. So the statements are written such that there is one plan, which finds each row by an index, and everything
/// else that the planner could choose is switched off. It is made once: planning anew costs more than reading.
#[must_use]
pub fn pool(options: PgConnectOptions) -> Pool {
    let options = options.options([
        ("plan_cache_mode", "force_generic_plan"),
        ("enable_bitmapscan", "off"),
        ("enable_seqscan", "off"),
        ("enable_sort", "off"),
        ("enable_material", "off"),
        ("enable_hashjoin", "off"),
        ("enable_mergejoin", "off"),
    ]);
    PgPoolOptions::new()
        .max_connections(2)
        .acquire_timeout(Duration::from_secs(2))
        // Both come many times a second; a connection that broke is replaced at the next try.
        .test_before_acquire(false)
        .connect_lazy_with(options)
        .into()
}
