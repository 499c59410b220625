//! The SAM template: every function of the route table behind one HTTP API, for whoever deploys with SAM or runs a
//! function's zip in a container. It points at zips that are built before, because SAM would compile the workspace
//! once for each function.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::checkout::Checkout;
use crate::{env_lines, private_file, report};

/// What the template takes from `functions/routes.json`.
#[derive(Debug, Deserialize)]
struct Table {
    routes: Vec<Route>,
    fallback: Function,
}

#[derive(Debug, Deserialize)]
struct Route {
    method: String,
    path: String,
    throttle: Throttle,
    secrets: Vec<String>,
    #[serde(flatten)]
    function: Function,
}

#[derive(Debug, Deserialize)]
struct Function {
    name: String,
    context: String,
    memory_mb: u32,
    timeout_s: u32,
    reserved_concurrency: u32,
}

#[derive(Debug, Deserialize)]
struct Throttle {
    rate: u32,
    burst: u32,
}

const FILE: &str = "samconfig/template.yaml";

/// Beside the development shop's own files, because it holds its passwords. samconfig.toml names it.
const ENV_FILE: &str = ".velure/dev/sam-env.json";

/// Settings of every function: the variable, its parameter, what it says, and its default.
const SETTINGS: [(&str, &str, &str, &str); 9] = [
    (
        "VELURE_ACCESS_JWKS",
        "AccessJwks",
        "Public keys of access tokens, a JWK set.",
        "",
    ),
    (
        "VELURE_ALLOWED_ORIGINS",
        "AllowedOrigins",
        "Origins of the shop's own pages, separated by commas.",
        "",
    ),
    (
        "VELURE_ALLOW_DEVELOPMENT_SECRETS",
        "AllowDevelopmentSecrets",
        "true accepts short and well-known secrets; for sam local alone.",
        "false",
    ),
    (
        "VELURE_AUTH_URL",
        "AuthUrl",
        "Where the auth context answers internal calls.",
        "",
    ),
    (
        "VELURE_CATALOG_URL",
        "CatalogUrl",
        "Where the catalog context answers internal calls.",
        "",
    ),
    (
        "VELURE_ORDERS_PER_MINUTE",
        "OrdersPerMinute",
        "How many orders one buyer may place in a minute.",
        "60",
    ),
    (
        "VELURE_ORIGIN_SECRET",
        "OriginSecret",
        "What a CDN before the API adds as x-velure-origin. Empty means that there is none.",
        "",
    ),
    (
        "VELURE_REDIS_PREFIX",
        "RedisPrefix",
        "What every key in Redis starts with.",
        "velure",
    ),
    (
        "VELURE_SERVICE_JWKS",
        "ServiceJwks",
        "Public keys of the processes that call internal endpoints, a JWK set.",
        "",
    ),
];

const HEAD: &str = r#"# Written by `cargo xtask sam` from functions/routes.json; a test fails when it is stale.
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Description: Velure's HTTP endpoints, one function each. Make the zips first with make package.

Parameters:
  Architecture:
    Type: String
    Description: What the zips were built for.
    Default: arm64
    AllowedValues: [arm64, x86_64]
  SubnetIds:
    Type: CommaDelimitedList
    Description: Subnets from which the stores can be reached. Empty means outside of any VPC.
    Default: ""
  SecurityGroupIds:
    Type: CommaDelimitedList
    Description: Security groups of the functions, with SubnetIds.
    Default: ""
"#;

const GLOBALS: &str = r#"
Conditions:
  InVpc: !Not [!Equals [!Join ["", !Ref SubnetIds], ""]]

Globals:
  Function:
    Runtime: provided.al2023
    Handler: bootstrap
    Architectures: [!Ref Architecture]
    VpcConfig: !If
      - InVpc
      - SubnetIds: !Ref SubnetIds
        SecurityGroupIds: !Ref SecurityGroupIds
      - !Ref AWS::NoValue
    Environment:
      Variables:
"#;

const TAIL: &str = r#"
Outputs:
  ApiUrl:
    Description: Where the endpoints answer.
    Value: !Sub "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}"
