//! Rules, alerts and dashboards name only metrics that exist, and every alert is tested and has a runbook.

mod alerts;
mod catalogue;
mod emitted;
mod expressions;
mod files;
mod names;
mod panels;
mod promtool;
