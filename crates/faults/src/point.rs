macro_rules! points {
    ($($(#[doc = $text:literal])+ $name:ident,)+) => {
        /// A place at which a fault can be injected, by the process that passes it and the order in which it does.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Point {
            $($(#[doc = $text])+ $name,)+
        }

        impl Point {
            /// Every point.
            pub const ALL: [Self; [$(stringify!($name)),+].len()] = [$(Self::$name),+];

            /// The name in `VELURE_FAULTS`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name),)+
                }
            }
        }
    };
}

points! {
    /// Placing an order: before the statement that stores everything.
    A1,
    /// The statement has been sent and is not answered.
    A2,
    /// It is committed, and the relay has not been woken.
    A3,
    /// Before the answer is made.
    A4,
    /// The answer is on its way to the client.
    A5,
    /// The relay: it has leased its shards.
    R1,
    /// A message is published and not confirmed.
    R2,
    /// It is confirmed and not marked.
    R3,
    /// The mark has been sent and is not answered.
    R4,
    /// Some of a batch are published.
    R5,
    /// A message was refused or reached no queue.
    R6,
    /// The order processor: a delivery has come.
    P1,
    /// The catalog holds the stock, and that is not stored.
    P2,
    /// The payment is on record and has not been asked for.
    P3,
    /// The provider has charged; its answer is lost.
    P4,
    /// The provider's answer is here and not stored.
    P5,
    /// The statement that stores a decision has been sent and is not answered.
    P6,
    /// Everything is stored and the delivery is not acknowledged.
    P7,
    /// It is acknowledged.
    P8,
    /// The catalog has taken the stock back, and that is not stored.
    P9,
    /// Before a retry is stored.
    P10,
    /// The status consumer: before the transaction.
    S1,
    /// The transaction has been sent and is not answered.
    S2,
    /// It is committed, and nobody is told.
    S3,
    /// Redis is told, and the delivery is not acknowledged.
    S4,
    /// It is acknowledged.
    S5,
    /// A stream: it is subscribed and has read nothing.
    E1,
    /// What was missed is read and no byte of it is sent.
    E2,
    /// Half a frame is sent.
    E3,
    /// Before the final status is sent.
    E4,
    /// The final status is sent, and the stream is not ended.
    E5,
    /// The catalog: a hold's transaction has been sent and is not answered.
    C1,
    /// A hold is committed and not answered.
    C2,
    /// A sale or a return is committed and not answered.
    C3,
    /// The sweeper: it has selected orders.
    Z1,
    /// It has announced some of them again.
    Z2,
    /// Sessions: an exchange of tokens has been sent and is not answered.
    U1,
    /// It is committed and the cookies are not sent.
    U2,
    /// A sign-out is committed and the cache is not told.
    U3,
    /// Half of the broker's topology is declared.
    M1,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_forty_points() {
        assert_eq!(Point::ALL.len(), 40);
    }
}
