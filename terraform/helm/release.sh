#!/bin/sh
# Helm in the EKS cluster, as Terraform calls it; by hand as well, with the same variables.
#
#   release.sh upgrade          installs or upgrades one release, and waits until all of it is ready
#   release.sh retire NAME...   uninstalls these releases where they are there
#
#   VELURE_CLUSTER_NAME     VELURE_CLUSTER_REGION
#   VELURE_HELM_NAMESPACE   namespace of the release, made when missing
#   VELURE_HELM_TIMEOUT     as Helm takes it, as in 600s
# for upgrade also:
#   VELURE_HELM_RELEASE     the release
#   VELURE_HELM_CHART       folder, or name of the chart
#   VELURE_HELM_VALUES      its values, JSON
#   VELURE_HELM_REPOSITORY  URL of the chart's repository, empty for a folder
#   VELURE_HELM_VERSION     version of a repository's chart
#
# A run that died leaves its release locked: its newest revision is `pending-…` and Helm refuses every other one. The lock
# is taken over here: a revision that was deployed before is rolled back to, and without one the half-made release is
# uninstalled. Terraform's own lock on its state keeps two applies from doing so to each other.
set -eu

usage() {
  sed -n '2,/^set -eu/{/^set -eu/d;s/^# \{0,1\}//;p;}' "$0"
}

fail() {
  printf 'helm%s: %s\n' "${VELURE_HELM_RELEASE:+ $VELURE_HELM_RELEASE}" "$1" >&2
  exit 1
}

case "${1:-}" in
  upgrade)
    : "${VELURE_HELM_RELEASE:?is not set: see $0 --help}"
    : "${VELURE_HELM_CHART:?is not set: see $0 --help}"
    : "${VELURE_HELM_VALUES:?is not set: see $0 --help}"
    ;;
  retire) ;;
  -h | --help) usage; exit 0 ;;
  *) usage >&2; exit 64 ;;
esac
: "${VELURE_HELM_NAMESPACE:?is not set: see $0 --help}"
: "${VELURE_CLUSTER_NAME:?is not set: see $0 --help}"
: "${VELURE_CLUSTER_REGION:?is not set: see $0 --help}"
timeout=${VELURE_HELM_TIMEOUT:-600s}

for program in aws helm kubectl; do
  command -v "$program" > /dev/null || fail "$program is not on the PATH. Install it, or set helm_enabled = false and install the releases elsewhere."
done

# Neither the operator's kubeconfig nor another release's: several run side by side.
private=$(mktemp -d)
trap 'rm -rf "$private"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
export KUBECONFIG="$private/kubeconfig"
umask 077

aws eks update-kubeconfig --name "$VELURE_CLUSTER_NAME" --region "$VELURE_CLUSTER_REGION" --kubeconfig "$KUBECONFIG" > /dev/null ||
  fail "cluster $VELURE_CLUSTER_NAME in $VELURE_CLUSTER_REGION is not known to these credentials."

if [ "$1" = retire ]; then
  shift
  for name; do
    helm uninstall "$name" --namespace "$VELURE_HELM_NAMESPACE" --ignore-not-found --wait --timeout "$timeout" ||
      fail "$name, which the switches no longer ask for, cannot be removed: see helm status $name -n $VELURE_HELM_NAMESPACE"
  done
  exit 0
fi
printf '%s' "$VELURE_HELM_VALUES" > "$private/values.json"

# An empty answer is a release that was never there.
newest() {
  helm history "$VELURE_HELM_RELEASE" --namespace "$VELURE_HELM_NAMESPACE" --max 1 --output json 2> /dev/null |
    sed -n 's/.*"status":"\([a-z-]*\)".*/\1/p'
}

# The newest revision that once worked: `deployed`, or `superseded` by the one that died.
last_good() {
  helm history "$VELURE_HELM_RELEASE" --namespace "$VELURE_HELM_NAMESPACE" --output json |
    tr '{' '\n' | grep -E '"status":"(deployed|superseded)"' | tail -n 1 | sed -n 's/.*"revision":\([0-9]*\).*/\1/p'
}

status=$(newest)
case "$status" in
  pending-*)
    good=$(last_good)
    if [ -n "$good" ]; then
      printf 'helm %s: a run died and left it %s; going back to revision %s first\n' "$VELURE_HELM_RELEASE" "$status" "$good"
      helm rollback "$VELURE_HELM_RELEASE" "$good" --namespace "$VELURE_HELM_NAMESPACE" --wait --timeout "$timeout" ||
        fail "cannot be rolled back: see helm history $VELURE_HELM_RELEASE -n $VELURE_HELM_NAMESPACE"
    else
      printf 'helm %s: a run died before it was ever ready (%s); removing what it left\n' "$VELURE_HELM_RELEASE" "$status"
      helm uninstall "$VELURE_HELM_RELEASE" --namespace "$VELURE_HELM_NAMESPACE" --wait --timeout "$timeout" ||
        fail "cannot be removed: see helm status $VELURE_HELM_RELEASE -n $VELURE_HELM_NAMESPACE"
    fi
    ;;
esac

# Helm 4 has another word for it.
case "$(helm version --template '{{.Version}}')" in
  v3.*) back=--atomic ;;
  *) back=--rollback-on-failure ;;
esac

set -- upgrade --install "$VELURE_HELM_RELEASE" "$VELURE_HELM_CHART" \
  --namespace "$VELURE_HELM_NAMESPACE" --values "$private/values.json" \
  "$back" --wait --timeout "$timeout" --history-max 10
# `cluster` makes the namespace of the others with its labels; every other namespace needs none.
if [ "$VELURE_HELM_NAMESPACE" != velure ]; then
  set -- "$@" --create-namespace
fi
if [ -n "${VELURE_HELM_REPOSITORY:-}" ]; then
  set -- "$@" --repo "$VELURE_HELM_REPOSITORY" --version "${VELURE_HELM_VERSION:?is not set: charts of a repository are pinned}"
fi

printf 'helm %s: installing, ready within %s\n' "$VELURE_HELM_RELEASE" "$timeout"
if ! helm "$@"; then
  printf '\nhelm %s: not ready in time, rolled back. What its pods say:\n' "$VELURE_HELM_RELEASE" >&2
  kubectl --namespace "$VELURE_HELM_NAMESPACE" get pods,jobs >&2 || true
  kubectl --namespace "$VELURE_HELM_NAMESPACE" get events --field-selector type=Warning --sort-by .lastTimestamp 2> /dev/null | tail -n 15 >&2 || true
  fail "see helm/README.md, \"Stuck\"; after the cause is gone, apply again."
fi
printf 'helm %s: ready\n' "$VELURE_HELM_RELEASE"
