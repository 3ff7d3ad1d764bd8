#!/usr/bin/env bash
# Tells whether the lab is possible in this container: exits with 0, or names what is missing and
# exits with 77.
set -euo pipefail

need() {
  local what=$1
  shift
  "$@" >/dev/null 2>&1 || {
    echo "$what"
    exit 77
  }
}

writes_cgroups() {
  local own
  own=$(awk -F: '$2 == "memory" { print "/sys/fs/cgroup/memory" $3; exit }' /proc/self/cgroup)
  mkdir "$own/probe" && rmdir "$own/probe"
}

mounts_overlays() {
  mkdir -p /nodes/probe/{lower,upper,work,merged}
  unshare --mount sh -ec 'cd /nodes/probe
    mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged'
  rm -r /nodes/probe
}

need 'no right to mount /dev/fuse' test -w /dev/fuse
need 'no right to make namespaces' unshare --net --mount --uts --ipc --pid --fork true
need 'no right to write its cgroups (version 1)' writes_cgroups
need 'no overlay file system on a volume' mounts_overlays
need 'no VXLAN' unshare --net ip link add probe type vxlan id 1 dstport 4789
