//! Small questions to a server that is starting.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// A local server answers a health question in milliseconds; one that takes longer is not ready.
const PATIENCE: Duration = Duration::from_secs(3);

/// Opens a connection to a local port.
pub(crate) fn connect(port: u16) -> Option<TcpStream> {
    connect_within(port, PATIENCE)
}

fn connect_within(port: u16, patience: Duration) -> Option<TcpStream> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let stream = TcpStream::connect_timeout(&address, patience).ok()?;
    stream.set_read_timeout(Some(patience)).ok()?;
    stream.set_write_timeout(Some(patience)).ok()?;
    Some(stream)
}

/// The status of `GET path` on a local port, with basic authentication when `user` is given.
pub(crate) fn get(port: u16, path: &str, user: Option<(&str, &str)>) -> Option<u16> {
    let authorization = user.map_or_else(String::new, |(name, password)| {
        let credentials = base64(format!("{name}:{password}").as_bytes());
        format!("Authorization: Basic {credentials}\r\n")
    });
    ask(connect(port)?, &format!("GET {path}"), &authorization)
}

/// The status of a request without a body or anyone's name on it, which may take as long as `patience`.
pub(crate) fn knock(port: u16, method: &str, path: &str, patience: Duration) -> Option<u16> {
    let stream = connect_within(port, patience)?;
    ask(stream, &format!("{method} {path}"), "Content-Length: 0\r\n")
}

fn ask(mut stream: TcpStream, what: &str, headers: &str) -> Option<u16> {
    let request =
        format!("{what} HTTP/1.1\r\nHost: localhost\r\n{headers}Connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut head = [0_u8; 64];
    let read = stream.read(&mut head).ok()?;
    status(&head[..read])
}

/// Whether `GET path` on a local port answers 200.
pub(crate) fn is_ok(port: u16, path: &str) -> bool {
    get(port, path, None) == Some(200)
}

fn status(head: &[u8]) -> Option<u16> {
    let line = std::str::from_utf8(head.split(|byte| *byte == b'\r').next()?).ok()?;
    line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let word = chunk
            .iter()
            .fold(0_u32, |word, byte| (word << 8) | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let index = (word >> (18 - 6 * place)) & 63;
            out.push(if place <= chunk.len() {
                char::from(ALPHABET[index as usize])
            } else {
                '='
            });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_encoded_as_rfc_4648_says() {
        for (plain, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("root:secret", "cm9vdDpzZWNyZXQ="),
        ] {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }

    #[test]
    fn only_an_http_answer_has_a_status() {
        assert_eq!(status(b"HTTP/1.1 204 No Content\r\n"), Some(204));
        assert_eq!(status(b"AMQP\0\0\x09\x01"), None);
        assert_eq!(status(b""), None);
    }
}
