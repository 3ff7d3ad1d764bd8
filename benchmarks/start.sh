#!/usr/bin/env bash
# Measures how long `make up` takes, and the stack's peak memory until a minute later. First removes
# the running stack and its data.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
samples=$(mktemp)
trap 'kill "$sampler" 2>/dev/null; rm -f "$samples"' EXIT

# Prints one line per sample: the sum over the project's containers, in MiB, without page cache.
sample() {
  while true; do
    docker compose ps -q 2>/dev/null | xargs -r docker stats --no-stream --format '{{.MemUsage}}' 2>/dev/null |
      awk '{ n = $1 + 0; if ($1 ~ /GiB/) n *= 1024; if ($1 ~ /KiB/) n /= 1024; sum += n } END { print sum + 0 }'
  done
}

make --no-print-directory clean
started=$SECONDS
sample >"$samples" &
sampler=$!
make --no-print-directory up
took=$((SECONDS - started))
sleep 60
printf 'eight healthy services after %d s; peak memory %.0f MiB\n' "$took" "$(sort -n "$samples" | tail -n 1)"
