//! Recording programs on the search path: what would be run, in which order, with which words.

mod contract;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::TempDir;

use super::*;

/// Notes each call, then does what its part of the script says.
const RECORDER: &str = r#"#!/bin/sh
echo "$(basename "$0") $*" >>"$(dirname "$0")/../calls"
here=$(dirname "$0")/..
"#;

const TERRAFORM: &str = r#"
case "$1" in
version) echo '{"terraform_version": "1.11.4"}' ;;
plan) test -e "$here/no-changes" && exit 0; exit 2 ;;
show) echo '{"planned_values": {"outputs": {"monthly_floor_usd": {"value": "219.00"}}}}' ;;
apply) touch "$here/applied" ;;
output)
  if test -e "$here/applied"; then
    echo '{"url": {"value": "https://d1.cloudfront.net"}, "api_url": {"value": "https://a.execute-api"},
      "cluster_name": {"value": "velure-test"}, "ecr_repositories": {"value": {
      "relay": "1.dkr.ecr/velure-test/relay", "order-processor": "1.dkr.ecr/velure-test/order-processor",
      "sse-gateway": "1.dkr.ecr/velure-test/sse-gateway", "velure": "1.dkr.ecr/velure-test/velure",
      "functions-server": "1.dkr.ecr/velure-test/functions-server"}}}'
  else
    echo '{}'
  fi ;;
esac
"#;

const AWS: &str = r#"
case "$*" in
"sts get-caller-identity"*) test -e "$here/no-credentials" && { echo 'ExpiredToken' >&2; exit 255; }
  echo '{"Account": "123456789012"}' ;;
"configure get region") echo eu-central-1 ;;
"ecr get-login-password"*) echo canary-password ;;
"ecr describe-images"*) test -e "$here/pushed" && exit 0
  echo 'An error occurred (ImageNotFoundException) when calling DescribeImages' >&2; exit 254 ;;
"resourcegroupstaggingapi"*)
  if test -e "$here/left"; then
    echo '{"ResourceTagMappingList": [{"ResourceARN": "arn:aws:ec2:eu-central-1:1:volume/vol-1", "Tags": []}]}'
  else
    echo '{"ResourceTagMappingList": []}'
  fi ;;
esac
"#;

const DOCKER: &str = r#"
test -e "$here/no-engine" && exit 1
case "$1" in login) cat >"$here/password" ;; esac
exit 0
"#;

const GIT: &str = r#"printf 'Cargo.toml\0relay/src/main.rs\0'"#;

/// A checkout of its own, with the programs beside it.
struct Place {
    root: TempDir,
}

impl Place {
    fn new() -> Self {
        let place = Self {
            root: tempfile::tempdir().expect("a temporary folder can be made"),
        };
        let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for folder in ["bin", "terraform", "functions", "relay/src"] {
            fs::create_dir_all(place.path(folder)).expect("a folder can be made");
        }
        fs::copy(
            real.join("functions/routes.json"),
            place.path("functions/routes.json"),
        )
        .expect("the route table can be copied");
        place.write("Cargo.toml", "[workspace]");
        place.write("relay/src/main.rs", "fn main() {}");
        for (name, does) in [
            ("terraform", TERRAFORM),
            ("aws", AWS),
            ("docker", DOCKER),
            ("git", GIT),
            ("helm", ""),
            ("kubectl", ""),
        ] {
            let file = place.path("bin").join(name);
            fs::write(&file, format!("{RECORDER}{does}")).expect("a program can be written");
            fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("its mode");
        }
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file can be written");
    }

    fn without(&self, program: &str) {
        fs::remove_file(self.path("bin").join(program)).expect("it was there");
    }

    fn programs(&self) -> Programs {
        let path = format!("{}:/usr/bin:/bin", self.path("bin").display());
        Programs::on(&path, self.root.path())
    }

