//! What the cost model needs to know of the real programs: `make cost-measure`.
//!
//! Each function's release binary, one process for each execution environment, with the share of a processor that each
//! memory size has on Lambda; every warm call and every fresh process is a sample. Then the long-lived processes, for
//! each order and for each open stream. Needs a running shop and its functions' variables, as `make cost-measure`
//! passes them; writes the file that `VELURE_BENCH_OUT` names.

#![expect(clippy::print_stdout, reason = "a measurement says how far it is")]

mod calls;
mod machine;
mod pods;
mod process;
mod quota;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use calls::{Shop, learn};
use quota::Quota;
use velure_config::Env;
use velure_cost::measurement::{Cold, Function, Measurement, SCHEMA, billed_ms, median};
use velure_cost::model::traffic::Workload;
use velure_testkit::runtime::{self, Environment};

const SIZES: [u32; 5] = [128, 256, 512, 1024, 1769];
/// Fresh processes at the size that is deployed, and at the others.
const COLD: usize = 30;
const COLD_ELSEWHERE: usize = 10;
const WARM: usize = 60;
/// A size at which a call takes long gets fewer warm calls, but never fewer than this.
const WARM_LEAST: usize = 10;
const WARM_TIME: Duration = Duration::from_secs(3);
const SEED: u64 = 1;

fn main() -> anyhow::Result<()> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(run())
}

async fn run() -> anyhow::Result<()> {
    let env = Env::process();
    let variable = |name: &str| {
        env.get(name)
            .map(str::to_owned)
            .with_context(|| format!("{name} is not set: `make cost-measure` does"))
    };
    let out = PathBuf::from(variable("VELURE_BENCH_OUT")?);
    let binaries = PathBuf::from(variable("VELURE_BENCH_FUNCTIONS")?);
    let mut variables: BTreeMap<String, String> = env
        .iter()
        .filter(|(name, _)| {
            name.starts_with("VELURE_")
                && !name.starts_with("VELURE_BENCH_")
                && !name.starts_with("VELURE_XTASK_")
        })
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    // One customer places hundreds of orders here.
    variables.insert("VELURE_ORDERS_PER_MINUTE".to_owned(), "1000000".to_owned());
    let admin = (
        variable("VELURE_BENCH_ADMIN_EMAIL")?,
        variable("VELURE_BENCH_ADMIN_PASSWORD")?,
    );
    let shop = Shop::open(
        &variable("VELURE_BENCH_URL")?,
        (&admin.0, &admin.1),
        &variables,
    )
    .await?;
    let quota = match Quota::open() {
        Ok(quota) => Some(quota),
        Err(reason) => {
            println!(
                "THE CPU QUOTA IS NOT APPLIED ({reason:#}): every size has a whole processor, and times below 1769 MB are too short. \
                 The measurement and every report of it say so. Run as root on Linux with control groups for the real thing."
            );
            None
        }
    };
    let pods = pods::measure(&shop, &variable("VELURE_XTASK_RUN")?).await?;
    for pod in &pods {
        println!(
            "{:<20} | {:>5} us CPU an order, {} us a second idle, {} KiB",
            pod.pod,
            median(&pod.cpu_us_per_order),
            pod.idle_cpu_us_per_s,
            pod.rss_kb
        );
    }
    let mut functions = Vec::new();
    let measured = measured_routes()?;
    for (n, (name, deployed)) in measured.iter().enumerate() {
        for memory_mb in SIZES {
            let place = Place {
                shop: &shop,
                binary: &binaries.join(name),
                variables: &variables,
                quota: quota.as_ref(),
            };
            let fresh = if memory_mb == *deployed {
                COLD
            } else {
                COLD_ELSEWHERE
            };
            functions.push(
                function(&place, name, memory_mb, fresh)
                    .await
                    .with_context(|| format!("{name} at {memory_mb} MB"))?,
            );
        }
        let line: Vec<String> = functions
            .iter()
            .rev()
            .take(SIZES.len())
            .rev()
            .map(|one| format!("{:>4.0} ms at {}", warm_ms(one), one.memory_mb))
            .collect();
        println!(
            "{:>2}/{} {name:<20} | billed warm: {}",
            n + 1,
            measured.len(),
            line.join(", ")
        );
    }
    let measurement = Measurement {
        schema: SCHEMA,
        taken_at: machine::time()?,
        commit: machine::commit()?,
        machine: machine::describe(
            quota
                .as_ref()
                .map_or_else(|| "none".to_owned(), Quota::describe),
        )?,
        versions: machine::versions(),
        seed: SEED,
        functions,
        pods,
        transfer_gap: machine::transfer_gap(quota.is_some()),
    };
    let text = format!("{}\n", serde_json::to_string(&measurement)?);
    // A measurement that the model refuses is none.
    Measurement::from_json(&text)?;
    if let Some(folder) = out.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(&out, text).with_context(|| format!("{} cannot be written", out.display()))?;
    println!("written: {}", out.display());
    Ok(())
}

