"""The log says when a scenario begins and ends, once, and which one was enabled too late."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from hospital.config.run import Configuration
from pipeline.broker.topics import read_topics
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
FIRE_BEGINS = "scenario fire begins on 2021-04-09: JHB-SUR is closed; last day 2021-04-11"
FIRE_IS_OVER = "scenario fire is over: its last day was 2021-04-11"


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
        return [line for line in new if line.startswith("scenario ")]

    return logged


Lines = Callable[[], list[str]]


@pytest.mark.parametrize("step", [HOUR, DAY])
def test_each_begins_and_ends_once(lines: Lines, step: timedelta) -> None:
    log = ScenarioLog(configuration(fire=FIRE, weekend=WEEKEND), opened_until(START))
    hour = START
    while hour < START + 54 * DAY:
        log.opened(hour)
        hour += step
    effect = "emergency arrivals × 1.15; last day"
    assert lines() == [
        FIRE_BEGINS,
        FIRE_IS_OVER,
        f"scenario weekend begins on 2021-04-25: {effect} 2021-04-25",
        "scenario weekend is over: its last day was 2021-04-25",
        f"scenario weekend begins on 2021-04-30: {effect} 2021-04-30",
        "scenario weekend is over: its last day was 2021-04-30",
        f"scenario weekend begins on 2021-05-28: {effect} 2021-05-30",
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
        "scenario fire: its from_date 2021-04-09 has passed, so it takes effect only from "
        "2021-04-10T06:00:00Z, the next unopened hour",
        "scenario fire begins at 2021-04-10T06:00:00Z: JHB-SUR is closed; last day 2021-04-11",
    ]
    log.accept(configuration(fire=FIRE | {"to_date": "2021-04-13"}), hours[2])
    log.opened(hours[2])
    assert lines() == [
        "scenario fire changes at 2021-04-10T07:00:00Z: JHB-SUR is closed; last day 2021-04-13"
    ]
    log.accept(configuration(fire=FIRE | {"enabled": False}), hours[3])
    log.opened(hours[3])
    assert lines() == ["scenario fire is over from 2021-04-10T08:00:00Z on, by an edit"]


@pytest.mark.parametrize(
    ("scenario", "line"),
    [
        (FIRE, None),
        (FIRE | {"enabled": False, "from_date": "2021-04-01", "to_date": "2021-04-02"}, None),
        (FIRE | {"from_date": "2021-04-08"}, None),
        (
            FIRE | {"from_date": "2021-04-07"},
            ": its from_date 2021-04-07 has passed, so it takes effect only from "
            "2021-04-08T00:00:00Z, the next unopened hour",
        ),
        (
            WEEKEND,
            ": its from_date 2021-04-07 has passed, so it takes effect only from "
            "2021-04-25, its next day",
        ),
        (
            FIRE | {"from_date": "2021-04-01", "to_date": "2021-04-07"},
            " has no effect from 2021-04-08T00:00:00Z on: its to_date 2021-04-07 has passed",
        ),
        (
            FIRE | {"from_date": "2021-05-31", "to_date": "2021-06-07"},
            " has no effect from 2021-04-08T00:00:00Z on: it begins after the last day of the run, "
            "2021-05-30",
        ),
        (
            FIRE | {"days_of_month": [1, 2]},
            " has no effect from 2021-04-08T00:00:00Z on: none of its days remain in the run",
        ),
    ],
)
def test_one_that_an_edit_enables_too_late_is_named(
    lines: Lines, scenario: dict[str, Any], line: str | None
) -> None:
    hour = START + DAY
    log = ScenarioLog(configuration(this=scenario | {"enabled": False}), opened_until(hour))
    log.accept(configuration(this={"enabled": True} | scenario), hour)
    assert lines() == ([] if line is None else [f"scenario this{line}"])
    log.accept(configuration(this={"enabled": True} | scenario, other=FIRE), hour)
    assert lines() == []


@pytest.mark.parametrize(
    ("dates", "line"),
    [
        (("2021-04-07", "2021-04-08"), None),
        (
            ("2021-04-01", "2021-04-08"),
            ": its from_date 2021-04-01 has passed, so it takes effect only from "
            "2021-04-07T00:00:00Z, the next unopened hour",
        ),
        (
            ("2021-04-01", "2021-04-02"),
            " has no effect from 2021-04-07T00:00:00Z on: its to_date 2021-04-02 has passed",
        ),
        (
            ("2021-04-09", "2021-04-10"),
            " has no effect from 2021-04-07T00:00:00Z on: it begins after the last day of the run, "
            "2021-04-08",
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
    first = [text for text in lines() if "begins on" not in text]
    assert first == ([] if line is None else [f"scenario fire{line}"])


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
        hospital_run = HospitalRun(run.simulation, topics, now, lambda: None)
        timekeeper = Timekeeper(run.settings, Life(), hospital_run, now)
        timekeeper.check_configs()
        timekeeper.advance(3600)
    assert lines() == [
        "scenario fire: its from_date 2021-04-07 has passed, so it takes effect only from "
        "2021-04-07T01:00:00Z, the next unopened hour",
        "scenario fire begins at 2021-04-07T01:00:00Z: JHB-SUR is closed; last day 2021-04-07",
    ]
    run.edit(simulation | {"scenarios": {"fire": fire}})
    run.run()
    assert lines() == ["scenario fire is over: its last day was 2021-04-07"]
