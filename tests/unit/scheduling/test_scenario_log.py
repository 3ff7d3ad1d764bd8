"""The log says when a scenario begins and ends, once, and which one was enabled too late."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from hospital.config.run import Configuration
from pipeline.broker.topics import read_topics
from pipeline.progress import Progress
from pipeline.run import clock, config_store
from pipeline.run.clock import DAY, HOUR, Clock, ConfigurationEntry
from scheduling.hospital_run import HospitalRun
from scheduling.scenario_log import ScenarioLog
from scheduling.timekeeper import Timekeeper

from .conftest import CONFIGS, Life, Place

START = datetime.fromisoformat("2021-04-07T00:00:00Z")
FIRE = {"from_date": "2021-04-09", "to_date": "2021-04-11", "closed_wards": ["JHB-SUR"]}
WEEKEND = {
    **{"from_date": "2021-04-07", "to_date": "2021-05-31", "emergency_factor": 1.15},
    **{"weekdays": [5, 6, 7], "days_of_month": [25, 26, 27, 28, 29, 30, 31]},
}
FIRE_BEGINS = (
    "a scenario begins scenario=fire from_hour=2021-04-09T00:00:00Z "
    'effects="JHB-SUR is closed" last_day=2021-04-11'
)
LATE = "a scenario takes effect later than its from_date, which has passed"
NONE = "a scenario has no effect"
FIRE_IS_OVER = "a scenario is over scenario=fire last_day=2021-04-11"


def configuration(**scenarios: dict[str, Any]) -> Configuration:
    content = config_store.read_files(CONFIGS).content
    content["simulation"]["scenarios"] = {n: {"enabled": True} | s for n, s in scenarios.items()}
    return Configuration.model_validate(content)


def opened_until(hour: datetime) -> Clock:
    """A clock of 54 days whose hours are open up to `hour`."""
    entry = ConfigurationEntry(from_hour=START, configuration="-", model_version=1)
    times = {"instant": hour, "open_until": hour, "start": START, "end": START + 54 * DAY}
    return Clock(**times, real_days=0, pause_at=None, configurations=[entry])


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Gives what was logged of scenarios since the last call."""
    caplog.set_level(logging.INFO)

    def logged() -> list[str]:
        new = [record.getMessage() for record in caplog.records]
        caplog.clear()
        return [line for line in new if line.startswith("a scenario ")]

    return logged


Lines = Callable[[], list[str]]


@pytest.mark.parametrize("step", [HOUR, DAY])
def test_each_begins_and_ends_once(lines: Lines, step: timedelta) -> None:
    log = ScenarioLog(configuration(fire=FIRE, weekend=WEEKEND), opened_until(START))
    hour = START
    while hour < START + 54 * DAY:
        log.opened(hour)
        hour += step
    begins = "a scenario begins scenario=weekend from_hour"
    effects = 'effects="emergency arrivals × 1.15" last_day'
    assert lines() == [
        FIRE_BEGINS,
        FIRE_IS_OVER,
        f"{begins}=2021-04-25T00:00:00Z {effects}=2021-04-25",
        "a scenario is over scenario=weekend last_day=2021-04-25",
        f"{begins}=2021-04-30T00:00:00Z {effects}=2021-04-30",
        "a scenario is over scenario=weekend last_day=2021-04-30",
        f"{begins}=2021-05-28T00:00:00Z {effects}=2021-05-30",
    ]


@pytest.mark.parametrize("hours", range(0, 120, 7))
def test_a_restart_repeats_and_loses_nothing(lines: Lines, hours: int) -> None:
    config = configuration(fire=FIRE)
    log, hour = ScenarioLog(config, opened_until(START)), START
    while hour < START + 6 * DAY:
        if hour == START + hours * HOUR:
            log = ScenarioLog(config, opened_until(hour))
        log.opened(hour)
        hour += HOUR
    assert lines() == [FIRE_BEGINS, FIRE_IS_OVER]


def test_an_edit_begins_changes_and_ends_one_in_mid_day(lines: Lines) -> None:
    log = ScenarioLog(configuration(), opened_until(START + 3 * DAY))
    hours = [START + 3 * DAY + number * HOUR for number in range(5, 9)]
    log.opened(hours[0])
    assert lines() == []
    log.accept(configuration(fire=FIRE), hours[1])
    log.opened(hours[1])
    assert lines() == [
        f"{LATE} scenario=fire from_date=2021-04-09 from_hour=2021-04-10T06:00:00Z",
        "a scenario begins scenario=fire from_hour=2021-04-10T06:00:00Z "
        'effects="JHB-SUR is closed" last_day=2021-04-11',
    ]
    log.accept(configuration(fire=FIRE | {"to_date": "2021-04-13"}), hours[2])
    log.opened(hours[2])
    assert lines() == [
        "a scenario changes scenario=fire from_hour=2021-04-10T07:00:00Z "
        'effects="JHB-SUR is closed" last_day=2021-04-13'
    ]
    log.accept(configuration(fire=FIRE | {"enabled": False}), hours[3])
    log.opened(hours[3])
    assert lines() == [
        "a scenario is over, by an edit scenario=fire from_hour=2021-04-10T08:00:00Z"
    ]


