//! Each thing that a line does, against a server that says everything back.

use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use velure_fault_proxy::control::{Lines, take_orders};
use velure_fault_proxy::{Condition, Proxy};

const SOON: Duration = Duration::from_secs(10);

/// A server that says everything back, until it is dropped.
struct Echo {
    address: String,
    _task: JoinSet<()>,
}

impl Echo {
    async fn at(address: &str) -> Self {
        let listener = TcpListener::bind(address).await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let mut task = JoinSet::new();
        task.spawn(async move {
            let mut clients = JoinSet::new();
            loop {
                let (mut client, _) = listener.accept().await.expect("a client");
                clients.spawn(async move {
                    let (mut from, mut to) = client.split();
                    let _ = tokio::io::copy(&mut from, &mut to).await;
                });
            }
        });
        Self {
            address,
            _task: task,
        }
    }
}

async fn echo_and_proxy() -> (Echo, Proxy) {
    let echo = Echo::at("127.0.0.1:0").await;
    let proxy = Proxy::to(&echo.address).await.expect("a proxy");
    (echo, proxy)
}

/// A connection that was used once.
async fn connection(proxy: &Proxy) -> TcpStream {
    let mut client = TcpStream::connect(proxy.address()).await.expect("a proxy");
    assert_eq!(said_back(&mut client, b"hello").await, b"hello");
    client
}

/// What comes back of `what`, as far as it comes before the connection ends.
async fn said_back(client: &mut TcpStream, what: &[u8]) -> Vec<u8> {
    let mut heard = vec![0; what.len()];
    let mut length = 0;
    tokio::time::timeout(SOON, async {
        client.write_all(what).await.expect("it is sent");
        while length < what.len() {
            match client.read(&mut heard[length..]).await {
                Ok(0) | Err(_) => break,
                Ok(read) => length += read,
            }
        }
    })
    .await
    .expect("an answer or an end");
    heard.truncate(length);
    heard
}

/// Whether nothing is heard for a while.
async fn is_silent(client: &mut TcpStream) -> bool {
    let mut byte = [0];
    tokio::time::timeout(Duration::from_millis(100), client.read(&mut byte))
        .await
        .is_err()
}

#[tokio::test]
async fn what_is_said_on_a_stalled_line_arrives_afterwards() {
    let (_echo, proxy) = echo_and_proxy().await;
    let mut client = connection(&proxy).await;
    proxy.stall();
    client.write_all(b"still").await.expect("it is sent");
    assert!(is_silent(&mut client).await);
    proxy.restore();
    assert_eq!(said_back(&mut client, b" here").await, b"still");
}

#[tokio::test]
async fn a_slow_line_carries_everything_later() {
    let (_echo, proxy) = echo_and_proxy().await;
    let mut client = connection(&proxy).await;
    proxy.set(Condition::Slow(Duration::from_millis(50)));
    let started = Instant::now();
    assert_eq!(said_back(&mut client, b"hello").await, b"hello");
    assert!(
        started.elapsed() >= Duration::from_millis(100),
        "there and back"
    );
}

#[tokio::test]
async fn answers_that_got_lost_end_their_connection_when_the_line_is_open_again() {
    let (_echo, proxy) = echo_and_proxy().await;
    let (mut deaf, mut quiet) = (connection(&proxy).await, connection(&proxy).await);
    proxy.set(Condition::Unheard);
    deaf.write_all(b"hello").await.expect("it is sent");
    assert!(is_silent(&mut deaf).await);
    proxy.restore();
    assert_eq!(said_back(&mut deaf, b"x").await, b"");
    assert_eq!(
        said_back(&mut quiet, b"nothing lost").await,
        b"nothing lost"
    );
}

#[tokio::test]
async fn a_torn_connection_ends_within_what_the_server_says() {
    let (_echo, proxy) = echo_and_proxy().await;
    let mut client = connection(&proxy).await;
    proxy.set(Condition::Torn(7));
    assert_eq!(said_back(&mut client, b"hello").await, b"hello");
    let heard = said_back(&mut client, b"hello").await;
    assert!(b"he".starts_with(&heard), "{heard:?}");
}

#[tokio::test]
async fn a_cut_ends_every_connection_and_every_new_one_until_the_line_is_open_again() {
    let (_echo, proxy) = echo_and_proxy().await;
    let mut client = connection(&proxy).await;
    proxy.cut();
    let mut byte = [0];
    let ended = tokio::time::timeout(SOON, client.read(&mut byte));
    assert!(!matches!(ended.await.expect("an end"), Ok(read) if read > 0));
    let mut another = TcpStream::connect(proxy.address()).await.expect("a proxy");
    let ended = tokio::time::timeout(SOON, another.read(&mut byte));
    assert!(!matches!(ended.await.expect("an end"), Ok(read) if read > 0));
    proxy.restore();
    connection(&proxy).await;
}

#[tokio::test]
async fn a_connection_that_was_forgotten_stays_open_and_says_nothing_while_new_ones_work() {
    let (_echo, proxy) = echo_and_proxy().await;
    let mut client = connection(&proxy).await;
    proxy.forget();
    client.write_all(b"hello").await.expect("it is sent");
    assert!(is_silent(&mut client).await);
    connection(&proxy).await;
    proxy.restore();
    assert!(is_silent(&mut client).await);
}

#[tokio::test]
async fn clients_are_refused_while_the_server_does_not_listen() {
    let (echo, proxy) = echo_and_proxy().await;
    let address = echo.address.clone();
    drop(echo);
    // The first one finds out; it may find the proxy listening still.
    tokio::time::timeout(SOON, async {
        while TcpStream::connect(proxy.address()).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("clients are refused");
    let _echo = Echo::at(&address).await;
    tokio::time::timeout(SOON, async {
        while TcpStream::connect(proxy.address()).await.is_err() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("clients are accepted again");
    connection(&proxy).await;
}

#[tokio::test]
async fn orders_are_obeyed_and_what_is_none_is_told_so() {
    let (_echo, proxy) = echo_and_proxy().await;
    let (address, mut client) = (proxy.address(), connection(&proxy).await);
    let lines = Lines::from([("redis".to_owned(), proxy)]);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let control = listener.local_addr().expect("an address");
    let mut orders = JoinSet::new();
    orders.spawn(async move {
        let _ = take_orders(&listener, &lines).await;
    });
    let mut boss = BufReader::new(TcpStream::connect(control).await.expect("the control"));
    for (order, answer) in [
        ("redis slow:0", "done\n"),
        (
            "mongodb cut",
            "there is no line \"mongodb\"; there are redis\n",
        ),
        (
            "redis",
            "an order is the name of a line and what is to be done to it\n",
        ),
        (
            "redis away",
            "\"away\" is none of open, slow:<milliseconds>, stalled, unheard, torn:<bytes>, cut\n",
        ),
        ("redis forget", "done\n"),
    ] {
        let order = format!("{order}\n");
        boss.write_all(order.as_bytes()).await.expect("it is sent");
        let mut heard = String::new();
        boss.read_line(&mut heard).await.expect("an answer");
        assert_eq!(heard, answer);
    }
    client.write_all(b"hello").await.expect("it is sent");
    assert!(is_silent(&mut client).await);
    TcpStream::connect(address).await.expect("a new one");
}
