"""What the answer key says of the days that are compared; nothing where no fault was planted."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Any

import msgspec

from pipeline.lakes import batch_lake
from pipeline.run import clock, journal
from pipeline.run.clock import DAY
from pipeline.settings import ReconcileSettings
from reconciliation.baseline import Baseline
from scoring.answers import Planted


class PlantedFaults:
    """The planted faults of the baseline's days, and what the stream would be without them.

    Attributes:
        faults: all of them, those of days outside the baseline left out.
        due_before: the end of the baseline's last day, by which every earlier message is published.
        cut: by day the dataset whose file ends too early, until somebody mends the day.
        batch_lake_dir: where the days are.
        mended: the days whose cut file has been replaced by the whole one.
    """

    def __init__(
        self, settings: ReconcileSettings, baseline: Baseline, key: Iterable[Planted]
    ) -> None:
        days = {day.isoformat() for day in baseline.manifests}
        self.faults = [fault for fault in key if fault.simulated_date in days]
        self.due_before = clock.text(clock.midnight(max(baseline.manifests)) + DAY)
        self.cut: dict[date, str] = {}
        self.mended: set[date] = set()
        self.batch_lake_dir = settings.batch_lake_dir
        self._journal = settings.simulation_dir / journal.JOURNAL
        self._messages: dict[tuple[str, str], list[Planted]] = {}
        for fault in self.faults:
            if fault.topic:
                self._messages.setdefault((fault.topic, fault.simulated_date), []).append(fault)
            elif fault.fault == "cut_file":
                day = date.fromisoformat(fault.simulated_date)
                directory = batch_lake.day_directory(settings.batch_lake_dir, day)
                if (directory / f"{fault.dataset}.csv").stat().st_size < fault.bytes:
                    self.cut[day] = fault.dataset
                else:
                    self.mended.add(day)

    def messages(self, topic: str, day: date) -> list[Planted]:
        """The faults of a topic's messages of a day."""
        return self._messages.get((topic, day.isoformat()), [])

    def late(self, topic: str, day: date) -> list[Planted]:
        """The late messages among them."""
        return [fault for fault in self.messages(topic, day) if fault.fault == "late_message"]

    def records(self, topic: str, events: int) -> int:
        """How many records a topic has of that many events once all that is due was published."""
        for fault in self.faults:
            if fault.topic == topic:
                match fault.fault:
                    case "missing_message":
                        events -= 1
                    case "late_message":
                        events -= fault.published_at >= self.due_before
                    case "duplicated_message":
                        events += fault.published_at < self.due_before
        return events

    def without_faults(
        self, topic: str, day: date, values: list[bytes], late: set[bytes]
    ) -> list[bytes]:
        """A day's values as they would be had nothing been planted.

        The journal has the bytes of each event that a fault was planted in. What was not planted
        stays as it is, so that every other difference shows.

        Args:
            late: the values of the dead letters that only came too late.
        """
        faults = self.messages(topic, day)
        if not faults:
            return values
        recorded = self._recorded(topic, day)
        times = Counter(values)
        for fault in faults:
            value = recorded.get(fault.event_id)
            if value is not None:
                times[value] += _lacking(fault, times[value], value in late, self.due_before)
        return list(times.elements())

    def event(self, day: date, event_id: str) -> dict[str, Any]:
        """An event of the day as the journal has it, whatever a fault has made of it since."""
        found = (
            msgspec.json.decode(record.value)
            for block in journal.blocks(self._journal, day)
            for record in block.records()
            if record.happened and event_id.encode() in record.value
        )
        return next((event for event in found if event["event_id"] == event_id), {})

    def values(self, day: date) -> bytes:
        """The values of the day's events, one after the other."""
        return b"".join(
            record.value
            for block in journal.blocks(self._journal, day)
            for record in block.records()
            if record.happened
        )

    def _recorded(self, topic: str, day: date) -> dict[str, bytes]:
        """The values of the day's events in which a fault was planted, by event_id."""
        return {
            msgspec.json.decode(record.value)["event_id"]: record.value
            for block in journal.blocks(self._journal, day)
            for record in block.records()
            if record.mark and record.happened and record.topic == topic
        }


def _lacking(fault: Planted, times: int, is_dead: bool, due_before: str) -> int:
    """How often a value has to be added (or, if negative, taken away) because of a fault."""
    match fault.fault:
        case "missing_message" | "malformed_message":
            return 1
        case "late_message":
            excused = is_dead or fault.published_at >= due_before
            return 1 if not times and excused else 0
        case "duplicated_message":
            return -1 if times == 2 else 0
    return 0
