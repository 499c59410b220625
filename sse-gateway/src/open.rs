//! From a request to a stream: who asks, may they, and where do they go on.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, Uri};
use serde_json::json;
use tokio::time::Instant;
use velure_contracts::Code;
use velure_domain::{OrderId, OrderStatus, UserId};
use velure_faults::{Point, reach};
use velure_http::{ApiError, Auth};
use velure_postgres::gateway::Events;
use velure_redis::Topic;

use crate::frame::{self, FrameId, RETRY};
use crate::gateway::Gateway;
use crate::registry::{Membership, is_final};
use crate::resume::Resume;
use crate::stream::{self, Granted};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The stream of one order; `None` for an id that no order can have.
    Order(Option<OrderId>),
    /// The stream of all my orders.
    Mine,
}

/// What is answered.
pub(crate) enum Opened {
    /// A stream.
    Stream(Box<Granted>),
    /// Everything was told already: the browser need not come back.
    Nothing,
}

/// The first bytes of a stream, and where it stands after them.
struct Opening {
    body: Vec<u8>,
    position: i64,
    more: bool,
    finished: bool,
}

/// Opens a stream.
///
/// The order of steps is what makes it complete: the stream is registered and its hints queue **before** the
/// database is read, so an event is either read or queued.
pub(crate) async fn open(
    gateway: &Gateway,
    wanted: &Wanted,
    headers: &HeaderMap,
    uri: &Uri,
) -> Result<Opened, ApiError> {
    let caller = gateway
        .authenticator
        .authenticate(Auth::Shopper, headers)
        .await?;
    let velure_http::Caller::User { user_id: buyer, .. } = caller else {
        return Err(ApiError::new(Code::Unauthenticated));
    };
    let token = gateway.authenticator.access_token(headers)?;
    let topic = match wanted {
        Wanted::Order(Some(order)) => Topic::Order(*order),
        Wanted::Order(None) => return Err(ApiError::not_found()),
        Wanted::Mine => Topic::Buyer(buyer),
    };
    let resume = Resume::read(topic, headers, uri)?;
    let seat = gateway
        .registry
        .seat(buyer, gateway.limits.streams_per_user)
        .ok_or_else(too_many)?;
    let membership = gateway.registry.join(topic, buyer).await;
    reach(Point::E1).await.map_err(ApiError::unavailable)?;
    let turn = gateway.turn().await.map_err(ApiError::unavailable)?;
    let opening = match topic {
        Topic::Order(order) => order_opening(gateway, buyer, order, resume).await?,
        Topic::Buyer(_) => Some(buyer_opening(gateway, buyer, resume).await?),
    };
    drop(turn);
    let Some(opening) = opening else {
        return Ok(Opened::Nothing);
    };
    settle(&membership, &opening);
    let life = stream::lifetime(gateway.limits.lifetime, ends_in(token.claims.exp));
    Ok(Opened::Stream(Box::new(Granted {
        membership,
        seat,
        token,
        headers: HeaderMap::new(),
        opening: opening.body,
        finished: opening.finished,
        ends_at: Instant::now() + life,
    })))
}

fn settle(membership: &Membership, opening: &Opening) {
    membership
        .subscriber()
        .slot()
        .settle(opening.position, opening.more);
}

/// The opening of one order's stream; none when the browser has its last status.
async fn order_opening(
    gateway: &Gateway,
    buyer: UserId,
    order: OrderId,
    resume: Resume,
) -> Result<Option<Opening>, ApiError> {
    if let Some(after) = position(resume) {
        let events = gateway
            .store
            .order_events(buyer, order, after)
            .await
            .map_err(ApiError::unavailable)?;
        let events = events.ok_or_else(ApiError::not_found)?;
        if after == events.last && after == final_version() {
            return Ok(None);
        }
        if after <= events.last {
            return Ok(Some(replay(gateway, Topic::Order(order), after, &events)));
        }
    }
    let stored = gateway
        .store
        .order(buyer, order)
        .await
        .map_err(ApiError::unavailable)?;
    let stored = stored.ok_or_else(ApiError::not_found)?;
    gateway.metrics.resets.increment(1);
    let version = i64::from(stored.version);
    let body = [RETRY, &frame::reset(FrameId::Version(version), &stored)].concat();
    Ok(Some(Opening {
        body,
        position: version,
        more: false,
        finished: is_final(&stored.status),
    }))
}

/// The opening of the stream of all of a buyer's orders: its first page, or a reset with the newest orders.
async fn buyer_opening(
    gateway: &Gateway,
    buyer: UserId,
    resume: Resume,
) -> Result<Opening, ApiError> {
    if let Some(after) = position(resume) {
        let events = gateway
            .store
            .buyer_events(buyer, after, gateway.limits.page)
            .await
            .map_err(ApiError::unavailable)?;
        if after <= events.last {
            return Ok(replay(gateway, Topic::Buyer(buyer), after, &events));
        }
    }
    let newest = gateway
        .store
        .newest(buyer, gateway.limits.reset_orders)
        .await;
    let (cursor, orders) = newest.map_err(ApiError::unavailable)?;
    gateway.metrics.resets.increment(1);
    let body = [
        RETRY,
        &frame::reset(FrameId::Cursor(cursor), &json!({ "orders": orders })),
    ]
    .concat();
    Ok(Opening {
        body,
        position: cursor.0,
        more: false,
        finished: false,
    })
}

/// An opening with what was stored after a position.
fn replay(gateway: &Gateway, topic: Topic, after: i64, events: &Events) -> Opening {
    let read = stream::placed(topic, after, events);
    gateway.metrics.follow(Some(after), &read.frames);
    gateway.metrics.replayed.increment(read.frames.len() as u64);
    Opening {
        body: [RETRY, &stream::joined(&read.frames)].concat(),
        position: read.position,
        more: read.more,
        finished: read.frames.last().is_some_and(|frame| frame.last),
    }
}

/// Where to go on, when that can be said.
fn position(resume: Resume) -> Option<i64> {
    match resume {
        Resume::Beginning => Some(0),
        Resume::After(position) => Some(position),
        Resume::Unreadable => None,
    }
}

/// A status decides its version, so the last version says that the order is final.
fn final_version() -> i64 {
    OrderStatus::Completed.version().get().into()
}

fn too_many() -> ApiError {
    ApiError::new(Code::TooManyRequests)
        .retry_after(5)
        .detail("Too many live connections are open for this account.")
}

/// How long a token is still good.
fn ends_in(exp: i64) -> Duration {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Duration::from_secs(u64::try_from(exp).unwrap_or(0)).saturating_sub(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ends_of_an_order_have_the_last_version() {
        for status in OrderStatus::ALL {
            assert_eq!(
                i64::from(status.version().get()) == final_version(),
                status.is_final()
            );
        }
    }

    #[test]
    fn a_token_that_is_over_leaves_no_time() {
        assert_eq!(ends_in(0), Duration::ZERO);
        assert_eq!(ends_in(-5), Duration::ZERO);
        assert!(ends_in(i64::MAX) > Duration::from_secs(60));
    }
}
