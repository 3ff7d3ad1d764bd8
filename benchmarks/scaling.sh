#!/usr/bin/env bash
# Measures how fast one stream_processor, and three, write all records of the broker into an empty
# lake, against a bare loop that only polls the same records and writes their values to one file.
#
# The default is DAYS=60. Runs as a Compose project of its own, which it removes.
# shellcheck source=project.sh source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/project.sh"

cat >"$work/compose.yml" <<YAML
version: "3.8"
services:
  scheduler: {volumes: ["$work/configs:/configs:ro"]}
YAML

printf 'producing %s days\n' "$days"
compose up -d --no-build --wait scheduler kafka producer >/dev/null
until compose logs producer | grep -q 'the run is over'; do sleep 1; done
compose stop scheduler producer >/dev/null
events=$(compose exec -T -e KAFKA_HEAP_OPTS=-Xmx128m kafka kafka-get-offsets --bootstrap-server 127.0.0.1:9092 |
  awk -F: '$1 ~ /^hospital\./ { n += $3 } END { print n }')

# seconds_of REPLICAS: prints the seconds from the first line in the lake to the last one.
seconds_of() {
  compose up -d --no-build --no-recreate --scale "stream_processor=$1" stream_processor >/dev/null
  # shellcheck disable=SC2016 # the container's shell expands the names
  compose exec -T stream_processor sh -c '
    lines() { find /lake/stream -name "*.jsonl" -exec cat {} + | wc -l; }
    until [ "$(find /lake/stream -name "*.jsonl" | head -n 1)" ]; do sleep 0.05; done
    start=$(date +%s%N)
    until [ "$(lines)" -ge "$1" ]; do sleep 0.2; done
    echo "$start $(date +%s%N)"' sh "$events" | awk '{ printf "%.2f\n", ($2 - $1) / 1e9 }'
  compose rm --stop --force stream_processor >/dev/null
  docker volume rm "${project}_lake_stream" >/dev/null
}

bare=$(compose run --rm -T --no-deps stream_processor python - <<'PY'
import time
from pipeline import settings
from pipeline.broker import clients, partitions, topics
given = settings.read(settings.StreamProcessorSettings)
reader = clients.consumer(given, max_poll_records=5000)
wanted = partitions.all_partitions(topics.read_topics(given.configs_dir))
left = sum(reader.end_offsets(wanted).values())
reader.assign(wanted)
reader.seek_to_beginning()
begin = time.monotonic()
bare = given.stream_lake_dir / ".bare"
with bare.open("wb") as sink:
    while left > 0:
        for records in reader.poll(timeout_ms=500).values():
            sink.writelines(record.value for record in records)
            left -= len(records)
print(f"{time.monotonic() - begin:.2f}")
bare.unlink()
PY
)
one=$(seconds_of 1)
three=$(seconds_of 3)
awk -v n="$events" -v bare="$bare" -v one="$one" -v three="$three" 'BEGIN {
  printf "%d events\nbare loop:               %.0f a second\n", n, n / bare
  printf "one stream_processor:    %.0f a second (%.0f %% of the bare loop)\n", n / one, 100 * bare / one
  printf "three stream_processors: %.0f a second (%.2f times one)\n", n / three, one / three
}'
