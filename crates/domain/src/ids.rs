use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// A text that is not the id it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is not a valid id")]
pub struct IdError;

macro_rules! uuid_ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Uuid);

        impl $name {
            /// Makes a new id that sorts by the time it was made (UUIDv7).
            #[must_use]
            pub fn generate() -> Self {
                Self(Uuid::now_v7())
            }

            /// The id as a plain UUID, for storage.
            #[must_use]
            pub fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(value: Uuid) -> Self {
                Self(value)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            /// Reads the hyphenated form only: one id has one spelling, in URLs as in logs.
            fn from_str(text: &str) -> Result<Self, IdError> {
                if text.len() != 36 {
                    return Err(IdError);
                }
                Uuid::try_parse(text).map(Self).map_err(|_| IdError)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

uuid_ids! {
    /// An order.
    OrderId,
    /// A user: the buyer of an order.
    UserId,
    /// A session: one sign-in and everything it was refreshed into.
    SessionId,
    /// An event on the broker; its AMQP message id.
    EventId,
    /// One request or delivery, for logs and problem answers.
    RequestId,
}

/// A product: 24 lower-case hexadecimal digits, as MongoDB makes them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProductId(String);

impl ProductId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProductId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let hexadecimal = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if text.len() == 24 && hexadecimal {
            Ok(Self(text.to_owned()))
        } else {
            Err(IdError)
        }
    }
}

impl fmt::Display for ProductId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_id_has_one_spelling() {
        let id = OrderId::generate();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(
            id.as_uuid().simple().to_string().parse::<OrderId>(),
            Err(IdError)
        );
        assert_eq!("".parse::<OrderId>(), Err(IdError));
    }

    #[test]
    fn a_product_id_is_24_lower_case_hexadecimal_digits() {
        assert!("0123456789abcdef01234567".parse::<ProductId>().is_ok());
        for bad in [
            "",
            "0123456789ABCDEF01234567",
            "0123456789abcdef0123456",
            "0123456789abcdef0123456g",
            "{\"$ne\":1}",
        ] {
            assert_eq!(bad.parse::<ProductId>(), Err(IdError), "{bad}");
        }
    }
}
