"""A closed ward holds nobody: where its patients, the people to be admitted and its staff go."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from hospital import wards
from hospital.config.run import UPGRADES, Configuration
from hospital.staffing.rosters import AttendanceRules, Rostering
from hospital.state import State

from .laws import check
from .small_run import FIRST_DAY, SmallFiles, StartRun, appointed

FIRE = {"enabled": True, "from_date": "2021-04-08", "to_date": "2021-04-09"}


def burning(ward_id: str = "JHB-MED") -> dict[str, Any]:
    return {"simulation.scenarios": {"fire": FIRE | {"closed_wards": [ward_id]}}}


def test_a_closed_ward_is_emptied_kept_empty_and_opens_again(run: StartRun) -> None:
    one = run(24 * 5, burning())
    moved = [v for v in one.values("transferred") if v["reason"] == "evacuated"]
    assert moved and {v["previous_ward_id"] for v in moved} == {"JHB-MED"}
    assert {v["event_time"] for v in moved} == {"2021-04-08T00:00:00Z"}
    occupied = {
        v["census_date"]: v["occupied"]
        for v in one.values("census_taken")
        if v["ward_id"] == "JHB-MED"
    }
    assert occupied["2021-04-07"] > 0
    assert occupied["2021-04-08"] == occupied["2021-04-09"] == 0
    assert occupied["2021-04-10"] > 0
    diverted = [v for v in one.values("transferred") if v["reason"] == "diverted"]
    assert {v["previous_hospital_id"] for v in diverted} >= {"JHB"}


def test_who_finds_no_bed_boards_under_the_nearest_ward_until_any_hospital_has_one(
    run: StartRun,
) -> None:
    full = {"simulation.opening.occupied_share": 1.0, "simulation.arrivals.elective_per_day": 20}
    one = run(24 * 5, full | burning("JHB-SUR"))
    moved = [v for v in one.values("transferred") if v["reason"] == "evacuated"]
    boarding = {v["encounter_id"] for v in moved if v["bed_id"] is None}
    assert len(boarding) > len(moved) / 2
    assert {v["ward_id"] for v in moved} == {"JHB-MED"}
    departed = [v for v in one.values("departed") if v["transport_type"] == "inter_hospital"]
    assert {v["encounter_id"] for v in departed} & boarding
    refused = [v for v in one.values("postponed") if v["reason"] == "ward_closed"]
    assert {(v["hospital_id"], v["specialty"]) for v in refused} == {("JHB", "surgery")}
    assert {v["event_time"][:10] for v in refused} <= {"2021-04-08", "2021-04-09"}


CLOSED_FROM = st.dictionaries(
    st.sampled_from([f"{h}-{w}" for h in ("JHB", "SOW", "PTA") for w in ("MED", "SUR", "HC")]),
    st.tuples(st.integers(7, 10), st.integers(0, 3)),
    min_size=1,
)


@settings(max_examples=10, deadline=None)
@given(closures=CLOSED_FROM, occupied=st.sampled_from([0.5, 1.0]), seed=st.integers(0, 2**32))
def test_the_laws_hold_whichever_wards_close_and_whenever(
    closures: dict[str, tuple[int, int]], occupied: float, seed: int, run: StartRun
) -> None:
    closed = {
        ward_id.lower().replace("-", "_"): {
            "enabled": True,
            "from_date": f"2021-04-{first:02d}",
            "to_date": f"2021-04-{first + more:02d}",
            "closed_wards": [ward_id],
        }
        for ward_id, (first, more) in closures.items()
    }
    changes = {"simulation.run.seed": seed, "simulation.opening.occupied_share": occupied}
    check(run(24 * 4, changes | {"simulation.scenarios": closed}))


def test_a_restart_in_any_hour_changes_no_event(run: StartRun) -> None:
    """Also where patients of two hospitals' closed wards compete for the same beds."""
    changes = {
        "simulation.opening.occupied_share": 0.85,
        "simulation.scenarios": {"fire": FIRE | {"closed_wards": ["SOW-SUR", "PTA-SUR"]}},
    }
    straight, restarted = run(24 * 4, changes, scale=6), run(0, changes, scale=6)
    for _ in straight.hours:
        text = json.dumps(restarted.advance(1).state.to_json(), sort_keys=True)
        restarted.state = State.from_json(json.loads(text))
    assert restarted.events == straight.events
    moved = [v for v in straight.values("transferred") if v["reason"] == "diverted"]
    assert {v["previous_hospital_id"] for v in moved} & {"PTA", "SOW"}


