//! What waits for one stream to be written.

use std::collections::VecDeque;

use bytes::Bytes;
use chrono::{DateTime, Utc};

/// Frames that wait at most. An order has three; a buyer's stream that is further behind reads from the database,
/// which costs it nothing while it does not read.
const CAPACITY: usize = 16;

/// A frame and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// The order's version, or the buyer's sequence: without gaps.
    pub position: i64,
    /// When the event was stored, by the database's clock.
    pub stored: DateTime<Utc>,
    /// The whole frame.
    pub bytes: Bytes,
    /// Whether nothing comes after it.
    pub last: bool,
}

/// What became of an offered frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Offered {
    /// It waits to be written.
    Queued,
    /// The stream has it already.
    Known,
    /// One before it is missing; the stream reads both.
    Gap,
    /// The slot is full; the stream reads it later.
    Full,
}

/// What a stream does next.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// Writes these, in this order.
    Write(Vec<Placed>),
    /// Reads what comes after this position.
    Read(i64),
    /// Waits.
    Wait,
}

/// The slot of a stream. Frames leave it in the order of their positions, each once, none left out: what is
/// contiguous is queued, and everything else makes the stream read.
///
/// A slot starts before its stream knows where it is: frames queue from the first moment on, and the first reading
/// ([`Self::settle`]) drops those that it covered. So an event is either read or queued, and never neither.
#[derive(Debug, Default)]
pub struct Slot {
    /// The position up to which everything was given to the writer; none before the first reading.
    sent: Option<i64>,
    queue: VecDeque<Placed>,
    stale: bool,
}

impl Slot {
    /// Offers a frame.
    pub fn offer(&mut self, frame: Placed) -> Offered {
        match self.last() {
            Some(last) if frame.position <= last => return Offered::Known,
            Some(last) if frame.position > last + 1 => {
                self.stale = true;
                return Offered::Gap;
            }
            Some(_) | None => {}
        }
        if self.queue.len() == CAPACITY {
            self.stale = true;
            return Offered::Full;
        }
        self.queue.push_back(frame);
        Offered::Queued
    }

    /// Everything up to `position` was read and given to the writer; with `more`, there is more to read.
    pub fn settle(&mut self, position: i64, more: bool) {
        self.sent = Some(position);
        while self
            .queue
            .front()
            .is_some_and(|frame| frame.position <= position)
        {
            self.queue.pop_front();
        }
        if self
            .queue
            .front()
            .is_some_and(|frame| frame.position != position + 1)
        {
            self.queue.clear();
            self.stale = true;
        }
        self.stale |= more;
    }

    /// What to do next. [`Next::Read`] comes only where `may_read`, and has to be followed by [`Self::settle`] or
    /// [`Self::read_failed`].
    pub fn next(&mut self, may_read: bool) -> Next {
        let Some(sent) = self.sent else {
            return Next::Wait;
        };
        if let Some(last) = self.queue.back() {
            self.sent = Some(last.position);
            return Next::Write(std::mem::take(&mut self.queue).into());
        }
        if may_read && std::mem::take(&mut self.stale) {
            Next::Read(sent)
        } else {
            Next::Wait
        }
    }

    /// The reading brought nothing; it has to be done again.
    pub fn read_failed(&mut self) {
        self.stale = true;
    }

    /// The position up to which everything was given to the writer.
    #[must_use]
    pub fn given(&self) -> Option<i64> {
        self.sent
    }

    /// The position up to which the stream needs nothing, unless it is about to read anyway.
    #[must_use]
    pub fn known(&self) -> Option<i64> {
        if self.sent.is_none() || self.stale {
            None
        } else {
            self.last()
        }
    }

