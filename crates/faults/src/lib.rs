//! Named points at which a process can be told to die, to hang, to be slow or to fail.
//!
//! The points are in every build of the source and do something in debug builds alone: a release build has nothing but
//! an inlined `Ok(())` there, and refuses to start when it is asked for faults, so that nobody takes a release build for
//! one that was tested with them.
//!
//! `VELURE_FAULTS` (default: none) names what happens where, separated by commas: `R3=exit` dies as `kill -9` would,
//! `P4=hang` never goes on, `S2=delay:200ms` goes on later, `A4=error` fails with [`Injected`]. `R3=exit@5` happens at the
//! fifth time that the point is passed; else it is the first. `P4=error*3` happens three times in a row, `P4=error*` always.

#[cfg(debug_assertions)]
mod armed;
mod plan;
mod point;

pub use plan::{Action, Fault, FaultsError, parse};
pub use point::Point;

/// What was asked for with `error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a fault was injected at {0:?}")]
pub struct Injected(pub Point);

impl From<Injected> for std::io::Error {
    fn from(injected: Injected) -> Self {
        Self::other(injected)
    }
}

/// Has the faults that `VELURE_FAULTS` names happen in this process, from now on.
///
/// # Errors
/// When it cannot be read, when faults are armed already, or in a build that has no fail points.
pub fn arm_from(variable: Option<&str>) -> Result<(), FaultsError> {
    let faults = parse(variable.unwrap_or_default())?;
    if faults.is_empty() {
        return Ok(());
    }
    #[cfg(debug_assertions)]
    return armed::arm(faults);
    #[cfg(not(debug_assertions))]
    {
        drop(faults);
        Err(FaultsError::NotBuiltIn)
    }
}

/// Whether something is to happen at a point: for code that has to be slower to have the point at all.
#[inline]
#[must_use]
pub fn is_armed(point: Point) -> bool {
    #[cfg(debug_assertions)]
    return armed::is_armed(point);
    #[cfg(not(debug_assertions))]
    {
        let _ = point;
        false
    }
}

/// Passes a point.
///
/// # Errors
/// When it is told to fail.
#[inline]
#[cfg_attr(
    not(debug_assertions),
    expect(clippy::unused_async, reason = "it waits in debug builds")
)]
pub async fn reach(point: Point) -> Result<(), Injected> {
    #[cfg(debug_assertions)]
    return armed::reach(point).await;
    #[cfg(not(debug_assertions))]
    {
        let _ = point;
        Ok(())
    }
}

/// Passes a point while `asked` is on its way: it has been sent and may or may not have been done.
///
/// # Errors
/// When it is told to fail, whatever came of what was asked.
#[inline]
pub fn during<T>(
    point: Point,
    asked: impl Future<Output = T>,
) -> impl Future<Output = Result<T, Injected>> {
    #[cfg(debug_assertions)]
    {
        // On the heap, or every caller's future would hold it three times over.
        let asked = Box::pin(asked);
        async move { armed::during(point, asked).await }
    }
    #[cfg(not(debug_assertions))]
    async move {
        let _ = point;
        Ok(asked.await)
    }
}
