use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, anyhow};
use tokio::signal::unix::{SignalKind, signal};
use velure_config::{ConfigFaults, Env, Fault};
use velure_telemetry::LogError;

use crate::admin::{Admin, AdminServer};
use crate::settings::{self, Settings};
use crate::{Readiness, Supervisor};

/// EX_USAGE of `sysexits.h`: what was given to the process is wrong, and starting it again will not help.
const EXIT_CONFIG: u8 = 64;

/// How long `start` may take. It connects lazily or with deadlines of its own; this is for the one that forgot.
const START_DEADLINE: Duration = Duration::from_secs(60);

/// How long blocking calls may hold up the end once every task is done.
const RUNTIME_SHUTDOWN: Duration = Duration::from_secs(1);

/// How long the last spans may take to the collector.
const LAST_SPANS: Duration = Duration::from_secs(2);

/// Which runtime a process works on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Runtime {
    /// A worker for each core.
    MultiThread,
    /// Everything on the main thread: the least memory.
    CurrentThread,
}

/// Runs a pod on all cores. See [`main_on`].
pub fn main<C>(
    name: &'static str,
    from_env: impl FnOnce(&Env) -> Result<C, ConfigFaults>,
    start: impl AsyncFnOnce(C, &mut Supervisor, Readiness) -> anyhow::Result<()>,
) -> ExitCode {
    main_on(Runtime::MultiThread, name, from_env, start)
}

/// Runs a pod: logs, configuration with its secrets, spans, admin server, `start`, then the supervisor until SIGTERM or
/// SIGINT, or until a task ends.
///
/// It exits with 0 after an orderly stop, with 64 when the configuration is wrong (one message names every fault),
/// and with 1 otherwise. The admin server is the last to go.
pub fn main_on<C>(
    runtime: Runtime,
    name: &'static str,
    from_env: impl FnOnce(&Env) -> Result<C, ConfigFaults>,
    start: impl AsyncFnOnce(C, &mut Supervisor, Readiness) -> anyhow::Result<()>,
) -> ExitCode {
    let env = Env::process();
    let log_fault = match velure_telemetry::init_logs(env.get("VELURE_LOG")) {
        Ok(()) => None,
        Err(LogError::Filter(error)) => Some(Fault {
            variable: "VELURE_LOG".to_owned(),
            reason: format!("cannot be read: {error}"),
        }),
        Err(error @ LogError::Twice) => return failed(name, &error.into()),
    };
    if let Err(error) = velure_faults::arm_from(env.get("VELURE_FAULTS")) {
        return failed(name, &error.into());
    }
    // Both of rustls's providers get compiled in by dependencies; without a choice the first TLS connection panics.
    // An error says that one is installed already, which can only be this one.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let tokio = match build(runtime) {
        Ok(tokio) => tokio,
        Err(error) => return failed(name, &error),
    };
    let read = tokio
        .block_on(env.resolve())
        .and_then(|env| settings::read(&env, log_fault, from_env));
    let (settings, config) = match read {
        Ok(read) => read,
        Err(faults) => {
            tracing::error!(process = name, "{faults}");
            return ExitCode::from(EXIT_CONFIG);
        }
    };
    if let Some(traces) = &settings.traces
        && let Err(error) = velure_telemetry::export_traces(name, traces)
    {
        return failed(name, &error.into());
    }
    let verdict = tokio.block_on(live(name, settings, config, start));
    velure_telemetry::finish(LAST_SPANS);
    tokio.shutdown_timeout(RUNTIME_SHUTDOWN);
    match verdict {
        Ok(()) => {
            tracing::info!(process = name, "stopped");
            ExitCode::SUCCESS
        }
        Err(error) => failed(name, &error),
    }
}

fn build(runtime: Runtime) -> anyhow::Result<tokio::runtime::Runtime> {
    let mut builder = match runtime {
        Runtime::MultiThread => tokio::runtime::Builder::new_multi_thread(),
        Runtime::CurrentThread => tokio::runtime::Builder::new_current_thread(),
    };
    builder
        .enable_all()
        .build()
        .context("the runtime cannot be built")
}

fn failed(name: &str, error: &anyhow::Error) -> ExitCode {
    tracing::error!(process = name, error = format!("{error:#}"), "failed");
    ExitCode::FAILURE
}

async fn live<C>(
    name: &'static str,
    settings: Settings,
    config: C,
    start: impl AsyncFnOnce(C, &mut Supervisor, Readiness) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut terminate =
        signal(SignalKind::terminate()).context("SIGTERM cannot be listened for")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT cannot be listened for")?;
    let mut supervisor = Supervisor::new();
    let readiness = supervisor.readiness();
    let metrics = velure_telemetry::install_metrics().context("the metrics cannot be set up")?;
    let admin = Admin {
        readiness: readiness.clone(),
        hearts: supervisor.hearts(),
        metrics,
    };
    let started = readiness.latch("start");
    let _admin_server = AdminServer::start(settings.admin, admin)?;

    let mut asked_to_stop = std::pin::pin!(async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!(process = name, "asked to stop");
    });
    // Boxed: it is as large as everything the pod builds, and lives only once.
    let starting = Box::pin(tokio::time::timeout(
        START_DEADLINE,
        start(config, &mut supervisor, readiness.clone()),
    ));
    let stopped_early = tokio::select! {
        outcome = starting => {
            outcome.map_err(|_| anyhow!("the start took longer than {START_DEADLINE:?}"))?.context("the start failed")?;
            false
        }
        () = &mut asked_to_stop => true,
    };
    if !stopped_early {
        tracing::info!(
            process = name,
            version = env!("CARGO_PKG_VERSION"),
            "started"
        );
        started.release();
    }
    let stop_signal = async {
        if !stopped_early {
            asked_to_stop.await;
        }
    };
    supervisor.run(stop_signal, settings.grace).await
}
