"""A run comes out as published and configured: a third of the network, one seed, 150 days.

Nearly every seed would stay within the bounds; the fixed one always does.
"""

from collections import Counter
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from .small_run import Run, StartRun

DAYS = 150


@pytest.fixture(scope="module")
def one(run: StartRun) -> Run:
    return run(24 * DAYS, {"simulation.population.size": 330_000}, scale=3)


def days(values: list[dict[str, Any]]) -> NDArray[np.float64]:
    """Lengths of stay."""
    begins_ends = [(v["admitted_at"], v["event_time"]) for v in values]
    spans = [datetime.fromisoformat(b) - datetime.fromisoformat(a) for a, b in begins_ends]
    return np.array([span.total_seconds() for span in spans]) / 86400


def test_occupancy(one: Run) -> None:
    census = one.values("census_taken")
    occupied = sum(v["occupied"] for v in census) / sum(v["capacity"] for v in census)
    assert 0.80 < occupied < 0.90
    # As full at the end as in the beginning, the first day among them.
    by_month = [
        [v["occupied"] for v in census if v["census_date"].startswith(month)]
        for month in ("2021-04", "2021-06", "2021-08")
    ]
    means = [sum(month) / len(month) for month in by_month]
    assert max(means) < 1.12 * min(means)


def test_length_of_stay(one: Run) -> None:
    began_early = [
        v
        for v in one.values("discharged")
        if "-X" not in v["encounter_id"] and v["admitted_at"] < "2021-07"
    ]
    stays = days(began_early)
    assert abs(stays.mean() - 5.5) < 0.4
    assert 5.5 < stays.std() < 8.5
    assert abs(np.median(stays) - 3.3) < 0.4


def test_triage_and_outcomes(one: Run) -> None:
    fresh = [
        v
        for v in one.values("registered")
        if "-E" in v["encounter_id"] and "-R" not in v["encounter_id"]
    ]
    triage = Counter(v["triage"] for v in fresh)
    for colour, share in one.model.config.simulation.arrivals.triage_shares.model_dump().items():
        assert abs(triage[colour] / len(fresh) - share) < 4 * (share / len(fresh)) ** 0.5
    visits = one.values("visit_ended")
    admitted = sum(v["outcome"] == "admitted" for v in visits) / len(visits)
    assert abs(admitted - 0.28) < 0.015


def test_week_and_hours(one: Run) -> None:
    fresh = [v["event_time"] for v in one.values("admitted") if "-X" not in v["encounter_id"]]
    weekdays = Counter(datetime.fromisoformat(at).weekday() for at in fresh)
    published = (17.1, 16.9, 16.2, 15.7, 14.8, 9.8, 9.5)  # per cent, Monday first
    for day, share in enumerate(published):
        assert abs(100 * weekdays[day] / len(fresh) - share) < 1.5
    out = [v["event_time"] for v in one.values("discharged")]
    weekdays = Counter(datetime.fromisoformat(at).weekday() for at in out)
    for day, share in enumerate((14.3, 14.2, 14.4, 15.3, 17.5, 13.0, 11.2)):
        assert abs(100 * weekdays[day] / len(out) - share) < 1.5
    came = [v["event_time"] for v in one.values("registered") if "-E" in v["encounter_id"]]
    hours = Counter(datetime.fromisoformat(at).hour for at in came)
    assert {hour for hour, _ in hours.most_common(4)} <= {10, 11, 12, 13, 19, 20}
    assert hours[19] > 1.1 * hours[16]
    assert hours[4] < 0.3 * hours[11]


def test_deaths_and_readmissions(one: Run) -> None:
    out = [v for v in one.values("discharged") if "-X" not in v["encounter_id"]]
    died = sum(v["disposition"] == "died" for v in out) / len(out)
    assert abs(died - 0.022) < 0.006
    home = [v for v in out if v["disposition"] == "home" and v["event_time"] < "2021-08-01"]
    admissions: dict[str, list[datetime]] = {}
    for value in one.values("admitted"):
        at = datetime.fromisoformat(value["event_time"])
        admissions.setdefault(value["patient_id"], []).append(at)
    back = 0
    for value in home:
        left = datetime.fromisoformat(value["event_time"])
        again = admissions[value["patient_id"]]
        back += any(0 < (at - left).total_seconds() <= 30 * 86400 for at in again)
    assert abs(back / len(home) - 0.11) < 0.02


def test_waits_against_the_targets_of_the_scale(one: Run) -> None:
    """Now, 10 minutes, an hour, four hours: met more often by those with more time."""
    within = {}
    for colour, target_minutes in (("orange", 10), ("yellow", 60), ("green", 240)):
        waits = [
            (
                datetime.fromisoformat(v["seen_at"]) - datetime.fromisoformat(v["registered_at"])
            ).total_seconds()
            / 60
            for v in one.values("visit_ended")
            if v["triage"] == colour and v["seen_at"]
        ]
        within[colour] = sum(wait <= target_minutes for wait in waits) / len(waits)
    assert 0.5 < within["orange"] < within["yellow"] < within["green"]
    assert 0.65 < within["yellow"] < 0.95
    assert within["green"] > 0.9


def test_winter_brings_pneumonia(one: Run) -> None:
    found = Counter(
        v["event_time"][:7]
        for v in one.values("registered")
        if v["diagnosis_code"] == "J18.9" and "-X" not in v["encounter_id"]
    )
    assert found["2021-07"] / 31 > 1.3 * found["2021-04"] / 24
