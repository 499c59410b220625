//! What every manifest has in common.

use super::metadata::Metadata;

pub(super) fn faults(metadata: &Metadata) -> Vec<String> {
    metadata
        .packages
        .iter()
        .flat_map(|package| {
            let text = super::read(&package.manifest_path).unwrap_or_default();
            manifest_faults(&package.name, &text)
        })
        .collect()
}

fn manifest_faults(name: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut section = "";
    let mut has_lints = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            section = line;
            continue;
        }
        if section == "[lints]" && line == "workspace = true" {
            has_lints = true;
        }
        let is_dependency = section.ends_with("dependencies]") && line.contains('=');
        if is_dependency
            && !line.starts_with('#')
            && !line.replace(' ', "").contains("workspace=true")
        {
            faults.push(format!(
                "{name}: `{line}` belongs into [workspace.dependencies]"
            ));
        }
    }
    if !has_lints {
        faults.push(format!("{name}: [lints] workspace = true is missing"));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_without_the_lints_of_the_workspace_is_a_fault() {
        let good = "[package]\nname = \"a\"\n[lints]\nworkspace = true\n";
        assert!(manifest_faults("a", good).is_empty());
        assert_eq!(manifest_faults("a", "[package]\nname = \"a\"\n").len(), 1);
    }

    #[test]
    fn a_version_of_its_own_is_a_fault() {
        let text = "[lints]\nworkspace = true\n[dependencies]\nserde = \"1\"\nhttp.workspace = true\n\
                    url = { workspace = true, features = [\"serde\"] }\n";
        assert_eq!(
            manifest_faults("a", text),
            ["a: `serde = \"1\"` belongs into [workspace.dependencies]"]
        );
    }
}
