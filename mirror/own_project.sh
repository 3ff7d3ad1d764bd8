#!/usr/bin/env bash
# Stops if this folder's Compose project belongs to another folder: Compose calls a project by the
# folder's name alone, so two folders of one name would share containers and data.
#
# Containers carry their folder as a label of Compose's. The data outlives them, so `make up`
# leaves an empty volume <project>_folder, whose label names the folder.
#
#   --claim      also create that volume
#   --end-tools  also remove the containers of tools whose terminal was closed, which `down` leaves
#   --release    also remove that volume, and whatever else of the project's volumes is left (make clean)
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lib.sh source-path=SCRIPTDIR
source "$here/lib.sh"
cd "$here/.."

compose_serves || die "this needs Docker Compose 2.24 or newer, as a plugin ('docker compose version')"
project=$(env_value COMPOSE_PROJECT_NAME)
mark=${project}_folder
label=hospital.folder

owners() {
  docker ps --all --filter "label=com.docker.compose.project=$project" \
    --format '{{.Label "com.docker.compose.project.working_dir"}}'
  docker volume ls --filter "name=^$mark\$" --format "{{.Label \"$label\"}}"
}

found=$(owners)
while IFS= read -r owner; do
  [[ -z $owner || $owner -ef . ]] || die "the Compose project '$project' belongs to the folder
    $owner
which has the name of this one, $PWD.
Nothing was changed. Rename this folder, or give its stack a name and ports of its own in .env:
COMPOSE_PROJECT_NAME=another, and 0 (any free port) for each published port.
If that folder was moved to here:  docker compose down; docker volume rm -f $mark"
done <<<"$found"

of_project="label=com.docker.compose.project=$project"
case ${1:-} in
  --claim)
    # With the project's label, so that whoever removes all of a project's volumes removes it, too.
    docker volume create --label "$label=$PWD" --label "com.docker.compose.project=$project" "$mark" >/dev/null
    ;;
  --end-tools)
    docker ps --all --quiet --filter "$of_project" --filter label=com.docker.compose.oneoff=True |
      xargs -r docker rm --force >/dev/null
    ;;
  --release)
    # Without BROKERS=3, Compose's files do not name the volumes of three brokers, and leave them.
    {
      echo "$mark"
      docker volume ls --quiet --filter "$of_project" --filter label=com.docker.compose.volume
    } | xargs docker volume rm --force >/dev/null
    ;;
esac
