#!/usr/bin/env bash
# `make test`: sets up what this machine lacks, builds, and runs the checks and all tests in
# containers. Everything it starts is called hospital-test* and is removed at the end, however the
# run ends.
#
#   TEST_PROJECT   a name instead of hospital-test; with an IMAGE_PREFIX as well, several checkouts
#                  can be tested on one engine at once
#
# Arguments are passed to pytest (make test ARGS="tests/unit -k clock").
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=../mirror/lib.sh source-path=SCRIPTDIR
source mirror/lib.sh

CHECKOUT=$PWD
TEST_PROJECT=${TEST_PROJECT:-hospital-test}

mirror/engine.sh
owner=$(docker ps --filter "label=com.docker.compose.project=$TEST_PROJECT" --filter label=com.docker.compose.service=tests \
  --format '{{.Label "com.docker.compose.project.working_dir"}}')
[[ -z $owner || $owner -ef . ]] || die "the tests of another folder are running under the name $TEST_PROJECT:
    $owner
Wait until they have ended, or use names of your own: TEST_PROJECT=other IMAGE_PREFIX=other make test"
mirror/images.sh

export CHECKOUT TEST_PROJECT PGADMIN_PORT=0 POSTGRES_PUBLISHED_PORT=0 KAFKA_PUBLISHED_PORT=0
stack=(-f docker-compose.yml)
tests=(-f tests/compose.yml)
if [[ -e docker-compose.override.yml ]]; then
  stack+=(-f docker-compose.override.yml)
  tests+=(-f tests/compose.mirror.yml)
fi
compose=(docker compose -p "$TEST_PROJECT" "${stack[@]}" "${tests[@]}")

# of_tests LISTING…: runs a command that lists "<project> <name>", and prints the names that belong
# to the tests' projects.
of_tests() { "$@" | awk -v own="$TEST_PROJECT" 'index($1, own) == 1 { print $2 }'; }

# each COMMAND…: runs it for every line of standard input.
each() { while IFS= read -r line; do "$@" "$line"; done; }

clean_up() {
  local project='{{.Label "com.docker.compose.project"}}'
  of_tests docker ps -a --format "$project {{.ID}}" | each docker rm -fv >/dev/null
  of_tests docker network ls --format "$project {{.ID}}" | each docker network rm >/dev/null
  of_tests docker volume ls --format "$project {{.Name}}" | each docker volume rm -f >/dev/null
}

trap clean_up EXIT
clean_up # a killed run may have left something

say 'building the services and the tests (cached after the first time)'
quietly docker compose "${stack[@]}" build || die 'the services could not be built'
quietly "${compose[@]}" build tests || die "the tests' image could not be built"
prefix=$(env_value IMAGE_PREFIX)
quietly docker build -t "$prefix/scheduler-test-clock" --build-arg "SCHEDULER_IMAGE=$prefix/scheduler" \
  tests/e2e/faults || die 'the scheduler with a settable clock could not be built'

(($#)) || set -- tests/unit tests/integration tests/e2e --ignore=tests/e2e/full_run --durations=25
# shellcheck disable=SC2016 # the inner shell expands "$@"
"${compose[@]}" run --rm -T tests sh -ec \
  'tests/check.sh && exec pytest -p no:cacheprovider "$@"' pytest "$@"
