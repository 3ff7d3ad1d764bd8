"""A law lists the rows that break it, and the batch_ingestor warns of them."""

import logging
from collections.abc import Callable
from contextlib import closing

import pytest

import batch_ingestor
from pipeline.warehouse import connections

from .own_database import Database, OneTurn
from .small_lake import ONE, TWO, ZERO, Lake, day_one, day_two, day_zero

CLOSED = "2021-04-07,JHB-MED,JHB,0,0,"


def test_each_law_is_a_view(read_only_database: Database) -> None:
    laws = read_only_database.ask(
        "select relname, relkind::text from pg_class"
        " where relnamespace = 'insight'::regnamespace and relname like '%law%' order by 1"
    )
    names = ("beds", "census", "closed_wards", "shifts")
    assert laws == [(f"law_of_the_{name}", "v") for name in names]


def test_a_broken_law_is_shown_and_logged(
    database: Database, lake: Lake, caplog: pytest.LogCaptureFixture
) -> None:
    one = day_one()
    stay = one["admissions"][0].replace("JHB-MED,,", "JHB-MED,JHB-MED-001,")
    other = stay.replace("0700-001", "0700-002").replace("T02:", "T03:")
    shift = one["shifts"][0]
    twice = shift.replace("20210407-D", "20210407-N").replace("T07:01", "T18:01")
    lake.publish(ZERO, day_zero())
    lake.publish(ONE, {**one, "admissions": [stay, other], "shifts": [shift, twice]})
    with caplog.at_level(logging.WARNING):
        database.ingest()
    beds = database.view("law_of_the_beds", "bed_id, encounter_id, change, encounter_before")
    assert beds == [("JHB-MED-001", "JHB-E2021040700-002", 1, "JHB-E2021040700-001")]
    shifts = database.view("law_of_the_shifts", "staff_id, shift_id, previous_shift_id")
    assert shifts == [("S00001", "S00001-20210407-N", "S00001-20210407-D")]
    assert database.view("law_of_the_census") == [(ONE, "JHB-MED", 0, 2, 0, 2, 1)]
    assert caplog.messages == [
        f"loaded rows contradict each other view=insight.law_of_the_{law} rows=1"
        for law in ("beds", "census", "shifts")
    ]


@pytest.mark.parametrize(
    ("dataset", "rows", "counted"),
    [
        ("bed_census", [f"{CLOSED}1".replace("-07,", "-08,")], (0, 0, 1, 0)),
        ("admissions", day_one(TWO)["admissions"], (1, 0, 0, 0)),
        ("transfers", day_two()["transfers"], (0, 1, 0, 0)),
        ("shifts", day_one(TWO)["shifts"], (0, 0, 0, 1)),
    ],
)
def test_whoever_a_closed_ward_takes_in_is_shown(
    database: Database, lake: Lake, dataset: str, rows: list[str], counted: tuple[int, ...]
) -> None:
    two = {**{name: [] for name in day_one()}, "bed_census": [f"{CLOSED}0".replace("-07,", "-08,")]}
    two["registrations"] = day_one(TWO)["registrations"]
    two[dataset] = rows
    lake.publish(ZERO, day_zero())
    lake.publish(ONE, {**day_one(), "bed_census": [f"{CLOSED}0"]})
    lake.publish(TWO, two)
    database.ingest()
    closed = "census_date, admitted, transferred_in, patients, shifts_begun"
    assert database.view("law_of_the_closed_wards", closed) == [(TWO, *counted)]


@pytest.mark.parametrize(("evacuated_at", "shown"), [("06", 1), ("08", 0), (None, 0)])
def test_a_ward_that_closes_in_the_course_of_a_day_is_judged_from_its_first_evacuation(
    database: Database, lake: Lake, evacuated_at: str | None, shown: int
) -> None:
    one = {**day_one(), "bed_census": [f"{CLOSED}0", "2021-04-07,JHB-SUR,JHB,5,0,1"]}
    if evacuated_at:
        one["transfers"] = [
            "JHB-E2021040700-001:A02-1,JHB-E2021040700-001,P0000001,JHB,JHB-MED,,JHB,JHB-SUR,,"
            f"S00001,S00002,2021-04-07T{evacuated_at}:00:00Z,evacuated"
        ]
    zero = day_zero()
    zero["wards"].append("JHB-SUR,JHB,Johannesburg,Surgery,surgery,5")
    lake.publish(ZERO, zero)
    lake.publish(ONE, one)
    database.ingest()
    # The shift of the small lake's day begins at 07:01.
    assert database.view("law_of_the_closed_wards", "shifts_begun") == [(1,)] * shown


class Backfill(OneTurn):
    """A service that sees another day published each time nothing is due."""

    def __init__(self, days: list[Callable[[], object]]) -> None:
        super().__init__()
        self._days = days

    def wait(self, seconds: float) -> None:
        if self._days:
            self._days.pop(0)()
        else:
            super().wait(seconds)


@pytest.mark.parametrize(("share", "times"), [(0, 3), (1_000_000, 1)])
def test_the_laws_take_no_more_than_their_share(
    database: Database, lake: Lake, monkeypatch: pytest.MonkeyPatch, share: int, times: int
) -> None:
    checks: list[None] = []
    check = batch_ingestor.check_laws
    monkeypatch.setattr(batch_ingestor, "LAWS_SHARE", share)
    monkeypatch.setattr(batch_ingestor, "check_laws", lambda c: checks.append(check(c)))
    lake.publish(ZERO, day_zero())
    service = Backfill([lambda: lake.publish(ONE, day_one()), lambda: lake.publish(TWO, day_two())])
    with closing(connections.connect_as_ingestor(database.settings)) as session:
        days_log = batch_ingestor.new_days_log()
        batch_ingestor.load_days(session, database.settings, lake.datasets, service, days_log)
    assert len(checks) == times
    assert database.view("busiest_days", "count(*)") == [(1,)]
