//! The report as people get it: all files, the same bytes each time, legible, and complete by itself.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

const MEASUREMENT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/measurements/made-up.json"
);
const STYLE: &str = include_str!("../../src/report/page.css");

fn report(folder: &Path, more: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let output = Command::new(env!("CARGO_BIN_EXE_velure-cost"))
        .args(["report", "--draws", "6", "--measurement", MEASUREMENT])
        .arg("--out")
        .arg(folder)
        .args(more)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut files = BTreeMap::new();
    for place in [folder.to_owned(), folder.join("charts")] {
        for entry in std::fs::read_dir(place).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

fn text(files: &BTreeMap<String, Vec<u8>>, name: &str) -> String {
    String::from_utf8(files[name].clone()).unwrap()
}

#[test]
fn a_report_is_all_its_files_and_the_same_bytes_again() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let files = report(one.path(), &[]);
    let mut expected: Vec<String> = ["budget", "compare", "orders", "break-even", "sensitivity"]
        .map(|name| format!("{name}.csv"))
        .into();
    for chart in [
        "budget",
        "compare",
        "per-order",
        "break-even",
        "sensitivity",
    ] {
        expected.extend([format!("charts/{chart}.svg"), format!("charts/{chart}.png")]);
    }
    expected.extend(["report.html", "report.json", "report.md"].map(str::to_owned));
    expected.sort();
    assert_eq!(files.keys().cloned().collect::<Vec<_>>(), expected);
    assert_eq!(files, report(other.path(), &[]));
}

#[test]
fn the_page_needs_no_other_file_and_no_network() {
    let folder = tempfile::tempdir().unwrap();
    let page = text(&report(folder.path(), &[]), "report.html");
    for foreign in [
        "<script",
        "<link",
        "<img",
        "<iframe",
        "@import",
        "url(",
        " src=",
        "href=\"http",
    ] {
        assert!(!page.contains(foreign), "the page has {foreign}");
    }
    assert_eq!(page.matches("<svg class=\"wide\"").count(), 5);
    assert_eq!(page.matches("<svg class=\"narrow\"").count(), 5);
}

#[test]
fn the_page_says_the_same_as_the_budget() {
    let folder = tempfile::tempdir().unwrap();
    let files = report(folder.path(), &["--requests", "5000000"]);
    let answer: serde_json::Value = serde_json::from_slice(&files["report.json"]).unwrap();
    let total: velure_cost::decimal::Decimal = answer["budget"]["bill"]["total"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let page = text(&files, "report.html");
    assert!(page.contains(&format!("{} a month", total.dollars())));
    for line in answer["budget"]["bill"]["lines"].as_array().unwrap() {
        let key = line["key"].as_str().unwrap();
        assert!(
            page.contains(&format!("<th scope=\"row\">{key}</th>")),
            "{key}"
        );
        assert!(text(&files, "budget.csv").contains(key), "{key}");
    }
    assert!(
        page.contains("The CPU quota of Lambda&apos;s")
            || page.contains("The CPU quota of Lambda's")
    );
}

#[test]
fn a_price_that_nobody_has_read_is_said_on_the_first_screen() {
    let folder = tempfile::tempdir().unwrap();
    let page = text(
        &report(folder.path(), &["--region", "sa-east-1"]),
        "report.html",
    );
    assert!(page.contains("Nobody has read these prices in sa-east-1"));
    assert!(page.contains("≥ $"));
}

#[test]
fn a_chart_of_its_own_is_drawable_and_has_pixels() {
    let folder = tempfile::tempdir().unwrap();
    let files = report(folder.path(), &[]);
    for (name, bytes) in &files {
        if name.ends_with(".svg") {
            let drawing = String::from_utf8(bytes.clone()).unwrap();
            assert!(
                drawing.contains("<style>") && drawing.contains("<title>"),
                "{name}"
            );
            assert!(
                !drawing.contains("NaN") && !drawing.contains("inf"),
                "{name}"
            );
        }
        if name.ends_with(".png") {
            assert_eq!(&bytes[1..4], b"PNG", "{name}");
            let width = u32::from_be_bytes(bytes[16..20].try_into().unwrap());
            assert_eq!(width, 1520, "{name}");
        }
    }
}

/// Relative luminance of WCAG 2.
fn luminance(colour: &str) -> f64 {
    let digits = colour.trim_start_matches('#');
    let digits: String = if digits.len() == 3 {
        digits.chars().flat_map(|digit| [digit, digit]).collect()
    } else {
        digits.to_owned()
    };
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&digits[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn texts_and_lines_have_the_contrast_of_wcag_aa_by_day_and_by_night() {
    let palettes: Vec<BTreeMap<&str, &str>> = STYLE
        .split(":root{")
        .skip(1)
        .map(|rest| {
            rest.split('}')
                .next()
                .unwrap()
                .split(';')
                .filter_map(|one| one.strip_prefix("--")?.split_once(':'))
                .collect()
        })
        .collect();
    assert_eq!(palettes.len(), 2);
    for palette in palettes {
        for (text, ground) in [
            ("ink", "ground"),
            ("ink", "panel"),
            ("ink", "warn-ground"),
            ("quiet", "ground"),
            ("quiet", "panel"),
            ("link", "ground"),
            ("warn", "warn-ground"),
        ] {
            let ratio = contrast(palette[text], palette[ground]);
            assert!(ratio >= 4.5, "{text} on {ground}: {ratio:.2}");
        }
        for line in ["s0", "s1", "s2", "s3", "s4", "s5", "axis"] {
            let ratio = contrast(palette[line], palette["ground"]);
            assert!(ratio >= 3.0, "{line}: {ratio:.2}");
        }
    }
}
