"""The patient's events in the journal, of the days that are not published yet."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from pipeline.run import clock, journal
from pipeline.run.clock import DAY, Clock
from pipeline.run.journal import Record


def search(root: Path, now: Clock, published: list[date], patient_id: str) -> Iterator[Record]:
    """What has happened to a patient since the last published day, in both paths.

    Raises:
        OSError, EOFError, ValueError: if the journal is damaged.
    """
    text = f'"patient_id":"{patient_id}"'.encode()
    day = max(now.start.date(), published[-1] + DAY if published else now.start.date())
    until = clock.text(now.instant)
    while day <= now.instant.date():
        for block in journal.blocks(root / "journal", day):
            if block.first_hour <= now.instant:
                for record in block.records():
                    if record.happened and text in record.value and record.event_time <= until:
                        yield record
        day += DAY
