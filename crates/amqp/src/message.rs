use bytes::Bytes;
use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldTable, LongString, ShortString};
use uuid::Uuid;
use velure_contracts::events::headers;

/// The largest body that is published: 1 MiB. An event is below 10 KiB; the broker closes the channel, and with it
/// the whole window, on what it finds too large, so it is refused here.
pub const MAX_BODY: usize = 1 << 20;

/// The longest header value. A frame holds every header at once and is 128 KiB at least.
const MAX_HEADER: usize = 8 * 1024;

/// What is published: persistent, mandatory, with the event's id as its message id.
#[derive(Debug, Clone)]
pub struct Message {
    exchange: ShortString,
    routing_key: ShortString,
    message_id: Uuid,
    headers: FieldTable,
    body: Bytes,
}

/// A message that no broker takes, whatever its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unpublishable(pub &'static str);

impl Message {
    /// A message for `exchange` with the routing key `routing_key`. `body` goes out as it is.
    ///
    /// # Errors
    /// When a name is longer than the protocol allows, or the body larger than [`MAX_BODY`].
    pub fn new(
        exchange: &str,
        routing_key: &str,
        message_id: Uuid,
        body: impl Into<Bytes>,
    ) -> Result<Self, Unpublishable> {
        let body = body.into();
        if body.len() > MAX_BODY {
            return Err(Unpublishable("the body is larger than 1 MiB"));
        }
        let short = |text: &str| {
            ShortString::try_new(text)
                .map_err(|_| Unpublishable("the routing key is longer than 255 bytes"))
        };
        Ok(Self {
            exchange: short(exchange)?,
            routing_key: short(routing_key)?,
            message_id,
            headers: FieldTable::default(),
            body,
        })
    }

    /// Adds a text header; `None` adds nothing.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            let end = value.floor_char_boundary(MAX_HEADER);
            self.headers.insert(
                name.into(),
                AMQPValue::LongString(LongString::from(&value[..end])),
            );
        }
        self
    }

    /// Adds the order's version.
    #[must_use]
    pub fn version(mut self, version: i16) -> Self {
        self.headers.insert(
            headers::VERSION.into(),
            AMQPValue::LongLongInt(i64::from(version)),
        );
        self
    }

    /// The message's id.
    #[must_use]
    pub fn message_id(&self) -> Uuid {
        self.message_id
    }

    pub(crate) fn into_parts(self) -> (ShortString, ShortString, BasicProperties, Bytes) {
        let properties = BasicProperties::default()
            .with_delivery_mode(2)
            .with_content_type("application/json".into())
            .with_message_id(self.message_id.to_string().into())
            .with_headers(self.headers);
        (self.exchange, self.routing_key, properties, self.body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_broker_takes_is_refused_before_it_is_sent() {
        assert!(Message::new("orders", &"k".repeat(256), Uuid::nil(), "{}").is_err());
        assert!(Message::new("orders", "k", Uuid::nil(), vec![0; MAX_BODY + 1]).is_err());
        assert!(Message::new("orders", &"k".repeat(255), Uuid::nil(), vec![0; MAX_BODY]).is_ok());
    }

    #[test]
    fn a_message_is_persistent_and_carries_its_id_and_headers() {
        let message = Message::new("orders", "order.created", Uuid::nil(), "{}")
            .expect("publishable")
            .header(headers::REASON, Some(&"ü".repeat(MAX_HEADER)))
            .header(headers::TRACESTATE, None)
            .version(1);
        let (_, _, properties, _) = message.into_parts();
        assert_eq!(*properties.delivery_mode(), Some(2));
        assert_eq!(
            properties.message_id().as_ref().map(ShortString::as_str),
            Some("00000000-0000-0000-0000-000000000000")
        );
        let table = properties.headers().as_ref().expect("headers").inner();
        assert_eq!(table.len(), 2);
        assert!(
            matches!(&table[headers::REASON], AMQPValue::LongString(text) if text.as_bytes().len() == MAX_HEADER)
        );
    }
}
