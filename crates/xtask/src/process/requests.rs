//! Requests from other commands to the run's supervisor, as files: no port to guess and no length limit on paths.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::{Processes, RunFolder};
use crate::interrupt::TICK;
use crate::random;

/// What can be done to one process of a running stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Action {
    /// Ask it to stop and wait.
    Stop,
    /// Kill it without asking.
    Kill,
    /// Start it again and wait until it is ready.
    Start,
    /// Stop, then start.
    Restart,
}

#[derive(Debug, Serialize, Deserialize)]
struct Request {
    action: Action,
    name: String,
    faults: Option<String>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Reply {
    error: Option<String>,
}

/// Asks the supervisor of `run` and waits for its answer.
pub(crate) fn send(
    run: &RunFolder,
    action: Action,
    name: &str,
    faults: Option<String>,
) -> Result<()> {
    if run.supervisor().is_none() {
        bail!("nothing runs in {}", run.path().display());
    }
    let id = random::password();
    let reply_file = run.requests().join(format!("{id}.reply"));
    let request = Request {
        action,
        name: name.to_owned(),
        faults,
    };
    put(&run.requests(), &format!("{id}.request"), &request)?;
    // A stop takes up to its grace of 30 s, a start up to 60 s.
    let deadline = Instant::now() + Duration::from_secs(120);
    while !reply_file.exists() {
        if Instant::now() >= deadline || run.supervisor().is_none() {
            bail!("the supervisor did not answer");
        }
        std::thread::sleep(TICK);
    }
    let reply: Reply =
        serde_json::from_slice(&fs::read(&reply_file).context("the reply cannot be read")?)
            .context("the reply is damaged")?;
    drop(fs::remove_file(&reply_file));
    match reply.error {
        None => Ok(()),
        Some(error) => bail!("{error}"),
    }
}

/// Carries out what was asked for since the last look.
pub(super) fn serve(processes: &mut Processes) -> Result<()> {
    let folder = processes.run().requests();
    let waiting: Vec<_> = fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "request"))
        .collect();
    for path in waiting {
        let request: Option<Request> = fs::read(&path)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        drop(fs::remove_file(&path));
        let (Some(request), Some(id)) = (request, path.file_stem()) else {
            continue;
        };
        let outcome = carry_out(processes, &request);
        let reply = Reply {
            error: outcome.err().map(|error| format!("{error:#}")),
        };
        put(&folder, &format!("{}.reply", id.to_string_lossy()), &reply)?;
    }
    Ok(())
}

fn carry_out(processes: &mut Processes, request: &Request) -> Result<()> {
    match request.action {
        Action::Stop => processes.set_aside(&request.name, false),
        Action::Kill => processes.set_aside(&request.name, true),
        Action::Start => processes.resume(&request.name, request.faults.as_deref()),
        Action::Restart => {
            processes.set_aside(&request.name, false)?;
            processes.resume(&request.name, request.faults.as_deref())
        }
    }
}

/// Writes a message so that a reader sees it whole or not at all.
fn put(folder: &Path, name: &str, message: &impl Serialize) -> Result<()> {
    let part = folder.join(format!("{name}.part"));
    let text = serde_json::to_vec(message).context("a message is plain data")?;
    fs::write(&part, text)
        .and_then(|()| fs::rename(&part, folder.join(name)))
        .with_context(|| format!("{} cannot be written", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::super::Launch;
    use super::*;

    #[test]
    fn another_command_kills_and_starts_a_process_of_a_running_stack() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let run = RunFolder::at(folder.path().join("run"));
        let claim = run.claim().expect("the folder can be claimed");
        let mut processes = Processes::new(run.clone());
        processes
            .start(Launch::new("gateway", "sleep").arg("600"))
            .expect("`sleep` runs");
        let first = run.recorded();

        let asked = run.clone();
        let asker = std::thread::spawn(move || {
            send(&asked, Action::Kill, "gateway", None)?;
            assert!(send(&asked, Action::Kill, "gateway", None).is_err());
            send(&asked, Action::Start, "gateway", None)
        });
        while !asker.is_finished() {
            processes
                .check()
                .expect("what was stopped on request is no failure");
        }
        asker
            .join()
            .expect("the asker ends")
            .expect("the requests are carried out");
        let second = run.recorded();
        assert_eq!(second.len(), 1);
        assert_ne!(first, second);
        drop(claim);
    }
}