"#;

/// Writes the template.
pub(crate) fn write(checkout: &Checkout) -> Result<()> {
    let file = checkout.path(FILE);
    let made = template(checkout)?;
    if fs::read_to_string(&file).is_ok_and(|committed| committed == made) {
        report::line(format_args!("{FILE} is current"));
        return Ok(());
    }
    fs::write(&file, made).with_context(|| format!("{FILE} cannot be written"))?;
    report::line(format_args!("{FILE} was written"));
    Ok(())
}

/// Writes what `sam local` gives the functions: the variables that `make watch` gave them, at the same servers.
pub(crate) fn write_env(checkout: &Checkout) -> Result<()> {
    let from = checkout.dev().join("functions.env");
    let text = fs::read_to_string(&from).context(
        "there is no development shop whose servers the functions could use: run `make watch`, leave it running, and \
         run this again",
    )?;
    let file = checkout.path(ENV_FILE);
    private_file::write(
        &file,
        &env_file(&read_table(checkout)?, &env_lines::parse(&text)?)?,
    )?;
    report::line(format_args!(
        "{ENV_FILE} was written; in samconfig/: sam local start-api"
    ));
    Ok(())
}

/// SAM's file of variables for every function. Nothing is asked of Secrets Manager.
fn env_file(table: &Table, variables: &BTreeMap<String, String>) -> Result<String> {
    let mut all = variables.clone();
    for name in table.routes.iter().flat_map(|route| &route.secrets) {
        all.insert(format!("{name}_SECRET_ARN"), String::new());
    }
    let file = BTreeMap::from([("Parameters", all)]);
    Ok(serde_json::to_string_pretty(&file)? + "\n")
}

/// The template that follows from the route table.
fn template(checkout: &Checkout) -> Result<String> {
    Ok(render(&read_table(checkout)?))
}

fn read_table(checkout: &Checkout) -> Result<Table> {
    let text = fs::read(checkout.path("functions/routes.json"))
        .context("functions/routes.json cannot be read")?;
    serde_json::from_slice(&text).context("functions/routes.json is not a route table")
}

fn render(table: &Table) -> String {
    let mut out = HEAD.to_owned();
    for (variable, parameter, description, default) in SETTINGS {
        out += &format!(
            "  {parameter}:\n    Type: String\n    Description: {description}\n    Default: \"{default}\"\n"
        );
        if variable.ends_with("_SECRET") {
            out += "    NoEcho: true\n";
        }
    }
    let secrets: BTreeMap<String, &str> = table
        .routes
        .iter()
        .flat_map(|route| {
            route
                .secrets
                .iter()
                .map(|name| (secret(name, &route.function.context), name.as_str()))
        })
        .collect();
    for (parameter, variable) in secrets {
        out += &format!(
            "  {parameter}:\n    Type: String\n    Description: The secret that holds {variable}.\n"
        );
    }
    out += GLOBALS;
    for (variable, parameter, ..) in SETTINGS {
        out += &format!("        {variable}: !Ref {parameter}\n");
    }
    out += "\nResources:\n  Api:\n    Type: AWS::Serverless::HttpApi\n    Properties:\n      RouteSettings:\n";
    for Route {
        method,
        path,
        throttle,
        ..
    } in &table.routes
    {
        out += &format!(
            "        {method} {path}:\n          ThrottlingRateLimit: {}\n          ThrottlingBurstLimit: {}\n",
            throttle.rate, throttle.burst
        );
    }
    for route in &table.routes {
        let secrets: BTreeSet<&str> = route.secrets.iter().map(String::as_str).collect();
        out += &function(&route.function, &secrets);
        out += &format!(
            "            Method: {}\n            Path: {}\n",
            route.method, route.path
        );
    }
    // An event without method and path is the API's `$default` route.
    out += &function(&table.fallback, &BTreeSet::new());
    out + TAIL
}

