"""The hospital's laws hold for any seed and in odd configurations; events alone decide."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .laws import check
from .small_run import StartRun

HOURS = 24 * 4
COLOURS = ("red", "orange", "yellow", "green")
SPECIALTIES = ("medicine", "surgery", "paediatrics", "obstetrics")


def closure(from_date: str, to_date: str, *wards: str) -> dict[str, Any]:
    """A scenario that closes these wards."""
    return {
        "enabled": True, "from_date": from_date, "to_date": to_date, "closed_wards": [*wards],
    }  # fmt: skip


ODD: dict[str, dict[str, Any]] = {
    "as shipped": {},
    "overfull, diverts at once": {
        "simulation.opening.occupied_share": 1.0,
        "simulation.arrivals.emergency_per_day": 90,
        "simulation.admission.boarders_before_diversion": 0,
    },
    "overfull, never diverts": {
        "simulation.arrivals.emergency_per_day": 90,
        "simulation.admission.boarders_before_diversion": 9999,
    },
    "empty at first": {"simulation.opening.occupied_share": 0.0},
    "everybody to intensive care": {
        "simulation.critical_care.intensive_care_direct_shares": dict.fromkeys(COLOURS, 1.0),
        "simulation.critical_care.high_care_direct_shares": dict.fromkeys(COLOURS, 0.0),
        "simulation.critical_care.intensive_care_days": {
            "mean": 0.5, "sd": 0.5, "least": 0.1, "most": 5,
        },
    },
    "everybody gets worse, again and again": {
        "simulation.critical_care.step_up_shares": dict.fromkeys(SPECIALTIES, 1.0),
        "simulation.critical_care.step_up_to_intensive_care_share": 0.5,
        "simulation.critical_care.high_care_days": {
            "mean": 0.5, "sd": 0.5, "least": 0.1, "most": 5,
        },
    },
    "everybody comes back at once": {
        "simulation.readmission": {
            "share_of_discharges_home": 1.0,
            "days": {"mean": 0.2, "sd": 0.2, "least": 0.0, "most": 1},
        },
    },
    "planned admissions are always put off": {
        "simulation.arrivals.elective_per_day": 20,
        "simulation.admission.elective_postponed_above_occupied_share": 0.0,
        "simulation.admission.elective_postponed_days": 1,
    },
    "half the people die or move every year": {
        "simulation.population_changes": {
            "births_per_1000_a_year": 100.0,
            "moves_in_per_1000_a_year": 100.0,
            "moves_out_per_1000_a_year": 100.0,
            "deaths_per_1000_a_year": [{"from_age": 0, "rate": 1000.0}],
        },
    },
    "wards close and reopen under full load": {
        "simulation.opening.occupied_share": 1.0,
        "simulation.arrivals.emergency_per_day": 90,
        "simulation.scenarios": {
            "fire": closure("2021-04-08", "2021-04-09", "JHB-MED", "SOW-MED", "PTA-ICU", "JHB-HC"),
            "flood": closure("2021-04-09", "2021-04-09", "PTA-MED", "PTA-SUR"),
        },
    },
    "each hospital keeps one ward": {
        "simulation.opening.occupied_share": 1.0,
        "simulation.scenarios": {
            "fires": closure(
                *("2021-04-08", "2021-04-09", "JHB-MED", "JHB-SUR", "JHB-PAE", "JHB-OBS"),
                *("JHB-HC", "SOW-SUR", "SOW-PAE", "SOW-OBS", "SOW-HC", "SOW-ICU"),
                *("PTA-MED", "PTA-SUR", "PTA-OBS", "PTA-HC", "PTA-ICU"),
            )
        },
    },
    "wards are closed from the first hour on": {
        "simulation.opening.occupied_share": 1.0,
        "simulation.scenarios": {"fire": closure("2021-04-07", "2021-04-08", "JHB-MED", "PTA-HC")},
    },
    "wards close while patients are on the way to them": {
        "simulation.opening.occupied_share": 0.9,
        "simulation.arrivals.emergency_per_day": 90,
        "simulation.admission.boarders_before_diversion": 0,
        "simulation.admission.diversion_journey_minutes": {
            "mean": 600, "sd": 60, "least": 60, "most": 900,
        },
        "simulation.scenarios": {
            name: closure(f"2021-04-{day:02d}", f"2021-04-{day:02d}", f"{name.upper()}-MED")
            for day, name in enumerate(("jhb", "sow", "pta"), start=8)
        },
    },
    "short stays, slow journeys": {
        "simulation.length_of_stay_days": {
            name: {"mean": 0.1, "sd": 0.1, "least": 0, "most": 1}
            for name in SPECIALTIES
        },
        "simulation.opening.occupied_share": 1.0,
        "simulation.admission.boarders_before_diversion": 0,
        "simulation.admission.bed_cleaning_minutes": 300,
        "simulation.admission.diversion_journey_minutes": {
            "mean": 600, "sd": 60, "least": 60, "most": 900,
        },
    },
    "the dead are many among few": {
        "simulation.population.size": 900,
        "simulation.discharge.disposition_shares": {
            name: {"home": 0.0, "died": 1.0, "referred": 0.0, "against_advice": 0.0}
            for name in SPECIALTIES
        },
    },
    "nearly all staff ill": {"staffing.attendance.absence_share": 0.97},
    "all staff ill": {"staffing.attendance.absence_share": 1.0},
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_the_laws_hold_in_odd_configurations(name: str, run: StartRun) -> None:
    check(run(HOURS, ODD[name]))


@settings(max_examples=8, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**63 - 1))
def test_the_laws_hold_for_any_seed(seed: int, run: StartRun) -> None:
    check(run(HOURS, {"simulation.run.seed": seed}))


def test_odd_configurations_do_what_they_are_for(run: StartRun) -> None:
    crowded = run(HOURS, ODD["overfull, diverts at once"])
    reasons = Counter(value["reason"] for value in crowded.values("transferred"))
    assert set(reasons) >= {"bed_found", "diverted"}
    inter = [v for v in crowded.values("arrived") if v["transport_type"] == "inter_hospital"]
    assert len(inter) == reasons["diverted"]
    intensive = run(HOURS, ODD["everybody to intensive care"])
    assert {"step_down", "bed_found"} <= {v["reason"] for v in intensive.values("transferred")}
    boarding = [v for v in intensive.values("admitted") if v["bed_id"] is None]
    assert any(value["ward_id"].endswith("-ICU") for value in boarding)


def test_intensive_care_lengthens_the_stay(run: StartRun) -> None:
    one = run(24 * 8, {
        "simulation.critical_care.step_up_shares": dict.fromkeys(SPECIALTIES, 1.0),
        "simulation.critical_care.intensive_care_days": {
            "mean": 2, "sd": 0, "least": 0, "most": 9,
        },
        "simulation.critical_care.high_care_days": {"mean": 2, "sd": 0, "least": 0, "most": 9},
    })  # fmt: skip
    up = {v["encounter_id"]: v for v in one.values("transferred") if v["reason"] == "step_up"}
    out = [v for v in one.values("discharged") if v["encounter_id"] in up]
    assert out
    for value in out:
        began, ended = up[value["encounter_id"]]["event_time"], value["event_time"]
        stay = datetime.fromisoformat(ended) - datetime.fromisoformat(began)
        assert stay >= timedelta(days=2)
