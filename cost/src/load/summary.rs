//! A bundle in a few numbers, and two of them beside each other.

use serde::Serialize;

use super::Bundle;

/// Times of one kind of request, in microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Percentiles {
    /// Requests.
    pub count: usize,
    /// Without an answer, or answered with a status of 500 and above.
    pub failed: usize,
    /// Refused by a limit: 429.
    pub throttled: usize,
    /// Half are faster.
    pub p50: u64,
    /// 95 of a hundred are faster.
    pub p95: u64,
    /// 99 of a hundred are faster.
    pub p99: u64,
    /// The slowest.
    pub most: u64,
}

/// All kinds, then each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Of everything.
    pub all: Percentiles,
    /// By name.
    pub operations: Vec<(String, Percentiles)>,
    /// The most that a request was sent after it was due: the generator's own share.
    pub most_late_us: u64,
}

/// One kind in two bundles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// `all`, or its name.
    pub operation: String,
    /// In the first.
    pub before: Option<Percentiles>,
    /// In the second.
    pub after: Option<Percentiles>,
}

/// Of a bundle.
#[must_use]
pub fn summary(bundle: &Bundle) -> Summary {
    let mut names: Vec<&str> = bundle
        .schedule
        .arrivals
        .iter()
        .map(|arrival| arrival.operation.as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    Summary {
        all: percentiles(bundle, |_| true),
        operations: names
            .into_iter()
            .map(|name| (name.to_owned(), percentiles(bundle, |one| one == name)))
            .collect(),
        most_late_us: bundle
            .samples
            .iter()
            .map(|sample| sample.late_us)
            .max()
            .unwrap_or(0),
    }
}

fn percentiles(bundle: &Bundle, wanted: impl Fn(&str) -> bool) -> Percentiles {
    let samples: Vec<_> = bundle
        .schedule
        .arrivals
        .iter()
        .zip(&bundle.samples)
        .filter(|(arrival, _)| wanted(&arrival.operation))
        .map(|(_, sample)| sample)
        .collect();
    let mut times: Vec<u64> = samples.iter().map(|sample| sample.time_us).collect();
    times.sort_unstable();
    let at = |hundredths: usize| {
        // The nearest rank: the least time that so many are not above.
        let rank = (times.len() * hundredths).div_ceil(100).max(1);
        times.get(rank - 1).copied().unwrap_or(0)
    };
    let with =
        |of: fn(Option<u16>) -> bool| samples.iter().filter(|sample| of(sample.status)).count();
    Percentiles {
        count: times.len(),
        failed: with(|status| status.is_none_or(|status| status >= 500)),
        throttled: with(|status| status == Some(429)),
        p50: at(50),
        p95: at(95),
        p99: at(99),
        most: times.last().copied().unwrap_or(0),
    }
}

/// Two runs beside each other, everything first.
#[must_use]
pub fn compare(before: &Bundle, after: &Bundle) -> Vec<Change> {
    let (before, after) = (summary(before), summary(after));
    let mut names: Vec<&String> = before
        .operations
        .iter()
        .chain(&after.operations)
        .map(|(name, _)| name)
        .collect();
    names.sort();
    names.dedup();
    let of = |summary: &Summary, name: &str| {
        let found = summary.operations.iter().find(|(known, _)| known == name);
        found.map(|(_, percentiles)| *percentiles)
    };
    let mut changes = vec![Change {
        operation: "all".to_owned(),
        before: Some(before.all),
        after: Some(after.all),
    }];
    changes.extend(names.into_iter().map(|name| Change {
        operation: name.clone(),
        before: of(&before, name),
        after: of(&after, name),
    }));
    changes
}
