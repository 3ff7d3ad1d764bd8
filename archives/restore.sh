#!/usr/bin/env bash
# `make restore`: fills the volumes of this folder's stack from a file that `make backup` wrote. The
# stack must have none: it never lays a backup over data. It starts nothing.
#
#   FILE   the file (hospital-backup.tar)
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
mirror/engine.sh
mirror/own_project.sh
# shellcheck source=lib.sh source-path=SCRIPTDIR
source archives/lib.sh

[[ -r $file ]] || die "there is no $file to read. Choose another: make restore FILE=another.tar"
volumes=$(own_volumes)
[[ -z $volumes ]] || die "the stack '$project' has data. Nothing was changed.
  To delete it first:  make clean
  To keep it as well:  make backup FILE=another.tar"
if ! docker image inspect "$image" >/dev/null 2>&1; then
  mirror/images.sh
  say "building $image"
  quietly docker compose build batch_ingestor || die 'it could not be built'
fi

# tar ends the pipe early, so only what it printed counts.
listed=$(in_volumes -i "$image" tar --extract --to-stdout --occurrence=1 --file=- "$head" <"$file" 2>/dev/null || true)
[[ ${listed%%$'\n'*} == "$form" ]] || die "$file is no backup that this version can read: it does not begin with '$form'"
# tar takes an end between two members for the end of the archive, which has zeros there.
[[ $(tail -c 1024 "$file" | tr -d '\0' | wc -c) == 0 ]] || die "$file is not whole: its end is missing"
names=$(tail -n +2 <<<"$listed")
for name in $names; do
  ! docker volume inspect "${project}_$name" >/dev/null 2>&1 ||
    die "the volume ${project}_$name exists, and is not of this stack. Nothing was changed"
done

clear() {
  local status=$?
  end_for_certain
  tell_no_more
  ((status == 0)) || own_volumes | cut -d ' ' -f 2 | xargs -r docker volume rm --force >/dev/null
  exit "$status"
}
trap clear EXIT
trap 'exit 130' INT TERM HUP PIPE

for name in $names; do
  docker volume create --label "com.docker.compose.project=$project" --label "com.docker.compose.volume=$name" \
    "${project}_$name" >/dev/null
  mounts+=(-v "${project}_$name:/volumes/$name")
done

began=$SECONDS
read_so_far() { printf 'reading %s, %s MB: %s s' "$file" $(($(wc -c <"$file") / 1000000)) $((SECONDS - began)); }
tell_meanwhile read_so_far
trap clear EXIT # tell_meanwhile set its own
# The batch lake comes first, and the clock gets its name last. A machine that dies in between leaves
# days without a clock, which the scheduler refuses.
# shellcheck disable=SC2016 # the inner shell expands these
in_volumes -i "$image" sh -ec '
  tar --extract --preserve-permissions --numeric-owner --file=- --exclude="$1" \
    --transform="s,^simulation/clock\.json\$,&.restored,"
  [ -e simulation/clock.json.restored ] || { [ -z "$(ls lake_batch)" ]; exit; }
  sync
  touch --reference=simulation /tmp/time
  mv simulation/clock.json.restored simulation/clock.json
  touch --reference=/tmp/time simulation
' sh "$head" <"$file" ||
  die "$file could not be read to its end: it is damaged, or the disk is full (df -h). Nothing of it is left"
tell_no_more
mirror/own_project.sh --claim
say "restored $((${#mounts[@]} / 2)) volumes; the hospital stands at $(simulated_instant). To go on from there: make up$(brokers_of "$names")"
