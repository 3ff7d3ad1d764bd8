#!/usr/bin/env bash
# Provides the five public images that this project runs on: pulls them where a
# registry answers, otherwise builds them from package mirrors as mirror/<public name>.
#
# All five are public, or all five are mirror images: docker-compose.override.yml,
# a link that Compose reads by itself, decides. Images that are already on this
# machine are used without any request to the network.
#
#   MIRROR=auto            public if they are here or can be pulled, else mirror
#   MIRROR=always, never   mirror images, public images
#   REBUILD=1              build the mirror images again from the newest packages
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lib.sh source-path=SCRIPTDIR
source "$here/lib.sh"

override=$here/../docker-compose.override.yml
link_target=mirror/docker-compose.mirror.yml
mode=${MIRROR:-auto}
logs=${TMPDIR:-/tmp}

python=$(env_value PYTHON_IMAGE)
zookeeper=$(env_value ZOOKEEPER_IMAGE)
kafka=$(env_value KAFKA_IMAGE)
postgres=$(env_value POSTGRES_IMAGE)
pgadmin=$(env_value PGADMIN_IMAGE)
public=("$python" "$zookeeper" "$kafka" "$postgres" "$pgadmin")

# number_of IMAGE: prints which of how many it is.
number_of() {
  local index
  for index in "${!public[@]}"; do
    [[ ${public[index]} != "$1" ]] || printf '%s of %s' $((index + 1)) ${#public[@]}
  done
}

# Prints which images are being built, and for how long.
builds() {
  local began image number texts=
  while read -r began image number; do
    texts+="${texts:+, }$image (${number:+$number, }$((SECONDS - began)) s)"
  done < <(cat "$under_way"/* 2>/dev/null)
  printf 'building %s' "$texts"
}

is_here() { docker image inspect "$1" >/dev/null 2>&1; }

all_public_here() {
  local image
  for image in "${public[@]}"; do is_here "$image" || return 1; done
}

# Stops at the first image that cannot be pulled. Where no registry answers, that takes seconds:
# the engine itself gives up. A request to the registry would not try the engine's own mirrors.
use_public() {
  local image
  for image in "${public[@]}"; do
    is_here "$image" && continue
    say "pulling $image ($(number_of "$image"))"
    docker pull "$image" || return 1
  done
  [[ ! -L $override ]] || rm "$override"
  say 'images: the public ones'
}

# build IMAGE DIRECTORY BASE DOCKER-BUILD-ARGUMENT…: builds mirror/IMAGE, unless it
# is already here, built from the same files, arguments and base image. Where packages come from
# (PIP_INDEX_URL, Maven's settings) makes no other image.
build() {
  local name=$1 image=mirror/$1 directory=$here/$2 base=$3 started=$SECONDS key log
  local settings=${HOME:-/root}/.m2/settings.xml maven=()
  [[ ! -e $settings ]] || maven=(--secret "id=maven_settings,src=$settings")
  log=$logs/mirror-build-$(tr -c 'a-z0-9.\n' - <<<"$1").log
  shift 3
  key=$(hash_of "$directory" "$*" "$(docker image inspect --format '{{.Id}}' "$base")")
  if [[ -z ${REBUILD:-} ]] && is_built "$image" "$key"; then return; fi
  say "building $image (log: $log)"
  echo "$SECONDS $image $(number_of "$name")" >"$under_way/$BASHPID"
  if ! docker buildx build --load --label "$label=$key" ${REBUILD:+--no-cache} \
    ${PIP_INDEX_URL:+--build-arg PIP_INDEX_URL="$PIP_INDEX_URL"} \
    "${maven[@]}" "$@" -t "$image" "$directory" >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    die "$image could not be built"
  fi
  rm "$under_way/$BASHPID"
  say "built $image in $((SECONDS - started)) s"
}

# Runs two sequences of builds in parallel. pgAdmin is built on the Python image;
# Kafka and ZooKeeper follow each other because they share layers.
build_mirror() {
  under_way=$(mktemp -d) # a file for each build
  tell_meanwhile builds
  trap 'tell_no_more; rm -rf "$under_way"' EXIT
  echo "$SECONDS mirror/debian:trixie the base" >"$under_way/base"
  "$here/debian.sh"
  rm "$under_way/base"
  {
    build "$python" python mirror/debian:trixie
    # 9.18 → pgadmin4==9.18; PyPI's version lacks the third part of a tag (9.8.0).
    build "$pgadmin" pgadmin "mirror/$python" --build-arg "PYTHON_IMAGE=mirror/$python" \
      --build-arg "PGADMIN_VERSION=$(grep -oE '^[0-9]+\.[0-9]+' <<<"${pgadmin##*:}")"
  } &
  local first=$!
  {
    build "$kafka" kafka mirror/debian:trixie --target kafka
    build "$zookeeper" kafka mirror/debian:trixie --target zookeeper
    build "$postgres" postgres mirror/debian:trixie
  } &
  local second=$! failed=
  wait "$first" || failed=yes
  wait "$second" || failed=yes
  tell_no_more
  [[ -z $failed ]] || exit 1
}

use_mirror() {
  [[ -e /etc/debian_version ]] || die 'the images can be built only on Debian. Here they must be pulled:
the message above says why one could not be.'
  if [[ -e $override && ! -L $override ]]; then
    die 'mirror/images.sh must create docker-compose.override.yml, but you already have one. Rename yours, and pass both files to Compose with -f.'
  fi
  build_mirror
  ln -sfn "$link_target" "$override"
  say 'images: the mirror ones (mirror/README.md)'
}

case $mode in
  always) use_mirror ;;
  never) use_public || die 'the public images cannot be pulled here' ;;
  auto)
    # Once on mirror images, stay on them, so that no start waits for a registry.
    if [[ -L $override ]] && ! all_public_here; then
      use_mirror
    elif ! use_public; then
      say 'building the images instead'
      use_mirror
    fi
    ;;
  *) die "MIRROR is auto, always or never, not '$mode'" ;;
esac
