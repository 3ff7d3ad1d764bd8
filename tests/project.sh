# shellcheck shell=bash
# What `make test` and `make bench` share: a Compose project of their own, called TEST_PROJECT, and
# images of this checkout. Everything whose project's name begins so is removed at the end. Sourced
# in the checkout, never run.

# shellcheck source=../mirror/lib.sh source-path=SCRIPTDIR
source mirror/lib.sh

CHECKOUT=$PWD

mirror/engine.sh
owner=$(docker ps --filter "label=com.docker.compose.project=$TEST_PROJECT" --filter label=com.docker.compose.service=tests \
  --format '{{.Label "com.docker.compose.project.working_dir"}}')
[[ -z $owner || $owner -ef . ]] || die "another folder runs under the name $TEST_PROJECT:
    $owner
Wait until it has ended, or use names of your own: TEST_PROJECT=other IMAGE_PREFIX=other"
mirror/images.sh

export CHECKOUT TEST_PROJECT PGADMIN_PORT=0 POSTGRES_PUBLISHED_PORT=0 KAFKA_PUBLISHED_PORT=0 DASHBOARD_PORT=0
stack=(-f docker-compose.yml)
tests=(-f tests/compose.yml)
if [[ -e docker-compose.override.yml ]]; then
  stack+=(-f docker-compose.override.yml)
  tests+=(-f tests/compose.mirror.yml)
fi
compose=(docker compose -p "$TEST_PROJECT" "${stack[@]}" "${tests[@]}")

# of_project LISTING…: runs a command that lists "<project> <name>", and prints the names that belong
# to this project and to those that it starts.
of_project() { "$@" | awk -v own="$TEST_PROJECT" 'index($1, own) == 1 { print $2 }'; }

# each COMMAND…: runs it for every line of standard input.
each() { while IFS= read -r line; do "$@" "$line"; done; }

clean_up() {
  local project='{{.Label "com.docker.compose.project"}}'
  of_project docker ps -a --format "$project {{.ID}}" | each docker rm -fv >/dev/null
  of_project docker network ls --format "$project {{.ID}}" | each docker network rm >/dev/null
  of_project docker volume ls --format "$project {{.Name}}" | each docker volume rm -f >/dev/null
}

trap clean_up EXIT
clean_up # a killed run may have left something

say 'building the services and the tests (cached after the first time)'
quietly docker compose "${stack[@]}" --profile dashboard build || die 'the services could not be built'
quietly "${compose[@]}" build tests || die "the tests' image could not be built"
