use std::net::SocketAddr;
use std::time::Duration;

use velure_config::{ConfigFaults, Env, Fault, Reader};
use velure_telemetry::TraceExport;

/// What every pod reads.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) admin: SocketAddr,
    pub(crate) grace: Duration,
    pub(crate) traces: Option<TraceExport>,
}

impl Settings {
    fn from_env(env: &Env) -> Result<Self, ConfigFaults> {
        let mut reader = Reader::new(env);
        let unset = SocketAddr::from(([127, 0, 0, 1], 0));
        if env.get("VELURE_ADMIN_LISTEN").is_none() {
            reader.fault("VELURE_ADMIN_LISTEN", "is not set");
        }
        let traces = TraceExport::read(
            env.get("OTEL_EXPORTER_OTLP_ENDPOINT"),
            env.get("OTEL_TRACES_SAMPLER_ARG"),
        )
        .unwrap_or_else(|(variable, error)| {
            reader.fault(variable, error.to_string());
            None
        });
        let settings = Self {
            admin: reader.parsed("VELURE_ADMIN_LISTEN", unset),
            grace: reader.duration("VELURE_GRACE", Duration::from_secs(25)),
            traces,
        };
        reader.finish(settings)
    }
}

/// Reads what every pod reads and what this one reads, and names the faults of both together, after one that was
/// found before.
pub(crate) fn read<C>(
    env: &Env,
    earlier: Option<Fault>,
    from_env: impl FnOnce(&Env) -> Result<C, ConfigFaults>,
) -> Result<(Settings, C), ConfigFaults> {
    match (earlier, Settings::from_env(env), from_env(env)) {
        (None, Ok(settings), Ok(config)) => Ok((settings, config)),
        (earlier, settings, config) => {
            let faults = [settings.err(), config.err()].into_iter().flatten();
            let faults = faults.flat_map(|faults| faults.0);
            Err(ConfigFaults(earlier.into_iter().chain(faults).collect()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_faults_of_the_pod_and_of_its_config_are_named_together() {
        let env = Env::of([("VELURE_GRACE", "soon")]);
        let log = Fault {
            variable: "VELURE_LOG".into(),
            reason: "cannot be read".into(),
        };
        let faults = read(&env, Some(log), |env| {
            let mut reader = Reader::new(env);
            let url = reader.required("VELURE_AMQP_URL");
            reader.finish(url)
        });
        let names: Vec<_> = faults
            .expect_err("four faults")
            .0
            .into_iter()
            .map(|fault| fault.variable)
            .collect();
        assert_eq!(
            names,
            [
                "VELURE_LOG",
                "VELURE_ADMIN_LISTEN",
                "VELURE_GRACE",
                "VELURE_AMQP_URL"
            ]
        );
    }

    #[test]
    fn the_grace_period_is_25_seconds_unless_set() {
        let env = Env::of([("VELURE_ADMIN_LISTEN", "127.0.0.1:9090")]);
        let (settings, ()) = read(&env, None, |_| Ok(())).expect("no fault");
        assert_eq!(settings.grace, Duration::from_secs(25));
        assert_eq!(settings.admin.port(), 9090);
    }
}
