//! A server that gives one answer after the other, and remembers what it was asked.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// One answer.
pub(crate) enum Answer {
    /// A status with a JSON body.
    Json(u16, String),
    /// The same, and then the connection is closed without a word of warning.
    JsonThenClose(u16, String),
    /// These bytes.
    Raw(String),
    /// None, ever.
    Silence,
}

/// The server.
pub(crate) struct Scripted {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<String>>>,
    _server: JoinSet<()>,
}

impl Scripted {
    pub(crate) async fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        let mut answers: Vec<Answer> = answers.into_iter().collect();
        answers.reverse();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let seen = asked.clone();
        let mut server = JoinSet::new();
        server.spawn(async move {
            while !answers.is_empty() {
                let (stream, _) = listener.accept().await.expect("a connection");
                serve(stream, &mut answers, &seen).await;
            }
        });
        Self {
            url,
            asked,
            _server: server,
        }
    }

    /// Every request so far, with its headers in lower case.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("unpoisoned").clone()
    }
}

async fn serve(mut stream: TcpStream, answers: &mut Vec<Answer>, asked: &Mutex<Vec<String>>) {
    while let Some(request) = read(&mut stream).await {
        asked.lock().expect("unpoisoned").push(request);
        let (text, close) = match answers.pop() {
            Some(Answer::Json(status, body)) => (json(status, &body), false),
            Some(Answer::JsonThenClose(status, body)) => (json(status, &body), true),
            Some(Answer::Raw(text)) => (text, true),
            Some(Answer::Silence) | None => std::future::pending().await,
        };
        // A client that has had enough hangs up.
        let _ = stream.write_all(text.as_bytes()).await;
        if close {
            return;
        }
    }
}

fn json(status: u16, body: &str) -> String {
    format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

async fn read(stream: &mut TcpStream) -> Option<String> {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).await.ok()? == 0 {
            return None;
        }
        request.push(byte[0]);
    }
    let head = String::from_utf8(request).expect("ASCII").to_lowercase();
    let length = head
        .split("content-length: ")
        .nth(1)
        .and_then(|rest| rest.lines().next())
        .unwrap_or("0");
    let mut body = vec![0; length.parse().expect("a length")];
    stream.read_exact(&mut body).await.ok()?;
    Some(head + &String::from_utf8(body).expect("JSON"))
}
