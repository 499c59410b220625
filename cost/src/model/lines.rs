//! Quantities of the parts that several variants share.

use std::borrow::Cow;

use crate::bill::Usage;
use crate::decimal::{Decimal, DecimalError};
use crate::measurement::Pod;

use super::sizing::Work;
use super::traffic::{HOURS_PER_MONTH, SECONDS_PER_MONTH};
use super::{Case, Inputs, ModelError};

const GB: f64 = 1_073_741_824.0;
/// CloudWatch stores logs compressed; AWS's own examples use this share.
const LOG_STORED_SHARE: f64 = 0.15;

/// A month's traffic, spelled out.
pub(super) struct Month {
    pub(super) requests: f64,
    pub(super) orders: f64,
    /// Route and calls, shoppers' and internal ones.
    pub(super) calls: Vec<(String, f64)>,
    pub(super) internal: f64,
}

impl Month {
    pub(super) fn of(case: &Case<'_>, requests: f64, inputs: &Inputs) -> Self {
        let orders = case.orders(requests, inputs);
        let workload = &case.world.workload;
        let shopper = &workload.shopper_calls_per_1000_orders;
        // Every order is one call of `place-order`; the other requests keep their proportions.
        let others: f64 = shopper
            .iter()
            .filter(|(name, _)| *name != "place-order")
            .map(|(_, count)| f64::from(*count))
            .sum();
        let mut calls: Vec<(String, f64)> = shopper
            .iter()
            .map(|(name, count)| {
                let calls = if name == "place-order" {
                    orders
                } else {
                    (requests - orders) * f64::from(*count) / others
                };
                (name.clone(), calls)
            })
            .collect();
        let mut internal = 0.0;
        for (name, count) in &workload.internal_calls_per_1000_orders {
            let count = orders * f64::from(*count) / 1000.0;
            internal += count;
            calls.push((name.clone(), count));
        }
        Self {
            requests,
            orders,
            calls,
            internal,
        }
    }

    pub(super) fn all_calls(&self) -> f64 {
        self.requests + self.internal
    }
}

pub(super) struct Writer<'a> {
    pub(super) case: &'a Case<'a>,
    pub(super) inputs: &'a Inputs,
    pub(super) month: &'a Month,
    pub(super) usage: Vec<Usage>,
}

