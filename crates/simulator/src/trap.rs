//! The traps that other shops fell into, each as a change of what a run does: a simulator that does not catch them
//! would not catch us either.

/// One trap. The names are those of the trap catalogue in `docs/TRAPS.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Trap {
    /// X1: an order is noted as seen before it is worked on.
    SeenBeforeWork,
    /// X2: a delivery is acknowledged before what it says is stored.
    AckBeforeCommit,
    /// X3: the inbox is written in another transaction than the effect.
    InboxApart,
    /// X4: an event is marked as published before the broker has confirmed it.
    MarkBeforeConfirm,
    /// X5: messages do not survive a restart of the broker.
    Transient,
    /// X6: a message that reaches no queue counts as published.
    NotMandatory,
    /// X7: after a confirm that did not come, the late one is taken for the next.
    ConfirmDesync,
    /// X8: a channel that does not confirm counts every message as published.
    NotConfirming,
    /// X9: rows are locked and skipped, and nobody keeps an order's events in line.
    SkipLocked,
    /// X10: the outbox is read on from the highest number that was seen.
    CursorOnSerial,
    /// X11: an order's events are in the order of their writers' clocks.
    WriterClock,
    /// X12: a status is written whatever stands there.
    UnguardedStatus,
    /// X13: a charge that was not answered counts as not made.
    SilenceIsDecline,
    /// X14: every try to charge has a key of its own.
    KeyPerAttempt,
    /// X15: "a charge is in progress" counts as a decline.
    InProgressIsDecline,
    /// X16: amounts are cut to whole units on the way to the provider.
    WholeUnits,
    /// X17: the price is what the browser says.
    ClientPrice,
    /// X18: two lines of one product are looked at each for itself.
    UnmergedLines,
    /// X19: stock is given back whether or not it is held.
    UnguardedRelease,
    /// X21: a stream reads first and listens then.
    ReadBeforeListening,
    /// X22: what does not fit into a stream's slot is dropped.
    DropNewest,
    /// X23: a stream whose order is final stays open.
    EndlessStream,
    /// X25: the inbox forgets before the last repetition comes.
    ForgetfulInbox,
    /// X26: a queue that is full drops its oldest messages.
    DropHead,
    /// X27: what cannot be handled goes back into the queue.
    RequeueForEver,
    /// X28: what was published is never asked for again.
    NeverAskAgain,
    /// X30: the relay looks only when it is told to.
    NoPoll,
    /// X31: the answer goes out before the commit.
    AnswerBeforeCommit,
    /// X32: an idempotency key is everybody's.
    KeyOfNobody,
}

impl Trap {
    /// Every trap that can be simulated.
    pub const ALL: [Self; 29] = [
        Self::SeenBeforeWork,
        Self::AckBeforeCommit,
        Self::InboxApart,
        Self::MarkBeforeConfirm,
        Self::Transient,
        Self::NotMandatory,
        Self::ConfirmDesync,
        Self::NotConfirming,
        Self::SkipLocked,
        Self::CursorOnSerial,
        Self::WriterClock,
        Self::UnguardedStatus,
        Self::SilenceIsDecline,
        Self::KeyPerAttempt,
        Self::InProgressIsDecline,
        Self::WholeUnits,
        Self::ClientPrice,
        Self::UnmergedLines,
        Self::UnguardedRelease,
        Self::ReadBeforeListening,
        Self::DropNewest,
        Self::EndlessStream,
        Self::ForgetfulInbox,
        Self::DropHead,
        Self::RequeueForEver,
        Self::NeverAskAgain,
        Self::NoPoll,
        Self::AnswerBeforeCommit,
        Self::KeyOfNobody,
    ];
}
