//! Spans in a folder, one JSON object a line. Two files at most: when the first is full it takes the place of the second.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::span::{ORDER_ID, Span};

/// About 150 thousand spans, some ten thousand orders; read in half a second.
const FULL: u64 = 64 * 1024 * 1024;

/// The folder.
#[derive(Debug, Clone)]
pub(super) struct Store {
    folder: PathBuf,
    full: u64,
}

/// Every span of one trace, by start.
#[derive(Debug, Clone)]
pub(super) struct Trace {
    pub(super) id: String,
    pub(super) spans: Vec<Span>,
}

impl Trace {
    /// When it began, in nanoseconds since 1970.
    pub(super) fn start(&self) -> u64 {
        self.spans.iter().map(|span| span.start).min().unwrap_or(0)
    }

    /// From its first moment to its last, in nanoseconds.
    pub(super) fn length(&self) -> u64 {
        let end = self.spans.iter().map(|span| span.end).max().unwrap_or(0);
        end.saturating_sub(self.start())
    }

    /// The orders that its spans name.
    pub(super) fn orders(&self) -> BTreeSet<&str> {
        self.spans
            .iter()
            .filter_map(|span| span.attributes.get(ORDER_ID))
            .map(String::as_str)
            .collect()
    }
}

impl Store {
    pub(super) fn at(folder: PathBuf) -> Self {
        Self { folder, full: FULL }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    fn file(&self) -> PathBuf {
        self.folder.join("spans.ndjson")
    }

    fn older(&self) -> PathBuf {
        self.folder.join("spans.older.ndjson")
    }

    /// Keeps spans. They are on disk as far as the system is concerned when this returns; a crash of the machine may
    /// cost some, and a reader skips a line that was cut short.
    pub(super) fn add(&self, spans: &[Span]) -> anyhow::Result<()> {
        let mut lines = Vec::new();
        for span in spans {
            serde_json::to_writer(&mut lines, span).context("a span is plain data")?;
            lines.push(b'\n');
        }
        fs::create_dir_all(&self.folder)
            .with_context(|| format!("{} cannot be made", self.folder.display()))?;
        let length = fs::metadata(self.file()).map_or(0, |data| data.len());
        if length > 0 && length + lines.len() as u64 > self.full {
            fs::rename(self.file(), self.older()).context("old spans cannot be put aside")?;
        }
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.file())
            .and_then(|mut file| file.write_all(&lines))
            .with_context(|| format!("{} cannot be written", self.file().display()))
    }

    /// The traces that have `id` or that name an order of that id, oldest first.
    pub(super) fn traces_of(&self, id: &str) -> anyhow::Result<Vec<Trace>> {
        let mut all = self.traces()?;
        all.retain(|trace| trace.id == id || trace.orders().contains(id));
        Ok(all)
    }

    /// Every trace, oldest first.
    pub(super) fn traces(&self) -> anyhow::Result<Vec<Trace>> {
        let mut by_id: BTreeMap<String, BTreeMap<String, Span>> = BTreeMap::new();
        for path in [self.older(), self.file()] {
            let file = match File::open(&path) {
                Ok(file) => file,
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => {
                    return Err(error)
                        .with_context(|| format!("{} cannot be read", path.display()));
                }
            };
            for line in BufReader::new(file).lines() {
                let line = line.with_context(|| format!("{} cannot be read", path.display()))?;
                let Ok(span) = serde_json::from_str::<Span>(&line) else {
                    continue;
                };
                // An exporter that heard no answer sends the same spans again.
                by_id
                    .entry(span.trace.clone())
                    .or_default()
                    .insert(span.id.clone(), span);
            }
        }
        let mut traces: Vec<Trace> = by_id
            .into_iter()
            .map(|(id, spans)| {
                let mut spans: Vec<Span> = spans.into_values().collect();
                spans.sort_by_key(|span| (span.start, span.end));
                Trace { id, spans }
            })
            .collect();
        traces.sort_by_key(Trace::start);
        Ok(traces)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::tree::tests::{span, with_order};

    fn store(full: u64) -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let store = Store {
            folder: folder.path().join("traces"),
            full,
        };
        (folder, store)
    }

    #[test]
    fn an_order_is_found_by_any_span_that_names_it_and_its_trace_is_whole() {
        let (_folder, store) = store(FULL);
        let root = span("a", "1", "", 0, 10);
        let named = with_order(span("a", "2", "1", 2, 4), "o-1");
        store
            .add(std::slice::from_ref(&named))
            .expect("spans can be kept");
        store
            .add(&[root.clone(), named, span("b", "3", "", 0, 1)])
            .expect("spans can be kept");
        let found = store.traces_of("o-1").expect("the store can be read");
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].spans.len(), 2);
        assert_eq!(found[0].spans[0], root);
        assert_eq!(store.traces_of("a").expect("readable").len(), 1);
        assert!(store.traces_of("o-2").expect("readable").is_empty());
    }

    #[test]
    fn a_line_that_was_cut_short_costs_only_itself() {
        let (_folder, store) = store(FULL);
        store.add(&[span("a", "1", "", 0, 1)]).expect("kept");
        let mut file = OpenOptions::new()
            .append(true)
            .open(store.file())
            .expect("the file is there");
        file.write_all(b"{\"trace\":\"b\",\n").expect("writable");
        store.add(&[span("c", "1", "", 2, 3)]).expect("kept");
        assert_eq!(store.traces().expect("readable").len(), 2);
    }

    #[test]
    fn a_full_file_is_put_aside_and_the_one_before_it_goes() {
        let (_folder, store) = store(400);
        for trace in ["a", "b", "c", "d", "e"] {
            store.add(&[span(trace, "1", "", 0, 1)]).expect("kept");
        }
        let left: Vec<String> = store
            .traces()
            .expect("readable")
            .into_iter()
            .map(|trace| trace.id)
            .collect();
        assert_eq!(left.last().map(String::as_str), Some("e"));
        assert!(left.len() < 5, "{left:?}");
    }

    #[test]
    fn a_store_that_was_never_written_is_empty() {
        let (_folder, store) = store(FULL);
        assert!(store.traces().expect("no error").is_empty());
    }
}
