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
    awk '{ split($2, n, "/") } n[1] != n[2] { print $1 " (" $2 ")" }' | paste -sd ' '
}

# updates STATE…: prints the services whose last update is in one of these states.
updates() {
  local states
  states=$(printf '|%s' "$@")
  docker stack services "$STACK_NAME" -q |
    xargs docker service inspect --format '{{with .UpdateStatus}}{{.State}}{{end}} {{.Spec.Name}}' |
    sed -nE "s/^(${states:1}) //p" | paste -sd ' '
}

# Says what has gone wrong in the last minutes, each once.
declare -A said
say_errors() {
  local error
  while IFS= read -r error; do
    [[ -n ${said[$error]:-} ]] || say "$error"
    said[$error]=yes
  done < <(docker stack ps "$STACK_NAME" --no-trunc \
    --format '{{if .Error}}{{.CurrentState}}|{{.Name}} on {{.Node}}: {{.Error}}{{end}}' |
    sed -nE 's/^(Failed|Rejected|Pending) ([0-9]+ seconds?|less than a second|about a minute) ago\|//p')
}

waits_for() { printf 'waiting for %s' "$({ missing; updates updating; } | paste -sd ' ')"; }
tell_meanwhile waits_for
calm=0
# Twice: an update begins a moment after it was asked for.
while ((calm < 2)); do
  sleep 2
  if [[ -n $(missing)$(updates updating rollback_started) ]]; then calm=0; else calm=$((calm + 1)); fi
  say_errors
  ((SECONDS < deadline)) || die "not every service became healthy: $(missing)"
done
tell_no_more
failed=$(updates paused rollback_paused rollback_completed)
[[ -z $failed ]] || die "these went back to what they ran before, or wait for a person \
(docker service ps --no-trunc <service>): $failed"
