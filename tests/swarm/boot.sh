#!/usr/bin/env bash
# The first process of a node, in namespaces of its own: kill -9 it, and the node has lost power.
#
#   boot.sh DISK NAME ADDRESS
set -euo pipefail

disk=$1 name=$2 address=$3

hostname "$name"
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
mkdir /run/cgroup /run/lock
mount --move /sys/fs/cgroup /run/cgroup
mount -t sysfs sysfs /sys
mount --move /run/cgroup /sys/fs/cgroup
mount --bind "$disk/glusterd" /var/lib/glusterd
mount --bind "$disk/glusterfs-log" /var/log/glusterfs
mount --bind "$disk/checkout" /srv/hospital

ip link set lo up
until ip link show eth0 >/dev/null 2>&1; do sleep 0.1; done
ip address add "$address/24" dev eth0
ip link set eth0 up

glusterd
# The engine finds the shared lake when it starts what uses it.
until mount -t glusterfs "$address:/lake" /mnt/hospital; do sleep 0.5; done

# The containers' cgroups lie within the lab's own, and so end with it.
lab=$(awk -F: '$2 == "memory" || $1 == "0" { print $3; exit }' /proc/self/cgroup)
# Names that no container has are refused at once, as by a real network's name server: nothing listens
# for them at this address.
dockerd --data-root "$disk/docker" --cgroup-parent "$lab/$name" --dns "$address" &
# bash reaps whatever ends without a parent.
while kill -0 $!; do wait || true; done
