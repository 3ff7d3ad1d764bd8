#!/usr/bin/env bash
# Provides a Docker engine with Compose v2 and buildx.
#
# A running engine is used as it is. On Debian, as root, this installs a missing
# one from the distribution's packages and starts it; elsewhere it says what to
# install, and stops. Running it again changes nothing.
#
#   ENGINE_WAIT_SECONDS   how long a started engine may take to answer (60)
#   DEBIAN_MIRROR         where Debian's packages are (default: the host's apt)
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=lib.sh source-path=SCRIPTDIR
source "$here/lib.sh"

wait_seconds=${ENGINE_WAIT_SECONDS:-60}
log_file=/var/log/dockerd.log
plugin_dir=/usr/local/lib/docker/cli-plugins

# An engine that hangs counts as one that does not answer. macOS has no `timeout`.
engine_answers() {
  command -v docker >/dev/null || return 1
  docker info >/dev/null 2>&1 &
  local question=$! tenths=100
  while kill -0 "$question" 2>/dev/null; do
    ((tenths--)) || { kill "$question"; return 1; }
    sleep 0.1
  done
  wait "$question"
}

can_install() {
  [[ $(id -u) == 0 && -e /etc/debian_version ]] && command -v apt-get >/dev/null
}

explain_and_stop() {
  cat >&2 <<TEXT
No Docker engine answers here, and this script installs one only on Debian, as root.
Install Docker Engine 20.10 or newer (or Docker Desktop) with the Compose (2.24 or newer)
and buildx plugins, start it, see that 'docker info' answers for this user (on Linux:
member of the group 'docker'), and run this again.
TEXT
  exit 1
}

install_engine() {
  command -v dockerd >/dev/null && command -v iptables >/dev/null && return
  say "installing Debian's engine (docker.io)"
  quietly apt-get update -q
  # policy-rc.d keeps the package from starting the engine: without systemd it
  # may start only half of it.
  local policy=/usr/sbin/policy-rc.d made_policy=
  if [[ ! -d /run/systemd/system && ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    made_policy=yes
  fi
  local failed=
  DEBIAN_FRONTEND=noninteractive quietly apt-get install -q -y --no-install-recommends \
    docker.io iptables ca-certificates || failed=yes
  [[ -z $made_policy ]] || rm -f "$policy"
  [[ -z $failed ]] || die "Debian's engine could not be installed"
}

# is_alive PID NAME: the process runs that program; the kernel may have given a
# dead process's number to another program.
is_alive() {
  [[ -n $1 && -r /proc/$1/comm && $(cat "/proc/$1/comm") == "$2"* ]] &&
    ! grep -q '^State:[[:space:]]*Z' "/proc/$1/status" # dead, but not reaped
}

# A killed engine leaves pid files and sockets behind. With them, the next one
# would refuse to start, or wait for a containerd that is gone.
remove_leftovers() {
  local file
  for file in /run/docker.pid /run/docker/containerd/containerd.pid; do
    [[ -e $file ]] || continue
    if ! is_alive "$(tr -cd 0-9 <"$file")" "$(basename "${file%.pid}" | sed 's/^docker$/dockerd/')"; then
      say "removing the stale $(basename "$file")"
      rm -f "$file"
    fi
  done
  if ! pgrep -x containerd >/dev/null; then
    rm -f /run/containerd/containerd.sock* /run/docker/containerd/*.sock*
  fi
}

start_engine() {
  if [[ -d /run/systemd/system ]]; then
    say "starting the engine (systemd)"
    systemctl start docker || { journalctl -u docker -n 20 --no-pager >&2; die "the engine did not start"; }
  elif pgrep -x dockerd >/dev/null; then
    say "an engine is running but does not answer yet"
  else
    remove_leftovers
    say "starting the engine (log: $log_file)"
    # In a session of its own, so that it outlives this script, and without its
    # descriptors, so that a pipe from this script ends with it.
    setsid dockerd >>"$log_file" 2>&1 </dev/null &
    disown
  fi
  local deadline=$((SECONDS + wait_seconds))
  until engine_answers; do
    if ((SECONDS >= deadline)); then
      [[ ! -e $log_file ]] || tail -n 20 "$log_file" >&2
      die "the engine did not answer within $wait_seconds seconds"
    fi
    sleep 0.5
  done
}

# Installs Compose v2 and buildx from Debian trixie's packages by unpacking them,
# whatever release this host runs: they are Go programs that need no other package.
add_plugins() {
  local packages=()
  compose_serves || packages+=(docker-compose)
  docker buildx version >/dev/null 2>&1 || packages+=(docker-buildx)
  ((${#packages[@]})) || return 0
  can_install || {
    die "the engine answers, but these plugins are missing or too old: ${packages[*]}.
Install Compose 2.24 or newer and buildx as plugins ('docker compose version' shows yours;
Compose v1, the separate program docker-compose, cannot run this stack)."
  }
  say "adding plugins: ${packages[*]}"
  local package plugin
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  trixie_apt_get "$work" update
  for package in "${packages[@]}"; do
    (cd "$work" && trixie_apt_get "$work" download "$package")
    dpkg-deb -x "$work/$package"_*.deb "$work/unpacked"
  done
  mkdir -p "$plugin_dir"
  while IFS= read -r plugin; do
    install -m 0755 "$plugin" "$plugin_dir/"
  done < <(find "$work/unpacked" -type f -path '*/cli-plugins/*')
  compose_serves || die "the Compose plugin does not run here"
  docker buildx version >/dev/null || die "the buildx plugin does not run here"
}

# trixie_apt_get DIR ARGS…: runs apt-get on trixie with its lists in DIR, which leaves
# the host's sources and lists as they are.
trixie_apt_get() {
  local dir=$1
  shift
  mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial" "$dir/parts"
  [[ -e $dir/sources.list ]] ||
    printf 'deb [signed-by=%s] %s trixie main\n' "$debian_keyring" "$(debian_mirror)" >"$dir/sources.list"
  quietly apt-get -q -o Dir::Etc::sourcelist="$dir/sources.list" -o Dir::Etc::sourceparts="$dir/parts" \
    -o Dir::State::lists="$dir/lists" -o Dir::Cache="$dir/cache" -o APT::Sandbox::User=root "$@"
}

if ! engine_answers; then
  can_install || explain_and_stop
  install_engine
  start_engine
fi
add_plugins
say "engine $(docker version --format '{{.Server.Version}}'), compose $(docker compose version --short)," \
  "buildx $(docker buildx version | awk '{print $2}')"
