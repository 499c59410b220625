//! What must never be written anywhere: what people type and what lets them in.

use std::collections::BTreeMap;
use std::path::Path;

use crate::shop::SignedIn;

/// Values that are told apart from everything else, each with what it is.
#[derive(Default)]
pub(crate) struct Canaries(BTreeMap<String, String>);

impl Canaries {
    pub(crate) fn add(&mut self, what: &str, value: &str) {
        assert!(value.len() >= 6, "{what} is too short to be told apart");
        self.0.insert(value.to_owned(), what.to_owned());
    }

    /// A token, and its signature alone: that is what makes it one.
    pub(crate) fn token(&mut self, what: &str, token: &str) {
        let signature = token.rsplit_once('.').map(|(_, signature)| signature);
        for part in [Some(token), signature].into_iter().flatten() {
            // Bad ones may have no signature, or be nothing at all.
            if !part.is_empty() {
                self.add(what, part);
            }
        }
    }

    /// Somebody's address and session. The part before the `@` is enough of an address to be found in any encoding.
    pub(crate) fn user(&mut self, user: &SignedIn) {
        let (name, _) = user.email.split_once('@').expect("an address");
        self.add("an e-mail address", name);
        self.token("an access token", &user.access);
        self.token("a refresh token", &user.refresh);
    }

    /// Where any of them is in the files of this folder.
    pub(crate) fn in_logs(&self, folder: &Path) -> Vec<String> {
        let mut found = Vec::new();
        let mut lines = 0;
        for entry in std::fs::read_dir(folder).expect("the folder of logs") {
            let path = entry.expect("a log").path();
            let name = path
                .file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            // The emulator is none of our processes.
            if name == "cargo-lambda" {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a log is text");
            lines += text.lines().count();
            found.extend(self.in_text(&name, &text));
        }
        assert!(
            lines > 100,
            "{lines} lines are no logs of all that was done"
        );
        found
    }

    /// Where any of them is in this text.
    pub(crate) fn in_text(&self, name: &str, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        for (number, line) in text.lines().enumerate() {
            for (value, what) in &self.0 {
                if line.contains(value.as_str()) {
                    found.push(format!("{name}:{}: {what} is in {line}", number + 1));
                }
            }
        }
        found
    }
}

#[test]
fn a_canary_is_found_wherever_it_is() {
    let mut canaries = Canaries::default();
    canaries.add("a password", "swordfish-7");
    canaries.token("a token", "head.claims.signature");
    canaries.token("an unsigned token", "head.other.");
    assert_eq!(
        canaries.in_text("log", "nothing\n{\"a\":\"b\"}"),
        Vec::<String>::new()
    );
    let text = "fine\npassword=swordfish-7\nBearer signature";
    assert_eq!(canaries.in_text("log", text).len(), 2);
}
