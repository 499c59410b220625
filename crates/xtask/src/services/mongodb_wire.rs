//! As much of the MongoDB wire protocol as it takes to greet a server and to found a replica set of one.

use std::io::{Read, Write};

use crate::probe;

const OP_MSG: i32 = 2013;

/// Whether a server on the port says that it takes writes.
pub(super) fn takes_writes(port: u16) -> bool {
    // {"isWritablePrimary": true} as it stands in the reply.
    command(port, &document(&[int("hello", 1)]))
        .is_some_and(|reply| contains(&reply, b"\x08isWritablePrimary\0\x01"))
}

/// Founds a replica set whose only member is this server; transactions need one. Harmless when it exists.
pub(super) fn found_replica_set(port: u16, name: &str) {
    let member = document(&[int("_id", 0), text("host", &format!("127.0.0.1:{port}"))]);
    let configuration = document(&[
        text("_id", name),
        nested(4, "members", &document(&[nested(3, "0", &member)])),
    ]);
    // The answer does not matter: `takes_writes` tells when it has worked.
    drop(command(
        port,
        &document(&[nested(3, "replSetInitiate", &configuration)]),
    ));
}

fn command(port: u16, body: &[u8]) -> Option<Vec<u8>> {
    let mut stream = probe::connect(port)?;
    stream.write_all(&message(body)).ok()?;
    let mut length = [0; 4];
    stream.read_exact(&mut length).ok()?;
    let rest = usize::try_from(i32::from_le_bytes(length))
        .ok()?
        .checked_sub(4)
        // A reply to either command is a few hundred bytes: anything else is not MongoDB speaking.
        .filter(|rest| *rest <= 65_536)?;
    let mut reply = vec![0; rest];
    stream.read_exact(&mut reply).ok()?;
    Some(reply)
}

/// A message with the command's database added to its body.
fn message(body: &[u8]) -> Vec<u8> {
    let inner = &body[4..body.len() - 1];
    let body = document(&[inner.to_vec(), text("$db", "admin")]);
    let length = 16 + 4 + 1 + body.len();
    let mut out = size(length).to_vec();
    for number in [1, 0, OP_MSG, 0] {
        out.extend(number.to_le_bytes());
    }
    out.push(0);
    out.extend(body);
    out
}

fn document(elements: &[Vec<u8>]) -> Vec<u8> {
    let inner: Vec<u8> = elements.concat();
    let mut out = size(inner.len() + 5).to_vec();
    out.extend(inner);
    out.push(0);
    out
}

fn element(kind: u8, name: &str, value: &[u8]) -> Vec<u8> {
    let mut out = vec![kind];
    out.extend(name.as_bytes());
    out.push(0);
    out.extend(value);
    out
}

fn int(name: &str, value: i32) -> Vec<u8> {
    element(16, name, &value.to_le_bytes())
}

fn text(name: &str, value: &str) -> Vec<u8> {
    let mut bytes = size(value.len() + 1).to_vec();
    bytes.extend(value.as_bytes());
    bytes.push(0);
    element(2, name, &bytes)
}

/// A document (3) or an array (4).
fn nested(kind: u8, name: &str, value: &[u8]) -> Vec<u8> {
    element(kind, name, value)
}

fn size(length: usize) -> [u8; 4] {
    i32::try_from(length)
        .expect("the messages written here are a few hundred bytes")
        .to_le_bytes()
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_greeting_is_written_as_the_protocol_says() {
        let bytes = message(&document(&[int("hello", 1)]));
        let mut expected = vec![
            52, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xdd, 7, 0, 0, 0, 0, 0, 0, 0,
        ];
        expected.extend(b"\x1f\0\0\0\x10hello\0\x01\0\0\0\x02$db\0\x06\0\0\0admin\0\0");
        assert_eq!(bytes, expected);
    }
}
