use std::time::Duration;

use sqlx::PgPool;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use velure_sse_gateway::Limits;

use crate::shop::{ALL, Buyer, SOON, Shop, events_of, quiet};

/// Sends a request by hand, on a connection that takes in little by itself.
async fn ask(shop: &Shop, head: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4096).expect("a small buffer");
    let address = shop
        .base
        .trim_start_matches("http://")
        .parse()
        .expect("an address");
    let mut tcp = socket.connect(address).await.expect("a connection");
    tcp.write_all(head.as_bytes()).await.expect("a request");
    tcp
}

/// Gives a buyer far more events than two socket buffers hold.
async fn much_history(shop: &Shop, buyer: &Buyer) {
    let order = shop.place(buyer).await;
    sqlx::query(
        "with many as (
           insert into orders.orders (order_id, buyer_id, currency, total_minor, payment_method)
           select gen_random_uuid(), $1, 'USD', 100, 'pm_card_visa' from generate_series(1, 20000) returning order_id
         ), counted as (
           update orders.buyers set last_sequence = 20001 where buyer_id = $1
         )
         insert into orders.order_events (order_id, version, status, buyer_id, buyer_sequence)
         select order_id, 1, 'CREATED', $1, 1 + row_number() over () from many",
    )
    .bind(buyer.id.as_uuid())
    .execute(&shop.database)
    .await
    .expect("a history");
    let _ = order;
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_client_that_does_not_read_is_cut_and_its_seat_is_free_again(pool: PgPool) {
    let limits = Limits {
        write_idle: Duration::from_millis(300),
        streams_per_user: 1,
        ..quiet()
    };
    let shop = Shop::with(pool, limits).await;
    let buyer = Buyer::new();
    much_history(&shop, &buyer).await;
    let head = format!(
        "GET {ALL} HTTP/1.1\r\nhost: localhost\r\ncookie: {}\r\n\r\n",
        buyer.cookie
    );
    let mut stalled = ask(&shop, &head).await;
    timeout(SOON, async {
        while shop
            .request(&buyer, ALL)
            .send()
            .await
            .expect("an answer")
            .status()
            == 429
        {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the client is cut and its seat is free");
    // What was on the way is still there, and then the connection is over without the end of the response.
    let mut received = Vec::new();
    let _ = timeout(SOON, stalled.read_to_end(&mut received))
        .await
        .expect("an end in time");
    assert!(received.starts_with(b"HTTP/1.1 200 OK\r\n"));
    assert!(!received.ends_with(b"0\r\n\r\n"));
    assert!(received.len() < 2_000_000, "{}", received.len());
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_client_that_reads_slowly_gets_everything_in_order(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let buyer = Buyer::new();
    much_history(&shop, &buyer).await;
    let mut events = shop.watch_all(&buyer).await;
    events.retry().await;
    // More live events than a slot holds, while nothing is read.
    for _ in 0..40 {
        let order = shop.place(&buyer).await;
        shop.advance_and_tell(order, "PROCESSING").await;
    }
    for sequence in 1..=20_081 {
        assert_eq!(events.status().await.0, format!("b{sequence}"));
    }
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_client_of_http_1_0_gets_a_body_that_ends_with_the_connection(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let buyer = Buyer::new();
    let order = shop.place(&buyer).await;
    shop.advance(order, "PROCESSING").await;
    shop.advance(order, "COMPLETED").await;
    let head = format!(
        "GET {} HTTP/1.0\r\ncookie: {}\r\n\r\n",
        events_of(order),
        buyer.cookie
    );
    let mut tcp = ask(&shop, &head).await;
    let mut text = String::new();
    timeout(SOON, tcp.read_to_string(&mut text))
        .await
        .expect("an end in time")
        .expect("text");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    assert!(!head.contains("chunked"), "{head}");
    assert!(
        body.starts_with("retry: 2000\n\nid: 1\nevent: status\ndata: {"),
        "{body}"
    );
    assert_eq!(body.matches("event: status").count(), 3);
}

#[sqlx::test(migrator = "velure_postgres::ORDERS")]
async fn a_client_that_talks_on_an_open_stream_is_cut(pool: PgPool) {
    let shop = Shop::open(pool).await;
    let buyer = Buyer::new();
    let head = format!(
        "GET {ALL} HTTP/1.1\r\nhost: localhost\r\ncookie: {}\r\n\r\n",
        buyer.cookie
    );
    let mut tcp = ask(&shop, &head).await;
    let talk = async {
        loop {
            if tcp.write_all(&[b'x'; 1024]).await.is_err() {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(SOON, talk).await.expect("it is cut");
}
