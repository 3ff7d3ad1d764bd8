"""People, staff and wards, and the tables of a day."""

from collections.abc import Callable

import numpy as np

from hospital import tables
from hospital.config.run import Configuration
from hospital.population.people import generate

from .small_run import Files, SmallFiles, StartRun


def test_people_follow_the_configured_shares(shipped: Callable[[], Files]) -> None:
    files = shipped()
    files["simulation"]["population"]["size"] = 100_000
    config = Configuration.model_validate(files)
    population, rule = generate(config.simulation), config.simulation.population
    people = population.columns
    assert abs(people.female.mean() - rule.female_share) < 0.006
    for index, name in enumerate(population.districts):
        assert abs((people.district == index).mean() - rule.districts[name].share) < 0.006
    ages = np.array([population.person(number).age(18_724) for number in range(0, 100_000, 10)])
    for band in rule.age_bands:
        share = ((ages >= band.from_age) & (ages < band.to_age)).mean()
        assert abs(share - band.share) < 0.02
    near = np.concatenate(list(population.living_near.values()))
    assert sorted(near.tolist()) == list(range(100_000))
    hypertension = population.conditions.index("hypertension")
    assert 0.09 < (people.condition == hypertension).mean() < 0.2


def test_a_person_does_not_depend_on_how_many_there_are(tiny: SmallFiles) -> None:
    small, large = (
        generate(Configuration.model_validate(
            tiny({"simulation.population.size": size})
        ).simulation)
        for size in (1000, 3000)
    )  # fmt: skip
    for few, many in zip(small.columns, large.columns, strict=True):
        assert np.array_equal(few, many[:1000])


def test_day_zero(run: StartRun) -> None:
    one = run(0)
    zero = tables.day_zero(one.world)
    assert list(zero) == ["people", "staff", "wards"]
    for name, table in zero.items():
        assert list(table.columns) == tables.COLUMNS[name]
        assert table.iloc[:, 0].is_unique
    people, staff, wards = zero.values()
    assert people["patient_id"].iloc[[0, -1]].tolist() == ["P0000001", "P0006000"]
    required = [column for column in people.columns if column != "chronic_condition"]
    assert not people[required].isna().any().any()
    assert set(people["sex"]) == {"F", "M"}
    assert set(staff["ward_id"].dropna()) <= set(wards["ward_id"])
    assert (staff["birth_date"] < staff["hired_date"]).all()
    assert (staff["hired_date"] < "2021-04-07").all()
    assert (wards["capacity"] >= 1).all()
    again = tables.day_zero(run(0).world)
    assert all(zero[name].equals(again[name]) for name in zero)


def test_the_shipped_network_has_the_size_it_is_meant_to(shipped: Callable[[], Files]) -> None:
    config = Configuration.model_validate(shipped())
    beds = sum(w.beds for h in config.simulation.hospitals.values() for w in h.wards.values())
    assert 950 < beds < 1150


def test_a_day_without_events_has_all_its_tables(run: StartRun) -> None:
    empty = tables.day_tables(run(0).world, [])
    assert {*tables.DAY_ZERO, *empty} == set(tables.COLUMNS)
    assert all(len(table) == 0 for table in empty.values())
    assert all(list(table.columns) == tables.COLUMNS[name] for name, table in empty.items())


def test_a_day_as_csv(run: StartRun) -> None:
    one = run(24)
    day = tables.day_tables(one.world, [event.value for event in one.events])
    text = day["bed_census"].to_csv(index=False, lineterminator="\n")
    assert text.splitlines()[0] == "census_date,ward_id,hospital_id,capacity,occupied,boarders"
    assert text.splitlines()[1].startswith("2021-04-07,JHB-HC,JHB,1,")
    visits = day["emergency_visits"]
    unseen = visits[visits["outcome"] == "left_before_seen"]
    assert unseen["seen_at"].isna().all()
    seen = visits[visits["outcome"] != "left_before_seen"]
    assert (seen["registered_at"] <= seen["seen_at"]).all()
    assert (seen["seen_at"] < seen["left_at"]).all()
