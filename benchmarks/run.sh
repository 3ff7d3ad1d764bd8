#!/usr/bin/env bash
# `make bench`: builds, and runs the measurements in the tests' container, through the engine's socket.
# Everything it starts is called hospital-bench* and is removed at the end, however the run ends.
#
#   QUICK=1        a look: little work, once
#   TEST_PROJECT   a name instead of hospital-bench
#
# Arguments name measurements (make bench ARGS="simulation producer").
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
TEST_PROJECT=${TEST_PROJECT:-hospital-bench}
# shellcheck source=../tests/project.sh source-path=SCRIPTDIR
source tests/project.sh

COMMIT=$(git describe --always --dirty 2>/dev/null) || COMMIT=
"${compose[@]}" run --rm -T --no-deps \
  -e PYTHONPATH=scripts:. -e MPLCONFIGDIR=/tmp -e QUICK="${QUICK:-}" -e COMMIT="$COMMIT" \
  -v /sys/fs/cgroup:/engine/cgroup:ro -v "$CHECKOUT/benchmarks/results:$CHECKOUT/benchmarks/results" \
  tests python -m benchmarks "$@"
