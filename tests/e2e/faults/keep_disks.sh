#!/usr/bin/env bash
# Makes the small disks of the fault tests and keeps them while it runs: one for each volume, or, with
# the argument `one`, one on which each volume is a directory. A disk is a file that contains a file
# system and is mounted by loop. /run/ready names the devices.
set -euo pipefail

volumes=(simulation lake_stream lake_batch kafka_data zookeeper_data zookeeper_log postgres_data)

# make_disk NAME DIRECTORY: a disk of that name, mounted there.
make_disk() {
  local device
  truncate -s 1G "/disks/$1"
  mkfs.ext4 -q -m 0 "/disks/$1"
  device=$(losetup -f --show "/disks/$1")
  mkdir -p "$2"
  mount "$device" "$2"
  # Docker and Postgres take only an empty directory for a new volume.
  rmdir "$2/lost+found"
  # The kernel frees the device with its last mount, however this container ends.
  losetup -d "$device"
  printf 'DISK_%s=%s\n' "${1^^}" "$device" >>/run/devices
}

if [[ ${1:-} == one ]]; then
  make_disk one /mnt
  (cd /mnt && mkdir "${volumes[@]}" pgadmin_data status)
else
  for name in "${volumes[@]}"; do make_disk "$name" "/mnt/$name"; done
fi
mv /run/devices /run/ready
exec sleep infinity