    fn cloud(&self, args: CloudArgs) -> Result<Cloud> {
        let checkout = Checkout::at(self.root.path());
        let needs = [Need::Terraform, Need::Aws, Need::Helm, Need::Kubectl];
        let mut cloud = Cloud::with(&checkout, args, self.programs(), &needs)?;
        // A variable of whoever runs the tests wins over what the recorder says.
        cloud.region = "eu-central-1".to_owned();
        self.forget();
        Ok(cloud)
    }

    fn forget(&self) {
        self.write("calls", "");
    }

    /// What was run, with this place's own path and the tag replaced.
    fn calls(&self) -> Vec<String> {
        let tag = Tag::of(&self.programs()).expect("a tag").to_string();
        let text = fs::read_to_string(self.path("calls")).expect("something was run");
        text.replace(&self.root.path().display().to_string(), "/place")
            .replace(&tag, "TAG")
            .lines()
            .filter(|line| !line.starts_with("git "))
            .map(str::to_owned)
            .collect()
    }

    fn artefacts(&self) -> Artefacts {
        Artefacts {
            packages: self.path("target/packages/arm64"),
            pages: self.path("web/dist"),
        }
    }
}

fn args() -> CloudArgs {
    CloudArgs {
        environment: "test".to_owned(),
        arch: Architecture::Arm64,
        state_bucket: None,
        vars: None,
        no_helm: false,
        yes: true,
    }
}

fn said<T>(outcome: Result<T>) -> String {
    match outcome {
        Ok(_) => panic!("it was done"),
        Err(error) => format!("{error:#}"),
    }
}

const VARIABLES: &str = "-var=name=velure-test -var=region=eu-central-1 -var=architecture=arm64 \
    -var=packages_dir=/place/target/packages/arm64 -var=web_dist=/place/web/dist -var=image_tag=TAG";

#[test]
fn the_first_apply_makes_repositories_fills_them_and_plans_again() {
    let place = Place::new();
    let cloud = place.cloud(args()).expect("everything is there");
    cloud.apply(&place.artefacts()).expect("it is applied");
    let plan = format!(
        "terraform plan -input=false -detailed-exitcode -out=/place/target/cloud/velure-test.tfplan {VARIABLES}"
    );
    let mut wanted = vec![
        "terraform init -input=false -reconfigure -backend-config=path=state/velure-test.tfstate"
            .to_owned(),
        plan.clone(),
        "terraform show -json /place/target/cloud/velure-test.tfplan".to_owned(),
        "terraform output -json".to_owned(),
        format!("terraform apply -input=false -auto-approve -target=module.ecr {VARIABLES}"),
        "terraform output -json".to_owned(),
    ];
    let images = [
        ("relay", "relay/Dockerfile"),
        ("order-processor", "order-processor/Dockerfile"),
        ("sse-gateway", "sse-gateway/Dockerfile"),
        ("functions-server", "functions/server/Dockerfile"),
        ("velure", "crates/cli/Dockerfile"),
    ];
    for (image, _) in images {
        wanted.push(format!(
            "aws ecr describe-images --region eu-central-1 --repository-name velure-test/{image} --image-ids imageTag=TAG"
        ));
    }
    wanted.extend(
        [
            "docker info",
            "docker buildx version",
            "aws ecr get-login-password --region eu-central-1",
            "docker login --username AWS --password-stdin 1.dkr.ecr",
        ]
        .map(str::to_owned),
    );
    for (image, file) in images {
        wanted.push(format!(
            "docker buildx build --platform linux/arm64 --file {file} --provenance=mode=max --sbom=true \
             --tag 1.dkr.ecr/velure-test/{image}:TAG --push ."
        ));
    }
    wanted.extend([
        plan,
        "terraform apply -input=false /place/target/cloud/velure-test.tfplan".to_owned(),
        "terraform output -json".to_owned(),
    ]);
    assert_eq!(place.calls(), wanted);
    let password = fs::read_to_string(place.path("password")).expect("docker was signed in");
    assert_eq!(password.trim(), "canary-password");
    let backend = fs::read_to_string(place.path("terraform/backend_override.tf"))
        .expect("the backend is named");
    assert!(backend.contains("backend \"local\" {}"), "{backend}");
}