@pytest.mark.parametrize(
    ("scenario", "line"),
    [
        (FIRE, None),
        (FIRE | {"enabled": False, "from_date": "2021-04-01", "to_date": "2021-04-02"}, None),
        (FIRE | {"from_date": "2021-04-08"}, None),
        (
            FIRE | {"from_date": "2021-04-07"},
            f"{LATE} scenario=this from_date=2021-04-07 from_hour=2021-04-08T00:00:00Z",
        ),
        (
            WEEKEND,
            f"{LATE} scenario=this from_date=2021-04-07 from_hour=2021-04-25T00:00:00Z",
        ),
        (
            FIRE | {"from_date": "2021-04-01", "to_date": "2021-04-07"},
            f"{NONE} scenario=this from_hour=2021-04-08T00:00:00Z "
            'reason="its to_date 2021-04-07 has passed"',
        ),
        (
            FIRE | {"from_date": "2021-05-31", "to_date": "2021-06-07"},
            f"{NONE} scenario=this from_hour=2021-04-08T00:00:00Z "
            'reason="it begins after the last day of the run, 2021-05-30"',
        ),
        (
            FIRE | {"days_of_month": [1, 2]},
            f"{NONE} scenario=this from_hour=2021-04-08T00:00:00Z "
            'reason="none of its days remain in the run"',
        ),
    ],
)
def test_one_that_an_edit_enables_too_late_is_named(
    lines: Lines, scenario: dict[str, Any], line: str | None
) -> None:
    hour = START + DAY
    log = ScenarioLog(configuration(this=scenario | {"enabled": False}), opened_until(hour))
    log.accept(configuration(this={"enabled": True} | scenario), hour)
    assert lines() == ([] if line is None else [line])
    log.accept(configuration(this={"enabled": True} | scenario, other=FIRE), hour)
    assert lines() == []


@pytest.mark.parametrize(
    ("dates", "line"),
    [
        (("2021-04-07", "2021-04-08"), None),
        (
            ("2021-04-01", "2021-04-08"),
            f"{LATE} scenario=fire from_date=2021-04-01 from_hour=2021-04-07T00:00:00Z",
        ),
        (
            ("2021-04-01", "2021-04-02"),
            f"{NONE} scenario=fire from_hour=2021-04-07T00:00:00Z "
            'reason="its to_date 2021-04-02 has passed"',
        ),
        (
            ("2021-04-09", "2021-04-10"),
            f"{NONE} scenario=fire from_hour=2021-04-07T00:00:00Z "
            'reason="it begins after the last day of the run, 2021-04-08"',
        ),
    ],
)
def test_a_first_start_names_it_too(
    lines: Lines,
    place: Callable[[str], Place],
    simulation: dict[str, Any],
    dates: tuple[str, str],
    line: str | None,
) -> None:
    run = place("run")
    fire = FIRE | {"enabled": True, "from_date": dates[0], "to_date": dates[1]}
    run.edit(simulation | {"scenarios": {"fire": fire}})
    run.run(Life(turns=1))
    first = [text for text in lines() if "a scenario begins" not in text]
    assert first == ([] if line is None else [line])


def test_the_scheduler_logs_it_at_the_edit_and_as_hours_open(
    lines: Lines, place: Callable[[str], Place], simulation: dict[str, Any]
) -> None:
    """Three hours and a restart at a pace, then the rest in a backfill."""
    run = place("run")
    fire = FIRE | {"enabled": True, "from_date": "2021-04-07", "to_date": "2021-04-07"}
    run.edit(simulation | {"clock": {"real_days": 2}})
    run.run(Life(turns=3))
    run.edit(simulation | {"clock": {"real_days": 2}, "scenarios": {"fire": fire}})
    for _ in range(2):
        now = clock.read(run.simulation)
        assert now is not None
        topics = read_topics(run.configs)
        progress = Progress(Life(), logging.getLogger(__name__))
        hospital_run = HospitalRun(run.simulation, topics, now, progress)
        timekeeper = Timekeeper(run.settings, Life(), hospital_run, now)
        timekeeper.check_configs()
        timekeeper.advance(3600)
    assert lines() == [
        f"{LATE} scenario=fire from_date=2021-04-07 from_hour=2021-04-07T01:00:00Z",
        "a scenario begins scenario=fire from_hour=2021-04-07T01:00:00Z "
        'effects="JHB-SUR is closed" last_day=2021-04-07',
    ]
    run.edit(simulation | {"scenarios": {"fire": fire}})
    run.run()
    assert lines() == ["a scenario is over scenario=fire last_day=2021-04-07"]
