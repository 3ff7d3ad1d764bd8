# shellcheck shell=bash
# What the scripts in this directory share. Sourced in the checkout, never run.

# shellcheck source=../mirror/lib.sh source-path=SCRIPTDIR
source mirror/lib.sh

die() {
  printf 'deploy: %s\n' "$*" >&2
  exit 1
}

compose_serves || die "this needs Docker Compose 2.24 or newer, as a plugin ('docker compose version')"
STACK_NAME=$(env_value STACK_NAME)
export STACK_NAME

files=(-f docker-compose.yml)
if [[ -L docker-compose.override.yml ]]; then
  files+=(-f docker-compose.override.yml)
  export MIRROR_PREFIX=mirror/
fi
files+=(-f deploy/three-brokers.yml)

# beside ARGUMENT…: Compose for what runs beside the stack on the home node, in a project of its own,
# which `make up`, `make down` and `make clean` in this checkout leave alone.
beside_project=$STACK_NAME-beside
beside() { docker --log-level error compose -p "$beside_project" "${files[@]}" -f deploy/beside.yml "$@"; }
