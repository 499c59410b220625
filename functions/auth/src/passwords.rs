use std::sync::{Arc, LazyLock};
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Params, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use velure_config::{ExposeSecret, SecretString};

use self::memory::Memory;

mod memory;

/// Memory of one hash in KiB, its passes and its lanes: the OWASP minimum for argon2id. One takes some 25 ms.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// How long a sign-in waits for its turn to hash before it is told to come back.
const WAIT: Duration = Duration::from_secs(3);

static PARAMS: LazyLock<Params> = LazyLock::new(|| {
    Params::new(MEMORY_KIB, PASSES, LANES, None)
        .expect("invariant: the parameters are in argon2's bounds")
});

/// Hashes passwords with argon2id, on blocking threads and only as many at once as there are processors: each takes
/// 19 MiB, and more at once would only make all of them slower.
#[derive(Debug, Clone)]
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
    memory: Arc<Memory>,
}

/// Why nothing was hashed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PasswordsError {
    #[error("too many passwords are being hashed")]
    Busy,
    #[error("the password could not be hashed")]
    Hash(#[source] argon2::password_hash::Error),
    #[error("the thread that hashed the password failed")]
    Thread,
}

/// What a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Match {
    /// It is not the password.
    No,
    /// It is.
    Yes {
        /// Whether its hash is cheaper to guess than a new one would be.
        weak: bool,
    },
}

/// The turn to hash.
#[derive(Debug)]
pub(crate) struct Turn {
    permit: Arc<OwnedSemaphorePermit>,
    memory: Arc<Memory>,
}

impl Passwords {
    pub(crate) fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            turns: Arc::new(Semaphore::new(processors)),
            memory: Arc::default(),
        }
    }

    /// Waits for a turn to hash.
    pub(crate) async fn turn(&self) -> Result<Turn, PasswordsError> {
        match timeout(WAIT, Arc::clone(&self.turns).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Turn {
                permit: Arc::new(permit),
                memory: Arc::clone(&self.memory),
            }),
            Ok(Err(_)) | Err(_) => Err(PasswordsError::Busy),
        }
    }
}

impl Turn {
    /// Runs `work` where it holds nobody up. The turn is held until it ends, also when nobody waits for it any more.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Memory) -> T + Send + 'static,
    ) -> Result<T, PasswordsError> {
        let (permit, memory) = (Arc::clone(&self.permit), Arc::clone(&self.memory));
        let work = move || {
            let done = work(&memory);
            drop(permit);
            done
        };
        tokio::task::spawn_blocking(work)
            .await
            // A panic has been logged where it happened.
            .map_err(|_| PasswordsError::Thread)
    }

    /// A new hash with its own salt, as a PHC string.
    pub(crate) async fn hash(&self, password: &str) -> Result<SecretString, PasswordsError> {
        let password = SecretString::from(password);
        let hash = self
            .run(move |memory| hash(memory, password.expose_secret().as_bytes()))
            .await?;
        hash.map(SecretString::from).map_err(PasswordsError::Hash)
    }

    /// Whether `password` is the one that `stored` is the hash of. Where there is none, a hash is made for nothing: the
    /// answer takes as long.
    pub(crate) async fn check(
        &self,
        password: &str,
        stored: Option<&SecretString>,
    ) -> Result<Match, PasswordsError> {
        let password = SecretString::from(password);
        let stored = stored.cloned();
        let work = move |memory: &Memory| {
            let password = password.expose_secret().as_bytes();
            match stored {
                Some(stored) => check(memory, password, stored.expose_secret()),
                None => hash(memory, password).map(|_| Match::No),
            }
        };
        self.run(work).await?.map_err(PasswordsError::Hash)
    }
}

fn hash(memory: &Memory, password: &[u8]) -> Result<String, argon2::password_hash::Error> {
    Ok(memory.hash(password, &PARAMS)?.to_string())
}

fn check(
    memory: &Memory,
    password: &[u8],
    stored: &str,
) -> Result<Match, argon2::password_hash::Error> {
    let stored =
        PasswordHash::new(stored).map_err(|_| argon2::password_hash::Error::EncodingInvalid)?;
    Ok(if memory.verify(password, &stored)? {
        Match::Yes {
            weak: is_weak(&stored),
        }
    } else {
        Match::No
    })
}

fn is_weak(stored: &PasswordHash) -> bool {
    let current = stored.algorithm == Algorithm::Argon2id.ident()
        && stored.version == Some(Version::V0x13.into());
    let strong = Params::try_from(stored)
        .is_ok_and(|p| p.m_cost() >= MEMORY_KIB && p.t_cost() >= PASSES && p.p_cost() >= LANES);
    !(current && strong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_says_how_it_was_made_and_knows_its_password() {
        let turn = Passwords::new().turn().await.expect("the first turn");
        let stored = turn.hash("correct horse").await.expect("a hash");
        assert!(
            stored
                .expose_secret()
                .starts_with("$argon2id$v=19$m=19456,t=2,p=1$")
        );
        assert_eq!(
            turn.check("correct horse", Some(&stored))
                .await
                .expect("a check"),
            Match::Yes { weak: false }
        );
        assert_eq!(
            turn.check("correct horsf", Some(&stored))
                .await
                .expect("a check"),
            Match::No
        );
    }

    #[tokio::test]
    async fn nobody_has_a_password() {
        let turn = Passwords::new().turn().await.expect("the first turn");
        assert_eq!(
            turn.check("correct horse", None).await.expect("a check"),
            Match::No
        );
    }

    #[test]
    fn a_hash_with_cheaper_parameters_is_weak() {
        let memory = Memory::default();
        let cheap = Params::new(8_192, 1, 1, None).expect("legal parameters");
        let stored = memory.hash(b"correct horse", &cheap).expect("a hash");
        assert_eq!(
            check(&memory, b"correct horse", &stored.to_string()),
            Ok(Match::Yes { weak: true })
        );
    }
}
