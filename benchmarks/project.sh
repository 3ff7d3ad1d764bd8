# shellcheck shell=bash
# What the benchmarks of a whole run share: a Compose project of their own, on the shipped
# configuration at full speed for DAYS days, which is removed at the end. Sourced, never run.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
days=${DAYS:-60}
work=$(mktemp -d)
files=(-f docker-compose.yml)
[[ ! -e docker-compose.override.yml ]] || files+=(-f docker-compose.override.yml)
project=${PROJECT:-hospital-benchmark}
export POSTGRES_PUBLISHED_PORT=0 KAFKA_PUBLISHED_PORT=0
compose() { docker compose -p "$project" "${files[@]}" -f "$work/compose.yml" "$@" 2>>"$work/log"; }

clean_up() {
  local status=$?
  ((status == 0)) || tail -n 20 "$work/log" >&2
  compose down -v --remove-orphans >/dev/null
  rm -rf "$work"
}
trap clean_up EXIT

mkdir "$work/configs"
cp configs/*.yaml "$work/configs/"
sed -i -E "s/^(  real_days:) [^ ]+/\1 0/; s/^(  days:) [0-9]+/\1 $days/" "$work/configs/simulation.yaml"
chmod -R a+rX "$work"
