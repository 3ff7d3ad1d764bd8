"""Counts and compares both paths, for every day that is closed: docker compose run --rm reconcile

Stream: per topic, lines in the lake and dead letters against the broker's end offsets, without
gap or repeat; per day, the events against the manifest's number and hash, byte for byte. Batch:
rows of the CSVs against the ledger and the tables. Stream against batch: by key, per day. Prints
a line for each comparison, the first difference exactly, and exits with 1 if there is any.
"""

import csv
import hashlib
import json
import logging
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from psycopg2 import sql

from pipeline import batch_lake, kafka_client, postgres, settings, stream_lake, topics
from pipeline.settings import ReconcileSettings
from pipeline.topics import Topics

# dataset → topic, event_type, key: the same fact on both paths
TWINS = {
    "registrations": ("hospital.admissions", "registered", "encounter_id"),
    "admissions": ("hospital.admissions", "admitted", "encounter_id"),
    "transfers": ("hospital.admissions", "transferred", "event_id"),
    "discharges": ("hospital.admissions", "discharged", "encounter_id"),
    "transports": ("hospital.transports", "arrived", "transport_id"),
    "shifts": ("hospital.staff_shifts", "ended absent", "shift_id"),
}


class Check(NamedTuple):
    """One comparison; `difference` names the first one exactly, empty if all is well."""

    what: str
    counted: str
    difference: str


def main() -> int:
    """Run every check; the exit code."""
    wanted_settings = settings.read(ReconcileSettings)
    wanted = topics.load(wanted_settings.configs_dir)
    failed = 0
    for check in (
        *stream_against_broker(wanted_settings, wanted),
        *chain(wanted_settings),
        *stream_against_manifests(wanted_settings, wanted),
        *stream_against_batch(wanted_settings),
        *tables_against_files(wanted_settings),
    ):
        failed += bool(check.difference)
        verdict = f"DIFFERS: {check.difference}" if check.difference else "ok"
        print(f"{check.what:<48} {check.counted:<44} {verdict}")
    print("all is well" if not failed else f"{failed} comparisons differ")
    return 1 if failed else 0


def stream_against_broker(given: ReconcileSettings, wanted: Topics) -> Iterator[Check]:
    """Per topic: offsets in the lake and in the dead letters are 0 … end, each once."""
    ends, dead = kafka_client.ends_and_dead_letters(given, wanted)
    for name, topic in wanted.topics.items():
        lines, difference, end_sum = 0, "", 0
        for partition in range(topic.partitions):
            end = ends[name, partition]
            end_sum += end
            seen = Counter(
                line.offset
                for segment in stream_lake.segments(given.stream_lake_dir, name, partition)
                for line in stream_lake.lines(segment)
            )
            lines += seen.total()
            seen.update(dead[name, partition])
            wrong = [o for o in range(end) if seen[o] != 1] or sorted(o for o in seen if o >= end)
            if wrong and not difference:
                times = seen[wrong[0]]
                difference = f"partition {partition} offset {wrong[0]} is there {times} times"
        letters = sum(len(dead[name, p]) for p in range(topic.partitions))
        counted = f"end offsets {end_sum}, lines {lines}, dead letters {letters}"
        yield Check(f"stream lake = broker: {name}", counted, difference)


def chain(given: ReconcileSettings) -> Iterator[Check]:
    """Each day follows its yesterday and carries the hash of its manifest."""
    previous, difference, before = None, "", None
    days = batch_lake.published_days(given.batch_lake_dir)
    for day in days:
        manifest, digest = manifest_of(given, day)
        follows = before is None or day - before == timedelta(days=1)
        if not difference and (manifest.previous_manifest != previous or not follows):
            difference = f"{day} does not follow {before}"
        previous, before = digest, day
    yield Check("manifest chain", f"{len(days)} days, fingerprint {previous}", difference)


