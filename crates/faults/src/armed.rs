use std::future::pending;
use std::pin::pin;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::{Action, Fault, FaultsError, Injected, Point};

/// How long what was asked is left alone before the fault happens: long enough that it has been sent.
const SENT: Duration = Duration::from_millis(3);

struct Armed {
    fault: Fault,
    passed: AtomicU32,
}

static ARMED: OnceLock<Vec<Armed>> = OnceLock::new();

pub(crate) fn arm(faults: Vec<Fault>) -> Result<(), FaultsError> {
    let armed = faults
        .into_iter()
        .map(|fault| Armed {
            fault,
            passed: AtomicU32::new(0),
        })
        .collect();
    ARMED.set(armed).map_err(|_| FaultsError::Twice)
}

/// What is to happen to whoever passes now.
fn due(point: Point) -> Option<Action> {
    for armed in ARMED.get()? {
        if armed.fault.point != point {
            continue;
        }
        let passed = armed
            .passed
            .fetch_add(1, Ordering::Relaxed)
            .saturating_add(1);
        let Fault {
            from,
            times,
            action,
            ..
        } = armed.fault;
        if passed >= from && passed - from < times {
            tracing::warn!(fault.point = point.as_str(), fault.action = ?action, "a fault is injected");
            return Some(action);
        }
    }
    None
}

/// As `kill -9` ends it: no destructor, no handler, no answer.
#[expect(
    clippy::disallowed_methods,
    reason = "to end without a word is what this fault is"
)]
fn die() -> ! {
    std::process::exit(137)
}

pub(crate) async fn reach(point: Point) -> Result<(), Injected> {
    match due(point) {
        None => Ok(()),
        Some(Action::Exit) => die(),
        Some(Action::Hang) => pending().await,
        Some(Action::Delay(delay)) => {
            tokio::time::sleep(delay).await;
            Ok(())
        }
        Some(Action::Error) => Err(Injected(point)),
    }
}

pub(crate) fn is_armed(point: Point) -> bool {
    ARMED
        .get()
        .is_some_and(|all| all.iter().any(|armed| armed.fault.point == point))
}

pub(crate) async fn during<T>(point: Point, asked: impl Future<Output = T>) -> Result<T, Injected> {
    if ARMED.get().is_none() {
        return Ok(asked.await);
    }
    let mut asked = pin!(asked);
    let mut answered = None;
    tokio::select! {
        biased;
        answer = &mut asked => answered = Some(answer),
        () = tokio::time::sleep(SENT) => {}
    }
    reach(point).await?;
    Ok(match answered {
        Some(answer) => answer,
        None => asked.await,
    })
}
