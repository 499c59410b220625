//! The load generator against a server of ours that stands still for two seconds.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Command, Output};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use velure_cost::load::{Bundle, summary};

/// Answers every request at once with a product, except while it stands still.
struct Server {
    address: SocketAddr,
}

impl Server {
    /// `stall`: from when after the first request, and for how long.
    fn start(stall: Option<(Duration, Duration)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let first = Arc::new(OnceLock::new());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, first) = (stream.unwrap(), Arc::clone(&first));
                thread::spawn(move || serve(&stream, stall, &first));
            }
        });
        Self { address }
    }
}

fn serve(stream: &TcpStream, stall: Option<(Duration, Duration)>, first: &OnceLock<Instant>) {
    let mut reader = BufReader::new(stream);
    loop {
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line == "\r\n" {
                break;
            }
            head.push_str(&line);
        }
        let mut body = vec![0; length];
        std::io::Read::read_exact(&mut reader, &mut body).unwrap();
        let since = first.get_or_init(Instant::now).elapsed();
        if let Some((from, long)) = stall
            && since >= from
            && since < from + long
        {
            thread::sleep(from + long - since);
        }
        let product = r#"{"id":"p1","price":{"amount_minor":100,"currency":"USD"}}"#;
        let answer = if head.contains("page_size=1") {
            format!(r#"{{"items":[{product}]}}"#)
        } else {
            product.to_owned()
        };
        let mut stream = stream;
        let sent = write!(
            stream,
            "HTTP/1.1 200 OK\r\nset-cookie: a=b\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{answer}",
            answer.len()
        );
        if sent.is_err() {
            return;
        }
    }
}

fn load(server: &Server, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_velure-cost"))
        .args(["load", &format!("http://{}", server.address)])
        .args(more)
        .output()
        .unwrap()
}

fn bundle(path: &std::path::Path) -> Bundle {
    Bundle::from_json(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn a_server_that_stands_still_for_two_seconds_is_seen_in_the_99th_percentile() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("load.json");
    let server = Server::start(Some((Duration::from_secs(1), Duration::from_secs(2))));
    let arguments = [
        "--rate",
        "60",
        "--seconds",
        "5",
        "--out",
        out.to_str().unwrap(),
    ];
    let output = load(&server, &arguments);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let bundle = bundle(&out);
    let found = summary(&bundle);
    assert_eq!(found.all.failed, 0);
    assert!(found.all.p99 > 1_800_000, "{found:?}");
    // Two of five seconds: what was due then waited, and not one request alone.
    let waited = bundle
        .samples
        .iter()
        .filter(|one| one.time_us > 100_000)
        .count();
    assert!(
        waited * 4 > bundle.samples.len(),
        "{waited} of {}",
        bundle.samples.len()
    );
    // Requests were sent when they were due although none was answered.
    let sent_in_time = bundle
        .samples
        .iter()
        .filter(|one| one.late_us < 500_000)
        .count();
    assert!(sent_in_time * 10 > bundle.samples.len() * 9, "{found:?}");
}

#[test]
fn a_bundle_is_replayed_request_by_request_and_compared() {
    let folder = tempfile::tempdir().unwrap();
    let (one, other) = (
        folder.path().join("one.json"),
        folder.path().join("other.json"),
    );
    let server = Server::start(None);
    let first = load(
        &server,
        &[
            "--rate",
            "80",
            "--seconds",
            "1",
            "--label",
            "eks",
            "--out",
            one.to_str().unwrap(),
        ],
    );
    assert!(
        first.status.success(),
        "{}",
        String::from_utf8_lossy(&first.stderr)
    );
    let again = load(
        &server,
        &[
            "--replay",
            one.to_str().unwrap(),
            "--label",
            "lambda",
            "--out",
            other.to_str().unwrap(),
        ],
    );
    assert!(
        again.status.success(),
        "{}",
        String::from_utf8_lossy(&again.stderr)
    );
    assert_eq!(bundle(&one).schedule, bundle(&other).schedule);
    let diff = || {
        Command::new(env!("CARGO_BIN_EXE_velure-cost"))
            .args(["diff", one.to_str().unwrap(), other.to_str().unwrap()])
            .output()
            .unwrap()
            .stdout
    };
    let text = String::from_utf8(diff()).unwrap();
    assert!(text.starts_with("eks at 127.0.0.1:"), "{text}");
    assert!(text.contains("The schedules are the same."), "{text}");
    assert!(text.contains("| get-product "), "{text}");
    assert_eq!(text.as_bytes(), diff());
}

#[test]
fn a_shop_on_another_machine_is_left_alone_unless_its_owner_says_so() {
    let output = Command::new(env!("CARGO_BIN_EXE_velure-cost"))
        .args(["load", "https://shop.example", "--seconds", "1"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("--remote"), "{text}");
}

#[test]
fn what_is_no_shop_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let output = load(&Server { address }, &["--seconds", "1"]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("Is it a running Velure?"), "{text}");
}
