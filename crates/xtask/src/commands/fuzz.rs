//! `make fuzz`: libFuzzer looks for bytes that are read wrongly.

use std::fs;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use crate::build::cargo;
use crate::checkout::Checkout;
use crate::process::{Launch, Processes};
use crate::report;
use crate::throw_away::ThrowAway;

/// What `cargo fuzz` passes to the compiler, without what needs a nightly one: the address sanitizer, which would
/// find nothing, since no code of ours is unsafe; and `cfg(fuzzing)`, at which libraries of cryptography stop checking.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

#[derive(Debug, Clone, Args)]
pub(crate) struct FuzzArgs {
    /// Which: crates/fuzz/src/lib.rs says what each reads
    target: String,
    /// For how long
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

/// Builds a target with coverage and runs it on what earlier runs have kept.
pub(crate) fn run(checkout: &Checkout, args: &FuzzArgs) -> Result<()> {
    let program = format!("fuzz-{}", args.target);
    let sources = checkout.path("crates/fuzz/fuzz_targets");
    let known = fs::read_dir(&sources)
        .with_context(|| format!("{} cannot be read", sources.display()))?
        .filter_map(|entry| entry.ok()?.path().file_stem()?.to_str().map(str::to_owned))
        .collect::<Vec<_>>();
    ensure!(
        known.contains(&args.target),
        "there is no target {}; there are {}",
        args.target,
        known.join(", ")
    );
    let mut place = ThrowAway::new(checkout)?;
    let mut processes = Processes::new(place.folder().clone());
    let built = checkout.path("target/fuzz");
    let build = cargo(checkout, "fuzz-build")
        .args([
            "build",
            "--quiet",
            "--package",
            "velure-fuzz",
            "--profile",
            "fuzz",
        ])
        .args(["--features", "libfuzzer", "--target", "host-tuple", "--bin"])
        .arg(&program)
        .env("CARGO_TARGET_DIR", built.display().to_string())
        .env("RUSTFLAGS", COVERAGE);
    report::phase("build", || match processes.run_to_end(build)? {
        true => Ok(()),
        false => bail!("the compiler's messages are above"),
    })?;
    let binary = fs::read_dir(&built)?
        .filter_map(|entry| Some(entry.ok()?.path().join("fuzz").join(&program)))
        .find(|path| path.is_file())
        .context("the target was not built")?;
    let corpus = checkout.path("target/fuzz-corpus").join(&args.target);
    fs::create_dir_all(&corpus)?;
    let found = checkout.path("target/fuzz-found");
    fs::create_dir_all(&found)?;
    let look = Launch::new("fuzz", binary)
        .arg(format!("-max_total_time={}", args.seconds))
        .arg("-rss_limit_mb=2048")
        .arg("-timeout=10")
        .arg("-max_len=4096")
        .arg(format!("-artifact_prefix={}/", found.display()))
        .arg(&corpus);
    if !processes.run_to_end(look)? {
        place.keep_logs();
        bail!(
            "what was read wrongly is in {}; make a test of it",
            found.display()
        );
    }
    Ok(())
}
