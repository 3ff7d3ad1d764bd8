"""The faults that show where rows and events state the same facts: missing events, wrong rows."""

import csv
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.broker.topics import Topics
from pipeline.lakes import batch_lake
from pipeline.lakes.batch_lake import Manifest
from reconciliation.events import EVENTS_OF_ROWS
from reconciliation.planted import PlantedFaults
from scoring.answers import Identity

# dataset: the column that takes the event_time; the other columns have the names of their fields
TIME_COLUMNS = {
    "registrations": "registered_at",
    "admissions": "admitted_at",
    "transfers": "transferred_at",
    "discharges": "discharged_at",
    "emergency_visits": "registered_at",
}
# A visit has no event of its own; its row repeats what that of the registration says.
VISITS, REGISTERED = "emergency_visits", "registered"
# dataset: the event_type that begins what its row ends, and the column that says when
BEGINNINGS = {"transports": ("departed", "departed_at"), "shifts": ("started", "started_at")}

ROW_ALONE = "a row states the same fact, and the stream has no event of it"
BEGAN_ALONE = "the row of its end says when it began, and the stream has no event of that"
CONTRADICTED = "the row is valid, and contradicts its event in the stream"
ONLY_COUNTED = (
    "no row states the same fact: only the manifest's count of events says that one is missing"
)
CUT_AWAY = "its row is in a cut file: mend that day first"

type Row = dict[str, str]


class RowHunt:
    """Compares the rows of a topic's datasets with their events, day after day.

    Attributes:
        alone: the rows that have no event to be compared with.
        hidden: the planted missing messages of which no row tells so far, by the key and the rows
            alone, whatever is found: each with the reason.
    """

    def __init__(
        self, root: Path, topic: str, first_day: date, findings: dict[Identity, str]
    ) -> None:
        """Begin before the first day of the run; what is found is added to `findings`."""
        self.alone: set[Identity] = set()
        self.hidden: dict[Identity, str] = {}
        self._root = root
        self._topic = topic
        self._first_day = first_day.isoformat()
        self._findings = findings
        self._datasets = {
            name: (event_types, key)
            for name, (of_topic, event_types, key) in EVENTS_OF_ROWS.items()
            if of_topic == topic
        }
        self._begun: set[str] = set()  # what has begun and has no row yet, by event_id
        self._waiting: dict[str, Mapping[str, Any]] = {}  # registrations, until the visit is over

    def look(
        self, manifest: Manifest, events: Mapping[str, Mapping[str, Any]], planted: PlantedFaults
    ) -> None:
        """Compare a day's rows with the events of that day."""
        day = manifest.simulated_date
        beginnings = {event_type for event_type, _column in BEGINNINGS.values()}
        self._begun |= {i for i, e in events.items() if e["event_type"] in beginnings}
        cut = planted.cut.get(day)
        self._hide(day, events, planted)
        if self._topic == EVENTS_OF_ROWS["registrations"][0]:
            self._look_at_visits(day, events, is_cut=cut == VISITS)
        for dataset, (event_types, key) in self._datasets.items():
            if dataset == cut or dataset not in manifest.files:
                continue
            twins = {e[key]: e for e in events.values() if e["event_type"] in event_types}
            for line, row in rows(self._root, dataset, day):
                self._compare(("wrong_row", dataset, day.isoformat(), str(line)), row, twins, key)

    def _hide(
        self, day: date, events: Mapping[str, Mapping[str, Any]], planted: PlantedFaults
    ) -> None:
        """Hide the day's missing messages whose row is cut away, or stands in no file so far."""
        types = {name: event_types for name, (event_types, _key) in self._datasets.items()}
        cut_types = types.get(planted.cut.get(day, ""), [])
        beginnings = {event_type for event_type, _column in BEGINNINGS.values()}
        for fault in planted.messages(self._topic, day):
            if fault.fault == "missing_message" and fault.event_id not in events:
                if fault.event_type in cut_types:
                    self.hidden[fault.identity] = CUT_AWAY
                elif fault.event_type in beginnings:
                    self.hidden[fault.identity] = ONLY_COUNTED

    def _look_at_visits(
        self, day: date, events: Mapping[str, Mapping[str, Any]], *, is_cut: bool
    ) -> None:
        """Compare the visits that ended on a day with the registrations that began them."""
        for event in events.values():
            if event["event_type"] == REGISTERED and event["source"] == "emergency":
                self._waiting[event["encounter_id"]] = event
        for line, row in () if is_cut else rows(self._root, VISITS, day):
            place = ("wrong_row", VISITS, day.isoformat(), str(line))
            registered = self._waiting.pop(row["encounter_id"], None)
            if registered is None:
                self.alone.add(place)
            elif contradicts(VISITS, row, registered):
                self._findings.setdefault(place, CONTRADICTED)

    def _compare(
        self, place: Identity, row: Row, twins: Mapping[str, Mapping[str, Any]], key: str
    ) -> None:
        dataset, twin = place[1], twins.get(row[key])
        if twin is None:
            self.alone.add(place)
            self._findings.setdefault(("missing_message", row["event_id"]), ROW_ALONE)
        elif contradicts(dataset, row, twin):
            self._findings.setdefault(place, CONTRADICTED)
        if dataset in BEGINNINGS:
            event_type, column = BEGINNINGS[dataset]
            event_id = f"{row[key]}:{event_type}"
            in_the_run = row[column][:10] >= self._first_day  # there were no events before
            if in_the_run:
                self.hidden.pop(("missing_message", event_id), None)
            if event_id in self._begun:
                self._begun.remove(event_id)
            elif in_the_run:
                self._findings.setdefault(("missing_message", event_id), BEGAN_ALONE)


def compared_columns(dataset: str, topics: Topics) -> set[str]:
    """The columns of a dataset whose values events of the stream state as well."""
    topic, event_types, _key = EVENTS_OF_ROWS["registrations" if dataset == VISITS else dataset]
    fields = topics.topics[topic].fields
    return {TIME_COLUMNS.get(dataset, "")}.union(*(fields[name] for name in event_types))


def contradicts(dataset: str, row: Row, event: Mapping[str, Any]) -> bool:
    """Whether a column of a row differs from the field of its event; an empty one is null."""
    fields = {**event, TIME_COLUMNS.get(dataset, "event_time"): event["event_time"]}
    return any(column in fields and text != (fields[column] or "") for column, text in row.items())


def rows(root: Path, dataset: str, day: date) -> Iterator[tuple[int, Row]]:
    """The rows of a file, each with the line on which it begins; the header is line 1."""
    path = batch_lake.day_directory(root, day) / f"{dataset}.csv"
    with path.open(encoding="utf-8", errors="backslashreplace", newline="") as source:
        reader = csv.reader(source)
        header = next(reader, [])
        line = reader.line_num + 1
        for fields in reader:
            yield line, dict(zip(header, fields, strict=False))
            line = reader.line_num + 1
