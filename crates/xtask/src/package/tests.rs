use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use tempfile::TempDir;

use super::elf::tests::{asking_for, program};
use super::*;

/// A folder with binaries, and one for their packages.
struct Place {
    root: TempDir,
    names: BTreeSet<String>,
}

impl Place {
    fn with(names: &[&str], binary: &[u8]) -> Self {
        let root = tempfile::tempdir().expect("a temporary folder can be made");
        fs::create_dir(root.path().join("built")).expect("a folder can be made");
        for name in names {
            fs::write(root.path().join("built").join(name), binary).expect("it can be written");
        }
        Self {
            root,
            names: names.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    fn out(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn pack(&self, architecture: Architecture, out: &Path) -> Result<()> {
        let built = self.root.path().join("built");
        let binary = |name: &str| built.join(name);
        let manifest = pack(&self.names, architecture, &binary, out, false)?;
        manifest.write(out)
    }
}

fn said<T>(outcome: Result<T>) -> String {
    match outcome {
        Ok(_) => panic!("it was accepted"),
        Err(error) => format!("{error:#}"),
    }
}

#[test]
fn packing_twice_gives_the_same_files_in_every_byte() {
    let place = Place::with(&["get-me", "place-order"], &program(Architecture::X86_64));
    let (one, other) = (place.out("one"), place.out("other"));
    place
        .pack(Architecture::X86_64, &one)
        .expect("it is packed");
    place
        .pack(Architecture::X86_64, &other)
        .expect("it is packed");
    for file in ["get-me.zip", "place-order.zip", "manifest.json"] {
        let read = |folder: &Path| fs::read(folder.join(file)).expect("it is there");
        assert!(read(&one) == read(&other), "{file}");
    }
    verify_in(&place.names, Architecture::X86_64, &one).expect("it may be deployed");
}

#[test]
fn a_binary_that_lambda_could_not_start_is_not_packed() {
    let x86 = program(Architecture::X86_64);
    let place = Place::with(&["get-me"], &asking_for(&x86, |_| 38));
    let refusal = said(place.pack(Architecture::X86_64, &place.out("out")));
    assert!(refusal.contains("get-me: needs glibc 2.38"), "{refusal}");
    let place = Place::with(&["get-me"], &x86);
    let refusal = said(place.pack(Architecture::Arm64, &place.out("out")));
    assert!(
        refusal.contains("is built for x86_64, not for arm64"),
        "{refusal}"
    );
    assert!(!place.out("out").join("get-me.zip").exists());
}

#[test]
fn what_is_missing_changed_or_for_another_processor_may_not_be_deployed() {
    let arm = Architecture::Arm64;
    let place = Place::with(&["get-me"], &program(arm));
    let out = place.out("out");
    let refusal = || said(verify_in(&place.names, arm, &out));
    assert!(refusal().contains("nothing is packed for arm64: run `make package ARCH=arm64`"));
    place.pack(arm, &out).expect("it is packed");
    verify_in(&place.names, arm, &out).expect("it may be deployed");

    let zip = fs::read(out.join("get-me.zip")).expect("it is there");
    fs::write(out.join("get-me.zip"), &zip[1..]).expect("it can be written");
    assert!(refusal().contains("is not what was packed"));

    // Somebody who writes the manifest as well still cannot deploy another processor's binary.
    let other = archive::make(&program(Architecture::X86_64), Effort::Quick).expect("a zip");
    fs::write(out.join("get-me.zip"), &other).expect("it can be written");
    let mut manifest = Manifest::read(&out)
        .expect("it can be read")
        .expect("it is there");
    let package = manifest.functions.get_mut("get-me").expect("it is packed");
    package.sha256 = sha256(&other);
    manifest.write(&out).expect("it can be written");
    assert!(refusal().contains("get-me: is built for x86_64, not for arm64"));

    let more = BTreeSet::from(["get-me".to_owned(), "list-orders".to_owned()]);
    fs::write(out.join("get-me.zip"), zip).expect("it can be written");
    place.pack(arm, &out).expect("it is packed");
    assert!(said(verify_in(&more, arm, &out)).contains("list-orders is not packed for arm64"));
}

#[test]
fn a_function_that_is_no_more_leaves_nothing_behind() {
    let checkout = Checkout::at(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
    let place = Place::with(&["get-me", "gone"], &program(Architecture::X86_64));
    let out = place.out("out");
    place
        .pack(Architecture::X86_64, &out)
        .expect("it is packed");
    let manifest = Manifest::read(&out)
        .expect("it can be read")
        .expect("it is there");
    forget_others(&checkout, manifest, &out).expect("it is tidied up");
    assert!(out.join("get-me.zip").exists());
    assert!(!out.join("gone.zip").exists());
    let manifest = Manifest::read(&out)
        .expect("it can be read")
        .expect("it is there");
    assert_eq!(manifest.functions.keys().collect::<Vec<_>>(), ["get-me"]);
}

#[test]
fn the_route_table_says_which_functions_there_are() {
    let checkout = Checkout::at(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
    let all = chosen(&checkout, &[]).expect("the route table can be read");
    assert!(all.contains("place-order") && all.contains("no-route"));
    let only = ["get-me".to_owned()];
    assert_eq!(chosen(&checkout, &only).expect("it is there").len(), 1);
    let refusal = said(chosen(&checkout, &["get-mee".to_owned()]));
    assert!(refusal.contains("no function get-mee"), "{refusal}");
}

#[test]
fn packages_are_current_until_a_source_or_the_route_table_changes() {
    let place = tempfile::tempdir().expect("a temporary folder can be made");
    let checkout = Checkout::at(place.path());
    let write = |name: &str, text: &str, second: u64| {
        let file = place.path().join(name);
        fs::create_dir_all(file.parent().expect("a file has a folder")).expect("a folder");
        fs::write(&file, text).expect("a file can be written");
        let file = fs::File::open(&file).expect("it is there");
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(second);
        file.set_modified(time).expect("its time can be set");
    };
    let arm = Architecture::Arm64;
    let current = || is_current(&checkout, arm).expect("it can be told");
    let table = |name: &str| {
        format!(r#"{{"routes": [], "fallback": {{"name": "{name}", "context": "edge"}}}}"#)
    };
    write("functions/routes.json", &table("no-route"), 1);
    write("crates/domain/src/lib.rs", "", 1);
    assert!(!current(), "nothing is packed");

    let mut manifest = Manifest::new(arm);
    let package = Package {
        sha256: String::new(),
        zip_bytes: 0,
        binary_bytes: 0,
        glibc: None,
    };
    manifest.functions.insert("no-route".to_owned(), package);
    let text = serde_json::to_string(&manifest).expect("a manifest is JSON");
    write("target/packages/arm64/manifest.json", &text, 2);
    assert!(current());
    assert!(!is_current(&checkout, Architecture::X86_64).expect("it can be told"));

    write("functions/routes.json", &table("other"), 1);
    assert!(!current(), "a function of the table is not packed");
    write("functions/routes.json", &table("no-route"), 1);
    write("crates/domain/src/lib.rs", "", 3);
    assert!(!current(), "a source is newer");
}
