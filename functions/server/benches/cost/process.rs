//! What the kernel says about a process.

use std::fs;

use anyhow::Context;
pub(crate) use velure_testkit::process::cpu_us;

/// A size of `/proc/…/status`, in KiB: `VmRSS` now, `VmHWM` at most.
pub(crate) fn memory_kb(process: u32, field: &str) -> anyhow::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    status
        .lines()
        .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))
        .and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse().ok())
        .with_context(|| format!("no {field} of process {process}"))
}

/// Bytes in the file that takes the process' output.
pub(crate) fn logged(process: u32) -> u64 {
    fs::metadata(format!("/proc/{process}/fd/1")).map_or(0, |file| file.len())
}

/// Bytes to and from others on the TCP connections that a process has now, by the program `ss`.
pub(crate) fn network_bytes(process: u32) -> anyhow::Result<u64> {
    let output = std::process::Command::new("ss")
        .args(["-Htinp"])
        .output()
        .context("`ss` (of iproute2) is needed to count bytes of connections")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mine = format!("pid={process},");
    let (mut bytes, mut ours) = (0, false);
    for line in text.lines() {
        if !line.starts_with(char::is_whitespace) {
            ours = line.contains(&mine);
        }
        if ours {
            bytes += line
                .split_whitespace()
                .filter_map(|word| {
                    let number = word
                        .strip_prefix("bytes_sent:")
                        .or_else(|| word.strip_prefix("bytes_received:"))?;
                    number.parse::<u64>().ok()
                })
                .sum::<u64>();
        }
    }
    Ok(bytes)
}

/// The process of a program that this run has started.
pub(crate) fn of_run(program: &str, run: &str) -> anyhow::Result<u32> {
    let marker = format!("VELURE_XTASK_RUN={run}");
    for entry in fs::read_dir("/proc")?.flatten() {
        let Some(process) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        let named = fs::read_link(entry.path().join("exe"))
            .is_ok_and(|path| path.file_name().is_some_and(|name| name == program));
        let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
        if named
            && environment
                .split(|byte| *byte == 0)
                .any(|one| one == marker.as_bytes())
        {
            return Ok(process);
        }
    }
    anyhow::bail!("{program} does not run")
}