#[test]
fn a_later_apply_does_what_was_shown_and_builds_nothing_that_is_there() {
    let place = Place::new();
    place.write("applied", "");
    place.write("pushed", "");
    let cloud = place.cloud(args()).expect("everything is there");
    cloud.apply(&place.artefacts()).expect("it is applied");
    let calls = place.calls();
    let count = |word: &str| calls.iter().filter(|call| call.starts_with(word)).count();
    assert_eq!(count("terraform plan"), 1, "{calls:?}");
    assert_eq!(count("docker"), 0, "{calls:?}");
    assert_eq!(count("terraform apply"), 1, "{calls:?}");
}

#[test]
fn the_floor_is_told_by_the_month_and_by_the_hour() {
    assert_eq!(
        per_month_and_hour("347.44"),
        "$347.44 a month, $0.48 an hour,"
    );
    assert_eq!(
        per_month_and_hour(">= 80.30 (no price on record in sa-east-1 for secret)"),
        "$80.30 (no price on record in sa-east-1 for secret) a month, $0.11 an hour,"
    );
}

#[test]
fn a_plan_without_changes_asks_nothing_and_applies_nothing() {
    let place = Place::new();
    place.write("applied", "");
    place.write("no-changes", "");
    let cloud = place
        .cloud(CloudArgs {
            yes: false,
            ..args()
        })
        .expect("everything is there");
    cloud
        .apply(&place.artefacts())
        .expect("there is nothing to do");
    assert!(!place.calls().iter().any(|call| call.contains("apply")));
}

#[test]
fn without_a_terminal_nobody_is_taken_to_have_said_yes() {
    let place = Place::new();
    let cloud = place
        .cloud(CloudArgs {
            yes: false,
            ..args()
        })
        .expect("everything is there");
    if std::io::stdin().is_terminal() {
        // Somebody runs the tests by hand, and would be asked.
        return;
    }
    for outcome in [cloud.apply(&place.artefacts()), cloud.destroy()] {
        assert!(said(outcome).contains("YES=1"));
    }
    let calls = place.calls();
    let touched = |call: &String| call.contains(" apply ") || call.contains(" destroy ");
    assert!(!calls.iter().any(touched), "{calls:?}");
}

#[test]
fn without_an_engine_the_missing_images_and_who_builds_them_are_named() {
    let place = Place::new();
    place.write("applied", "");
    place.write("no-engine", "");
    let cloud = place.cloud(args()).expect("everything is there");
    let refusal = said(cloud.apply(&place.artefacts()));
    assert!(refusal.contains("relay, order-processor, sse-gateway, functions-server, velure:"));
    assert!(
        refusal.contains(".github/workflows/images.yml"),
        "{refusal}"
    );
    let without = place
        .cloud(CloudArgs {
            no_helm: true,
            ..args()
        })
        .expect("everything is there");
    without
        .apply(&place.artefacts())
        .expect("no image is needed");
    assert!(
        place
            .calls()
            .iter()
            .any(|call| call.ends_with("-var=helm_enabled=false"))
    );
}

#[test]
fn state_in_a_bucket_is_encrypted_and_locked() {
    let place = Place::new();
    let cloud = place
        .cloud(CloudArgs {
            state_bucket: Some("velure-state".to_owned()),
            ..args()
        })
        .expect("everything is there");
    let root = cloud.root(&place.artefacts()).expect("a root");
    root.init().expect("it is initialised");
    let init = "terraform init -input=false -reconfigure -backend-config=bucket=velure-state \
        -backend-config=key=velure-test.tfstate -backend-config=region=eu-central-1 -backend-config=encrypt=true \
        -backend-config=use_lockfile=true";
    assert_eq!(place.calls(), [init]);
    let backend = fs::read_to_string(place.path("terraform/backend_override.tf"))
        .expect("the backend is named");
    assert!(backend.contains("backend \"s3\" {}"), "{backend}");
}