    fn last(&self) -> Option<i64> {
        self.queue.back().map(|frame| frame.position).or(self.sent)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame(position: i64) -> Placed {
        Placed {
            position,
            stored: DateTime::UNIX_EPOCH,
            bytes: Bytes::new(),
            last: false,
        }
    }

    fn positions(next: Next) -> Vec<i64> {
        match next {
            Next::Write(frames) => frames.into_iter().map(|frame| frame.position).collect(),
            other @ (Next::Read(_) | Next::Wait) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_frame_offered_during_the_first_reading_is_neither_lost_nor_doubled() {
        let mut slot = Slot::default();
        assert_eq!(slot.offer(frame(2)), Offered::Queued);
        assert_eq!(slot.offer(frame(3)), Offered::Queued);
        assert_eq!(slot.next(true), Next::Wait);
        assert_eq!(slot.given(), None);
        slot.settle(2, false);
        assert_eq!(slot.given(), Some(2));
        assert_eq!(positions(slot.next(true)), [3]);
        assert_eq!(slot.given(), Some(3));
        assert_eq!(slot.offer(frame(3)), Offered::Known);
        assert_eq!(slot.next(true), Next::Wait);
    }

    #[test]
    fn after_a_lost_hint_the_stream_reads() {
        let mut slot = Slot::default();
        slot.settle(1, false);
        assert_eq!(slot.offer(frame(3)), Offered::Gap);
        assert_eq!(slot.known(), None);
        assert_eq!(slot.next(true), Next::Read(1));
        slot.settle(3, false);
        assert_eq!(slot.next(true), Next::Wait);
        assert_eq!(slot.known(), Some(3));
    }

    #[test]
    fn a_hint_that_overtook_the_first_reading_makes_the_stream_read_again() {
        let mut slot = Slot::default();
        slot.offer(frame(5));
        slot.settle(3, false);
        assert_eq!(slot.next(true), Next::Read(3));
    }

    #[test]
    fn a_full_slot_is_written_and_then_the_rest_is_read() {
        let mut slot = Slot::default();
        slot.settle(0, false);
        let capacity = i64::try_from(CAPACITY).expect("16");
        for position in 1..=capacity {
            assert_eq!(slot.offer(frame(position)), Offered::Queued);
        }
        assert_eq!(slot.offer(frame(capacity + 1)), Offered::Full);
        assert_eq!(
            positions(slot.next(true)),
            (1..=capacity).collect::<Vec<_>>()
        );
        assert_eq!(slot.next(true), Next::Read(capacity));
    }

    #[test]
    fn a_reading_that_failed_is_done_again() {
        let mut slot = Slot::default();
        slot.settle(0, true);
        assert_eq!(slot.next(true), Next::Read(0));
        slot.read_failed();
        // Until it may be tried again, what is contiguous goes on.
        assert_eq!(slot.next(false), Next::Wait);
        slot.offer(frame(1));
        assert_eq!(positions(slot.next(false)), [1]);
        assert_eq!(slot.next(true), Next::Read(1));
    }

    /// What can happen to a stream, in any order.
    #[derive(Debug, Clone)]
    enum Step {
        Commit,
        Hint(i64),
        Write,
        Read,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            4 => Just(Step::Commit),
            6 => (0..6_i64).prop_map(Step::Hint),
            3 => Just(Step::Write),
            3 => Just(Step::Read),
        ];
        prop::collection::vec(step, 0..120)
    }

    proptest! {
        /// Whatever is lost, late, doubled or out of order: what is written is 1, 2, 3, …, and once a sweep has
        /// offered what was missed, nothing is left out.
        #[test]
        fn a_stream_writes_every_position_once_and_in_order(steps in steps()) {
            let mut slot = Slot::default();
            let (mut stored, mut written, mut reading) = (0_i64, Vec::new(), Some(0));
            let advance = |slot: &mut Slot, written: &mut Vec<i64>| match slot.next(true) {
                Next::Write(frames) => { written.extend(frames.iter().map(|frame| frame.position)); None }
                Next::Read(after) => Some(after),
                Next::Wait => None,
            };
            for step in steps {
                match step {
                    Step::Commit => stored += 1,
                    // A hint of any age; never of what is not stored.
                    Step::Hint(age) if stored > age => { slot.offer(frame(stored - age)); }
                    Step::Hint(_) => {}
                    Step::Write if reading.is_none() => reading = advance(&mut slot, &mut written),
                    Step::Read => if let Some(after) = reading.take() {
                        written.extend(after + 1..=stored);
                        slot.settle(stored, false);
                    },
                    Step::Write => {}
                }
            }
            // The sweep: offers what is missing until the stream has it.
            for _ in 0..200 {
                if let Some(after) = reading.take() {
                    written.extend(after + 1..=stored);
                    slot.settle(stored, false);
                }
                if let Some(known) = slot.known() {
                    for position in known + 1..=stored { slot.offer(frame(position)); }
                }
                reading = advance(&mut slot, &mut written);
            }
            prop_assert_eq!(written, (1..=stored).collect::<Vec<_>>());
        }
    }
}
