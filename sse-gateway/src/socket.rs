//! The bytes of a response that has no end yet.

use std::io;
use std::time::Duration;

use http::{HeaderMap, StatusCode, Version};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

/// What a client may send while a stream is open, before it is cut: nobody has anything to say there.
const MAX_SAID: usize = 4 * 1024;

/// Why nothing more can be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    /// The client did not accept a byte in time.
    #[error("the client does not read")]
    Idle,
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
    said: usize,
}

impl Socket {
    /// Takes over a connection on which nothing was answered yet.
    pub(crate) fn new(tcp: TcpStream, version: Version, write_idle: Duration) -> Self {
        Self {
            tcp,
            chunked: version >= Version::HTTP_11,
            write_idle,
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
        self.write_all(&bytes).await
    }

    /// Ends the response: the client knows that it got everything.
    pub(crate) async fn end(mut self) -> Result<(), WriteError> {
        if self.chunked {
            self.write_all(b"0\r\n\r\n").await?;
        }
        timeout(self.write_idle, self.tcp.shutdown())
            .await
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

    async fn write_all(&mut self, mut bytes: &[u8]) -> Result<(), WriteError> {
        while !bytes.is_empty() {
            let written = timeout(self.write_idle, self.tcp.write(bytes)).await;
            match written
                .map_err(|_| WriteError::Idle)?
                .map_err(WriteError::Broken)?
            {
                0 => return Err(WriteError::Broken(io::ErrorKind::WriteZero.into())),
                n => bytes = &bytes[n..],
            }
        }
        Ok(())
    }
}
