//! What the shop's own receiver of spans was sent.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use serde::Deserialize;
use tempfile::TempDir;
use velure_testkit::process::{Process, binary, free_address};

/// `velure trace collect`, with a folder of its own.
pub(crate) struct Receiver {
    process: Process,
    pub(crate) url: String,
    folder: TempDir,
}

/// A span as the receiver keeps it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Span {
    trace: String,
    pub(crate) id: String,
    pub(crate) parent: String,
    pub(crate) name: String,
    pub(crate) service: String,
    pub(crate) kind: String,
    start: u64,
    end: u64,
    pub(crate) error: String,
    pub(crate) attributes: BTreeMap<String, String>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let (address, folder) = (
            free_address(),
            tempfile::tempdir().expect("a temporary folder"),
        );
        let mut command = Command::new(binary("velure"));
        command
            .env_clear()
            .args(["trace", "collect", "--listen", &address.to_string()])
            .arg("--store")
            .arg(store(&folder));
        let mut process =
            Process::start("velure-trace", command, folder.path()).expect("it starts");
        process.listening(address).await.expect("it comes up");
        Self {
            process,
            url: format!("http://{address}"),
            folder,
        }
    }

    /// What has arrived of one trace, as soon as something has.
    pub(crate) async fn first_of(&self, trace: &str) -> Vec<Span> {
        let started = Instant::now();
        let mut again = tokio::time::interval(Duration::from_millis(20));
        loop {
            again.tick().await;
            let spans = self.arrived(trace);
            if !spans.is_empty() {
                return spans;
            }
            assert!(
                started.elapsed() < Duration::from_secs(30),
                "no span has arrived"
            );
        }
    }

    fn arrived(&self, trace: &str) -> Vec<Span> {
        let text = std::fs::read_to_string(store(&self.folder).join("spans.ndjson"));
        // Nothing has been stored yet, or the last line is being written.
        let text = text.unwrap_or_default();
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        spans_in(&text[..whole], trace)
    }

    /// Everything that one trace's spans are, once the processes that sent them have ended.
    pub(crate) async fn trace(self, id: &str) -> Vec<Span> {
        spans_in(&self.everything().await, id)
    }

    /// All spans as the receiver keeps them, once the processes that sent them have ended.
    pub(crate) async fn everything(self) -> String {
        self.process.terminate().await.expect("it ends");
        let text = std::fs::read_to_string(store(&self.folder).join("spans.ndjson"));
        text.expect("spans arrived")
    }
}

fn spans_in(lines: &str, trace: &str) -> Vec<Span> {
    lines
        .lines()
        .map(|line| serde_json::from_str::<Span>(line).expect("a span a line"))
        .filter(|span| span.trace == trace)
        .collect()
}

fn store(folder: &TempDir) -> PathBuf {
    folder.path().join("store")
}

/// The spans below `parent` as indented lines, `service kind name`, with what failed in brackets; siblings by name. Spans
/// that hang from nothing in the trace are told apart.
pub(crate) fn tree(spans: &[Span], parent: &str) -> Vec<String> {
    let mut lines = Vec::new();
    below(spans, parent, 0, &mut lines);
    let lost = spans
        .iter()
        .filter(|span| span.parent != parent && !spans.iter().any(|other| other.id == span.parent));
    lines.extend(lost.map(|span| format!("LOST {}", line(span))));
    lines
}

fn below(spans: &[Span], parent: &str, depth: usize, lines: &mut Vec<String>) {
    let mut children: Vec<&Span> = spans.iter().filter(|span| span.parent == parent).collect();
    // Two tries of the same come one after the other.
    children.sort_by_key(|span| (line(span), span.start));
    for span in children {
        assert!(span.start <= span.end, "{span:?}");
        lines.push(format!("{}{}", "  ".repeat(depth), line(span)));
        below(spans, &span.id, depth + 1, lines);
    }
}

fn line(span: &Span) -> String {
    let service = span.service.trim_start_matches("velure-");
    let failed = match span.error.as_str() {
        "" => String::new(),
        error => format!(" [{error}]"),
    };
    format!("{service} {} {}{failed}", span.kind, span.name)
}
