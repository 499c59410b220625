//! Every fail point with every kind of fault, in the real processes, while orders come in.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use velure_faults::Point;

use crate::faults::declare;
use crate::stack::Stack;

/// How long it may take until somebody passes the point.
const REACHED: Duration = Duration::from_secs(60);

/// How long a process that hangs is left alone before it is killed, as a liveness probe would.
const HUNG: Duration = Duration::from_millis(1_500);

/// What happens at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The process dies.
    Exit,
    /// It never goes on.
    Hang,
    /// It is told that it failed, three times.
    Error,
}

impl Kind {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Exit, Self::Hang, Self::Error];

    fn fault(self, point: Point) -> String {
        let point = point.as_str();
        match self {
            Self::Exit => format!("{point}=exit"),
            Self::Hang => format!("{point}=hang"),
            Self::Error => format!("{point}=error*3"),
        }
    }
}

/// A case and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// The point's name.
    pub point: String,
    /// What happened there.
    pub kind: Kind,
    /// Whether somebody passed it and had the fault.
    pub reached: bool,
}

/// The process that passes a point.
#[must_use]
pub fn process_of(point: Point) -> &'static str {
    match point.as_str().as_bytes() {
        [b'A' | b'C' | b'U', ..] => "server",
        [b'R' | b'S' | b'Z', ..] => "relay",
        [b'P', ..] => "order-processor",
        [b'E', ..] => "sse-gateway",
        _ => "velure",
    }
}

/// Has every fault happen at every point: one after the other in a process, and in all processes at the same time, so
/// that a fault in one meets those of the others.
///
/// # Errors
/// When the stack does not do what it is told.
pub async fn run_all(stack: &Stack, tell: &dyn Fn(&str)) -> anyhow::Result<Vec<Case>> {
    let processor = Mutex::new(());
    let lanes = lanes()
        .into_values()
        .map(|points| lane(stack, points, &processor, tell));
    let lanes = futures::future::try_join_all(lanes).await?;
    Ok(lanes.into_iter().flatten().collect())
}

/// The points by the process that they are tried in. The topology is declared by nobody while its bindings are taken
/// away for the relay. The catalog's come last: they leave transactions that keep other orders waiting.
fn lanes() -> BTreeMap<&'static str, Vec<Point>> {
    let mut lanes: BTreeMap<&str, Vec<Point>> = BTreeMap::new();
    for point in Point::ALL {
        let lane = match process_of(point) {
            "velure" => "relay",
            process => process,
        };
        lanes.entry(lane).or_default().push(point);
    }
    for points in lanes.values_mut() {
        points.sort_by_key(|point| matches!(point, Point::C1 | Point::C2 | Point::C3));
    }
    lanes
}

async fn lane(
    stack: &Stack,
    points: Vec<Point>,
    processor: &Mutex<()>,
    tell: &dyn Fn(&str),
) -> anyhow::Result<Vec<Case>> {
    let mut cases = Vec::new();
    for point in points {
        let started = Instant::now();
        let mut missed = Vec::new();
        for kind in Kind::ALL {
            // Orders stand still only while no processor runs.
            let needed = process_of(point) == "order-processor" || stalls(point);
            let _alone = if needed {
                Some(processor.lock().await)
            } else {
                None
            };
            let case = run(stack, point, kind).await?;
            if !case.reached {
                missed.push(kind);
            }
            cases.push(case);
        }
        let took = started.elapsed().as_secs();
        tell(&match missed.as_slice() {
            [] => format!("fail point {}: {took} s", point.as_str()),
            missed => format!(
                "fail point {}: {took} s, not reached: {missed:?}",
                point.as_str()
            ),
        });
    }
    Ok(cases)
}

/// Whether the point is passed only when orders stand still.
fn stalls(point: Point) -> bool {
    matches!(point, Point::Z1 | Point::Z2)
}

/// Has one fault happen, and leaves the shop without it.
async fn run(stack: &Stack, point: Point, kind: Kind) -> anyhow::Result<Case> {
    let reached = match process_of(point) {
        "velure" => topology(stack, point, kind).await?,
        process => pod(stack, process, point, kind).await?,
    };
    Ok(Case {
        point: point.as_str().to_owned(),
        kind,
        reached,
    })
}

async fn pod(stack: &Stack, process: &str, point: Point, kind: Kind) -> anyhow::Result<bool> {
    // Messages that reach no queue, and orders that stand still, have to be made.
    let unrouted = point == Point::R6;
    let stalled = stalls(point);
    let mark = format!("\"fault.point\":\"{}\"", point.as_str());
    let before = stack.written(process);
    stack.control("kill", process, None).await?;
    if unrouted {
        stack
            .broker(
                "DELETE",
                "bindings/%2f/e/orders/q/process-order-queue/order.created",
                None,
            )
            .await?;
    }
    if stalled {
        stack.control("kill", "order-processor", None).await?;
    }
    stack
        .control("start", process, Some(&kind.fault(point)))
        .await?;
    let reached = said_again(stack, process, &mark, before).await;
    if unrouted {
        declare(stack).await?;
    }
    if kind == Kind::Hang && reached {
        tokio::time::sleep(HUNG).await;
    }
    // One that died is started again without the fault by the stack's supervisor.
    if kind != Kind::Exit || !reached {
        stack.kill_and_start(process).await?;
    }
    if stalled {
        stack.control("start", "order-processor", None).await?;
    }
    Ok(reached)
}

async fn said_again(stack: &Stack, process: &str, mark: &str, before: u64) -> bool {
    let started = Instant::now();
    let mut again = tokio::time::interval(Duration::from_millis(50));
    while started.elapsed() < REACHED {
        again.tick().await;
        if stack.said_since(process, before, mark) {
            return true;
        }
    }
    false
}

/// The command that declares the topology dies half way, and is run again.
async fn topology(stack: &Stack, point: Point, kind: Kind) -> anyhow::Result<bool> {
    let fault = match kind {
        Kind::Exit => format!("{}=exit", point.as_str()),
        // A command that hangs is ended by whoever waits for it: the same as one that dies, a little later.
        Kind::Hang => format!("{}=delay:1500ms,{}=exit@2", point.as_str(), point.as_str()),
        Kind::Error => format!("{}=error", point.as_str()),
    };
    let code = stack.velure(&["topology", "apply"], Some(&fault)).await?;
    declare(stack).await?;
    Ok(if kind == Kind::Hang {
        code == 0
    } else {
        code != 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_is_in_one_lane() {
        let mut all: Vec<Point> = lanes().into_values().flatten().collect();
        all.sort();
        assert_eq!(all, Point::ALL);
    }

    #[test]
    fn every_point_belongs_to_a_process_and_every_fault_can_be_read() {
        for point in Point::ALL {
            assert_ne!(process_of(point), "", "{point:?}");
            for kind in Kind::ALL {
                assert_eq!(
                    velure_faults::parse(&kind.fault(point)).map(|faults| faults.len()),
                    Ok(1)
                );
            }
        }
    }
}
