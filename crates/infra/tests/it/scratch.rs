//! Results that several tests look at and one of them makes: each test is a process of its own.

use std::fs::{self, File};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};

use crate::tool::variable;

/// The folder of this run of the tests.
fn folder() -> PathBuf {
    Path::new(&variable("VELURE_TEST_INFRA_SCRATCH")).join(variable("NEXTEST_RUN_ID"))
}

/// A folder of that name, for all tests of the run.
pub(crate) fn made(name: &str) -> PathBuf {
    let made = folder().join(name);
    fs::create_dir_all(&made).expect("the scratch folder can be written");
    made
}

/// The folder that `make` has filled. The first test of the run that asks fills it, the others wait; when it panics,
/// so do all that asked.
pub(crate) fn once(name: &str, make: impl FnOnce(&Path)) -> PathBuf {
    let run = folder();
    fs::create_dir_all(&run).expect("the scratch folder can be written");
    let lock = File::create(run.join(format!("{name}.lock"))).expect("a lock file");
    lock.lock().expect("the lock can be waited for");
    let (made, done, failed) = (
        run.join(name),
        run.join(format!("{name}.done")),
        run.join(format!("{name}.failed")),
    );
    assert!(
        !failed.exists(),
        "{name} could not be made, as another test found out and says"
    );
    if done.exists() {
        return made;
    }
    fs::create_dir_all(&made).expect("the scratch folder can be written");
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| make(&made))) {
        fs::write(&failed, "").expect("the scratch folder can be written");
        resume_unwind(panic);
    }
    fs::write(&done, "").expect("the scratch folder can be written");
    made
}
