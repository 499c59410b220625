use chrono::DateTime;
use velure_postgres::outbox::shard_of;

use super::*;

fn order(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn row(n: u128, sequence: i64) -> OutboxRow {
    OutboxRow {
        outbox: Outbox::Fulfilment,
        sequence,
        shard: shard_of(order(n)),
        event_id: Uuid::from_u128(u128::try_from(sequence).expect("not negative")),
        order_id: order(n),
        version: 2,
        event_type: "order.processing".into(),
        body: Vec::new(),
        reason: None,
        traceparent: None,
        tracestate: None,
        attempts: 0,
    }
}

fn pending(row: &OutboxRow) -> PendingRow {
    PendingRow {
        outbox: row.outbox,
        shard: row.shard,
        sequence: row.sequence,
        created_at: DateTime::UNIX_EPOCH,
        attempts: row.attempts,
    }
}

fn window() -> Window {
    let mut window = Window::default();
    window.set_shards(&(0..64).collect());
    window
}

/// Reads as a relay would.
fn read(window: &mut Window, rows: Vec<OutboxRow>) -> usize {
    window.begin_read(Reach::Recent);
    window.take(rows)
}

fn next(window: &mut Window) -> Option<i64> {
    window.next_row().map(|row| row.sequence)
}

#[test]
fn an_orders_second_row_waits_until_the_first_is_recorded() {
    let mut window = window();
    assert_eq!(read(&mut window, vec![row(1, 1), row(1, 2), row(2, 3)]), 3);
    let first = window.next_row().expect("the first");
    assert_eq!(
        (first.sequence, next(&mut window), next(&mut window)),
        (1, Some(3), None)
    );
    window.published(&Sent::of(&first));
    assert_eq!(next(&mut window), Some(2));
}

#[test]
fn what_waits_behind_a_failure_is_not_sent() {
    let mut window = window();
    read(&mut window, vec![row(1, 1), row(1, 2)]);
    let first = window.next_row().expect("the first");
    window.failed(&Sent::of(&first));
    assert_eq!(next(&mut window), None);
    assert!(window.is_empty());
}

/// Found by the simulator: seed 1802 had an order's third event published before its second.
#[test]
fn once_a_failed_row_is_published_reading_goes_back_to_what_it_held_back() {
    let mut window = window();
    read(&mut window, vec![row(1, 13), row(1, 14)]);
    let first = window.next_row().expect("the first");
    window.failed(&Sent::of(&first));
    read(&mut window, vec![row(2, 19)]);
    window.age();
    window.age();
    // Its time has come; the database still holds the order's others back.
    window.begin_read(Reach::Full);
    let again = OutboxRow {
        attempts: 1,
        ..row(1, 13)
    };
    assert_eq!(window.take(vec![again.clone(), row(2, 19)]), 1);
    window.begin_read(Reach::Recent);
    window.published(&Sent::of(&again));
    // This read saw the outcome, and began beyond what was held back.
    assert_eq!(window.take(vec![row(1, 20)]), 0);
    let from = window
        .begin_read(Reach::Recent)
        .into_iter()
        .find(|from| from.shard == again.shard);
    assert_eq!(from.map(|from| from.fulfilment), Some(12));
}

#[test]
fn a_read_that_began_before_an_outcome_was_stored_brings_nothing_back() {
    let mut window = window();
    read(&mut window, vec![row(1, 1)]);
    let first = window.next_row().expect("the first");
    window.begin_read(Reach::Recent);
    window.published(&Sent::of(&first));
    assert_eq!(window.take(vec![row(1, 1), row(2, 2)]), 1);
    // The next read sees the outcome; whoever sets it back by hand has it published again.
    assert_eq!(read(&mut window, vec![row(1, 1)]), 1);
}

#[test]
fn a_read_that_began_before_a_failure_was_stored_sends_nothing_of_that_order() {
    let mut window = window();
    read(&mut window, vec![row(1, 1)]);
    let first = window.next_row().expect("the first");
    window.begin_read(Reach::Recent);
    window.failed(&Sent::of(&first));
    assert_eq!(window.take(vec![row(1, 2)]), 0);
    assert_eq!(next(&mut window), None);
}

#[test]
fn a_row_that_is_held_is_not_taken_twice() {
    let mut window = window();
    assert_eq!(read(&mut window, vec![row(1, 1), row(1, 2)]), 2);
    assert_eq!(read(&mut window, vec![row(1, 1), row(1, 2), row(1, 3)]), 1);
    assert_eq!(window.most_held(), 3);
}

#[test]
fn of_what_is_pending_only_the_events_that_are_not_known_are_read_in_the_order_of_their_sequence() {
    let mut window = window();
    read(&mut window, vec![row(1, 1), row(2, 2)]);
    let found = [row(2, 2), row(2, 4), row(1, 1), row(1, 3), row(1, 5)].map(|row| pending(&row));
    window.begin_read(Reach::Recent);
    window.found(found.to_vec());
    let [_, second, _, first, third] = found;
    assert_eq!(window.next_unread(2), [first, second]);
    assert_eq!(window.next_unread(2), [third]);
    assert_eq!(window.next_unread(2), []);
}

#[test]
fn what_a_read_found_does_not_count_any_more_once_a_row_failed_a_shard_went_or_events_could_not_be_read()
 {
    let failed: fn(&mut Window) = |window| window.failed(&Sent::of(&row(1, 1)));
    let gone: fn(&mut Window) = |window| window.set_shards(&BTreeSet::new());
    let unreadable: fn(&mut Window) = Window::unreadable;
    for change in [failed, gone, unreadable] {
        let mut window = window();
        read(&mut window, vec![row(1, 1)]);
        window.begin_read(Reach::Recent);
        window.found(vec![pending(&row(1, 2)), pending(&row(1, 3))]);
        assert_eq!(window.next_unread(1), [pending(&row(1, 2))]);
        change(&mut window);
        assert_eq!(window.next_unread(1), []);
    }
}

#[test]
fn of_a_shard_that_went_while_it_was_read_nothing_is_found() {
    let mut window = window();
    let others = shard_of(order(1));
    window.set_shards(&(0..64).filter(|shard| *shard != others).collect());
    window.begin_read(Reach::Recent);
    window.found(vec![pending(&row(1, 3)), pending(&row(2, 4))]);
    assert_eq!(window.next_unread(2), [pending(&row(2, 4))]);
}

#[test]
fn a_shard_that_is_given_up_sends_nothing_more_and_is_drained_when_its_last_outcome_is_stored() {
    let mut window = window();
    read(&mut window, vec![row(1, 1), row(1, 2), row(2, 3)]);
    let first = window.next_row().expect("the first");
    let shard = shard_of(order(1));
    window.set_shards(&(0..64).filter(|s| *s != shard).collect());
    assert!(!window.is_drained(shard));
    window.published(&Sent::of(&first));
    assert!(window.is_drained(shard));
    assert_eq!((next(&mut window), next(&mut window)), (Some(3), None));
    assert_eq!(read(&mut window, vec![row(1, 2)]), 0);
}

#[test]
fn a_read_begins_where_reading_was_some_time_ago() {
    let mut window = window();
    let from = |window: &mut Window, reach| {
        let shard = shard_of(order(1));
        window
            .begin_read(reach)
            .into_iter()
            .find(|f| f.shard == shard)
            .map(|f| f.fulfilment)
    };
    read(&mut window, vec![row(1, 7)]);
    assert_eq!(from(&mut window, Reach::Recent), Some(0));
    window.age();
    assert_eq!(from(&mut window, Reach::Recent), Some(0));
    window.age();
    assert_eq!(from(&mut window, Reach::Recent), Some(7));
    assert_eq!(from(&mut window, Reach::Full), Some(0));
}

#[test]
fn a_row_that_was_committed_late_goes_before_what_its_order_appended_later() {
    let mut window = window();
    read(&mut window, vec![row(1, 1), row(1, 4), row(1, 6)]);
    read(&mut window, vec![row(1, 5)]);
    read(&mut window, vec![row(1, 2)]);
    let mut order = Vec::new();
    while let Some(row) = window.next_row() {
        order.push(row.sequence);
        window.published(&Sent::of(&row));
    }
    assert_eq!(order, [1, 2, 4, 5, 6]);
}

#[test]
fn a_read_that_began_before_the_shards_changed_brings_nothing() {
    let mut window = window();
    window.begin_read(Reach::Recent);
    window.set_shards(&(0..64).collect());
    assert_eq!(window.shards(), 64);
    assert_eq!(window.take(vec![row(1, 1)]), 0);
    assert_eq!(read(&mut window, vec![row(1, 1)]), 1);
}

#[test]
fn what_is_on_its_way_is_counted_until_its_outcome_is_known() {
    let mut window = window();
    read(&mut window, vec![row(1, 1), row(2, 2), row(3, 3)]);
    assert_eq!((window.ready(), window.in_flight()), (3, 0));
    for number in 1..=2 {
        let row = window.next_row().expect("three are ready");
        window.sent(Ticket::from_number(number), row);
    }
    assert_eq!((window.ready(), window.in_flight()), (1, 2));
    let known = window.outcome(Ticket::from_number(2));
    assert_eq!(known.map(|row| row.sequence), Some(2));
    assert!(window.outcome(Ticket::from_number(2)).is_none());
    assert_eq!((window.ready(), window.in_flight()), (1, 1));
}

#[test]
fn each_outbox_is_read_on_from_where_it_was_read_itself() {
    let mut window = window();
    let placed = OutboxRow {
        outbox: Outbox::Orders,
        ..row(1, 9)
    };
    read(&mut window, vec![row(1, 4), placed]);
    window.age();
    window.age();
    let shard = shard_of(order(1));
    let from = window
        .begin_read(Reach::Recent)
        .into_iter()
        .find(|from| from.shard == shard)
        .map(|from| (from.orders, from.fulfilment));
    assert_eq!(from, Some((9, 4)));
}

#[test]
fn only_an_order_that_was_placed_is_told_as_placed() {
    let of = |outbox, event_type: &str| {
        Sent::of(&OutboxRow {
            outbox,
            event_type: event_type.into(),
            ..row(1, 1)
        })
        .placed
    };
    assert!(of(Outbox::Orders, "order.created"));
    assert!(!of(Outbox::Orders, "order.cancelled"));
    assert!(!of(Outbox::Fulfilment, "order.created"));
}

#[test]
fn a_row_of_doubtful_outcome_goes_out_again_before_what_follows_it() {
    let mut window = window();
    read(&mut window, vec![row(1, 1), row(1, 2)]);
    let first = window.next_row().expect("the first");
    window.send_again(first);
    assert_eq!((next(&mut window), next(&mut window)), (Some(1), None));
}

#[test]
fn after_stopping_only_what_is_in_flight_is_held() {
    let mut window = window();
    read(&mut window, vec![row(1, 1), row(1, 2), row(2, 3)]);
    let first = window.next_row().expect("the first");
    window.begin_read(Reach::Recent);
    window.drop_ready();
    assert_eq!(window.take(vec![row(1, 2)]), 0, "a read was under way");
    assert_eq!(next(&mut window), None);
    assert!(!window.is_empty());
    window.published(&Sent::of(&first));
    assert!(window.is_empty());
}

#[test]
fn a_row_whose_outcome_is_stored_takes_no_room() {
    let mut window = window();
    read(&mut window, vec![row(1, 1), row(2, 2)]);
    assert_eq!(window.held(), 2);
    let first = window.next_row().expect("the first");
    window.published(&Sent::of(&first));
    assert_eq!(window.held(), 1);
}
