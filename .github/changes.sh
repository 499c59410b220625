#!/usr/bin/env bash
# Which parts of the project do these files belong to? Reads names, one a line, and prints `part=true|false` lines for
# $GITHUB_OUTPUT. What cannot be told from its name belongs to everything: a part that is tested for nothing costs minutes,
# one that is not tested costs more.
set -euo pipefail

parts=(rust web terraform helm images)
declare -A changed
for part in "${parts[@]}"; do changed[$part]=false; done

mark() {
  local part
  for part in "$@"; do changed[$part]=true; done
}

while IFS= read -r file || [[ -n $file ]]; do
  case "$file" in
    "") ;;
    # What all parts are built and tested by.
    .github/* | .ci/* | Makefile | crates/xtask/*) mark "${parts[@]}" ;;
    # One table: router, functions, API and pages follow from it.
    functions/routes.json) mark "${parts[@]}" ;;
    functions/openapi.json) mark rust web ;;
    docs/* | *.md | LICENSE | .gitignore | .dockerignore) ;;
    web/*) mark web ;;
    terraform/*) mark terraform ;;
    cost/*) mark rust terraform images ;;
    # Linted with the rest of the infrastructure.
    helm/images/* | *Dockerfile) mark terraform images ;;
    # The root hashes its charts.
    helm/*) mark helm terraform ;;
    # The bootstrap Job brings it to the broker; Terraform watches its queues.
    crates/amqp/topology.json) mark rust terraform helm images ;;
    crates/contracts/* | crates/http/*) mark rust web images ;;
    crates/infra/*) mark rust terraform helm ;;
    samconfig/*) mark rust terraform ;;
    clippy.toml | deny.toml | rustfmt.toml | .config/* | crates/testkit/*) mark rust ;;
    compose.yaml) mark rust ;;
    Cargo.toml | Cargo.lock | .cargo/* | .sqlx/*) mark rust images ;;
    crates/* | functions/* | relay/* | order-processor/* | sse-gateway/*) mark rust images ;;
    *) mark "${parts[@]}" ;;
  esac
done

for part in "${parts[@]}"; do echo "$part=${changed[$part]}"; done
