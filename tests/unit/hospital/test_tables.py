"""The tables of day zero and of a day: their columns, keys and newcomers."""

from pathlib import Path

import numpy as np
import yaml

from hospital import tables

from .small_run import StartRun


def test_day_zero_has_everybody_once_and_again_the_same(run: StartRun) -> None:
    one = run(0)
    zero = dict(tables.day_zero(one.world))
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
    again = dict(tables.day_zero(run(0).world))
    assert all(zero[name].equals(again[name]) for name in zero)


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


def test_a_day_of_newcomers_as_tables(run: StartRun) -> None:
    one = run(24, {
        "simulation.population.size": 20_000,
        "simulation.population_changes.births_per_1000_a_year": 39.0,
        "simulation.population_changes.moves_in_per_1000_a_year": 28.0,
    })  # fmt: skip
    day = tables.day_tables(one.world, [event.value for event in one.events])
    people, changes = day["people"], day["people_changes"]
    newcomers = changes[changes["change_type"].isin(["born", "moved_in"])]
    assert people["patient_id"].tolist() == newcomers["patient_id"].tolist()
    born = people[newcomers["change_type"].eq("born").to_numpy()]
    assert len(born) and (born["birth_date"] == "2021-04-07").all()
    assert (people["birth_date"] <= "2021-04-07").all()
    assert people["family_name"].notna().all() and people["address"].notna().all()
    assert (changes["change_date"] == "2021-04-07").all()
    others = changes[changes["change_type"] != "died"]
    assert others["hospital_id"].isna().all()


def test_a_person_hired_later_has_the_same_row_in_any_selection(run: StartRun) -> None:
    world = run(0).world
    numbers = np.arange(len(world.staff.posts), len(world.staff.staff_id))[:5]
    together = tables.staff_table(world, numbers)
    assert len(together) == 5
    for index, number in enumerate(numbers):
        alone = tables.staff_table(world, np.array([number]))
        assert alone.iloc[0].tolist() == together.iloc[index].tolist()


def test_older_models_publish_no_dataset_that_came_later() -> None:
    path = Path(__file__).parents[3] / "configs" / "datasets.yaml"
    datasets = yaml.safe_load(path.read_text(encoding="utf-8"))["datasets"]
    later = {n: d["from_model_version"] for n, d in datasets.items() if "from_model_version" in d}
    assert later == tables.FROM_MODEL_VERSION