def stream_against_manifests(given: ReconcileSettings, wanted: Topics) -> Iterator[Check]:
    """Per topic: each closed day's events in the lake have the manifest's number and hash."""
    for name in wanted.topics:
        total, difference = 0, ""
        for day in closed_days(given):
            expected = manifest_of(given, day)[0].events[name]
            # The journal's order, which the hash was made in: no two events share an event_id.
            events = sorted(values_of(given, name, day), key=lambda v: (v[0], v[1]))
            digest = hashlib.sha256(b"".join(value + b"\n" for _t, _id, value in events))
            total += len(events)
            if not difference and len(events) != expected.count:
                difference = f"{day}: {len(events)} events, the manifest has {expected.count}"
            elif not difference and digest.hexdigest() != expected.sha256:
                difference = f"{day}: the events are not those of the manifest"
        yield Check(f"stream lake = manifests: {name}", f"{total} events", difference)


def stream_against_batch(given: ReconcileSettings) -> Iterator[Check]:
    """Per dataset: the keys of each closed day's rows are those of the day's events."""
    for dataset, (topic, event_types, key) in TWINS.items():
        total, difference = 0, ""
        for day in closed_days(given):
            events = (json.loads(value) for _time, _id, value in values_of(given, topic, day))
            stream = Counter(e[key] for e in events if e["event_type"] in event_types.split())
            path = batch_lake.day_directory(given.batch_lake_dir, day) / f"{dataset}.csv"
            with path.open(encoding="utf-8", newline="") as rows:
                batch = Counter(row[key] for row in csv.DictReader(rows))
            total += batch.total()
            if stream != batch and not difference:
                odd = sorted((stream - batch) | (batch - stream))[0]
                difference = f"{day} {dataset} {key} {odd}: {stream[odd]} events, {batch[odd]} rows"
        yield Check(f"stream = batch: {dataset} by {key}", f"{total} rows", difference)


def tables_against_files(given: ReconcileSettings) -> Iterator[Check]:
    """Per dataset: rows in the files = loaded + rejected = rows in the table + rejected."""
    connection = postgres.connect_as_ingestor(given)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "select dataset, simulated_date, rows_loaded, rows_rejected from lake.ingested_files"
        )
        ledger = {(dataset, day): (loaded, bad) for dataset, day, loaded, bad in cursor}
        files: dict[str, dict[date, int]] = {}
        for day in batch_lake.published_days(given.batch_lake_dir):
            for dataset, entry in manifest_of(given, day)[0].files.items():
                files.setdefault(dataset, {})[day] = entry.rows
        for dataset, days in files.items():
            table = sql.Identifier("hospital", dataset)
            query = "select simulated_date, count(*) from {} group by simulated_date"
            cursor.execute(sql.SQL(query).format(table))
            in_table = dict(cursor.fetchall())
            difference, rejected = "", 0
            for day, rows in days.items():
                loaded, bad = ledger.get((dataset, day), (0, 0))
                rejected += bad
                if not difference and (loaded + bad != rows or in_table.get(day, 0) != loaded):
                    there = in_table.get(day, 0)
                    difference = f"{day}: {rows} rows, {loaded} loaded, {bad} bad, {there} there"
            stray = sorted(in_table.keys() - days.keys())
            if stray and not difference:
                difference = f"{stray[0]}: {in_table[stray[0]]} rows of a day without files"
            counted = f"files {sum(days.values())}, table {sum(in_table.values())}, bad {rejected}"
            yield Check(f"table = files: {dataset}", counted, difference)
    connection.close()


def closed_days(given: ReconcileSettings) -> list[date]:
    """The days that are over; day zero has no events."""
    return batch_lake.published_days(given.batch_lake_dir)[1:]


def manifest_of(given: ReconcileSettings, day: date) -> tuple[batch_lake.Manifest, str]:
    """A day's manifest and its hash."""
    return batch_lake.read_manifest(batch_lake.day_directory(given.batch_lake_dir, day))


def values_of(given: ReconcileSettings, topic: str, day: date) -> Iterator[tuple[str, str, bytes]]:
    """event_time, event_id and exact bytes of a day's events in the stream lake."""
    for segment in sorted((given.stream_lake_dir / topic / day.isoformat()).glob("*.jsonl")):
        for line in stream_lake.lines(segment):
            event = json.loads(line.value)
            yield event["event_time"], event["event_id"], line.value


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    sys.exit(main())
