# shellcheck shell=bash
# What the scripts in this directory share. Sourced in the checkout, never run.

# shellcheck source=../mirror/lib.sh source-path=SCRIPTDIR
source mirror/lib.sh

die() {
  [[ ! -t 2 ]] || printf '\r\033[K' >&2
  printf 'archives: %s\n' "$*" >&2
  exit 1
}

project=$(env_value COMPOSE_PROJECT_NAME)
image=$(env_value IMAGE_PREFIX)/batch_ingestor
mounts=()
# The file's first member: its form, then the names of its volumes.
# shellcheck disable=SC2034 # the scripts that source this use them
file=${FILE:-hospital-backup.tar} head=hospital-backup form='hospital-backup 1'

# own_volumes: prints this stack's volumes, each with its name in docker-compose.yml:
# "simulation hospital_simulation".
own_volumes() {
  docker volume ls --filter "label=com.docker.compose.project=$project" --filter label=com.docker.compose.volume \
    --format '{{.Label "com.docker.compose.volume"}} {{.Name}}' | sort
}

# brokers_of NAMES: what `make up` must be told for a stack that has these volumes.
brokers_of() { [[ $1 != *kafka_1_data* ]] || echo ' BROKERS=3'; }

# every_service COMMAND…: Compose with the services of every profile, which it leaves out by itself.
every_service() { docker compose --profile '*' "$@"; }

# Begins a trap of EXIT that must reach its end, even if nobody reads what it says.
end_for_certain() {
  set +e
  trap '' INT TERM HUP PIPE
}

# in_volumes OPTION… COMMAND…: runs a command as root, without a network, in the image of the
# batch_ingestor, with each volume that `mounts` names at /volumes/<name>.
in_volumes() {
  docker run --rm --init --network none --user 0:0 --workdir /volumes \
    --label "com.docker.compose.project=$project" --label com.docker.compose.oneoff=True ${mounts[@]+"${mounts[@]}"} "$@"
}

# Prints the instant at which the hospital stands, by the clock in the volume.
simulated_instant() {
  in_volumes "$image" sed -n 's/^ *"instant": "\(.*\)",$/\1/p' simulation/clock.json 2>/dev/null |
    grep . || echo 'its beginning'
}
