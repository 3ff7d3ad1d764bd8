#!/usr/bin/env bash
# Makes the small disks of the fault tests and holds them for as long as it runs: one for each
# volume, a file with a file system in it, mounted by loop. /run/ready names their devices.
set -euo pipefail

for name in simulation lake_stream lake_batch kafka_data zookeeper_data zookeeper_log postgres_data; do
  truncate -s 1G "/disks/$name"
  mkfs.ext4 -q -m 0 "/disks/$name"
  device=$(losetup -f --show "/disks/$name")
  mkdir -p "/mnt/$name"
  mount "$device" "/mnt/$name"
  # Not empty, it would be no new volume to Docker, nor to Postgres.
  rmdir "/mnt/$name/lost+found"
  # Freed by the kernel with the last mount, however this container ends.
  losetup -d "$device"
  printf 'DISK_%s=%s\n' "${name^^}" "$device"
done >/run/devices
mv /run/devices /run/ready
exec sleep infinity
