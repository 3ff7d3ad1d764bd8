#!/usr/bin/env bash
# Waits until every task of the stack runs what was deployed last, and is healthy. Says what fails.
#
#   DEPLOY_TIMEOUT_SECONDS  for how long (600)
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=lib.sh source-path=SCRIPTDIR
source deploy/lib.sh

deadline=$((SECONDS + ${DEPLOY_TIMEOUT_SECONDS:-600}))

# Prints the services that are not there yet, as name (running/wanted).
missing() {
  docker stack services "$STACK_NAME" --format '{{.Name}} {{.Replicas}}' |
    awk '{ split($2, n, "/"); if (n[1] != n[2]) printf "%s%s (%s)", sep, $1, $2; sep = ", " }'
}

# updates STATE…: prints the services whose last update is in one of these states.
updates() {
  local states
  states=$(printf '|%s' "$@")
  docker stack services "$STACK_NAME" -q |
    xargs docker service inspect --format '{{with .UpdateStatus}}{{.State}}{{end}} {{.Spec.Name}}' |
    sed -nE "s/^(${states:1}) //p" | paste -sd ' '
}

# Prints why tasks that should run do not, each once.
errors() {
  docker stack ps "$STACK_NAME" --no-trunc --filter desired-state=running --filter desired-state=ready \
    --format '{{if .Error}}{{.Name}} on {{.Node}}: {{.Error}}{{end}}' | sed -n 's/^/  /p' | sort -u
  docker stack ps "$STACK_NAME" --no-trunc --filter desired-state=shutdown \
    --format '{{if .Error}}{{.Name}} on {{.Node}}: {{.Error}} ({{.CurrentState}}){{end}}' |
    grep -E '\((Failed|Rejected) [0-9]+ (second|minute)' | sed 's/^/  /' | sort -u | head -n 10 || true
}

waits_for() { printf 'waiting for %s' "$(missing)$(updates updating)"; }
tell_meanwhile waits_for
calm=0
# Twice: an update begins a moment after it was asked for.
while ((calm < 2)); do
  sleep 2
  if [[ -n $(missing)$(updates updating rollback_started) ]]; then calm=0; else calm=$((calm + 1)); fi
  if ((SECONDS > deadline)); then
    tell_no_more
    errors >&2
    die "not every service became healthy: $(missing)"
  fi
done
tell_no_more
failed=$(updates paused rollback_paused rollback_completed)
if [[ -n $failed ]]; then
  errors >&2
  die "the update failed, and these run what they ran before, or wait for a person: $failed"
fi
