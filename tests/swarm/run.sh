#!/usr/bin/env bash
# `make test-swarm`: builds, and runs the tests of the stack on three machines, which are namespaces of
# one container. Everything it starts is called hospital-swarm* and is removed at the end, however the
# run ends. Where such a container is not possible it says so, and counts as skipped: exit code 0.
#
#   TEST_PROJECT   a name instead of hospital-swarm
#
# Arguments are passed to pytest.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
TEST_PROJECT=${TEST_PROJECT:-hospital-swarm}
# shellcheck source=../project.sh source-path=SCRIPTDIR
source tests/project.sh

lab=(docker --log-level error compose --project-directory . -p "$TEST_PROJECT" -f tests/swarm/compose.yml)
quietly "${lab[@]}" build || die "the lab's image could not be built"
status=0
answer=$("${lab[@]}" run --rm -T lab tests/swarm/can.sh 2>&1) || status=$?
if ((status == 77)); then
  say "skipped: three machines in a container are not possible here: $(tail -n 1 <<<"$answer")"
  exit 0
fi
((status == 0)) || die "the lab could not be tried: $(tail -n 1 <<<"$answer")"

(($#)) || set -- tests/swarm -v -s
"${lab[@]}" run --rm -T lab pytest -p no:cacheprovider "$@"
