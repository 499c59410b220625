//! What the shop's own exporter sends, received and drawn by the command.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use velure_telemetry::{Span, SpanKind, TraceExport, export_traces, finish};

/// A receiver that ends with its test.
struct Receiver {
    process: Child,
    endpoint: String,
    /// Open for as long as it writes.
    _output: BufReader<ChildStdout>,
}

impl Receiver {
    fn start(store: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_velure"))
            .args(["trace", "collect", "--listen", "127.0.0.1:0", "--store"])
            .arg(store)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("velure can be started");
        let output = process.stdout.take().expect("its output is piped");
        let mut output = BufReader::new(output);
        let mut line = String::new();
        output
            .read_line(&mut line)
            .expect("it says where it listens");
        let endpoint = line
            .strip_prefix("Spans go to ")
            .and_then(|rest| rest.split("/v1/traces").next())
            .expect("the first line names the address")
            .to_owned();
        Self {
            process,
            endpoint,
            _output: output,
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // One that has ended by itself has failed the test already.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

#[test]
fn an_orders_spans_are_found_by_its_id_and_drawn_as_a_tree() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let store = folder.path().join("traces");
    let receiver = Receiver::start(&store);
    let export = TraceExport::read(Some(&receiver.endpoint), None)
        .expect("an endpoint")
        .expect("an export");
    export_traces("server", &export).expect("spans can be exported");
    let trace_id = {
        let mut request = Span::continuing(SpanKind::Server, "POST /api/orders", None);
        request.set("order.id", "0190-order");
        let mut publish = Span::child(SpanKind::Producer, "publish", request.context());
        publish.fail("returned");
        request.context().trace_id()
    };
    finish(Duration::from_secs(20));
    for id in ["0190-order", trace_id.as_str()] {
        let output = Command::new(env!("CARGO_BIN_EXE_velure"))
            .args(["trace", id, "--columns", "100", "--store"])
            .arg(&store)
            .stdin(Stdio::null())
            .output()
            .expect("velure can be started");
        assert!(output.status.success());
        let text = String::from_utf8(output.stdout).expect("text");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], format!("trace {trace_id}  order 0190-order"));
        assert!(lines[3].starts_with("POST /api/orders  server"), "{text}");
        assert!(lines[4].starts_with("  ✗ publish  server"), "{text}");
        assert_eq!(lines[5].trim(), "returned");
    }
    let unknown = Command::new(env!("CARGO_BIN_EXE_velure"))
        .args(["trace", "another", "--store"])
        .arg(&store)
        .stdin(Stdio::null())
        .output()
        .expect("velure can be started");
    let error = String::from_utf8_lossy(&unknown.stderr);
    assert!(
        !unknown.status.success() && error.contains("names another"),
        "{error}"
    );
}
