//! On what it was measured, and why AWS may differ.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use anyhow::Context;
use velure_cost::measurement::Machine;

pub(crate) fn describe(cpu_quota: String) -> anyhow::Result<Machine> {
    let processors = fs::read_to_string("/proc/cpuinfo").context("no /proc/cpuinfo")?;
    let name = processors
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("unknown", |rest| rest.trim_start_matches([' ', '\t', ':']));
    let memory = fs::read_to_string("/proc/meminfo").context("no /proc/meminfo")?;
    let memory_kb: u64 = memory
        .lines()
        .find_map(|line| {
            line.strip_prefix("MemTotal:")?
                .trim()
                .strip_suffix("kB")?
                .trim()
                .parse()
                .ok()
        })
        .context("no MemTotal in /proc/meminfo")?;
    let kernel = |name: &str| {
        fs::read_to_string(format!("/proc/sys/kernel/{name}"))
            .map(|text| text.trim().to_owned())
            .unwrap_or_default()
    };
    Ok(Machine {
        cpu: name.to_owned(),
        cores: u32::try_from(std::thread::available_parallelism()?.get())?,
        memory_mb: memory_kb / 1024,
        os: format!("{} {}", kernel("ostype"), kernel("osrelease")),
        architecture: std::env::consts::ARCH.to_owned(),
        cpu_quota,
    })
}

/// Now, as RFC 3339.
pub(crate) fn time() -> anyhow::Result<String> {
    said("date", &["-u", "+%Y-%m-%dT%H:%M:%SZ"]).context("`date` says nothing")
}

/// Of the sources; ends in `-dirty` when they were changed.
pub(crate) fn commit() -> anyhow::Result<String> {
    said(
        "git",
        &[
            "describe",
            "--always",
            "--dirty",
            "--abbrev=40",
            "--exclude=*",
        ],
    )
    .context("`git describe` says nothing: measure in a checkout")
}

/// Of the compiler and of the servers' programs.
pub(crate) fn versions() -> BTreeMap<String, String> {
    let newest_postgres = std::fs::read_dir("/usr/lib/postgresql")
        .ok()
        .and_then(|folders| {
            let mut programs: Vec<_> = folders
                .flatten()
                .map(|folder| folder.path().join("bin/postgres"))
                .collect();
            programs.sort();
            programs.pop()
        });
    let postgres = newest_postgres.map_or_else(
        || "postgres".to_owned(),
        |program| program.display().to_string(),
    );
    let mut versions = BTreeMap::new();
    for (name, program, arguments) in [
        ("rustc", "rustc", &["--version"][..]),
        ("postgresql", postgres.as_str(), &["--version"]),
        ("redis", "redis-server", &["--version"]),
        ("rabbitmq", "rabbitmqctl", &["version"]),
        ("mongodb", "mongod", &["--version"]),
    ] {
        let said = said(program, arguments);
        let first = said.as_deref().and_then(|text| text.lines().next());
        let version = match (name, first) {
            ("mongodb", None) => "SecantusDB, which speaks MongoDB's wire protocol",
            (_, None) => "unknown",
            (_, Some(line)) => line,
        };
        versions.insert(name.to_owned(), version.to_owned());
    }
    versions
}

fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.trim().is_empty()).then(|| text.trim().to_owned())
}

pub(crate) fn transfer_gap(quota: bool) -> Vec<String> {
    let mut reasons = vec![
        "Databases are on the same machine and share its processors: their work delays a call here, the network does on AWS. The model adds database_rtt_ms for each exchange, two a call, a number that was not counted.".to_owned(),
        "The catalogue's documents are in whatever `versions` says, over the wire protocol; where that is no real mongod, times of catalogue functions are that server's as much as ours.".to_owned(),
        "Secrets come from variables. On AWS each cold start also reads them from Secrets Manager; that time is not in it.".to_owned(),
        "Firecracker, the download of the package and the Lambda service's own path are not in it: init is from exec to the first request for work.".to_owned(),
        "x86-64 binaries; arm64 is the same time with the factor arm_time_factor. Lambda's processors differ from this machine's and among each other.".to_owned(),
        "Pods had no CPU limit and shared the machine with everything else; bytes of streams are counted at the client, without HTTP heads.".to_owned(),
    ];
    if !quota {
        reasons.insert(0, "THE CPU QUOTA WAS NOT APPLIED: times of sizes below 1,769 MB are those of a whole processor and too short.".to_owned());
    }
    reasons
}