fn function(function: &Function, secrets: &BTreeSet<&str>) -> String {
    let Function {
        name,
        context,
        memory_mb,
        timeout_s,
        reserved_concurrency,
    } = function;
    let mut out = format!(
        "\n  {}:\n    Type: AWS::Serverless::Function\n    Properties:\n      \
         Description: {name} of the {context} context\n      CodeUri: ../target/packages/current/{name}.zip\n      \
         MemorySize: {memory_mb}\n      Timeout: {timeout_s}\n      \
         ReservedConcurrentExecutions: {reserved_concurrency}\n",
        camel(name)
    );
    if !secrets.is_empty() {
        let mut variables = String::new();
        let mut policies = String::new();
        for name in secrets {
            let parameter = secret(name, context);
            // Empty counts as not set. SAM hands on only variables that are named here, so `sam local` needs it.
            variables +=
                &format!("          {name}: \"\"\n          {name}_SECRET_ARN: !Ref {parameter}\n");
            policies += &format!(
                "        - AWSSecretsManagerGetSecretValuePolicy:\n            SecretArn: !Ref {parameter}\n"
            );
        }
        out += &format!(
            "      Environment:\n        Variables:\n{variables}      Policies:\n{policies}"
        );
    }
    out + "      Events:\n        Http:\n          Type: HttpApi\n          Properties:\n            ApiId: !Ref Api\n"
}

/// The parameter that names the secret for `variable`. Each context signs with a key of its own.
fn secret(variable: &str, context: &str) -> String {
    let owner = if variable == "VELURE_SERVICE_SIGNING_KEY" {
        context
    } else {
        ""
    };
    let words = variable.trim_start_matches("VELURE_").to_lowercase();
    format!(
        "{}{}SecretArn",
        camel(owner),
        camel(&words.replace('_', "-"))
    )
}

/// `open-session` as `OpenSession`.
fn camel(name: &str) -> String {
    let capital = |word: &str| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_uppercase() + rest
    };
    name.split('-').map(capital).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn checkout() -> Checkout {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        Checkout::at(&root)
    }

    #[test]
    fn the_committed_template_is_the_one_that_follows_from_the_routes() {
        let committed =
            fs::read_to_string(checkout().path(FILE)).expect("the template is committed");
        let made = template(&checkout()).expect("the route table can be read");
        assert!(committed == made, "{FILE} is stale: run `make sam`");
    }

    #[test]
    fn sam_local_gets_the_development_shops_variables_and_asks_aws_for_nothing() {
        let table = read_table(&checkout()).expect("the route table can be read");
        let variables =
            BTreeMap::from([("VELURE_REDIS_URL".to_owned(), "redis://here".to_owned())]);
        let file = env_file(&table, &variables).expect("it is JSON");
        let file: serde_json::Value = serde_json::from_str(&file).expect("it is JSON");
        assert_eq!(file["Parameters"]["VELURE_REDIS_URL"], "redis://here");
        assert_eq!(file["Parameters"]["VELURE_REDIS_URL_SECRET_ARN"], "");
        // SAM hands on what the template names, so each name has to be there.
        let template = render(&table);
        for name in file["Parameters"].as_object().expect("an object").keys() {
            assert!(template.contains(&format!("          {name}: ")), "{name}");
        }
    }

    #[test]
    fn samconfig_names_the_files_that_are_written() {
        let config = fs::read_to_string(checkout().path("samconfig/samconfig.toml"))
            .expect("it is committed");
        assert!(config.contains(&format!("env_vars = \"../{ENV_FILE}\"")));
        assert!(config.contains("template_file = \"template.yaml\""));
    }

    #[test]
    fn a_context_signs_with_a_key_of_its_own_and_shares_the_other_secrets() {
        assert_eq!(
            secret("VELURE_SERVICE_SIGNING_KEY", "orders"),
            "OrdersServiceSigningKeySecretArn"
        );
        assert_eq!(
            secret("VELURE_REDIS_URL", "orders"),
            secret("VELURE_REDIS_URL", "catalog")
        );
        assert_eq!(
            secret("VELURE_MONGODB_URI", "catalog"),
            "MongodbUriSecretArn"
        );
    }
}
