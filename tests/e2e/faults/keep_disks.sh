#!/usr/bin/env bash
# Makes the small disks of the fault tests, one for each volume, and keeps them while it runs. A disk
# is a file that contains a file system and is mounted by loop. /run/ready names the devices.
set -euo pipefail

for name in simulation lake_stream lake_batch kafka_data zookeeper_data zookeeper_log postgres_data; do
  truncate -s 1G "/disks/$name"
  mkfs.ext4 -q -m 0 "/disks/$name"
  device=$(losetup -f --show "/disks/$name")
  mkdir -p "/mnt/$name"
  mount "$device" "/mnt/$name"
  # Docker and Postgres take only an empty directory for a new volume.
  rmdir "/mnt/$name/lost+found"
  # The kernel frees the device with its last mount, however this container ends.
  losetup -d "$device"
  printf 'DISK_%s=%s\n' "${name^^}" "$device"
done >/run/devices
mv /run/devices /run/ready
exec sleep infinity
