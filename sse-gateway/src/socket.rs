//! The bytes of a response that has no end yet.

use std::io;
use std::time::Duration;

use http::{HeaderMap, StatusCode, Version};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};
use velure_faults::{Point, is_armed, reach};
use velure_service::StopToken;

/// What a client may send while a stream is open, before it is cut: nobody has anything to say there.
const MAX_SAID: usize = 4 * 1024;

/// How many times longer than a single byte a whole write may take. A client that takes a byte now and then would
/// otherwise hold a page of history for as long as it likes.
const WHOLE_WRITE: u32 = 3;

/// Why nothing more can be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    /// The client did not accept a byte in time, or not enough of them.
    #[error("the client does not read")]
    Idle,
    /// The process stops, and the client does not read just now.
    #[error("the process stops")]
    Stopping,
    /// The connection broke.
    #[error("the connection broke")]
    Broken(#[source] io::Error),
}

/// A connection that carries a stream. Written by hand, and not by an HTTP library, because an idle stream then needs
/// no buffers at all, and because a library asks for more to write only while the client reads: a client that does
/// not could never be found out.
pub(crate) struct Socket {
    tcp: TcpStream,
    chunked: bool,
    write_idle: Duration,
    stop: StopToken,
    said: usize,
}

impl Socket {
    /// Takes over a connection on which nothing was answered yet.
    pub(crate) fn new(
        tcp: TcpStream,
        version: Version,
        write_idle: Duration,
        stop: StopToken,
    ) -> Self {
        Self {
            tcp,
            chunked: version >= Version::HTTP_11,
            write_idle,
            stop,
            said: 0,
        }
    }

    /// Writes the head of the response and the first bytes of its body.
    pub(crate) async fn open(
        &mut self,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<(), WriteError> {
        let mut bytes = format!(
            "HTTP/1.1 {} {}\r\n",
            status.as_str(),
            status.canonical_reason().unwrap_or("")
        )
        .into_bytes();
        for (name, value) in headers {
            bytes.extend_from_slice(name.as_str().as_bytes());
            bytes.extend_from_slice(b": ");
            // A header value holds no CR or LF by construction.
            bytes.extend_from_slice(value.as_bytes());
            bytes.extend_from_slice(b"\r\n");
        }
        let framing: &[u8] = if self.chunked {
            b"transfer-encoding: chunked\r\n"
        } else {
            b""
        };
        bytes.extend_from_slice(framing);
        bytes.extend_from_slice(b"connection: close\r\n\r\n");
        self.append(&mut bytes, body);
        self.write_all(&bytes).await
    }

    /// Writes more of the body.
    pub(crate) async fn write(&mut self, body: &[u8]) -> Result<(), WriteError> {
        let mut bytes = Vec::with_capacity(body.len() + 16);
        self.append(&mut bytes, body);
        let mut bytes = bytes.as_slice();
        if is_armed(Point::E3) {
            let (first, rest) = bytes.split_at(bytes.len() / 2);
            self.write_all(first).await?;
            reach(Point::E3)
                .await
                .map_err(|fault| WriteError::Broken(fault.into()))?;
            bytes = rest;
        }
        self.write_all(bytes).await
    }

    /// Ends the response: the client knows that it got everything.
    pub(crate) async fn end(mut self) -> Result<(), WriteError> {
        if self.chunked {
            self.write_all(b"0\r\n\r\n").await?;
        }
        let shutdown = timeout_at(Instant::now() + self.write_idle, self.tcp.shutdown()).await;
        shutdown
            .map_err(|_| WriteError::Idle)?
            .map_err(WriteError::Broken)
    }

    /// Returns when the client is gone, or says more than it should.
    pub(crate) async fn gone(&mut self) {
        let mut buffer = [0; 256];
        loop {
            if self.tcp.readable().await.is_err() {
                return;
            }
            match self.tcp.try_read(&mut buffer) {
                Ok(0) => return,
                Ok(read) => {
                    self.said += read;
                    if self.said > MAX_SAID {
                        return;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
        }
    }

    fn append(&self, bytes: &mut Vec<u8>, body: &[u8]) {
        if self.chunked {
            bytes.extend_from_slice(format!("{:x}\r\n", body.len()).as_bytes());
            bytes.extend_from_slice(body);
            bytes.extend_from_slice(b"\r\n");
        } else {
            bytes.extend_from_slice(body);
        }
    }

    async fn write_all(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        write_within(&mut self.tcp, bytes, self.write_idle, &self.stop).await
    }
}

/// Writes everything, as long as some of it is taken within every `idle` and all of it within three times that.
async fn write_within(
    io: &mut (impl AsyncWrite + Unpin),
    mut bytes: &[u8],
    idle: Duration,
    stop: &StopToken,
) -> Result<(), WriteError> {
    let all_by = Instant::now() + idle * WHOLE_WRITE;
    while !bytes.is_empty() {
        let some_by = all_by.min(Instant::now() + idle);
        let written = tokio::select! {
            // A client that reads gets what there is for it, also while the process stops.
            biased;
            written = timeout_at(some_by, io.write(bytes)) => written.map_err(|_| WriteError::Idle)?,
            () = stop.cancelled() => return Err(WriteError::Stopping),
        };
        match written.map_err(WriteError::Broken)? {
            0 => return Err(WriteError::Broken(io::ErrorKind::WriteZero.into())),
            n => bytes = &bytes[n..],
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, DuplexStream, duplex};

    use super::*;

    const IDLE: Duration = Duration::from_secs(20);

    /// Takes a byte each time `pause` has passed.
    async fn trickle(mut client: DuplexStream, pause: Duration) {
        while client.read_u8().await.is_ok() {
            tokio::time::sleep(pause).await;
        }
    }

    async fn write(
        pause: Duration,
        bytes: &[u8],
        stop: &StopToken,
    ) -> (Result<(), WriteError>, Duration) {
        let (mut server, client) = duplex(1);
        let started = Instant::now();
        let outcome = tokio::select! {
            outcome = write_within(&mut server, bytes, IDLE, stop) => outcome,
            () = trickle(client, pause) => panic!("the client does not leave"),
        };
        (outcome, started.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_nothing_is_cut_after_the_idle_time() {
        let (outcome, after) = write(IDLE * 10, b"abc", &StopToken::new()).await;
        assert!(matches!(outcome, Err(WriteError::Idle)));
        assert!(after >= IDLE && after < IDLE * 2, "{after:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_takes_a_byte_now_and_then_is_cut_too() {
        let (outcome, after) = write(IDLE / 2, &[b'x'; 1000], &StopToken::new()).await;
        assert!(matches!(outcome, Err(WriteError::Idle)));
        assert!(
            after <= IDLE * WHOLE_WRITE + Duration::from_secs(1),
            "{after:?}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_is_merely_slow_gets_everything() {
        let (outcome, _) = write(IDLE / 20, &[b'x'; 40], &StopToken::new()).await;
        assert!(outcome.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_does_not_wait_for_a_client_that_does_not_read() {
        let stop = StopToken::new();
        stop.cancel();
        let (outcome, after) = write(IDLE, b"abc", &stop).await;
        assert!(matches!(outcome, Err(WriteError::Stopping)));
        assert_eq!(after, Duration::ZERO);
    }
}