/// The routes that the model's shoppers use, with the memory they are deployed with.
fn measured_routes() -> anyhow::Result<Vec<(String, u32)>> {
    let workload = Workload::shipped()?;
    let used = |name: &str| {
        workload.shopper_calls_per_1000_orders.contains_key(name)
            || workload.internal_calls_per_1000_orders.contains_key(name)
    };
    Ok(velure_http::routes()
        .iter()
        .filter(|route| used(&route.name))
        .map(|route| (route.name.clone(), route.memory_mb))
        .collect())
}

fn warm_ms(function: &Function) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "microseconds of a call")]
    let middle = median(&function.warm_us) as f64;
    billed_ms(middle)
}

struct Place<'a> {
    shop: &'a Shop,
    binary: &'a Path,
    variables: &'a BTreeMap<String, String>,
    quota: Option<&'a Quota>,
}

async fn function(
    place: &Place<'_>,
    name: &str,
    memory_mb: u32,
    fresh: usize,
) -> anyhow::Result<Function> {
    if let Some(quota) = place.quota {
        quota.share(memory_mb)?;
    }
    let group = place.quota.map(Quota::members);
    // Access tokens end after minutes: each size has its own customer.
    let mut buyer = place.shop.register().await?;
    let order = place.shop.order(&buyer).await?;
    let (mut cold, mut response_bytes, mut answers, mut peak) = (Vec::new(), 0, 0, 0);
    let mut last = None;
    for _ in 0..fresh {
        let call = place.shop.next(name, &mut buyer, &order).await?;
        let mut environment = Environment::start(runtime::Function {
            binary: place.binary,
            name,
            memory_mb,
            variables: place.variables,
            group: group.as_deref(),
        })
        .await?;
        let first = environment.call(call.event()).await?;
        response_bytes += learn(name, &first.answer, &mut buyer)?;
        answers += 1;
        cold.push(Cold {
            init_us: micros(environment.init)?,
            first_us: micros(first.wall)?,
        });
        peak = peak.max(process::memory_kb(environment.process(), "VmHWM")?);
        if let Some(before) = last.replace(environment) {
            Environment::stop(before).await?;
        }
    }
    let mut environment = last.context("at least one fresh process")?;
    let (logged, cpu) = (
        environment.logged(),
        process::cpu_us(environment.process())?,
    );
    let mut warm_us = Vec::new();
    let began = Instant::now();
    while warm_us.len() < WARM && (warm_us.len() < WARM_LEAST || began.elapsed() < WARM_TIME) {
        let call = place.shop.next(name, &mut buyer, &order).await?;
        let outcome = environment.call(call.event()).await?;
        response_bytes += learn(name, &outcome.answer, &mut buyer)?;
        answers += 1;
        warm_us.push(micros(outcome.wall)?);
    }
    let measured = Function {
        route: name.to_owned(),
        memory_mb,
        cpu_us_total: process::cpu_us(environment.process())? - cpu,
        log_bytes: (environment.logged() - logged) / warm_us.len() as u64,
        warm_us,
        cold,
        response_bytes: response_bytes / answers,
        round_trips_per_1000: None,
        peak_rss_kb: peak.max(process::memory_kb(environment.process(), "VmHWM")?),
    };
    environment.stop().await?;
    Ok(measured)
}

fn micros(time: Duration) -> anyhow::Result<u64> {
    Ok(u64::try_from(time.as_micros())?)
}
