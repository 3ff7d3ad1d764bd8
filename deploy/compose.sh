#!/usr/bin/env bash
# Compose for what runs beside the stack on a Swarm's home node:
#
#   deploy/compose.sh run --rm status
#   deploy/compose.sh --profile dashboard up -d dashboard
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=lib.sh source-path=SCRIPTDIR
source deploy/lib.sh
beside "$@"
