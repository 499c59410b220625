//! The experiment from the command line.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use velure_cost::load::{Bundle, Change, Percentiles, Schedule, Target, compare, drive, summary};

use super::table::Table;
use super::{Format, json_text, progress};

/// What to drive, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Load {
    /// The shop's origin, such as http://localhost:8080
    url: reqwest::Url,
    /// Mean requests in a second
    #[arg(long, default_value_t = 20.0)]
    rate: f64,
    /// How long requests arrive
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Replay the schedule of this bundle instead of drawing one
    #[arg(long, value_name = "BUNDLE", conflicts_with_all = ["rate", "seconds"])]
    replay: Option<PathBuf>,
    /// Says in the bundle which run this is: the placement, the commit
    #[arg(long, default_value = "unnamed")]
    label: String,
    /// Where the bundle goes
    #[arg(long, value_name = "FILE", default_value = "load.json")]
    out: PathBuf,
    /// Needed for a shop that is not on this machine: it is yours, and its bill too
    #[arg(long)]
    remote: bool,
}

pub(super) fn run(load: &Load, seed: u64, format: Format) -> Result<String> {
    let local = match load.url.host_str() {
        Some("localhost" | "127.0.0.1" | "[::1]") => true,
        Some(_) => false,
        None => anyhow::bail!("{} names no host", load.url),
    };
    anyhow::ensure!(
        local || load.remote,
        "{} is not on this machine. Every request there costs money and places orders: give --remote if it is yours",
        load.url
    );
    anyhow::ensure!(
        load.rate > 0.0 && load.rate <= 10_000.0 && (1..=86_400).contains(&load.seconds),
        "give a --rate above 0 and up to 10,000 requests a second and --seconds from 1 to 86,400"
    );
    let schedule = match &load.replay {
        Some(path) => bundle(path)?.schedule,
        None => Schedule::seeded(seed, load.rate, load.seconds)?,
    };
    let nonce = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map(|since| format!("{:x}", since.as_micros()))
        .context("the clock is before 1970")?;
    let target = Target {
        url: load.url.clone(),
        label: load.label.clone(),
        nonce,
    };
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let bar = progress(schedule.arrivals.len() as u64, "requests");
    let bundle = runtime.block_on(drive(schedule, target, || bar.inc(1)))?;
    bar.finish_and_clear();
    std::fs::write(&load.out, format!("{}\n", serde_json::to_string(&bundle)?))
        .with_context(|| format!("{} cannot be written", load.out.display()))?;
    print(&bundle, &load.out, format)
}

/// A bundle from a file.
pub(super) fn bundle(path: &Path) -> Result<Bundle> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{} cannot be read", path.display()))?;
    Bundle::from_json(&text).with_context(|| path.display().to_string())
}

fn print(bundle: &Bundle, out: &Path, format: Format) -> Result<String> {
    let found = summary(bundle);
    if format == Format::Json {
        return json_text(&found);
    }
    let mut table = Table::new(&[
        "request",
        "count",
        "failed",
        "throttled",
        "p50, ms",
        "p95, ms",
        "p99, ms",
        "most, ms",
    ]);
    let all = std::iter::once(("all".to_owned(), found.all));
    for (name, times) in all.chain(found.operations) {
        let mut row = vec![name];
        row.extend([times.count, times.failed, times.throttled].map(|count| count.to_string()));
        row.extend([times.p50, times.p95, times.p99, times.most].map(ms));
        table.row(row);
    }
    if format == Format::Csv {
        return Ok(table.text(format));
    }
    Ok(format!(
        "{}\nTimes count from when a request was due. It was sent at most {} ms later.\nBundle: {}\n",
        table.text(format),
        ms(found.most_late_us),
        out.display()
    ))
}

/// Two bundles beside each other.
pub(super) fn differences(before: &Bundle, after: &Bundle, format: Format) -> Result<String> {
    let changes = compare(before, after);
    if format == Format::Json {
        return json_text(&changes);
    }
    let mut table = Table::new(&[
        "request",
        "count",
        "failed",
        "throttled",
        "p50, ms",
        "p95, ms",
        "p99, ms",
    ]);
    for Change {
        operation,
        before,
        after,
    } in changes
    {
        let pair = |of: &dyn Fn(&Percentiles) -> String| {
            let side = |one: &Option<Percentiles>| one.as_ref().map_or_else(|| "-".to_owned(), of);
            format!("{} > {}", side(&before), side(&after))
        };
        table.row([
            operation,
            pair(&|one| one.count.to_string()),
            pair(&|one| one.failed.to_string()),
            pair(&|one| one.throttled.to_string()),
            pair(&|one| ms(one.p50)),
            pair(&|one| ms(one.p95)),
            pair(&|one| ms(one.p99)),
        ]);
    }
    if format == Format::Csv {
        return Ok(table.text(format));
    }
    let same = if before.schedule == after.schedule {
        "The schedules are the same."
    } else {
        "THE SCHEDULES DIFFER: so may the numbers, without a reason in the shop. Replay one with --replay."
    };
    Ok(format!(
        "{} at {} > {} at {}. {same}\n\n{}",
        before.label,
        before.target,
        after.label,
        after.target,
        table.text(format)
    ))
}

fn ms(us: u64) -> String {
    format!("{}.{:01}", us / 1000, us % 1000 / 100)
}
