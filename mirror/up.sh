#!/usr/bin/env bash
# `make up`: sets up what this machine lacks, starts the stack, and waits until its
# services are healthy: eight, or twelve with BROKERS=3.
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

# Prints what is wrong with each service: why its container did not start, or what it last
# complained about. Leaves out the services that only wait for these.
explain() {
  local container service state health restarts error
  while IFS='|' read -r container service state health; do
    [[ $state/$health != running/healthy ]] || continue
    IFS='|' read -r restarts error < <(docker inspect --format '{{.RestartCount}}|{{.State.Error}}' "$container")
    if [[ -n $error ]]; then
      say "$service: $error"
    elif ((restarts)); then
      say "$service: ended and restarted ($restarts): $(complaint "$container")"
    elif [[ $state != created && $health != starting ]]; then
      say "$service: ${health:-$state}: $(complaint "$container")"
    fi
  done < <(docker compose ps --all --format '{{.ID}}|{{.Service}}|{{.State}}|{{.Health}}')
}

# Stops if another program has a port that this stack publishes. The stack's own containers may.
check_ports() {
  local variable port project config published files=(docker-compose.yml) taken=()
  project=$(env_value COMPOSE_PROJECT_NAME)
  # Of the services that start; those of a profile do not.
  config=$(docker --log-level error compose config)
  published=$(sed -n 's/^ *published: "\([0-9]*\)"$/\1/p' <<<"$config")
  ! grep -q '^  kafka-2:$' <<<"$config" || files+=(deploy/three-brokers.yml)
  while IFS= read -r variable; do
    port=$(env_value "$variable")
    grep -qxF "$port" <<<"$published" || continue
    if [[ $port != 0 && -z $(containers_at "$port" --filter "label=com.docker.compose.project=$project") ]] &&
      is_taken "$port"; then
      taken+=("$variable: port $port of this machine is taken$(taken_by "$port")")
    fi
  done < <(sed -n 's/.*"127\.0\.0\.1:${\([A-Z0-9_]*\)}:.*/\1/p' "${files[@]}")
  ((${#taken[@]})) || return 0
  printf '  %s\n' "${taken[@]}" >&2
  die 'nothing was started. Set each variable above in .env to another port (0: any free one), and run make up again'
}

# containers_at PORT OPTION…: prints the names of the running containers that publish it on 127.0.0.1.
containers_at() {
  local port=$1 name
  shift
  docker ps --filter "publish=$port" --format '{{.Names}}' "$@" | while IFS= read -r name; do
    ! docker port "$name" | grep -qE "(127\.0\.0\.1|0\.0\.0\.0):$port\$" || printf '%s\n' "$name"
  done
}

# is_taken PORT: something listens there, on this machine or on the engine's.
is_taken() {
  [[ -n $(containers_at "$1") ]] || (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# taken_by PORT: prints who listens there, as far as this user may know.
taken_by() {
  local name
  name=$(containers_at "$1")
  if [[ -n $name ]]; then
    printf ', by the container %s' "$name"
  elif command -v ss >/dev/null; then
    ss -Hltnp "sport = :$1" | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\).*/, by \1 (pid \2)/p;T;q'
  fi
}

# ask SERVICE MODULE: prints what a module of ours says in the running service, in aligned lines.
ask() {
  docker compose exec -T "$1" python -m "$2" </dev/null | sed '2,$s/^/            /'
}

# Prints where programs on this machine find each broker.
broker_addresses() {
  local broker
  docker --log-level error compose config --services | grep -xE 'kafka(-[23])?' | sort |
    while IFS= read -r broker; do docker compose port "$broker" 29092 </dev/null; done | paste -sd, -
}

# complaint CONTAINER: prints its last error or warning, or else its last line.
complaint() {
  local lines
  lines=$(docker logs --tail 1000 "$1" 2>&1)
  grep -E 'ERROR|CRITICAL|FATAL|PANIC|WARN' <<<"$lines" | tail -n 1 | grep . || tail -n 1 <<<"$lines"
}

echo 'Engine'
"$here/engine.sh"
"$here/own_project.sh" --claim

echo 'Ports'
use_files
check_ports
say 'each is free, or this stack has it already'

echo 'Base images'
"$here/images.sh"
use_files # again: the line above decides whether the images are the mirror ones

echo 'Our images'
build_started=$SECONDS
four_images() { printf 'building the four services at once, %s s' $((SECONDS - build_started)); }
say 'building the four services (the first time takes a minute or two)'
tell_meanwhile four_images
quietly docker compose build || die 'the services could not be built'
tell_no_more
say "ready after $((SECONDS - build_started)) s"

echo 'Services'
# The containers read configs/ as users of their own, whatever umask the checkout was made with.
if [[ -n $(find configs -type d ! -perm -005 -o ! -type d ! -perm -004) ]]; then
  chmod -R a+rX configs || die "the containers cannot read configs/: run 'chmod -R a+rX configs' as its owner"
  say 'configs/ is readable for the containers now'
fi
if ! docker compose up -d --wait --wait-timeout "${START_TIMEOUT_SECONDS:-300}" "$@"; then
  explain >&2
  die 'not every service became healthy. For more: docker compose logs <service>'
fi

# Ask for the published address, because a port of 0 in .env means any free one.
address=$(docker compose port pgadmin 80)
# What does the same as `make status`, and what make must be told to mean this stack.
if [[ ${BROKERS:-} == 3 ]]; then
  run_status='' and=' BROKERS=3'
else
  run_status='docker compose run --rm status: ' and=''
fi
cat <<TEXT

Up after $SECONDS s. Where to look:
  pgAdmin   http://$address   ($(env_value PGADMIN_DEFAULT_EMAIL) / $(env_value PGADMIN_DEFAULT_PASSWORD))
  stream    make logs            (docker compose logs -f --tail=20 stream_processor)
  kafka     $(broker_addresses)   (docs/use-the-stream.md)
  status    $(printf '%-20s' "make status$and") (${run_status}where it is, and whether all is well)
  dashboard $(printf '%-20s' "make dashboard$and") (one more service: the hospitals and the pipeline in a browser)
  stop      make down            (make clean deletes the data, too)
  tables    $(ask batch_ingestor pipeline.warehouse.filled_until)
  days      $(ask scheduler scheduling.day_length)
Images in use:
$(docker compose config --images | sort -u | sed 's/^/  /')
TEXT
if [[ ${BROKERS:-} == 3 ]]; then
  say 'With this in .env, docker compose and make mean these three brokers, without BROKERS=3, too:'
  say "  COMPOSE_FILE=$COMPOSE_FILE"
  [[ -z $MIRROR_PREFIX ]] || say "  MIRROR_PREFIX=$MIRROR_PREFIX"
fi
if [[ -L docker-compose.override.yml ]]; then
  say 'The images called mirror/… were built here in place of the public ones.' \
    "To use the public ones: MIRROR=never make up$and"
fi
