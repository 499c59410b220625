//! Connections: HTTP until a stream is granted, then the bare socket.

use std::convert::Infallible;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use http::Version;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustix::net::sockopt;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::Instant;
use velure_domain::RequestId;
use velure_service::{Heartbeat, StopToken};

use crate::gateway::Gateway;
use crate::registry::count;
use crate::routes::{Answer, answer};
use crate::socket::Socket;
use crate::stream::{self, Granted};

/// The most bytes of headers that a request may have. hyper takes no less than 8 KiB.
const HEADER_BYTES: usize = 16 * 1024;

/// Connections that wait to be accepted.
const BACKLOG: u32 = 1_024;

/// How long a request may take to be answered once the process was asked to stop: auth has 3 s, the database 5.
const REQUESTS_END_WITHIN: Duration = Duration::from_secs(8);

/// How often the loop shows that it goes round while nobody connects.
const BEAT_EVERY: Duration = Duration::from_secs(5);

/// Takes the port. Accepted connections inherit its small send buffer.
pub(crate) fn listen(address: SocketAddr, send_buffer: u32) -> anyhow::Result<TcpListener> {
    let socket = if address.is_ipv6() {
        TcpSocket::new_v6()
    } else {
        TcpSocket::new_v4()
    };
    let socket = socket.context("a socket")?;
    socket
        .set_reuseaddr(true)
        .context("a socket that can be taken again at once")?;
    socket
        .set_send_buffer_size(send_buffer)
        .context("a small send buffer")?;
    socket
        .bind(address)
        .with_context(|| format!("the port {address} is not to be had"))?;
    socket
        .listen(BACKLOG)
        .context("the port cannot be listened on")
}

/// Accepts until asked to stop, then waits for every connection to end: streams do so by themselves.
pub(crate) async fn serve(listener: TcpListener, gateway: Arc<Gateway>, heart: Heartbeat) {
    let slots = Arc::new(Semaphore::new(gateway.limits.connections));
    let stop = gateway.stop.clone();
    let mut connections = JoinSet::new();
    let mut beats = tokio::time::interval(BEAT_EVERY);
    loop {
        let accept = async {
            // Before accepting: who does not fit waits in the kernel's queue.
            let slot = slots.clone().acquire_owned().await;
            (slot, listener.accept().await)
        };
        tokio::select! {
            () = stop.cancelled() => break,
            _ = beats.tick() => heart.beat(),
            Some(_) = connections.join_next() => {}
            (slot, accepted) = accept => match accepted {
                Ok((tcp, _)) => {
                    let gateway = gateway.clone();
                    connections.spawn(async move {
                        connection(gateway, tcp).await;
                        drop(slot);
                    });
                }
                Err(error) => {
                    // Out of descriptors, or a client that left at once. A pause, so that the first does not spin.
                    tracing::warn!(error = &error as &dyn std::error::Error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
        }
        gateway.metrics.connections.set(count(connections.len()));
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn connection(gateway: Arc<Gateway>, tcp: TcpStream) {
    if let Err(error) = tune(&tcp, gateway.limits.write_idle) {
        tracing::debug!(
            error = &error as &dyn std::error::Error,
            "a connection could not be tuned"
        );
    }
    // Boxed, and dropped as soon as a stream is granted: an idle stream is then a socket, a slot and a timer.
    let Some(handed) = Box::pin(converse(&gateway, tcp)).await else {
        return;
    };
    let Handed {
        tcp,
        granted,
        version,
        request_id,
    } = handed;
    let (topic, started) = (granted.membership.topic(), Instant::now());
    let open = Open::new(&gateway);
    let socket = Socket::new(
        tcp,
        version,
        gateway.limits.write_idle,
        gateway.stop.clone(),
    );
    let ended = Box::pin(stream::run(gateway.clone(), socket, *granted)).await;
    drop(open);
    gateway.metrics.ended(ended.as_str());
    tracing::info!(
        request.id = %request_id,
        stream.topic = ?topic,
        stream.ended = ended.as_str(),
        duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
        "stream"
    );
}

/// Counts a stream for as long as it is open.
struct Open<'a>(&'a Gateway);

impl<'a> Open<'a> {
    fn new(gateway: &'a Gateway) -> Self {
        gateway.metrics.subscribers.increment(1.0);
        Self(gateway)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.metrics.subscribers.decrement(1.0);
    }
}

/// Small frames go out at once, and a peer that acknowledges nothing is given up by the kernel too.
fn tune(tcp: &TcpStream, write_idle: Duration) -> std::io::Result<()> {
    tcp.set_nodelay(true)?;
    let timeout = u32::try_from(write_idle.as_millis()).unwrap_or(u32::MAX);
    sockopt::set_tcp_user_timeout(tcp, timeout)?;
    Ok(())
}

/// A connection on which a stream was granted and nothing was answered yet.
struct Handed {
    tcp: TcpStream,
    granted: Box<Granted>,
    version: Version,
    request_id: RequestId,
}

/// Speaks HTTP until the client leaves or a stream is granted.
async fn converse(gateway: &Arc<Gateway>, tcp: TcpStream) -> Option<Handed> {
    let (hand, mut handed) = mpsc::channel(1);
    let service = service_fn(|request: http::Request<Incoming>| {
        let (gateway, hand) = (gateway.clone(), hand.clone());
        async move {
            match answer(&gateway, &request).await {
                Answer::Whole(response) => Ok::<_, Infallible>(response),
                Answer::Stream(granted, version, request_id) => {
                    // The receiver takes the connection apart, and this future with it. It never has an answer.
                    let _ = hand.send((granted, version, request_id)).await;
                    pending().await
                }
            }
        }
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(gateway.limits.headers)
        .max_buf_size(HEADER_BYTES)
        // One request a connection, as with a stream: a load balancer that keeps a connection for the next request
        // could send it just when this side closes, and tell the browser that the gateway is broken.
        .keep_alive(false)
        .serve_connection(TokioIo::new(tcp), service);
    let mut give_up_at = None;
    loop {
        tokio::select! {
            biased;
            Some((granted, version, request_id)) = handed.recv() => {
                // Bytes after the request, if any, are dropped with the buffer: nobody has anything to say there.
                let tcp = connection.into_parts().io.into_inner();
                return Some(Handed { tcp, granted, version, request_id });
            }
            // A client that breaks off is its own business.
            _ = &mut connection => return None,
            () = gateway.stop.cancelled(), if give_up_at.is_none() => {
                give_up_at = Some(Instant::now() + REQUESTS_END_WITHIN);
                Pin::new(&mut connection).graceful_shutdown();
            }
            // Also for a client that has connected and asks nothing.
            () = until(give_up_at) => return None,
        }
    }
}

/// Returns at this moment, or never when there is none.
async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => pending().await,
    }
}

/// Raises the limit of open descriptors as far as it goes: each stream is one, and many shells allow 1,024.
pub(crate) fn raise_descriptor_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(
            error = &error as &dyn std::error::Error,
            "the limit of open descriptors could not be raised"
        );
    }
}

/// The gateway's accepting loop as a task of the supervisor.
pub(crate) async fn run(
    listener: TcpListener,
    gateway: Arc<Gateway>,
    heart: Heartbeat,
) -> anyhow::Result<()> {
    let stop: StopToken = gateway.stop.clone();
    serve(listener, gateway, heart).await;
    anyhow::ensure!(stop.is_cancelled(), "the accepting loop ended by itself");
    Ok(())
}
