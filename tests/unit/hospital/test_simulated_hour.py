"""An hour is a pure function: the same arguments give the same bytes, whatever came before."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hospital.simulation import simulate_hours
from hospital.state import State

from .small_run import Run, SmallFiles, StartRun


def as_bytes(run: Run) -> bytes:
    return "\n".join(json.dumps(event.value) for event in run.events).encode()


def test_the_seed_decides_every_byte(run: StartRun) -> None:
    assert as_bytes(run(48)) == as_bytes(run(48))
    assert as_bytes(run(48)) != as_bytes(run(48, {"simulation.run.seed": 1}))


@pytest.mark.parametrize("hours", [1, 7, 8, 19, 24, 31])
def test_a_state_that_has_been_through_json_leads_to_the_same_events(
    hours: int, run: StartRun
) -> None:
    crowded = {"simulation.arrivals.emergency_per_day": 70}
    straight = run(hours, crowded)
    text = json.dumps(straight.state.to_json(), sort_keys=True)
    middle = State.from_json(json.loads(text))
    assert json.dumps(middle.to_json(), sort_keys=True) == text
    again = run(0, crowded)
    again.state, again.hour = middle, straight.hour
    straight.hours.clear()
    assert as_bytes(again.advance(48)) == as_bytes(straight.advance(48))
    assert again.state.to_json() == straight.state.to_json()


def test_json_keeps_every_part_of_a_state(run: StartRun) -> None:
    crowded = run(0, {
        "simulation.opening.occupied_share": 1.0,
        "simulation.arrivals.emergency_per_day": 60,
        "simulation.admission.boarders_before_diversion": 2,
    })  # fmt: skip
    seen: set[str] = set()
    for _ in range(48):
        state = crowded.advance(1).state
        seen |= {part for stay in state.stays.values() for part, of in stay._asdict().items() if of}
        again = State.from_json(json.loads(json.dumps(state.to_json())))
        assert replace(again, agenda=[]) == replace(state, agenda=[])
        assert sorted(again.agenda) == sorted(state.agenda)
    assert seen >= {"next_step", "wait", "diversion"} and state.visits and state.returns


def test_simulating_an_hour_does_not_change_the_state_before_it(run: StartRun) -> None:
    before = run(12)
    text = json.dumps(before.state.to_json())
    first = simulate_hours(before.model, before.state, before.hour)
    second = simulate_hours(before.model, before.state, before.hour)
    assert json.dumps(before.state.to_json()) == text
    assert first[0] == second[0]
    assert first[1].to_json() == second[1].to_json()


@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_how_many_hours_are_computed_at_once_changes_nothing(
    data: st.DataObject, run: StartRun
) -> None:
    crowded = {
        "simulation.arrivals.emergency_per_day": 70,
        "simulation.admission.boarders_before_diversion": 2,
    }
    hour_by_hour, at_once = run(24, crowded), run(24, crowded)
    hour_by_hour.hours.clear()
    hour_by_hour.advance(48)
    events, state, hour = [], at_once.state, at_once.hour
    while hour < hour_by_hour.hour:
        count = data.draw(st.integers(1, 24 - hour.hour))
        more, state = simulate_hours(at_once.model, state, hour, count)
        events += more
        hour += timedelta(hours=count)
    assert events == hour_by_hour.events
    assert state.to_json() == hour_by_hour.state.to_json()


def test_hours_of_two_days_are_refused(run: StartRun) -> None:
    one = run(20)
    with pytest.raises(ValueError, match="5 hours from 2021-04-07 20:00:00"):
        simulate_hours(one.model, one.state, one.hour, 5)


def test_a_state_of_another_hour_is_refused(run: StartRun) -> None:
    one = run(2)
    with pytest.raises(ValueError, match="2021-04-07 02:00"):
        simulate_hours(one.model, one.state, one.hour + timedelta(hours=1))


def test_the_run_begins_with_most_beds_occupied_and_announces_every_patient(run: StartRun) -> None:
    one = run(1)
    admitted = [v for v in one.values("admitted") if "-X2021040700-" in v["encounter_id"]]
    beds = sum(len(ward.beds) for ward in one.world.network.wards.values())
    assert 0.7 < len(admitted) / beds < 0.97
    assert {v["event_time"] for v in admitted} == {"2021-04-07T00:00:01Z"}
    registered = {v["encounter_id"]: v["event_time"] for v in one.values("registered")}
    assert all(registered[v["encounter_id"]] == "2021-04-07T00:00:00Z" for v in admitted)


def origins(run: Run) -> dict[str, str]:
    """When each arrival was registered; patients of the opening house and those who come back are
    none."""
    return {
        value["encounter_id"]: value["event_time"]
        for value in run.values("registered")
        if "-X" not in value["encounter_id"] and "-R" not in value["encounter_id"]
    }


def test_a_doubled_rate_keeps_the_earlier_arrivals_and_doubles_the_count(run: StartRun) -> None:
    never = {"simulation.admission.elective_postponed_above_occupied_share": 1.0}
    once, twice = (
        run(24 * 10, {"simulation.arrivals.emergency_per_day": rate} | never) for rate in (40, 80)
    )
    first, second = origins(once), origins(twice)
    assert first.items() <= second.items()
    emergencies = [sum("-E" in name for name in ids) for ids in (first, second)]
    # Ten days of 40 a day: the doubled count has a standard deviation of 28.
    assert abs(emergencies[1] - 800) < 4 * 28
    assert 1.7 < emergencies[1] / emergencies[0] < 2.3
    electives = [{name for name in ids if "-L" in name} for ids in (first, second)]
    assert electives[0] == electives[1]


def test_an_edit_of_one_rate_moves_no_other_draw(run: StartRun) -> None:
    before = run(48)
    after = run(48, {"simulation.length_of_stay_days.medicine.mean": 3.0})
    kinds = ("registered", "departed", "started", "ended", "absent")
    outside = [
        [
            (v["event_id"], v["event_time"])
            for v in one.values(*kinds)
            if v.get("transport_type") != "inter_hospital"
        ]
        for one in (before, after)
    ]
    assert outside[0] == outside[1]


def test_a_rate_of_zero_gives_none(run: StartRun) -> None:
    none = run(48, {
        "simulation.arrivals.emergency_per_day": 0, "simulation.arrivals.elective_per_day": 0,
    })  # fmt: skip
    assert origins(none) == {}
    assert not none.values("departed")
    assert none.values("discharged")


def test_an_edit_takes_effect_from_its_hour(run: StartRun, tiny: SmallFiles) -> None:
    one = run(12)
    one.edit(
        tiny(
            {"simulation.arrivals.emergency_per_day": 0, "simulation.arrivals.elective_per_day": 0}
        )
    )
    late = origins(one.advance(12))
    # Only ambulances that were on the road already still arrive.
    assert max(name.split("-")[1][1:] for name in late) == "2021040711"


def test_an_edit_of_absences_leaves_shifts_under_way_alone(run: StartRun, tiny: SmallFiles) -> None:
    one = run(12)
    one.edit(tiny({"staffing.attendance.absence_share": 0.9}))
    one.advance(24)
    day = {v["shift_id"] for v in one.values("started") if v["shift_id"].endswith("0407-D")}
    ended = {v["shift_id"] for v in one.values("ended") if v["shift_id"].endswith("0407-D")}
    assert day == ended
    night = [v for v in one.values("absent") if v["shift_id"].endswith("0407-N")]
    assert len(night) > len([v for v in one.values("started") if v["shift_id"].endswith("0407-N")])


def test_no_names_or_addresses_in_events(run: StartRun) -> None:
    forbidden = {"family_name", "given_name", "address", "birth_date"}
    assert not any(forbidden & set(event.value) for event in run(30).events)
