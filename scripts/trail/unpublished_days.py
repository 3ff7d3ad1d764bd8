"""The patient's events in the journal, of the days that the batch lake does not have."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from pipeline.run import clock, journal
from pipeline.run.clock import DAY, Clock
from pipeline.run.journal import Block, Record


def search(root: Path, now: Clock, published: set[date], patient_id: str) -> Iterator[Record]:
    """What has happened to a patient on the days that are not published, in both paths.

    Raises:
        OSError, EOFError, ValueError: if the journal is damaged.
    """
    text = f'"patient_id":"{patient_id}"'.encode()
    until = clock.text(now.instant)
    for block in _blocks(root, now, published):
        for record in block.records():
            if record.happened and text in record.value and record.event_time <= until:
                yield record


def _blocks(root: Path, now: Clock, published: set[date]) -> Iterator[Block]:
    """The blocks of these days, up to now."""
    day = now.start.date()
    while day <= now.instant.date():
        if day not in published:
            for block in journal.blocks(root / journal.JOURNAL, day):
                if block.first_hour <= now.instant:
                    yield block
        day += DAY
