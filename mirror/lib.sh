# shellcheck shell=bash
# What the scripts in this directory share. Sourced, never run.

# What they create goes into images, where other users read it, whatever the caller's umask is.
umask 022

# Every Debian ships this keyring; already bookworm's contains the keys that sign trixie.
# shellcheck disable=SC2034 # the scripts that source this use it
debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# In a terminal this empties the line that tell_meanwhile writes again and again.
say() { [[ ! -t 1 ]] || printf '\r\033[K'; printf '  %s\n' "$*"; }

die() {
  [[ ! -t 2 ]] || printf '\r\033[K' >&2
  printf 'mirror: %s\n' "$*" >&2
  exit 1
}

# quietly COMMAND…: runs it and shows its output only if it fails.
quietly() {
  local output status=0
  output=$(mktemp)
  "$@" >"$output" 2>&1 </dev/null || status=$?
  ((status == 0)) || tail -n 40 "$output" >&2
  rm -f "$output"
  return "$status"
}

# tell_meanwhile FUNCTION: until tell_no_more, tells what the function prints: in a terminal in one
# line that is written again each second, else in a line every 10 s.
tell_every=10
tell_meanwhile() {
  tell_again "$1" &
  teller=$!
  trap tell_no_more EXIT
}

tell_no_more() {
  [[ -n ${teller:-} ]] || return 0
  kill "$teller" 2>/dev/null || true
  wait "$teller" 2>/dev/null || true
  teller=
  [[ ! -t 1 ]] || printf '\r\033[K'
}

# A sleep that is left over must not keep our output open for whoever reads it.
tell_again() {
  [[ ! -t 1 ]] || tell_every=1
  while sleep "$tell_every" >/dev/null 2>&1 && kill -0 $$ 2>/dev/null; do
    if [[ -t 1 ]]; then
      # Cut off at the edge: a line that wraps could not be written again.
      printf '\r\033[K\033[?7l  %s\033[?7h' "$("$1")"
    else
      say "$("$1")"
    fi
  done
}

# apt_archive LABEL: prints Debian's archive of that label that this host's apt uses, if it has one.
# The label tells the main archive (Debian) from Debian-Security, the origin both from third parties.
apt_archive() {
  command -v apt-get >/dev/null || return 0
  # shellcheck disable=SC2016 # apt expands these, not the shell
  apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(CREATED_BY)|$(REPO_URI)' 2>/dev/null |
    awk -F'|' -v label="$1" '$1 == "Debian" && $2 == label && $3 == "Packages" { print $4; exit }'
}

debian_security_mirror() { apt_archive Debian-Security; }

# Prints the Debian mirror that this host's apt uses. A network that allows only
# certain mirrors has them configured there, so no script names one.
debian_mirror() {
  local uri=${DEBIAN_MIRROR:-}
  [[ -n $uri ]] || uri=$(apt_archive Debian)
  [[ -n $uri ]] || die "no Debian mirror known: set DEBIAN_MIRROR to one that has trixie"
  printf '%s\n' "${uri%/}"
}

# This label of a mirror image holds the hash of everything the image was built
# from. While the hash stays the same, the image is not built again.
label=mirror.inputs

# hash_of FILE-OR-DIRECTORY-OR-TEXT…: files count by their contents, text as it is.
hash_of() {
  local input
  for input in "$@"; do
    if [[ -d $input ]]; then
      (cd "$input" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum)
    elif [[ -f $input ]]; then
      sha256sum <"$input"
    else
      printf '%s\n' "$input"
    fi
  done | sha256sum | cut -c 1-16
}

# is_built IMAGE HASH
is_built() {
  [[ $(docker image inspect --format "{{index .Config.Labels \"$label\"}}" "$1" 2>/dev/null) == "$2" ]]
}

# env_value NAME: prints its value as Compose reads it from the environment and .env. It is
# asked for as an image's name, because Compose prints these without quotes and escapes.
env_value() {
  local value
  value=$(docker --log-level error compose --project-directory "$(dirname "${BASH_SOURCE[0]}")/.." \
    -f - config --images <<<"services: {value: {image: '=\${$1:?}'}}") ||
    die "$1 has no value: set it in .env or in the environment"
  printf '%s\n' "${value#=}"
}

# use_files: from here on, Compose means the stack that BROKERS asks for, of the images that are in use
# now. Without BROKERS=3, Compose finds its files by itself. The Makefile does the same for other targets.
use_files() {
  [[ ${BROKERS:-} == 3 ]] || return 0
  export COMPOSE_FILE=docker-compose.yml MIRROR_PREFIX=
  [[ ! -L docker-compose.override.yml ]] || MIRROR_PREFIX=mirror/
  [[ ! -e docker-compose.override.yml ]] || COMPOSE_FILE+=:docker-compose.override.yml
  COMPOSE_FILE+=:deploy/three-brokers.yml
}

# compose_serves: there is a Compose that has all that these scripts and the tests use.
compose_serves() {
  local numbers='^v?([0-9]+)\.([0-9]+)' # in a variable: the bash 3.2 of macOS parses no ( after =~
  [[ $(docker compose version --short 2>/dev/null) =~ $numbers ]] &&
    ((BASH_REMATCH[1] > 2 || (BASH_REMATCH[1] == 2 && BASH_REMATCH[2] >= 24)))
}
