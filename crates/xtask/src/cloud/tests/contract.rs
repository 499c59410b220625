//! The root and this checkout's commands name the same things.

use super::*;

#[test]
fn the_root_declares_every_variable_that_it_is_given() {
    let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../terraform");
    let mut declared = String::new();
    for entry in fs::read_dir(real).expect("there is a root").flatten() {
        if entry
            .path()
            .extension()
            .is_some_and(|ending| ending == "tf")
        {
            declared += &fs::read_to_string(entry.path()).expect("it can be read");
        }
    }
    let place = Place::new();
    let cloud = place
        .cloud(CloudArgs {
            no_helm: true,
            ..args()
        })
        .expect("everything is there");
    let root = cloud.root(&place.artefacts()).expect("a root");
    for variable in root.variables.iter() {
        let name = variable
            .strip_prefix("-var=")
            .and_then(|text| text.split('=').next())
            .expect("a variable has a name");
        let declaration = format!("variable \"{name}\" {{");
        assert!(
            declared.contains(&declaration),
            "terraform/ declares no {name}"
        );
    }
    for output in [
        "url",
        "api_url",
        "cluster_name",
        "ecr_repositories",
        "monthly_floor_usd",
    ] {
        let declaration = format!("output \"{output}\" {{");
        assert!(
            declared.contains(&declaration),
            "terraform/ has no output {output}"
        );
    }
    assert!(
        declared.contains("module \"ecr\" {"),
        "repositories come first"
    );
    // The sweep after a destroy looks for it.
    assert!(declared.contains("\"velure:name\""), "default_tags have it");
}