def test_an_edit_closes_a_ward_from_the_next_hour_on(run: StartRun, tiny: SmallFiles) -> None:
    """The shift that is at work there ends there; the next one begins elsewhere."""
    one = run(36, {"simulation.scenarios": {}})
    one.edit(tiny(burning()))
    one.advance(36)
    moved = [v for v in one.values("transferred") if v["reason"] == "evacuated"]
    assert {v["event_time"] for v in moved} == {"2021-04-08T12:00:00Z"}
    last = max(v["event_time"] for v in one.values("started") if v["ward_id"] == "JHB-MED")
    assert "2021-04-08T07:00:00Z" <= last < "2021-04-08T08:00:00Z"


def test_the_staff_of_a_closed_ward_work_where_its_patients_are(tiny: SmallFiles) -> None:
    """Everybody works who would have worked; only the ward of the closed one's posts differs."""
    config = Configuration.model_validate(tiny())
    staff, size = appointed(config), len(config.staffing.roles) * len(config.simulation.hospitals)
    network = wards.build(config.simulation)
    rostering = Rostering(config.simulation.run.seed, staff, network, config.staffing)
    usual, closed = (
        rostering.draw("day", FIRST_DAY, AttendanceRules(600, 600, (0.1,) * size, ids))
        for ids in ((), ("JHB-ICU", "JHB-MED"))
    )
    assert (closed.present, closed.absent) == (usual.present, usual.absent)
    moved = {}
    for person in closed.present:
        post = staff.posts[person.post]
        moved[post.ward_id] = closed.workplace(post)
        assert usual.workplace(post) == post.ward_id
    assert {ward for ward in moved.items() if ward[0] != ward[1]} == {
        ("JHB-MED", "JHB-SUR"),
        ("JHB-ICU", "JHB-HC"),
    }
    assert not {place for _role, place in closed.doctors_and_nurses} & {"JHB-ICU", "JHB-MED"}


def test_a_hospital_without_an_open_ward_is_refused(tiny: SmallFiles) -> None:
    ids = [f"PTA-{code}" for code in tiny()["simulation"]["hospitals"]["PTA"]["wards"]]
    one, other = FIRE | {"closed_wards": ids[:2]}, FIRE | {"closed_wards": ids[2:]}

    def judge(*scenarios: dict[str, Any]) -> None:
        names = zip(("fire", "flood"), scenarios, strict=True)
        Configuration.model_validate(tiny({"simulation.scenarios": dict(names)}))

    with pytest.raises(ValidationError, match="leave a ward of PTA open on 2021-04-08"):
        judge(one, other)
    judge(one, other | {"from_date": "2021-04-10", "to_date": "2021-04-10"})


def test_a_saved_configuration_of_format_1_keeps_a_ward_open(tiny: SmallFiles) -> None:
    ids = [f"PTA-{code}" for code in tiny()["simulation"]["hospitals"]["PTA"]["wards"]]
    closing = {
        "fire": FIRE | {"closed_wards": ids},
        "flu": FIRE | {"emergency_factor": 1.5},
    }
    upgraded = UPGRADES[0](tiny({"simulation.scenarios": closing}))
    scenarios = Configuration.model_validate(upgraded).simulation.scenarios
    assert {name: s.enabled for name, s in scenarios.items()} == {"fire": False, "flu": True}
    one, other = FIRE | {"closed_wards": ids[:2]}, FIRE | {"closed_wards": ids[2:]}
    later = other | {"from_date": "2021-04-10", "to_date": "2021-04-10"}
    harmless = tiny({"simulation.scenarios": {"fire": one, "flood": later}})
    assert UPGRADES[0](harmless) == harmless
