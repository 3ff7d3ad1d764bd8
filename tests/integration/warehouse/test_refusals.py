"""A file that is not what was published refuses its day, with the reason, and blocks no other."""

from pipeline.lakes import batch_lake

from .own_database import Database
from .small_lake import ONE, TWO, ZERO, Lake, day_one, day_two, day_zero


def test_rows_that_wait_for_a_refused_day_are_loaded_when_it_is_mended(
    database: Database, three_days: Lake
) -> None:
    path = three_days.file(ONE, "registrations")
    good = path.read_bytes()
    path.write_bytes(good[:-1])
    database.ingest()
    reason = "encounter_id: not in admissions (it may come with 2021-04-07, which is not loaded)"
    assert database.rejected() == [(TWO, "discharges", 2, reason), (TWO, "transfers", 2, reason)]
    path.write_bytes(good)
    database.ingest()
    database.ingest()  # the day that had to wait
    assert database.refused() == {}
    assert database.rejected() == []
    assert database.counts()["discharges"] == 1


def test_a_loaded_day_keeps_its_rows_when_it_appears_again_spoilt(
    database: Database, three_days: Lake
) -> None:
    database.ingest()
    before = database.counts()
    content = three_days.file(ONE, "registrations").read_bytes()
    three_days.publish_again(ONE, "registrations", content.replace(b"T", b" "), rows=2)
    database.ingest()
    assert "registrations.csv: 2 of 2 rows are bad" in database.refused()[ONE]
    assert database.counts() == before


def test_day_zero_that_comes_last_lets_the_others_in(database: Database, lake: Lake) -> None:
    lake.publish(ZERO, day_zero())
    lake.publish(ONE, day_one())
    lake.publish(TWO, day_two())
    aside = lake.root / ".aside"
    batch_lake.day_directory(lake.root, ZERO).rename(aside)
    database.ingest()
    aside.rename(batch_lake.day_directory(lake.root, ZERO))
    for _ in range(3):
        database.ingest()
    assert database.refused() == {}
    assert database.counts()["discharges"] == 1
