//! How many calls meet a fresh environment: simulated from the arrivals, not assumed.
//!
//! An environment serves one call at a time and is kept for some minutes after its last one. Calls take the
//! environment that was used most recently. Up to `EXACT` calls a week each call is simulated; above, each minute is:
//! how many environments its busiest moment needs against how many of the minutes before are still kept.

use crate::random::Random;

/// Calls in a week up to which every call is simulated.
const EXACT: f64 = 20_000.0;
/// Fewer calls than this say little about a share; more weeks are simulated then.
const ENOUGH: f64 = 4_000.0;
const MOST_WEEKS: u32 = 60;

/// What is simulated.
#[derive(Debug, Clone, Copy)]
pub struct Load<'a> {
    /// Rate of each minute of a week against its mean.
    pub minutes: &'a [f64],
    /// Calls in a week.
    pub calls: f64,
    /// How long a call takes.
    pub service_s: f64,
    /// How long an idle environment is kept.
    pub keep_alive_s: f64,
}

/// The share of calls that start an environment.
#[must_use]
pub fn share(load: Load<'_>, random: &mut Random) -> f64 {
    if load.calls <= 0.0 || load.minutes.is_empty() {
        return 1.0;
    }
    if load.calls <= EXACT {
        by_call(load, random)
    } else {
        by_minute(load, random)
    }
}

#[expect(clippy::cast_precision_loss, reason = "ten thousand minutes")]
fn calls_per_minute(load: Load<'_>) -> f64 {
    load.calls / load.minutes.len() as f64
}

fn by_call(load: Load<'_>, random: &mut Random) -> f64 {
    let per_minute = calls_per_minute(load);
    let weeks = f64::from(MOST_WEEKS)
        .min((ENOUGH / load.calls).ceil())
        .max(1.0);
    let (mut calls, mut cold) = (0_u32, 0_u32);
    // When each environment became or becomes idle, the most recent last.
    let mut idle_since: Vec<f64> = Vec::new();
    let mut start = 0.0;
    let mut week = 0.0;
    while week < weeks {
        for minute in load.minutes {
            let rate = per_minute * minute / 60.0;
            let end = start + 60.0;
            let mut next = |at: f64| {
                if rate > 0.0 {
                    at + random.gap(rate)
                } else {
                    end
                }
            };
            let mut at = next(start);
            while at < end {
                calls += 1;
                idle_since.retain(|idle| at - idle <= load.keep_alive_s);
                match idle_since.iter().rposition(|idle| *idle <= at) {
                    Some(free) => {
                        idle_since.remove(free);
                    }
                    None => cold += 1,
                }
                let done = at + load.service_s;
                let place = idle_since.partition_point(|idle| *idle <= done);
                idle_since.insert(place, done);
                at = next(at);
            }
            start = end;
        }
        week += 1.0;
    }
    if calls == 0 {
        1.0
    } else {
        f64::from(cold) / f64::from(calls)
    }
}

fn by_minute(load: Load<'_>, random: &mut Random) -> f64 {
    let per_minute = calls_per_minute(load);
    let keep = (load.keep_alive_s / 60.0).max(1.0);
    // Environments in use at each minute's busiest moment, kept while they can still be warm.
    let mut recent: std::collections::VecDeque<(f64, f64)> = std::collections::VecDeque::new();
    let (mut cold, mut calls, mut now) = (0.0, 0.0, 0.0);
    // The week before it only fills the pool: a shop has no first minute every Monday.
    for pass in 0..2 {
        for minute in load.minutes {
            let arrivals = per_minute * minute;
            let busy = arrivals / 60.0 * load.service_s;
            let needed = busiest(busy, 60.0 / load.service_s.max(0.001), arrivals, random);
            while recent.front().is_some_and(|(at, _)| now - at > keep) {
                recent.pop_front();
            }
            let warm = recent
                .front()
                .map_or(0.0, |(_, environments)| *environments);
            if pass == 1 {
                calls += arrivals;
                cold += (needed - warm).max(0.0);
            }
            while recent
                .back()
                .is_some_and(|(_, environments)| *environments <= needed)
            {
                recent.pop_back();
            }
            if needed > 0.0 {
                recent.push_back((now, needed));
            }
            now += 1.0;
        }
    }
    if calls > 0.0 {
        (cold / calls).min(1.0)
    } else {
        1.0
    }
}

/// The most calls at once among `moments` independent looks at a Poisson number with mean `busy`.
fn busiest(busy: f64, moments: f64, arrivals: f64, random: &mut Random) -> f64 {
    if arrivals <= 0.0 {
        return 0.0;
    }
    // The largest of n looks is the quantile u^(1/n) of one look.
    let quantile = random.unit().max(1e-12).powf(1.0 / moments.max(1.0));
    if busy > 200.0 {
        let tail = (1.0 - quantile).max(1e-12);
        // Normal above two hundred, with the usual approximation of its far quantile.
        let t = (-2.0 * tail.ln()).sqrt();
        let z = t - (2.30753 + 0.27061 * t) / (1.0 + 0.99229 * t + 0.04481 * t * t);
        return (busy + z.max(0.0) * busy.sqrt()).ceil();
    }
    let (mut count, mut term) = (0.0, (-busy).exp());
    let mut sum = term;
    while sum < quantile && count < 10_000.0 {
        count += 1.0;
        term *= busy / count;
        sum += term;
        if term < 1e-300 {
            break;
        }
    }
    count.max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steady(calls: f64) -> f64 {
        let minutes = vec![1.0; 10_080];
        let load = Load {
            minutes: &minutes,
            calls,
            service_s: 0.02,
            keep_alive_s: 600.0,
        };
        share(load, &mut Random::seeded(1))
    }

    #[test]
    fn rare_calls_meet_a_cold_environment_as_often_as_theory_says() {
        // Poisson arrivals with one environment: cold when the gap exceeds the keep-alive, exp(-rate x keep-alive).
        for calls in [100.0, 1000.0, 3000.0] {
            let theory = (-calls / 604_800.0 * 600.0_f64).exp();
            assert!(
                (steady(calls) - theory).abs() < 0.03,
                "{calls}: {} {theory}",
                steady(calls)
            );
        }
    }

    #[test]
    fn busy_functions_are_hardly_ever_cold() {
        assert!(steady(1e6) < 0.001 && steady(1e9) < 0.0001);
    }

    #[test]
    fn the_two_ways_agree_where_they_meet() {
        let (by_call, by_minute) = (steady(EXACT), steady(EXACT + 1.0));
        assert!((by_call - by_minute).abs() < 0.002, "{by_call} {by_minute}");
    }

    #[test]
    fn a_sudden_crowd_starts_environments() {
        let mut minutes = vec![1.0; 10_080];
        for minute in &mut minutes[5000..5010] {
            *minute = 50.0;
        }
        let load = Load {
            minutes: &minutes,
            calls: 1e8,
            service_s: 0.1,
            keep_alive_s: 600.0,
        };
        let with = share(load, &mut Random::seeded(1));
        let flat = vec![1.0; 10_080];
        let without = share(
            Load {
                minutes: &flat,
                ..load
            },
            &mut Random::seeded(1),
        );
        // Some 16 calls at once on average, and fifty times as many in the crowd.
        assert!((with - without) * load.calls > 500.0, "{with} {without}");
    }
}
