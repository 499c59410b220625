//! A server that speaks MongoDB's wire protocol: a real `mongod` where there is one, SecantusDB otherwise.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};

use super::{Durability, mongodb_wire};
use crate::checkout::Checkout;
use crate::environment;
use crate::process::{Launch, Processes};

/// Transactions need a replica set; this is the name of ours.
const REPLICA_SET: &str = "velure";

/// After how many seconds a transaction is aborted that nobody goes on with. A server of ours that dies in the middle of a
/// hold leaves one, and its products cannot be sold until then: for a minute, if nothing else is said. No transaction of
/// ours takes longer than some milliseconds, and what is aborted too early is tried again.
const TRANSACTION_LIFETIME: u32 = 3;

/// SecantusDB's command has no setting for it, its server has.
///
/// It also goes through all that it remembers at every statement: the answers to writes, which it keeps for half an hour in
/// case they are asked for again, and the last transaction of every session, which it keeps for ever. After some thousand
/// orders it did little else. Ours ask again within seconds, so it may forget after [`REMEMBERED`].
const SECANTUSDB: &str = "import functools, sys
from secantus import cli, transactions
lifetime, remembered = map(int, sys.argv[1:3])
cli.SecantusDBServer = functools.partial(cli.SecantusDBServer, transaction_lifetime_seconds=lifetime)
transactions._RETRYABLE_RECORD_LIFETIME_SECONDS = remembered
registry = transactions.TransactionRegistry
prune = registry._prune_locked
def forget(self):
    reaped = prune(self)
    before = self._time() - remembered
    over = lambda txn: txn.state is not transactions.TxnState.IN_PROGRESS and txn.last_use < before
    for session in [session for session, txn in self._txns.items() if over(txn)]:
        del self._txns[session]
    return reaped
registry._prune_locked = forget
sys.exit(cli.main(sys.argv[3:]))";

/// For how many seconds SecantusDB remembers what has ended. No call waits longer than 3 s for an answer.
const REMEMBERED: u32 = 15;

/// A private server.
#[derive(Debug)]
pub(crate) struct MongoDb {
    port: u16,
    real: bool,
}

impl MongoDb {
    /// Starts the server.
    pub(crate) fn start(
        processes: &mut Processes,
        checkout: &Checkout,
        port: u16,
        durability: Durability,
    ) -> Result<Self> {
        let mongod = environment::find_program("mongod");
        // The two do not read each other's files.
        let folder = processes.run().path().join(match mongod {
            Some(_) => "mongod",
            None => "secantusdb",
        });
        fs::create_dir_all(&folder).context("the document store's folder cannot be made")?;
        let real = mongod.is_some();
        let launch = match mongod {
            Some(program) => mongod_launch(program, &folder, port),
            None => secantusdb_launch(checkout, &folder, port, durability)?,
        };
        processes.start(launch)?;
        Ok(Self { port, real })
    }

    /// Where clients connect.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The server's URL with a database.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("mongodb://127.0.0.1:{}/{database}", self.port)
    }

    /// Waits until the server takes writes.
    pub(crate) fn wait(&self, processes: &mut Processes) -> Result<()> {
        let mut founded = !self.real;
        processes.wait_for("mongodb", Duration::from_secs(60), || {
            if mongodb_wire::takes_writes(self.port) {
                return true;
            }
            if !founded && crate::probe::connect(self.port).is_some() {
                mongodb_wire::found_replica_set(self.port, REPLICA_SET);
                founded = true;
            }
            false
        })
    }
}

fn mongod_launch(program: PathBuf, folder: &Path, port: u16) -> Launch {
    Launch::new("mongodb", program)
        .args(["--bind_ip", "127.0.0.1", "--replSet", REPLICA_SET])
        .args(["--wiredTigerCacheSizeGB", "0.25", "--nounixsocket"])
        .arg("--setParameter")
        .arg(format!(
            "transactionLifetimeLimitSeconds={TRANSACTION_LIFETIME}"
        ))
        .arg("--port")
        .arg(port.to_string())
        .arg("--dbpath")
        .arg(folder)
        .folder(folder)
}

fn secantusdb_launch(
    checkout: &Checkout,
    folder: &Path,
    port: u16,
    durability: Durability,
) -> Result<Launch> {
    anyhow::ensure!(
        checkout.venv_program("secantusd-py").is_file(),
        "there is no MongoDB server: run `make setup`"
    );
    // Named, so that no file in somebody's home is found instead.
    let configuration = folder.join("secantusd.toml");
    fs::write(&configuration, "").context("the configuration cannot be written")?;
    let mut launch = Launch::new("mongodb", checkout.venv_program("python3"))
        .args(["-c", SECANTUSDB])
        .arg(TRANSACTION_LIFETIME.to_string())
        .arg(REMEMBERED.to_string())
        .arg("--config")
        .arg(&configuration)
        .args(["--host", "127.0.0.1", "--cache-size", "256M"])
        .args(["--log-level", "WARNING", "--port"])
        .arg(port.to_string())
        .arg("--storage-path")
        .arg(folder.join("data"))
        .folder(folder);
    if durability == Durability::Kept {
        launch = launch.arg("--sync-on-commit");
    }
    Ok(launch)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_transaction_lasts_longer_anywhere_than_here() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let here = format!("transactionLifetimeLimitSeconds={TRANSACTION_LIFETIME}");
        for file in ["compose.yaml", "helm/mongodb/templates/_app.tpl"] {
            let text = fs::read_to_string(root.join(file)).expect("it can be read");
            let lines = text.lines().map(|line| line.trim_end_matches(['"', ']']));
            let lasting: Vec<_> = lines
                .filter_map(|line| line.find("transactionLifetime").map(|at| &line[at..]))
                .collect();
            assert_eq!(lasting, [here.as_str()], "{file}");
        }
    }
}
