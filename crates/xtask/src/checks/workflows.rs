//! What holds for every GitHub workflow: whose code it runs, what its token may do, and when it ends.

use std::fs;

use anyhow::{Context, Result};

use crate::checkout::Checkout;

pub(super) fn faults(checkout: &Checkout) -> Result<Vec<String>> {
    let folder = checkout.path(".github/workflows");
    let mut faults = Vec::new();
    for entry in fs::read_dir(&folder).context(".github/workflows cannot be read")? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let text = super::read(&path)?;
        faults.extend(
            workflow_faults(&text)
                .into_iter()
                .map(|fault| format!(".github/workflows/{name}: {fault}")),
        );
    }
    Ok(faults)
}

fn workflow_faults(text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let step = line.trim_start().trim_start_matches("- ");
        if let Some(used) = step.strip_prefix("uses: ")
            && !used.starts_with("./")
            && !is_pinned(used)
        {
            faults.push(format!(
                "line {}: pin {used} to a commit's whole hash, with its version in a comment",
                number + 1
            ));
        }
    }
    let count = |word: &str| text.lines().filter(|line| line.contains(word)).count();
    if !text.lines().any(|line| line == "permissions: {}") {
        faults.push("take every permission away at the top, and give jobs theirs".to_owned());
    }
    if count("runs-on:") != count("timeout-minutes:") {
        faults.push("give every job a timeout-minutes; GitHub's own is six hours".to_owned());
    }
    if count("actions/checkout@") != count("persist-credentials: false") {
        faults.push(
            "check out with persist-credentials: false, or later steps find the token".to_owned(),
        );
    }
    for (word, advice) in [
        (
            "pull_request_target",
            "it runs a stranger's change with our token",
        ),
        ("AWS_SECRET_ACCESS_KEY", "assume a role by OIDC"),
        ("AWS_ACCESS_KEY_ID", "assume a role by OIDC"),
    ] {
        if text.contains(word) {
            faults.push(format!("{word}: {advice}"));
        }
    }
    faults
}

/// `owner/action@<40 hexadecimal digits> # v1.2.3`
fn is_pinned(used: &str) -> bool {
    let Some((action, comment)) = used.split_once(" # ") else {
        return false;
    };
    let Some((_, hash)) = action.split_once('@') else {
        return false;
    };
    hash.len() == 40
        && hash
            .chars()
            .all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c))
        && comment
            .strip_prefix('v')
            .is_some_and(|version| version.split('.').all(|part| part.parse::<u32>().is_ok()))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::path::Path;
    use std::process::{Command, Stdio};

    use super::*;

    const GOOD: &str = "permissions: {}
jobs:
  a:
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2
        with:
          persist-credentials: false
  b:
    uses: ./.github/workflows/rust.yml
";

    #[test]
    fn a_workflow_that_keeps_the_rules_has_no_faults() {
        assert_eq!(workflow_faults(GOOD), Vec::<String>::new());
    }

    #[test]
    fn each_broken_rule_is_one_fault() {
        let hash = "de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2";
        for (old, new) in [
            (hash, "v6"),
            (hash, "de0fac2 # v6.0.2"),
            (hash, "de0fac2e4500dabe0009e67214ff5f5447ce83dd"),
            (hash, "de0fac2e4500dabe0009e67214ff5f5447ce83dd # latest"),
            ("permissions: {}", "permissions: write-all"),
            ("    timeout-minutes: 5\n", ""),
            ("persist-credentials: false", "persist-credentials: true"),
            ("jobs:", "on: pull_request_target\njobs:"),
            ("jobs:", "env: {AWS_SECRET_ACCESS_KEY: x}\njobs:"),
        ] {
            assert_eq!(workflow_faults(&GOOD.replace(old, new)).len(), 1, "{new}");
        }
    }

    fn checkout() -> Checkout {
        Checkout::at(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
    }

    #[test]
    fn our_workflows_keep_the_rules() {
        let faults = faults(&checkout()).expect("they can be read");
        assert_eq!(faults, Vec::<String>::new());
    }

    /// The parts that .github/changes.sh names for these files.
    fn parts(files: &str) -> String {
        let mut script = Command::new("bash")
            .arg(checkout().path(".github/changes.sh"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("bash can be started");
        let mut pipe = script.stdin.take().expect("a pipe");
        pipe.write_all(files.as_bytes()).expect("it reads");
        drop(pipe);
        let output = script.wait_with_output().expect("it ends");
        assert!(output.status.success());
        String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter_map(|line| line.strip_suffix("=true"))
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn a_change_is_tested_by_the_parts_that_it_touches() {
        let everything = "rust web terraform helm images";
        for (files, touched) in [
            ("", ""),
            ("docs/API.md\nREADME.md\nterraform/README.md\n", ""),
            ("web/src/cart.tsx\n", "web"),
            ("relay/src/main.rs\n", "rust images"),
            ("relay/Dockerfile\n", "terraform images"),
            ("functions/server/Dockerfile\n", "terraform images"),
            ("crates/amqp/topology.json\n", "rust terraform helm images"),
            ("helm/relay/values.yaml\n", "terraform helm"),
            ("terraform/modules/vpc/main.tf\n", "terraform"),
            ("crates/contracts/src/events.rs\n", "rust web images"),
            ("web/src/a.ts\nrelay/src/main.rs", "rust web images"),
            ("functions/routes.json\n", everything),
            (".github/workflows/ci.yml\n", everything),
            ("Makefile\n", everything),
            ("something-new/of a kind\n", everything),
        ] {
            assert_eq!(parts(files), touched, "{files}");
        }
    }
}
