#!/usr/bin/env bash
# `make up`: sets up what this machine lacks, starts the stack, and waits until its
# eight services are healthy.
#
# Each step says what it does, and skips what is already done. Arguments are passed
# to `docker compose up`.
#
#   START_TIMEOUT_SECONDS   how long the services may take to become healthy (300)
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lib.sh source-path=SCRIPTDIR
source "$here/lib.sh"
cd "$here/.."

echo 'Engine'
"$here/engine.sh"

echo 'Base images'
"$here/images.sh"

echo 'Our images'
build_started=$SECONDS
say 'building the four services (the first time takes a minute or two)'
quietly docker compose build || die 'the services could not be built'
say "ready after $((SECONDS - build_started)) s"

echo 'Services'
if ! docker compose up -d --wait --wait-timeout "${START_TIMEOUT_SECONDS:-300}" "$@"; then
  docker compose ps --all --format 'table {{.Service}}\t{{.Status}}' >&2
  die 'not every service became healthy: see docker compose logs <service>'
fi

# Ask for the published address, because a port of 0 in .env means any free one.
address=$(docker compose port pgadmin "${PGADMIN_CONTAINER_PORT:-80}")
cat <<TEXT

Up after $SECONDS s. Where to look:
  pgAdmin   http://$address   ($(env_value PGADMIN_DEFAULT_EMAIL) / $(env_value PGADMIN_DEFAULT_PASSWORD))
  stream    make logs            (docker compose logs -f stream_processor)
  kafka     $(docker compose port kafka 29092)   (docs/use-the-stream.md)
  services  docker compose ps
  stop      make down            (make clean deletes the data, too)
Images in use:
$(docker compose config --images | sort -u | sed 's/^/  /')
TEXT
