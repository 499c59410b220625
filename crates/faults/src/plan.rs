use std::time::Duration;

use crate::Point;

/// What happens at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// The process ends at once with 137, as if it were killed.
    Exit,
    /// Whoever passes never comes back.
    Hang,
    /// Whoever passes comes back later.
    Delay(Duration),
    /// Whoever passes is told that it failed.
    Error,
}

/// One fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub point: Point,
    /// What.
    pub action: Action,
    /// How often the point has been passed when it begins, that time included.
    pub from: u32,
    /// How often it happens.
    pub times: u32,
}

/// Why there will be no faults.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultsError {
    /// The text is not of the form.
    #[error(
        "`{0}` is no fault: write R3=exit, P4=hang, S2=delay:200ms or A4=error, and @5 or *3 behind it"
    )]
    Unreadable(String),
    /// They were armed before.
    #[error("faults are armed already")]
    Twice,
    /// This is a release build.
    #[error("this build has no fail points: they are in debug builds alone")]
    NotBuiltIn,
}

/// Reads the value of `VELURE_FAULTS`.
///
/// # Errors
/// When it is not of the form.
pub fn parse(text: &str) -> Result<Vec<Fault>, FaultsError> {
    text.split(',')
        .map(str::trim)
        .filter(|one| !one.is_empty())
        .map(|one| fault(one).ok_or_else(|| FaultsError::Unreadable(one.to_owned())))
        .collect()
}

fn fault(text: &str) -> Option<Fault> {
    let (point, rest) = text.split_once('=')?;
    let point = Point::ALL
        .into_iter()
        .find(|known| known.as_str() == point)?;
    let (rest, times) = match rest.split_once('*') {
        None => (rest, 1),
        Some((rest, "")) => (rest, u32::MAX),
        Some((rest, times)) => (rest, times.parse().ok().filter(|times| *times > 0)?),
    };
    let (action, from) = match rest.split_once('@') {
        None => (rest, 1),
        Some((action, from)) => (action, from.parse().ok().filter(|from| *from > 0)?),
    };
    let action = match action {
        "exit" => Action::Exit,
        "hang" => Action::Hang,
        "error" => Action::Error,
        other => {
            let milliseconds = other
                .strip_prefix("delay:")?
                .strip_suffix("ms")?
                .parse()
                .ok()?;
            Action::Delay(Duration::from_millis(milliseconds))
        }
    };
    Some(Fault {
        point,
        action,
        from,
        times,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_has_a_point_an_action_a_first_time_and_a_number_of_times() {
        let fault = |point, action, from, times| Fault {
            point,
            action,
            from,
            times,
        };
        assert_eq!(
            parse("R3=exit, P4=hang@2,S2=delay:200ms*3,A4=error@5*,"),
            Ok(vec![
                fault(Point::R3, Action::Exit, 1, 1),
                fault(Point::P4, Action::Hang, 2, 1),
                fault(Point::S2, Action::Delay(Duration::from_millis(200)), 1, 3),
                fault(Point::A4, Action::Error, 5, u32::MAX),
            ])
        );
        assert_eq!(parse(""), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_fault_is_named() {
        for bad in [
            "R3",
            "Q1=exit",
            "R3=explode",
            "R3=exit@0",
            "R3=exit*0",
            "R3=delay:2s",
            "R3=exit@x",
        ] {
            assert_eq!(parse(bad), Err(FaultsError::Unreadable(bad.to_owned())));
        }
    }
}