#[test]
fn a_fresh_checkout_takes_everything_down_and_looks_at_what_is_left() {
    let place = Place::new();
    let cloud = place.cloud(args()).expect("everything is there");
    cloud.destroy().expect("nothing is left");
    let calls = place.calls();
    let variables = VARIABLES
        .replace("target/packages/arm64", "target/cloud/stand-ins")
        .replace("web/dist", "target/cloud/stand-ins/pages");
    assert_eq!(
        calls[1],
        format!("terraform destroy -input=false -auto-approve {variables}")
    );
    let sweep = |region: &str, filter: &str| {
        format!(
            "aws resourcegroupstaggingapi get-resources --region {region} --tag-filters {filter} --output json"
        )
    };
    assert_eq!(
        calls[2..],
        [
            sweep("eu-central-1", "Key=velure:name,Values=velure-test"),
            sweep("eu-central-1", "Key=kubernetes.io/cluster/velure-test"),
            sweep("us-east-1", "Key=velure:name,Values=velure-test"),
            sweep("us-east-1", "Key=kubernetes.io/cluster/velure-test"),
        ]
    );
    assert!(
        place
            .path("target/cloud/stand-ins/place-order.zip")
            .exists()
    );

    place.write("left", "");
    let refusal = said(cloud.destroy());
    assert!(refusal.contains("1 resources are listed"), "{refusal}");
}

#[test]
fn everything_that_is_missing_is_named_at_once_and_credentials_are_asked_for_by_name() {
    let place = Place::new();
    place.write("no-credentials", "");
    let refusal = said(place.cloud(args()));
    assert!(refusal.contains("aws sso login"), "{refusal}");
    assert!(refusal.contains("ExpiredToken"), "{refusal}");
    place.without("terraform");
    place.without("helm");
    // What the machine itself has does not count.
    let programs = Programs::on(&place.path("bin").display().to_string(), place.root.path());
    let refusal = said(programs.check(&[Need::Terraform, Need::Aws, Need::Helm]));
    assert!(
        refusal.contains("terraform: Terraform 1.11 or later"),
        "{refusal}"
    );
    assert!(refusal.contains("helm: Helm 3.17 or later"), "{refusal}");
    assert!(!refusal.contains("aws:"), "{refusal}");
}

#[test]
fn an_old_terraform_is_refused() {
    let place = Place::new();
    let file = place.path("bin/terraform");
    fs::write(
        &file,
        "#!/bin/sh\necho '{\"terraform_version\": \"1.9.8\"}'\n",
    )
    .expect("a program");
    let refusal = said(place.programs().check(&[Need::Terraform]));
    assert!(refusal.contains("terraform is 1.9.8"), "{refusal}");
}

#[test]
fn an_environment_that_is_no_name_and_values_that_are_no_file_are_refused() {
    let place = Place::new();
    for environment in ["", "Prod", "a b", "../x", "dev\n"] {
        let refusal = said(place.cloud(CloudArgs {
            environment: environment.to_owned(),
            ..args()
        }));
        assert!(refusal.contains("lower-case letters"), "{refusal}");
    }
    let cloud = place
        .cloud(CloudArgs {
            vars: Some("nowhere.tfvars".into()),
            ..args()
        })
        .expect("everything is there");
    assert!(said(cloud.root(&place.artefacts())).contains("nowhere.tfvars"));
}

#[test]
fn the_tag_follows_from_what_images_are_made_of() {
    let place = Place::new();
    let tag = || Tag::of(&place.programs()).expect("a tag").to_string();
    let before = tag();
    assert_eq!(before.len(), 16);
    assert_eq!(tag(), before);
    place.write("README.md", "no source of an image");
    assert_eq!(tag(), before);
    place.write("relay/src/main.rs", "fn main() { }");
    assert_ne!(tag(), before);
}
