"""A topic's events of the closed days: bytes against the manifests, keys against the rows."""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec

from pipeline.lakes import batch_lake
from pipeline.lakes.batch_lake import Manifest, TopicEntry
from reconciliation.baseline import Comparison

# dataset: the topic and the types of the events that state the same facts as its rows, one event a
# row, and the key by which they are compared, a field of ComparedEvent
EVENTS_OF_ROWS = {
    "registrations": ("hospital.admissions", ["registered"], "encounter_id"),
    "admissions": ("hospital.admissions", ["admitted"], "encounter_id"),
    "transfers": ("hospital.admissions", ["transferred"], "event_id"),
    "discharges": ("hospital.admissions", ["discharged"], "encounter_id"),
    "transports": ("hospital.transports", ["arrived"], "transport_id"),
    "shifts": ("hospital.staff_shifts", ["ended", "absent"], "shift_id"),
}


class ComparedEvent(msgspec.Struct):
    """What the comparisons need of an event."""

    event_id: str
    event_type: str
    event_time: str
    encounter_id: str = ""
    transport_id: str = ""
    shift_id: str = ""


EVENT = msgspec.json.Decoder(ComparedEvent)


class EventsOfDays:
    """Compares a topic's events day by day; each comparison keeps its first difference."""

    def __init__(self, batch_lake_dir: Path, topic: str) -> None:
        self._batch_lake_dir = batch_lake_dir
        self._topic = topic
        self._datasets = {
            name: (event_types, key)
            for name, (of_topic, event_types, key) in EVENTS_OF_ROWS.items()
            if of_topic == topic
        }
        self._counted: Counter[str] = Counter()
        self._differences: dict[str, str] = {}

    def compare(self, manifest: Manifest, values: list[bytes], cut: str | None = None) -> None:
        """Compare the values of a day, in any order.

        Their number and hash must be the manifest's, and their keys those of each dataset's rows.

        Args:
            cut: the dataset whose file of the day is known to lack rows, and is not compared.

        Raises:
            ValueError: if a value is not JSON, or lacks event_id, event_type or event_time. A
                missing key counts as empty.
        """
        day, topic = manifest.simulated_date, self._topic
        events = _in_order_of_the_journal(values)
        self._counted[topic] += len(events)
        if wrong := _against_manifest(manifest.events[topic], [value for _, value in events]):
            self._differences.setdefault(topic, f"{day}: {wrong}")
        for dataset, (event_types, key) in self._datasets.items():
            if dataset == cut or dataset not in manifest.files:
                continue
            stream = Counter(getattr(e, key) for e, _ in events if e.event_type in event_types)
            batch = _keys(self._batch_lake_dir, day, dataset, key)
            self._counted[dataset] += batch.total()
            if stream != batch:
                first = min((stream - batch) | (batch - stream))
                wrong = f"{key} {first}: {stream[first]} events, {batch[first]} rows"
                self._differences.setdefault(dataset, f"{day} {dataset} {wrong}")

    def comparisons(self) -> Iterator[Comparison]:
        """The results for all days compared."""
        topic = self._topic
        yield Comparison(
            f"stream lake = manifests: {topic}",
            f"{self._counted[topic]} events",
            self._differences.get(topic, ""),
        )
        for dataset, (_event_types, key) in self._datasets.items():
            name, rows = f"stream = batch: {dataset} by {key}", f"{self._counted[dataset]} rows"
            yield Comparison(name, rows, self._differences.get(dataset, ""))


def _in_order_of_the_journal(values: list[bytes]) -> list[tuple[ComparedEvent, bytes]]:
    """The events with their exact bytes; the manifest's hash was made in that order.

    No two events share an event_id.
    """
    events = [(EVENT.decode(value), value) for value in values]
    return sorted(events, key=lambda pair: (pair[0].event_time, pair[0].event_id))


def _keys(root: Path, day: date, dataset: str, key: str) -> Counter[str]:
    """How often each key is in a dataset's file of a day; a row cut before it has none."""
    path = batch_lake.day_directory(root, day) / f"{dataset}.csv"
    with path.open(encoding="utf-8", newline="") as rows:
        reader = csv.reader(rows)
        column = next(reader, []).index(key)
        return Counter(row[column] for row in reader if len(row) > column)


def _against_manifest(expected: TopicEntry, values: list[bytes]) -> str:
    """How a day's events, in order, differ from its manifest; empty if they do not."""
    if len(values) != expected.count:
        return f"{len(values)} events, the manifest has {expected.count}"
    digest = hashlib.sha256(b"".join(value + b"\n" for value in values)).hexdigest()
    return "" if digest == expected.sha256 else "the events are not those of the manifest"
