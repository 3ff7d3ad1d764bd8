#!/usr/bin/env bash
# Measures how fast the batch_ingestor loads published days, with every check, rejected rows, ledger
# and summaries, against psql's plain \copy of the same files into the same tables (keys, foreign
# keys, constraints, indexes). Also measures each view of schema insight, and the queries
# in benchmarks/queries, on the loaded days.
#
# DAYS=1455 benchmarks/load.sh loads the whole run (a quarter of an hour); the default is 60 days.
# Runs as a Compose project of its own, which it removes.
# shellcheck source=project.sh source-path=SCRIPTDIR
source "$(dirname "${BASH_SOURCE[0]}")/project.sh"
# ask: runs the SQL on its standard input.
# shellcheck disable=SC2016 # the container's shell expands the names
ask() { compose exec -T postgres sh -c 'psql -qAt -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d "$POSTGRES_DB"'; }

# Mount the lake into Postgres, too, for psql.
cat >"$work/compose.yml" <<YAML
version: "3.8"
services:
  scheduler: {volumes: ["$work/configs:/configs:ro"]}
  postgres: {volumes: ["lake_batch:/lake/batch:ro"]}
YAML

printf 'producing %s days\n' "$days"
compose up -d --no-build --wait --quiet-pull scheduler postgres >/dev/null
last=$(date -d "2021-04-06 + $days days" +%F)
until compose exec -T scheduler test -d "/lake/batch/$last"; do sleep 2; done
compose stop scheduler >/dev/null

compose up -d --no-build batch_ingestor >/dev/null
until [[ $(ask <<<"select count(*) from lake.ingested_days where simulated_date = '$last'" 2>/dev/null) == 1 ]]; do
  sleep 1
done
compose stop batch_ingestor >/dev/null
# Day zero took what its files took; the other days, from its end to the end of the last day.
read -r rows seconds daily_rows daily_seconds < <(ask <<'SQL' | tr '|' ' '
with zero as (
  select simulated_date as day, sum(rows_read) as rows, sum(duration_seconds) as seconds
  from lake.ingested_files group by 1 order by 1 limit 1
), later as (
  select extract(epoch from max(processed_at) - min(processed_at)) as seconds from lake.ingested_days
), everything as (select sum(rows_read) as rows from lake.ingested_files)
select e.rows, z.seconds + l.seconds, e.rows - z.rows, l.seconds from zero z, later l, everything e
SQL
)

# timed: runs the SQL on its standard input, and prints how long it took.
timed() { { printf '\\timing on\n\\o /dev/null\n'; cat; } | ask | grep -o '[0-9.]* ms'; }
printf 'views on %s days:\n' "$days"
ask <<<'vacuum analyze'
for view in $(ask <<<"select relname from pg_class where relnamespace = 'insight'::regnamespace and relkind = 'v' order by 1"); do
  printf '  %-32s %s\n' "$view" "$(timed <<<"select * from insight.$view")"
done
printf 'queries on %s days:\n' "$days"
for query in benchmarks/queries/*.sql; do
  printf '  %-32s %s\n' "$(basename "$query" .sql)" "$(timed <"$query")"
done

tables=(wards people staff staff_changes registrations admissions transfers discharges postponements
  people_changes emergency_visits transports shifts bed_census)
{
  printf 'truncate %s lake.ingested_days cascade;\n' "$(printf 'hospital.%s, ' "${tables[@]}")"
  # The CSVs have no column for the day; the tables need one.
  printf "alter table hospital.%s alter simulated_date set default current_setting('benchmark.day')::date;\n" "${tables[@]}"
  printf 'checkpoint;\n'
} | ask
copies() {
  # The batch_ingestor's settings, which make foreign keys use their indexes.
  printf 'set enable_seqscan = off; set jit = off;\n'
  for ((n = 0; n <= days; n++)); do
    day=$(date -d "2021-04-06 + $n days" +%F)
    printf "set benchmark.day = '%s';\nbegin;\n" "$day"
    for table in "${tables[@]}"; do
      # Day zero has wards, people and staff; later days have all but wards.
      if ((n)); then [[ $table != wards ]] || continue
      else [[ $table == wards || $table == people || $table == staff ]] || continue; fi
      file=/lake/batch/$day/$table.csv
      printf "\\\\copy hospital.%s (%s) from '%s' with (format csv, header true)\n" "$table" "${columns[$table]}" "$file"
    done
    printf 'commit;\n'
    ((n)) || printf "select 'zero ' || extract(epoch from clock_timestamp());\n"
  done
  printf "select 'end ' || extract(epoch from clock_timestamp());\n"
}
declare -A columns
for table in "${tables[@]}"; do
  columns[$table]=$(ask <<<"select string_agg(attname, ', ' order by attnum) from pg_attribute where attrelid = 'hospital.$table'::regclass and attnum > 0 and attname <> 'simulated_date'")
done
{ printf "select 'start ' || extract(epoch from clock_timestamp());\n"; copies; } >"$work/copy.sql"
ask <"$work/copy.sql" >"$work/times"

awk -v rows="$rows" -v ours="$seconds" -v daily="$daily_rows" -v ours_daily="$daily_seconds" '
  { at[$1] = $2 }
  END {
    plain = at["end"] - at["start"]; plain_daily = at["end"] - at["zero"]
    printf "plain \\copy:     %d rows in %.1f s, %.0f rows/s; without day zero %.0f rows/s\n", rows, plain, rows / plain, daily / plain_daily
    printf "batch_ingestor:  %d rows in %.1f s, %.0f rows/s; without day zero %.0f rows/s\n", rows, ours, rows / ours, daily / ours_daily
    printf "ratio:           %.0f %%; without day zero %.0f %%\n", 100 * plain / ours, 100 * plain_daily / ours_daily
  }' "$work/times"
