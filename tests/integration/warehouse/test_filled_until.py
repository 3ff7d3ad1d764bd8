"""`make up` says up to which day the tables are filled; day zero, without patients, is none."""

from contextlib import closing

from pipeline.lakes import batch_lake
from pipeline.warehouse import filled_until

from .own_database import Database
from .small_lake import ONE, TWO, ZERO, Lake, day_one, day_two, day_zero


def told(database: Database) -> str:
    with closing(database.connect("ingestor")) as session, session.cursor() as cursor:
        return filled_until.describe(cursor)


def test_the_newest_day_is_named_once_there_is_one(database: Database, lake: Lake) -> None:
    lines = [told(database)]
    for day, tables in ((ZERO, day_zero()), (ONE, day_one()), (TWO, day_two())):
        lake.publish(day, tables)
        database.ingest()
        lines.append(told(database))
    empty = "the patients' are empty until the first day is over"
    assert lines == [empty, empty, f"filled up to {ONE}", f"filled up to {TWO}"]


def test_a_day_that_is_missing_before_it_is_named(database: Database, three_days: Lake) -> None:
    spoilt = batch_lake.day_directory(three_days.root, ONE) / batch_lake.MANIFEST
    spoilt.write_bytes(b"")
    database.ingest()
    assert told(database) == f"filled up to {TWO}, but not with {ONE}"
