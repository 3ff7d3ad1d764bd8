"""Scenarios: off they change nothing; on they change what they name, from their first day on."""

from collections import Counter
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from hospital.config.run import Configuration
from hospital.config.scenarios import Scenario
from pipeline.settings import explain, place_in_files

from .small_run import SmallFiles, StartRun

FLU = {
    "from_date": "2021-04-09",
    "to_date": "2021-04-14",
    "emergency_factor": 1.5,
    "diagnosis_factors": {"J18.9": 4.0},
}


def scenario(content: dict[str, Any], *, enabled: bool) -> dict[str, Any]:
    return {"simulation.scenarios": {"this": content | {"enabled": enabled}}}


def test_one_that_is_off_changes_nothing(run: StartRun) -> None:
    without = run(72, {"simulation.scenarios": {}})
    assert run(72, scenario(FLU, enabled=False)).events == without.events


def test_nothing_differs_before_it_begins(run: StartRun) -> None:
    without, flu = run(60, {"simulation.scenarios": {}}), run(60, scenario(FLU, enabled=True))
    start = "2021-04-09T00:00:00Z"
    before = [[e for e in one.events if e.value["event_time"] < start] for one in (without, flu)]
    assert before[0] == before[1]
    assert without.events != flu.events


def test_a_wave_brings_more_of_its_illness_and_keeps_the_other_arrivals(run: StartRun) -> None:
    without = run(24 * 8, {"simulation.scenarios": {}})
    flu = run(24 * 8, scenario(FLU, enabled=True))
    came = [
        {
            v["encounter_id"]: v["diagnosis_code"]
            for v in one.values("registered")
            if "-E" in v["encounter_id"] and "-R" not in v["encounter_id"]
        }
        for one in (without, flu)
    ]
    assert came[0].keys() < came[1].keys()
    assert 1.25 < len(came[1]) / len(came[0]) < 1.6
    found = [Counter(codes.values())["J18.9"] for codes in came]
    assert found[1] > 2 * found[0]


def test_a_wave_of_one_hospital_leaves_the_others_alone(run: StartRun) -> None:
    ids = []
    for here in ({"hospitals": ["PTA"]}, {"emergency_factor": 1.0, "diagnosis_factors": {}}):
        one = run(96, scenario(FLU | here, enabled=True))
        ids.append({v["encounter_id"] for v in one.values("registered") if "-E" in v["event_id"]})
    more = {name.split("-")[0] for name in ids[0] ^ ids[1] if "-R" not in name}
    assert more == {"PTA"}


@pytest.mark.parametrize(
    ("narrowed", "days"),
    [
        ({}, 30),
        ({"weekdays": [5, 6, 7]}, 13),
        ({"days_of_month": [25, 26, 27, 28, 29, 30]}, 6),
        ({"weekdays": [5, 6, 7], "days_of_month": [25, 26, 27, 28, 29, 30]}, 2),
    ],
)
def test_its_days(narrowed: dict[str, Any], days: int) -> None:
    april = {"enabled": True, "from_date": "2021-04-01", "to_date": "2021-04-30"}
    one = Scenario.model_validate(april | narrowed)
    active = [day for day in range(1, 31) if one.active(date(2021, 4, day))]
    assert len(active) == days
    assert not one.active(date(2021, 3, 31)) and not one.active(date(2021, 5, 1))


WEEKEND = {"weekdays": [5, 6, 7], "days_of_month": [25, 26, 27, 28, 29, 30, 31]}


@pytest.mark.parametrize(
    ("narrowed", "first", "next_day", "last_day"),
    [
        ({}, date(2021, 4, 1), date(2021, 4, 9), date(2021, 4, 14)),
        ({}, date(2021, 4, 12), date(2021, 4, 12), date(2021, 4, 14)),
        ({}, date(2021, 4, 15), None, None),
        ({"to_date": "2021-12-31"}, date(2021, 4, 1), date(2021, 4, 9), date(2021, 5, 31)),
        ({"from_date": "2021-06-01", "to_date": "2021-06-02"}, date(2021, 4, 1), None, None),
        (WEEKEND, date(2021, 4, 9), None, None),
        (WEEKEND | {"to_date": "2021-05-31"}, date(2021, 4, 12), date(2021, 4, 25),
         date(2021, 4, 25)),
        (WEEKEND | {"to_date": "2021-05-31"}, date(2021, 4, 26), date(2021, 4, 30),
         date(2021, 4, 30)),
        (WEEKEND | {"to_date": "2021-05-31"}, date(2021, 5, 1), date(2021, 5, 28),
         date(2021, 5, 30)),
    ],
)  # fmt: skip
def test_its_next_day_and_the_last_of_them_in_a_row(
    narrowed: dict[str, Any], first: date, next_day: date | None, last_day: date | None
) -> None:
    end = date(2021, 6, 1)
    one = Scenario.model_validate(FLU | {"enabled": True} | narrowed)
    assert one.next_day(first, end) == next_day
    if next_day:
        assert one.last_day(next_day, end) == last_day


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({}, "it changes nothing"),
        ({"closed_wards": ["JHB-MED", "PTA-MED"]}, "JHB-MED is closed, PTA-MED is closed"),
        (
            {"elective_factor": 0, "hospitals": ["JHB", "SOW"]},
            "planned admissions × 0 (in JHB, SOW)",
        ),
        ({"staff_absence_factor": 8}, "absences of all staff × 8"),
        (
            {"staff_absence_factor": 8, "staff_roles": ["nurse", "porter"]},
            "absences of nurse, porter × 8",
        ),
        (
            {"emergency_factor": 1.25, "diagnosis_factors": {"J18.9": 2.5, "J06.9": 1}},
            "emergency arrivals × 1.25, diagnosis J18.9 × 2.5",
        ),
    ],
)
def test_its_effects_in_words(content: dict[str, Any], words: str) -> None:
    april = {"enabled": True, "from_date": "2021-04-01", "to_date": "2021-04-30"}
    assert Scenario.model_validate(april | content).effects() == words


@pytest.mark.parametrize(
    ("change", "where", "words"),
    [
        ({"to_date": "2021-04-08"}, "to_date", "got 2021-04-08, expected a day from 2021-04-09 on"),
        ({"closed_wards": ["JHB-XXX"]}, "closed_wards.0", "one of JHB-MED"),
        ({"hospitals": ["XYZ"]}, "hospitals.0", "one of JHB"),
        ({"diagnosis_factors": {"J99.9": 2.0}}, "diagnosis_factors.J99.9", "one of J18.9"),
        ({"weekdays": [0]}, "weekdays.0", "got 0, expected 1 or more"),
        ({"emergency_factor": -1}, "emergency_factor", "got -1, expected 0 or more"),
        ({"emergency_factors": 2}, "emergency_factors", "unknown key (a typo?)"),
    ],
)
def test_a_bad_one_is_refused(
    change: dict[str, Any], where: str, words: str, tiny: SmallFiles
) -> None:
    with pytest.raises(ValidationError) as refused:
        Configuration.model_validate(tiny(scenario(FLU | change, enabled=False)))
    fault = refused.value.errors()[0]
    assert ".".join(map(str, fault["loc"])) == f"simulation.scenarios.this.{where}"
    assert words in explain(refused.value, place_in_files)
