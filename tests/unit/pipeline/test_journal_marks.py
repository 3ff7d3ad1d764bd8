"""The marks of planted faults in the journal, and what they say of a record."""

import gzip
from pathlib import Path

from pipeline.run import journal
from pipeline.run.clock import HOUR
from pipeline.run.journal import Record

from .test_journal import START, make_records


def test_a_mark_is_a_column_of_its_own_and_no_mark_is_none() -> None:
    (records,) = make_records([4], 8)
    marked = [
        record._replace(mark=mark)
        for record, mark in zip(
            records, ["", "-late@2021-04-07T05:00:00Z", "+late", ""], strict=True
        )
    ]
    columns = [
        line.count(b"\t") + 1 for line in gzip.decompress(journal.encode(marked)).splitlines()
    ]
    assert columns == [5, 6, 6, 5]
    assert [(r.happened, r.is_streamed) for r in marked] == [
        (True, True),
        (True, False),
        (False, True),
        (True, True),
    ]


def test_marks_are_read_as_they_were_written(tmp_path: Path) -> None:
    (records,) = make_records([4], 8)
    marked = [record._replace(mark=f"+{record.number}" * (record.number % 2)) for record in records]
    journal.write_block(tmp_path, START, START + HOUR, 0, journal.encode(marked))
    (block,) = journal.blocks(tmp_path, START.date())
    assert list(block.records()) == marked


def test_what_only_the_batch_publishes_is_not_streamed() -> None:
    assert not Record(0, "", "", b"", b"").is_streamed
