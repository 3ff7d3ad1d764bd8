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
TEST_PROJECT=${TEST_PROJECT:-hospital-test}
# shellcheck source=project.sh source-path=SCRIPTDIR
source tests/project.sh

prefix=$(env_value IMAGE_PREFIX)
quietly docker build -t "$prefix/scheduler-test-clock" --build-arg "SCHEDULER_IMAGE=$prefix/scheduler" \
  tests/e2e/faults || die 'the scheduler with a settable clock could not be built'

if ((!$#)); then
  set -- tests/unit tests/integration tests/e2e --ignore=tests/e2e/full_run --durations=25 -n 2 --no-loadscope-reorder
  # Both workers must draw the same faults.
  export FAULT_SEED=${FAULT_SEED:-$((RANDOM * 32768 + RANDOM))}
  say "faults are drawn at random; to repeat them: FAULT_SEED=$FAULT_SEED"
fi
# shellcheck disable=SC2016 # the inner shell expands "$@"
"${compose[@]}" run --rm -T tests sh -ec \
  'tests/check.sh && exec pytest -p no:cacheprovider "$@"' pytest "$@"
