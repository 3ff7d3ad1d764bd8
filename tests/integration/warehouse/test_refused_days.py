"""A refused day blocks no other, and is loaded once it has been mended."""

from pipeline.lakes import batch_lake

from .own_database import Database, new_database
from .small_lake import ONE, THREE, TWO, ZERO, Lake, day_one, day_two, day_zero


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
    assert database.counts()["registrations"] == 2
    assert database.counts()["discharges"] == 1


def test_days_that_waited_are_loaded_before_later_ones_that_are_mended_with_it(
    lake: Lake,
) -> None:
    """Each row of the last day refers to one that waits for the first."""
    one, nothing = day_one(), {name: list[str]() for name in day_one()}
    admitted = [row.replace("2021-04-07T02", "2021-04-08T02") for row in one["admissions"]]
    discharged = [
        row.replace("2021-04-08T11", "2021-04-09T11").replace("S00003-20210407", "S00002")
        for row in day_two()["discharges"]
    ]
    lake.publish(ZERO, day_zero())
    lake.publish(ONE, one | {"admissions": []})
    lake.publish(TWO, nothing | {"admissions": admitted})
    lake.publish(THREE, nothing | {"discharges": discharged})
    paths = lake.file(ONE, "registrations"), lake.file(THREE, "discharges")
    good = [path.read_bytes() for path in paths]
    for path, content in zip(paths, good, strict=True):
        path.write_bytes(content[:-1])
    with new_database(lake.root, max_rejected_share=1) as database:
        database.migrate()
        database.ingest()
        assert database.refused().keys() == {ONE, THREE}
        for path, content in zip(paths, good, strict=True):
            path.write_bytes(content)
        database.ingest()
        assert (database.refused(), database.rejected()) == ({}, [])
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


def test_days_that_came_before_day_zero_are_loaded_when_it_comes(
    database: Database, three_days: Lake
) -> None:
    zero = batch_lake.day_directory(three_days.root, ZERO)
    aside = three_days.root / ".aside"
    zero.rename(aside)
    database.ingest()
    aside.rename(zero)
    for _ in range(3):
        database.ingest()
    assert database.refused() == {}
    assert database.counts()["discharges"] == 1
