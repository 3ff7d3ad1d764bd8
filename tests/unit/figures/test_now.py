"""What there is to see before and after the first day, and how far the figures go."""

import json
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from figures.lake_events import Behind, Days, LakeEvents
from figures.now import NotYet, Now, baseline_of
from figures.present import Stay
from figures.tables import Answer
from pipeline.run import clock, config_store
from pipeline.run.clock import Clock, ConfigurationEntry

from ..hospital.small_run import Files
from .happenings import MIDNIGHT, OTHER_WARD, WARD, at, event

START = datetime(2021, 4, 7, tzinfo=UTC)
ROW = {
    "ward_id": WARD,
    "open_beds": 203,
    "encounter_id": "E-1",
    "bed_id": "JHB-MED-001",
    "since": MIDNIGHT - timedelta(hours=1),
}
NOBODY = {
    "ward_id": OTHER_WARD,
    "open_beds": 0,
    "encounter_id": None,
    "bed_id": None,
    "since": None,
}

LAGGING = Behind("hospital.admissions", 1, at(8, day=7))


class Lake(LakeEvents):
    """A lake that has an event each midnight, and notes which days it was asked for.

    One of its partitions is behind.
    """

    def __init__(self) -> None:
        super().__init__(Path("/nowhere"), {})
        self.asked: list[date] = []

    def of_days(self, days: Iterable[date]) -> Days:
        self.asked = list(days)
        events = [event("registered", f"{day}T00:00:00Z") for day in self.asked]
        return Days(events, [LAGGING])


@pytest.fixture
def simulation(tmp_path: Path, shipped: Callable[[], Files]) -> Path:
    digest = config_store.save(
        tmp_path / config_store.CONFIGURATIONS, json.loads(json.dumps(shipped(), default=str))
    )
    begun = Clock(
        instant=START,
        open_until=START,
        start=START,
        end=START + timedelta(days=9),
        real_days=9,
        pause_at=None,
        configurations=[ConfigurationEntry(from_hour=START, configuration=digest, model_version=2)],
    )
    clock.write(tmp_path, begun)
    return tmp_path


def test_a_run_that_has_not_begun_is_said_to_be_so(tmp_path: Path) -> None:
    now = Now(tmp_path, Lake())
    now.begin_with(Answer([], None, ""))
    with pytest.raises(NotYet, match="has not begun"):
        now.look()


def test_nothing_is_shown_before_the_tables_have_answered(simulation: Path) -> None:
    now = Now(simulation, Lake())
    now.begin_with(Answer([], None, "Postgres does not answer: refused"))
    with pytest.raises(NotYet, match="Postgres"):
        now.look()


def test_without_a_loaded_day_it_begins_with_the_run(simulation: Path) -> None:
    now = Now(simulation, Lake())
    now.begin_with(Answer([], None, ""))
    network, present, _behind = now.look()
    assert present.since == clock.text(START)
    assert list(network.hospitals) == ["JHB", "PTA", "SOW"]


def test_the_figures_go_from_the_day_before_the_last_loaded_midnight_to_two_days_after_it(
    simulation: Path,
) -> None:
    lake = Lake()
    now = Now(simulation, lake)
    now.begin_with(Answer([ROW, NOBODY], MIDNIGHT, ""))
    _network, present, behind = now.look()
    assert [day.isoformat() for day in lake.asked] == ["2021-04-07", "2021-04-08", "2021-04-09"]
    assert (present.since, present.as_of) == (at(0), at(0, day=9))
    assert behind == [LAGGING]


def test_while_postgres_is_away_the_figures_go_on_from_its_last_answer(simulation: Path) -> None:
    now = Now(simulation, Lake())
    now.begin_with(Answer([ROW], MIDNIGHT, ""))
    now.begin_with(Answer([], None, "Postgres does not answer: refused"))
    assert now.look().present.stays.keys() == {"E-1"}


def test_the_baseline_has_the_stays_and_the_closed_wards() -> None:
    baseline = baseline_of([ROW, NOBODY], MIDNIGHT)
    assert baseline.stays == {"E-1": Stay(WARD, "JHB-MED-001", at(23, day=7))}
    assert baseline.closed == {OTHER_WARD}
