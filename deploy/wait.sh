#!/usr/bin/env bash
# wait.sh [SERVICE…]: waits until every task of these services, or of the whole stack, runs what was
# deployed last, and is healthy. Says what fails.
#
#   DEPLOY_TIMEOUT_SECONDS  for how long (900)
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=lib.sh source-path=SCRIPTDIR
source deploy/lib.sh

# Longer than a check of ours takes to give a task up: start_period and retries in swarm.yml.
limit=${DEPLOY_TIMEOUT_SECONDS:-900}
deadline=$((SECONDS + limit))

# Finds the lines about these services. Finding none, it fails.
these=^${STACK_NAME}_
(($# == 0)) || these+="($(IFS='|' && printf %s "$*")) "

# Prints those of them that are not there yet, as name (running/wanted).
missing() {
  docker stack services "$STACK_NAME" --format '{{.Name}} {{.Replicas}}' | grep -E "$these" |
    awk '{ split($2, n, "/") } n[1] != n[2] { print $1 " (" $2 ")" }'
}

# updates STATE…: prints those of them whose last update is in one of these states.
updates() {
  local states
  states=$(printf '|%s' "$@")
  docker stack services "$STACK_NAME" -q |
    xargs docker service inspect --format '{{.Spec.Name}} {{with .UpdateStatus}}{{.State}}{{end}}' |
    grep -E "$these" | sed -nE "s/ (${states:1})\$//p"
}

# Prints what is not done yet. A Swarm without a leader answers nothing, which does not mean nothing.
undone() {
  local found
  found=$({ missing && updates updating rollback_started; } 2>/dev/null) || found='the Swarm to answer'
  printf %s "${found//$'\n'/ }"
}

# Says what has gone wrong in the last minutes, each once.
declare -A said
say_errors() {
  local error
  while IFS= read -r error; do
    [[ -n ${said[$error]:-} ]] || say "$error"
    said[$error]=yes
  done < <(docker stack ps "$STACK_NAME" --no-trunc \
    --format '{{if .Error}}{{.CurrentState}}|{{.Name}} on {{.Node}}: {{.Error}}{{end}}' 2>/dev/null |
    sed -nE 's/^(Failed|Rejected|Pending) ([0-9]+ seconds?|less than a second|about a minute) ago\|//p')
}

waits_for() { printf 'waiting for %s' "$(undone)"; }
tell_meanwhile waits_for
calm=0
# Twice: an update begins a moment after it was asked for.
while ((calm < 2)); do
  sleep 2
  found=$(undone)
  if [[ -n $found ]]; then calm=0; else calm=$((calm + 1)); fi
  say_errors
  ((SECONDS < deadline)) || die "not done after $limit s, still waiting for ${found:-updates to begin}"
done
tell_no_more
failed=$(updates paused rollback_paused rollback_completed) ||
  die 'the Swarm does not answer now: run make deploy again when docker node ls does'
[[ -z $failed ]] || die "these went back to what they ran before, or wait for a person \
(docker service ps --no-trunc <service>): ${failed//$'\n'/ }"
