//! A trace as a tree.

use std::collections::{BTreeMap, BTreeSet};

use super::span::Span;
use super::store::Trace;

/// One line of a drawn trace.
#[derive(Debug)]
pub(super) struct Branch<'a> {
    pub(super) span: &'a Span,
    pub(super) depth: usize,
    /// Its parent is not here: it was not exported yet, was dropped, or began in a browser.
    pub(super) orphan: bool,
}

/// Every span once, children under their parents and siblings by start.
pub(super) fn branches(trace: &Trace) -> Vec<Branch<'_>> {
    let known: BTreeSet<&str> = trace.spans.iter().map(|span| span.id.as_str()).collect();
    let mut children: BTreeMap<&str, Vec<&Span>> = BTreeMap::new();
    let mut roots = Vec::new();
    for span in &trace.spans {
        if known.contains(span.parent.as_str()) && span.parent != span.id {
            children.entry(&span.parent).or_default().push(span);
        } else {
            roots.push(span);
        }
    }
    let mut all = Vec::with_capacity(trace.spans.len());
    // Spans are sorted by start, so the last pushed is the first to draw.
    let mut open: Vec<(&Span, usize)> = roots.into_iter().rev().map(|span| (span, 0)).collect();
    let mut drawn = BTreeSet::new();
    while let Some((span, depth)) = open.pop() {
        if !drawn.insert(span.id.as_str()) {
            continue;
        }
        let orphan = depth == 0 && !span.parent.is_empty();
        all.push(Branch {
            span,
            depth,
            orphan,
        });
        if let Some(below) = children.get(span.id.as_str()) {
            open.extend(below.iter().rev().map(|child| (*child, depth + 1)));
        }
    }
    // Spans that are each other's parents hang from nothing; a sender that is wrong loses none.
    for span in &trace.spans {
        if drawn.insert(&span.id) {
            all.push(Branch {
                span,
                depth: 0,
                orphan: true,
            });
        }
    }
    all
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::trace::span::ORDER_ID;

    /// A span whose times are in milliseconds.
    pub(in crate::trace) fn span(
        trace: &str,
        id: &str,
        parent: &str,
        start: u64,
        end: u64,
    ) -> Span {
        Span {
            trace: trace.to_owned(),
            id: id.to_owned(),
            parent: parent.to_owned(),
            name: format!("span {id}"),
            service: "relay".to_owned(),
            kind: "internal".to_owned(),
            start: start * 1_000_000,
            end: end * 1_000_000,
            error: String::new(),
            attributes: BTreeMap::new(),
        }
    }

    /// The span of an order.
    pub(in crate::trace) fn with_order(mut span: Span, order: &str) -> Span {
        span.attributes
            .insert(ORDER_ID.to_owned(), order.to_owned());
        span
    }

    fn shape(spans: Vec<Span>) -> Vec<(String, usize, bool)> {
        let trace = Trace {
            id: "t".to_owned(),
            spans,
        };
        branches(&trace)
            .into_iter()
            .map(|branch| (branch.span.id.clone(), branch.depth, branch.orphan))
            .collect()
    }

    #[test]
    fn children_stand_under_their_parents_by_start() {
        let shape = shape(vec![
            span("t", "root", "", 0, 9),
            span("t", "a", "root", 1, 8),
            span("t", "b", "root", 2, 3),
            span("t", "aa", "a", 5, 6),
        ]);
        let expected = [("root", 0), ("a", 1), ("aa", 2), ("b", 1)];
        assert_eq!(shape.len(), expected.len());
        for ((id, depth, orphan), wanted) in shape.iter().zip(expected) {
            assert_eq!((id.as_str(), *depth), wanted);
            assert!(!orphan);
        }
    }

    #[test]
    fn a_span_whose_parent_is_elsewhere_stands_at_the_left_and_says_so() {
        assert_eq!(
            shape(vec![span("t", "a", "browser", 0, 1)]),
            [("a".to_owned(), 0, true)]
        );
    }

    #[test]
    fn spans_that_are_each_others_parents_are_all_drawn() {
        let shape = shape(vec![span("t", "a", "b", 0, 1), span("t", "b", "a", 0, 1)]);
        assert_eq!(shape.len(), 2);
    }
}
