//! PostgreSQL.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::Signal;

use super::Durability;
use crate::checkout::Checkout;
use crate::environment;
use crate::process::{Launch, Processes, RunFolder, User};

/// A private PostgreSQL server.
#[derive(Debug)]
pub(crate) struct Postgres {
    programs: PathBuf,
    data: PathBuf,
    port: u16,
    password: String,
    user: Option<User>,
    durability: Durability,
}

impl Postgres {
    /// Prepares the data folder and starts the server.
    pub(crate) fn start(
        processes: &mut Processes,
        checkout: &Checkout,
        port: u16,
        password: &str,
        durability: Durability,
    ) -> Result<Self> {
        let user = server_user()?;
        let data = data_folder(checkout, processes.run(), user)?;
        let server = Self {
            programs: programs().context("PostgreSQL is not installed: run `make setup`")?,
            data,
            port,
            password: password.to_owned(),
            user,
            durability,
        };
        server.initialise(processes)?;
        processes.start(server.launch())?;
        Ok(server)
    }

    /// Where clients connect.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The URL of a database, as the superuser.
    pub(crate) fn url(&self, database: &str) -> String {
        format!(
            "postgres://postgres:{}@127.0.0.1:{}/{database}",
            self.password, self.port
        )
    }

    /// The URL of a database, as one of its roles.
    pub(crate) fn url_of(&self, role: &str, password: &str, database: &str) -> String {
        format!(
            "postgres://{role}:{password}@127.0.0.1:{}/{database}",
            self.port
        )
    }

    /// Waits until the server answers a query that only ours can answer: its password is known to nobody else.
    pub(crate) fn wait(&self, processes: &mut Processes) -> Result<()> {
        // After a power cut the server first replays its log.
        processes.wait_for("postgres", Duration::from_secs(60), || {
            self.psql(&["-c", "select 1"]).is_ok()
        })
    }

    /// Runs a file of SQL in the database `postgres`.
    pub(crate) fn run_file(&self, file: &Path) -> Result<()> {
        self.psql(&["-q", "-f", &file.display().to_string()])
            .with_context(|| format!("{} cannot be run", file.display()))
    }

    fn psql(&self, arguments: &[&str]) -> Result<()> {
        let output = Command::new(self.programs.join("psql"))
            .args(["-X", "-v", "ON_ERROR_STOP=1", "-d"])
            .arg(self.url("postgres"))
            .args(arguments)
            .env("PGCONNECT_TIMEOUT", "3")
            .stdin(Stdio::null())
            .output()
            .context("psql cannot be started")?;
        if !output.status.success() {
            bail!("psql: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(())
    }

    fn initialise(&self, processes: &mut Processes) -> Result<()> {
        if self.data.join("PG_VERSION").exists() {
            return Ok(());
        }
        // An initdb that was cut short leaves a folder that it refuses the next time.
        if self.data.exists() {
            fs::remove_dir_all(&self.data).context("a half-made data folder cannot be removed")?;
        }
        let parent = self.data.parent().context("the data folder has a parent")?;
        let password_file = parent.join("password");
        fs::write(&password_file, &self.password).context("the password cannot be written")?;
        own(&password_file, self.user)?;
        let authentication = match self.durability {
            Durability::Kept => "password",
            Durability::ThrowAway => "trust",
        };
        let mut initdb = Launch::new("postgres-initdb", self.programs.join("initdb"))
            .arg("-D")
            .arg(&self.data)
            .args(["-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8"])
            // Only the loopback address is served. A password keeps this machine's other users out; sent in clear,
            // it costs a connection nothing. Data that is thrown away needs none, and tests connect by host and role.
            .args(["-A", authentication, "--pwfile"])
            .arg(&password_file)
            .folder(parent)
            .user(self.user);
        if self.durability == Durability::ThrowAway {
            initdb = initdb.arg("--no-sync");
        }
        let outcome = processes.run_quietly(initdb);
        fs::remove_file(&password_file).context("the password cannot be removed")?;
        outcome
    }

    fn launch(&self) -> Launch {
        let mut launch = Launch::new("postgres", self.programs.join("postgres"))
            .arg("-D")
            .arg(&self.data)
            .arg("-p")
            .arg(self.port.to_string())
            .args(["-h", "127.0.0.1"])
            // No socket in the file system: its path would have to be short, and nobody needs it.
            .args(["-c", "unix_socket_directories="])
            .args(["-c", "shared_buffers=128MB"])
            .folder(&self.data)
            .user(self.user)
            // INT is PostgreSQL's "fast" stop: it ends sessions instead of waiting for them.
            .stop_with(Signal::INT, Duration::from_secs(20));
        launch = match self.durability {
            Durability::Kept => launch.args(["-c", "max_connections=200"]),
            Durability::ThrowAway => launch
                .args(["-c", "max_connections=400"])
                .args(["-c", "fsync=off"])
                .args(["-c", "synchronous_commit=off"])
                .args(["-c", "full_page_writes=off"]),
        };
        launch
    }
}

/// Where the server's programs are: Debian keeps them off the search path, by version; the newest is taken.
pub(crate) fn programs() -> Option<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .filter(|(_, folder)| folder.join("postgres").is_file())
        .collect();
    versions.sort();
    versions.pop().map(|(_, folder)| folder).or_else(|| {
        Some(
            environment::find_program("postgres")?
                .parent()?
                .to_path_buf(),
        )
    })
}

/// The server refuses to run as root; there the user that Debian's package makes runs it.
fn server_user() -> Result<Option<User>> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let users = fs::read_to_string("/etc/passwd").context("/etc/passwd cannot be read")?;
    find_user(&users, "postgres")
        .map(Some)
        .context("PostgreSQL does not run as root, and there is no user `postgres`")
}

fn find_user(passwd: &str, name: &str) -> Option<User> {
    let line = passwd.lines().find(|line| {
        line.strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(':'))
    })?;
    let fields: Vec<&str> = line.split(':').collect();
    Some(User {
        uid: fields.get(2)?.parse().ok()?,
        gid: fields.get(3)?.parse().ok()?,
    })
}

/// A folder that the server's user owns and can reach. The run folder is closed to other users, and so may be the
/// folders above it (a checkout below `/root`): another user's data therefore lives under `/var/tmp`.
fn data_folder(checkout: &Checkout, run: &RunFolder, user: Option<User>) -> Result<PathBuf> {
    let home = match user {
        None => run.path().join("postgres"),
        Some(_) => {
            let outside = checkout.outside(run.path());
            let parent = outside.parent().context("the folder has a parent")?;
            make(parent, 0o711)?;
            make(&outside, 0o711)?;
            outside.join("postgres")
        }
    };
    make(&home, 0o700)?;
    own(&home, user)?;
    Ok(home.join("data"))
}

fn make(folder: &Path, mode: u32) -> Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(folder)
        .with_context(|| format!("{} cannot be made", folder.display()))
}

fn own(path: &Path, user: Option<User>) -> Result<()> {
    if let Some(user) = user {
        chown(path, Some(user.uid), Some(user.gid))
            .with_context(|| format!("{} cannot be handed over", path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_found_by_its_whole_name() {
        let passwd = "postgresx:x:1:2::/:/bin/sh\npostgres:x:101:104:,,,:/var/lib:/bin/bash\n";
        assert_eq!(
            find_user(passwd, "postgres"),
            Some(User { uid: 101, gid: 104 })
        );
        assert_eq!(find_user(passwd, "post"), None);
    }
}
