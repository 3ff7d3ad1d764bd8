#!/usr/bin/env bash
# `make backup`: writes all volumes of this folder's stack into one file. The services are stopped
# meanwhile, and those that ran are started again, also if the backup fails.
#
#   FILE   the file (hospital-backup.tar)
#
# configs/ and .env are not in it: keep them with it.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
mirror/own_project.sh
# shellcheck source=lib.sh source-path=SCRIPTDIR
source archives/lib.sh
umask 077 # the tables, and hashes of passwords
use_files

[[ ! -e $file ]] || die "$file is there already. Delete it, or choose another: make backup FILE=another.tar"
volumes=$(own_volumes)
grep -q '^simulation ' <<<"$volumes" || die "the stack '$project' has no data yet: make up"
docker image inspect "$image" >/dev/null 2>&1 || die "the image $image is not here: docker compose build batch_ingestor"
described=$(every_service config --volumes | sort)
unnamed=$(comm -23 <(cut -d ' ' -f 1 <<<"$volumes") - <<<"$described")
[[ -z $unnamed ]] || die "this stack also has the volumes ${unnamed//$'\n'/, }: make backup BROKERS=3"
# restore.sh says why the batch lake is the first.
names=()
while read -r name volume; do
  mounts+=(-v "$volume:/volumes/$name:ro")
  if [[ $name == lake_batch ]]; then names=("$name" ${names[@]+"${names[@]}"}); else names+=("$name"); fi
done <<<"$volumes"
: >"$file.part" || die "$file cannot be written: choose another with FILE="

# One that crashes again and again runs, too, and would write at its next start.
up=$(every_service ps --services --status running --status restarting | sort)
services=$(every_service config --services | sort)
running=$(comm -12 <(echo "$up") - <<<"$services")

# Whatever ends the backup, a terminal that is gone or a second Ctrl-C, the stack must not stay stopped.
end() {
  local status=$?
  end_for_certain
  tell_no_more
  rm -f "$file.part"
  if [[ -n $running ]]; then
    say 'starting the services again'
    # shellcheck disable=SC2086 # a name a word
    quietly every_service start $running || printf 'archives: they did not all start: make up\n' >&2
  fi
  exit "$status"
}
trap end EXIT
trap 'exit 130' INT TERM HUP PIPE

if [[ -n $running ]]; then
  say 'stopping the services'
  quietly every_service stop || die 'they could not be stopped, and nothing was written'
fi

began=$SECONDS
written() { printf 'writing %s: %s MB, %s s' "$file" $(($(wc -c <"$file.part") / 1000000)) $((SECONDS - began)); }
instant=$(simulated_instant)
tell_meanwhile written
trap end EXIT # tell_meanwhile set its own
# shellcheck disable=SC2016 # the inner shell expands these
in_volumes "$image" sh -ec '
  head=$1 form=$2
  shift 2
  printf "%s\n" "$form" "$@" >"/tmp/$head"
  touch --date=@0 "/tmp/$head"
  exec tar --create --numeric-owner --sort=name --directory=/tmp "$head" --directory=/volumes "$@"
' sh "$head" "$form" "${names[@]}" >"$file.part" ||
  die 'the backup could not be written: is the disk full? (df -h .)'
tell_no_more
mv "$file.part" "$file"
say "$file: $(($(wc -c <"$file") / 1000000)) MB, ${#names[@]} volumes; the hospital stands at $instant there"
say "configs/ and .env are not in it: keep them with it. To go back to it: make clean, then make restore$([[ -z ${FILE:-} ]] || printf ' FILE=%s' "$file"), then make up$(brokers_of "${names[*]}")"
