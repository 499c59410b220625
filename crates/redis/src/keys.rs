//! Every key and channel of Velure, and nothing else makes one.
//!
//! | key | holds | lives |
//! |---|---|---|
//! | `<prefix>:session:<session id>` | `shopper`, `admin` or `ended` | 20 s |
//!
//! | channel | carries |
//! |---|---|
//! | `<prefix>:order:<order id>` | every move of one order |
//! | `<prefix>:buyer:<buyer id>` | every move of one buyer's orders |
//!
//! A channel for each order and each buyer, and not one for all: a move then costs as much as there are gateways
//! with somebody watching, however many gateways there are.

use velure_domain::{OrderId, SessionId, UserId};

/// Makes keys and channels.
#[derive(Debug, Clone)]
pub struct Keys {
    prefix: Box<str>,
}

/// What somebody watches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Topic {
    /// One order.
    Order(OrderId),
    /// All orders of one buyer.
    Buyer(UserId),
}

impl Keys {
    /// Keys that start with `prefix`; none when it holds more than lower-case letters, digits, hyphens and
    /// underscores, since it could then run into the rest of a key.
    #[must_use]
    pub fn new(prefix: &str) -> Option<Self> {
        let legal = (1..=64).contains(&prefix.len())
            && prefix
                .bytes()
                .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'));
        legal.then(|| Self {
            prefix: prefix.into(),
        })
    }

    /// Whether a session goes on.
    #[must_use]
    pub fn session(&self, session: SessionId) -> String {
        format!("{}:session:{session}", self.prefix)
    }

    /// Where the moves of a topic are published.
    #[must_use]
    pub fn channel(&self, topic: Topic) -> String {
        match topic {
            Topic::Order(order) => format!("{}:order:{order}", self.prefix),
            Topic::Buyer(buyer) => format!("{}:buyer:{buyer}", self.prefix),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_and_a_buyer_with_the_same_id_have_two_channels() {
        let keys = Keys::new("velure").expect("a prefix");
        let order = OrderId::generate();
        let order_channel = keys.channel(Topic::Order(order));
        let buyer_channel = keys.channel(Topic::Buyer(order.as_uuid().into()));
        assert_eq!(order_channel, format!("velure:order:{order}"));
        assert_ne!(order_channel, buyer_channel);
    }

    #[test]
    fn a_prefix_cannot_run_into_the_rest_of_a_key() {
        for bad in ["", "a:b", "a b", "Ä", "a*", &"a".repeat(65)] {
            assert!(Keys::new(bad).is_none(), "{bad}");
        }
    }
}