impl Writer<'_> {
    fn value(&self, name: &str) -> f64 {
        self.inputs.values.get(name)
    }

    pub(super) fn traffic(
        &mut self,
        key: impl Into<Cow<'static, str>>,
        part: impl Into<String>,
        quantity: f64,
    ) -> Result<(), DecimalError> {
        self.usage.push(Usage::traffic(
            key,
            part.into(),
            Decimal::from_estimate(quantity)?,
        ));
        Ok(())
    }

    pub(super) fn fixed(
        &mut self,
        key: impl Into<String>,
        part: impl Into<String>,
        quantity: f64,
    ) -> Result<(), DecimalError> {
        self.usage.push(Usage::fixed(
            key.into(),
            part.into(),
            Decimal::from_estimate(quantity)?,
        ));
        Ok(())
    }

    /// A quantity whose part without traffic is fixed.
    pub(super) fn split(
        &mut self,
        key: &str,
        part: &str,
        idle: f64,
        all: f64,
    ) -> Result<(), DecimalError> {
        self.fixed(key, part, idle)?;
        if all > idle {
            self.traffic(key.to_owned(), format!("{part}, with traffic"), all - idle)?;
        }
        Ok(())
    }

    /// Requests and GB-seconds of every route, with simulated cold starts, and calls of the secret store.
    pub(super) fn functions(&mut self) -> Result<(), ModelError> {
        let seconds = self.case.world.gb_second();
        let (mut log_bytes, mut secret_calls) = (0.0, 0.0);
        let platform = self.value("platform_log_bytes");
        for (route, calls) in &self.month.calls {
            let world = self.case.world;
            let Some(row) = world.routes.get(route) else {
                continue;
            };
            let timing = self.inputs.timings.of(route);
            let cold = self.case.cold_share(route, *calls, self.inputs);
            let ms = timing.warm_ms * (1.0 - cold) + timing.cold_ms * cold;
            let gb_seconds = calls * ms / 1000.0 * f64::from(row.memory_mb) / 1024.0;
            let logged = world
                .measurement
                .function(route, row.memory_mb)
                .map_or(0.0, |one| number(one.log_bytes));
            log_bytes += calls * (platform + logged);
            secret_calls += calls * cold * number(row.secrets.len() as u64);
            self.traffic("lambda.request", route.clone(), *calls)?;
            let part = format!(
                "{route}, {} MB, {ms:.2} ms, {:.4} % cold",
                row.memory_mb,
                cold * 100.0
            );
            self.traffic(seconds, part, gb_seconds)?;
        }
        self.traffic(
            "secret.call",
            "one for each secret of a cold start",
            secret_calls,
        )?;
        self.logs("functions", log_bytes)?;
        Ok(())
    }

    pub(super) fn logs(&mut self, whose: &str, bytes: f64) -> Result<(), DecimalError> {
        let months = self.value("log_store_months");
        self.traffic("logs.ingest_gb", whose, bytes / GB)?;
        self.traffic(
            "logs.store.gb_month",
            whose,
            bytes / GB * months * LOG_STORED_SHARE,
        )
    }

    pub(super) fn http_api(&mut self) -> Result<(), DecimalError> {
        // Answers are far below 512 KB, so each call is one.
        self.traffic("apigateway.http.request", "shoppers", self.month.requests)?;
        self.traffic(
            "apigateway.http.request",
            "between contexts",
            self.month.internal,
        )?;
        let bytes = self.month.all_calls() * self.value("gateway_log_bytes");
        self.logs("gateway access log", bytes)
    }

    /// Everything between the browser and the origin: the same in every variant.
    pub(super) fn edge(&mut self) -> Result<(), DecimalError> {
        let files = self.month.orders * self.value("page_files_per_order");
        self.traffic("cloudfront.request", "API", self.month.requests)?;
        self.traffic("cloudfront.request", "pages and images", files)?;
        self.traffic("cloudfront.request", "order streams", self.month.orders)?;
        self.traffic("cloudfront.gb", "answers", self.answer_bytes() / GB)?;
        self.traffic("cloudfront.gb", "order streams", self.stream_bytes() / GB)?;
        self.traffic(
            "cloudfront.gb",
            "pages and images",
            self.month.orders * self.value("page_bytes_per_order") / GB,
        )?;
        self.fixed(
            "engineering.month",
            "engineering",
            self.value("engineering_usd"),
        )
    }

    pub(super) fn answer_bytes(&self) -> f64 {
        self.month
            .calls
            .iter()
            .filter_map(|(route, calls)| {
                let row = self.case.world.routes.get(route)?;
                let function = self.case.world.measurement.function(route, row.memory_mb)?;
                Some(calls * number(function.response_bytes))
            })
            .sum()
    }

    /// What the streams of a month say, with their heartbeats. An upper bound: what the gateway asks its database for
    /// them is in it.
    fn stream_bytes(&self) -> f64 {
        let each: f64 = self
            .case
            .world
            .measurement
            .pods
            .iter()
            .map(|pod| {
                let minutes = self.value("stream_seconds_per_order") / 60.0;
                number(pod.body_bytes_per_stream.unwrap_or(0))
                    + minutes * number(pod.network_bytes_per_stream_minute.unwrap_or(0))
            })
            .sum();
        self.month.orders * each
    }

    /// Capacity units of the load balancer: the largest of new connections, open ones and bytes, hour by hour.
    pub(super) fn balancer_units(&mut self, all_requests: bool) -> Result<(), DecimalError> {
        let (orders, seconds) = (
            self.month.orders / SECONDS_PER_MONTH,
            self.value("stream_seconds_per_order"),
        );
        let share = self.value("new_connection_share");
        let (requests, bytes) = if all_requests {
            (
                self.month.requests / SECONDS_PER_MONTH,
                self.answer_bytes() / SECONDS_PER_MONTH,
            )
        } else {
            (0.0, 0.0)
        };
        let bytes = bytes + self.stream_bytes() / SECONDS_PER_MONTH;
        let mut units = 0.0;
        for hour in &self.case.hours {
            let new = hour.mean * (orders + requests * share) / 25.0;
            let open = hour.mean * (orders * seconds + requests * share) / 3000.0;
            let processed = hour.mean * bytes * 3600.0 / GB;
            let rules = (hour.mean * (orders + requests) / 1000.0).max(0.0);
            units += new.max(open).max(processed).max(rules);
        }
        let part = "largest of connections, streams, bytes and rules, each hour";
        self.traffic("alb.lcu_hour", part, units * HOURS_PER_MONTH / 168.0)
    }

    /// Bytes inside the network.
    pub(super) fn network(&mut self, internal_through_nat: bool) -> Result<(), DecimalError> {
        let base = self.value("nat_base_gb");
        self.fixed("nat.gb", "images, certificates, secrets", base)?;
        if internal_through_nat {
            let bytes = self.month.internal * self.value("internal_call_bytes");
            self.traffic("nat.gb", "calls between contexts", bytes / GB)?;
        }
        let pods: f64 = self
            .case
            .world
            .measurement
            .pods
            .iter()
            .map(|pod| number(pod.network_bytes_per_order))
            .sum();
        let bytes = self.month.all_calls() * self.value("database_bytes_per_call")
            + self.month.orders * pods;
        self.traffic(
            "interzone.gb",
            "both ways",
            2.0 * bytes * self.value("interzone_share") / GB,
        )
    }

    pub(super) fn pod_logs(&mut self) -> Result<(), DecimalError> {
        let bytes: f64 = self
            .case
            .world
            .measurement
            .pods
            .iter()
            .map(|pod| number(pod.log_bytes_per_order))
            .sum();
        self.logs("pods", bytes * self.month.orders)
    }

    /// The work of relay, processor and gateway, and of servers that live in the cluster.
    pub(super) fn pods(&self) -> Vec<Work<'_>> {
        let per_second = self.month.orders / SECONDS_PER_MONTH;
        let factor = if self.case.world.architecture() == "arm" {
            self.value("arm_time_factor")
        } else {
            1.0
        };
        let cluster = &self.case.world.cluster;
        let measured = |name: &str| self.case.world.measurement.pod(name);
        let mut works = Vec::new();
        for pod in &cluster.pods {
            let server = self.case.world.inventory.runs(&pod.pod);
            if let Some(sample) = measured(&pod.pod) {
                let streams = per_second * self.value("stream_seconds_per_order");
                let per_stream = number(sample.rss_bytes_per_stream.unwrap_or(0)) / 1_048_576.0;
                let stream_cpu = number(sample.cpu_ns_per_stream_second.unwrap_or(0)) / 1e9;
                works.push(Work {
                    pod,
                    cpu_per_rate: (per_second * mean_cpu(sample) / 1e6 + streams * stream_cpu)
                        * factor,
                    idle_cpu: number(sample.idle_cpu_us_per_s) / 1e6 * factor,
                    memory_per_rate: streams * per_stream,
                });
            } else if server {
                // Sized by memory, not by traffic: see docs/COST.md on the data layer.
                works.push(Work {
                    pod,
                    cpu_per_rate: 0.0,
                    idle_cpu: 0.0,
                    memory_per_rate: 0.0,
                });
            }
        }
        works
    }

    /// The same endpoints in server pods, one deployment for each context.
    pub(super) fn servers(&self) -> Vec<Work<'_>> {
        let Some(pod) = self
            .case
            .world
            .cluster
            .pods
            .iter()
            .find(|pod| pod.pod == "functions-server")
        else {
            return Vec::new();
        };
        ["auth", "catalog", "orders"]
            .into_iter()
            .map(|context| {
                let cpu: f64 = self
                    .month
                    .calls
                    .iter()
                    .filter(|(route, _)| {
                        self.case
                            .world
                            .routes
                            .get(route)
                            .is_some_and(|row| row.context == context)
                    })
                    .map(|(route, calls)| {
                        calls / SECONDS_PER_MONTH * self.inputs.timings.of(route).cpu_us / 1e6
                    })
                    .sum();
                Work {
                    pod,
                    cpu_per_rate: cpu,
                    idle_cpu: 0.0,
                    memory_per_rate: 0.0,
                }
            })
            .collect()
    }

    /// Calls at once against what the route reserves.
    pub(super) fn concurrency_warnings(&self) -> Vec<String> {
        let peak = self.case.peak();
        self.month
            .calls
            .iter()
            .filter_map(|(route, calls)| {
                let row = self.case.world.routes.get(route)?;
                let at_once =
                    calls / SECONDS_PER_MONTH * peak * self.inputs.timings.of(route).warm_ms
                        / 1000.0;
                (at_once > f64::from(row.reserved_concurrency)).then(|| {
                    format!(
                        "{route} needs about {at_once:.0} environments at its peak and reserves {}",
                        row.reserved_concurrency
                    )
                })
            })
            .collect()
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts and bytes of one call or order"
)]
pub(super) fn number(count: u64) -> f64 {
    count as f64
}

fn mean_cpu(pod: &Pod) -> f64 {
    let sum: u64 = pod.cpu_us_per_order.iter().sum();
    number(sum) / number(pod.cpu_us_per_order.len() as u64)
}
