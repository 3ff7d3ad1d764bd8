# shellcheck shell=bash
# What the scripts in this directory share. Sourced, never run.

# Every Debian ships this keyring; already bookworm's contains the keys that sign trixie.
# shellcheck disable=SC2034 # the scripts that source this use it
debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

say() { printf '  %s\n' "$*"; }

die() {
  printf 'mirror: %s\n' "$*" >&2
  exit 1
}

# quietly COMMAND…: runs it and shows its output only if it fails.
quietly() {
  local output
  output=$(mktemp)
  if "$@" >"$output" 2>&1 </dev/null; then
    rm -f "$output"
  else
    local status=$?
    tail -n 40 "$output" >&2
    rm -f "$output"
    return "$status"
  fi
}

# Prints the Debian mirror that this host's apt uses. A network that allows only
# certain mirrors has them configured there, so no script names one.
debian_mirror() {
  local uri=${DEBIAN_MIRROR:-}
  if [[ -z $uri ]] && command -v apt-get >/dev/null; then
    # The label tells Debian's own archive from -security and from third parties.
    # shellcheck disable=SC2016 # apt expands these, not the shell
    uri=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(CREATED_BY)|$(REPO_URI)' 2>/dev/null |
      awk -F'|' '$1 == "Debian" && $2 == "Debian" && $3 == "Packages" { print $4; exit }')
  fi
  [[ -n $uri ]] || die "no Debian mirror known: set DEBIAN_MIRROR to one that has trixie"
  printf '%s\n' "${uri%/}"
}

# Prints the security archive of the host's own release, if its apt has one.
debian_security_mirror() {
  command -v apt-get >/dev/null || return 0
  # shellcheck disable=SC2016 # apt expands these, not the shell
  apt-get indextargets --format '$(LABEL)|$(CREATED_BY)|$(REPO_URI)' 2>/dev/null |
    awk -F'|' '$1 == "Debian-Security" && $2 == "Packages" { print $3; exit }'
}

# This label of a mirror image holds the hash of everything the image was built
# from. While the hash stays the same, the image is not built again.
label=mirror.inputs

# hash_of FILE-OR-DIRECTORY-OR-TEXT…: files count by their contents, text as it is.
hash_of() {
  local input
  for input in "$@"; do
    if [[ -d $input ]]; then
      (cd "$input" && find . -type f -print0 | sort -z | xargs -0 sha256sum)
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

# env_value NAME: prints its value from the environment, else from .env, as Compose
# reads it.
env_value() {
  local value=${!1:-}
  if [[ -z $value ]]; then
    value=$(sed -n "s/^$1=//p" "$(dirname "${BASH_SOURCE[0]}")/../.env" | tail -n 1)
    value=${value%\"} value=${value#\"}
  fi
  [[ -n $value ]] || die "$1 is set neither in the environment nor in .env"
  printf '%s\n' "$value"
}
