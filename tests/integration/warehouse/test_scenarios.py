"""What the comments of `simulation.yaml` say of the scenarios, asked of the warehouse's tables.

Each scenario alone and each pair of them, in a house whose beds are taken to 70, 85 and 100 %.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from itertools import combinations

import pytest
import yaml

from .house import FROM, LEVELS, TO, files, loaded_house
from .own_database import Database
from .small_lake import ROOT

SCENARIOS = list(
    yaml.safe_load((ROOT / "configs" / "simulation.yaml").read_text(encoding="utf-8"))["scenarios"]
)
TOGETHER = [names for size in (1, 2) for names in combinations(SCENARIOS, size)]
AFTER = TO + timedelta(days=1)
PAYDAYS = "(timestamptz '2021-04-25 00:00Z', timestamptz '2021-04-30 00:00Z')"


@pytest.fixture(scope="module")
def undisturbed(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[int], Database]]:
    """The house without a scenario, by occupancy."""
    houses: dict[int, Database] = {}
    with ExitStack() as open_databases:

        def house(occupancy: int) -> Database:
            if occupancy not in houses:
                root = tmp_path_factory.mktemp(f"undisturbed_{occupancy}")
                houses[occupancy] = open_databases.enter_context(loaded_house(root, occupancy, ()))
            return houses[occupancy]

        yield house


def number(database: Database, query: str) -> float:
    """The one number that a query gives."""
    [(value,)] = database.ask(query)
    return float(value)


def meanwhile(instant: str) -> str:
    """The condition that an instant lies in the days of the scenarios."""
    return f"{instant} >= timestamptz '{FROM} 00:00Z' and {instant} < timestamptz '{AFTER} 00:00Z'"


def emergencies(database: Database, when: str, codes: list[str] | None = None) -> float:
    """Emergencies registered then, of these diagnoses or of any."""
    listed = ", ".join(f"'{code}'" for code in codes or ())
    these = f"and diagnosis_code in ({listed})" if codes else ""
    return number(
        database,
        "select count(*) from hospital.registrations "
        f"where source = 'emergency' and {when} {these}",
    )


def check_more_emergencies(with_it: Database, without: Database, name: str, when: str) -> None:
    """More emergencies, above all of the diagnoses that the scenario names."""
    codes = list(files(70, ())["simulation"]["scenarios"][name]["diagnosis_factors"])
    in_all = [emergencies(database, when) for database in (with_it, without)]
    of_these = [emergencies(database, when, codes) for database in (with_it, without)]
    assert in_all[0] > in_all[1] > 0
    assert of_these[0] / in_all[0] > of_these[1] / in_all[1] > 0


def check_flu_wave(with_it: Database, without: Database) -> None:
    check_more_emergencies(with_it, without, "flu_wave", meanwhile("registered_at"))


def check_payday_weekend(with_it: Database, without: Database) -> None:
    when = f"date_trunc('day', registered_at, 'UTC') in {PAYDAYS}"
    check_more_emergencies(with_it, without, "payday_weekend", when)


def check_nurses_strike(with_it: Database, without: Database) -> None:
    planned = [
        number(
            database,
            f"""select count(*) from (
                select encounter_id, min(at) as first_planned_at from (
                    select encounter_id, registered_at as at from hospital.registrations
                    where source = 'elective' and encounter_id like '%-L%'
                    union all select encounter_id, planned_at from hospital.postponements
                ) due group by encounter_id
            ) planned where {meanwhile("first_planned_at")}""",
        )
        for database in (with_it, without)
    ]
    assert planned[0] < planned[1] / 4

    def absent(database: Database, whose: str) -> float:
        return number(
            database,
            "select avg((status = 'absent')::integer) from hospital.shifts where "
            f"role {whose} in ('nurse', 'nursing_assistant') and {meanwhile('planned_start_at')}",
        )

    assert absent(with_it, "") > 4 * absent(without, "") > 0
    assert absent(with_it, "not") == absent(without, "not")


def check_fire_in_johannesburg(with_it: Database, without: Database) -> None:
    ward = "ward_id = 'JHB-SUR'"
    for nobody in (
        f"hospital.admissions where {ward} and {meanwhile('admitted_at')}",
        f"hospital.transfers where {ward} and {meanwhile('transferred_at')}",
        f"hospital.shifts where {ward} and {meanwhile('planned_start_at')}",
        f"hospital.bed_census where {ward} and census_date between '{FROM}' and '{TO}'"
        " and capacity + occupied + boarders > 0",
        "hospital.postponements where reason = 'ward_closed' and not "
        f"(hospital_id = 'JHB' and specialty = 'surgery' and {meanwhile('planned_at')})",
        f"""hospital.admissions where hospital_id = 'JHB' and specialty = 'surgery'
            and source = 'elective' and {meanwhile("admitted_at")} and encounter_id not in
            (select encounter_id from hospital.postponements where postponement = 3)""",
        "insight.law_of_the_census",
        "insight.law_of_the_beds",
    ):
        assert number(with_it, f"select count(*) from {nobody}") == 0, nobody
    patients = "select occupied + boarders from hospital.bed_census"
    inside = number(with_it, f"{patients} where {ward} and census_date = date '{FROM}' - 1")
    moved = with_it.ask(
        "select ward_id, bed_id, transferred_at from hospital.transfers "
        "where reason = 'evacuated' and previous_ward_id = 'JHB-SUR'"
    )
    # There is no other ward for surgery in the hospital, so they board first.
    assert len(moved) == inside > 0
    assert {(place, bed, at.date()) for place, bed, at in moved} == {("JHB-MED", None, FROM)}
    worked_at = with_it.ask(
        "select distinct ward_id from hospital.shifts "
        f"where post_id like 'JHB-SUR-%' and {meanwhile('planned_start_at')}"
    )
    assert worked_at == [("JHB-MED",)]
    reopened = f"select occupied from hospital.bed_census where {ward} and census_date = '{AFTER}'"
    assert number(with_it, reopened) > 0


CHECKS: dict[str, Callable[[Database, Database], None]] = {
    "flu_wave": check_flu_wave,
    "nurses_strike": check_nurses_strike,
    "fire_in_johannesburg": check_fire_in_johannesburg,
    "payday_weekend": check_payday_weekend,
}


@pytest.mark.parametrize("occupancy", LEVELS)
def test_the_house_is_as_full_as_it_should_be(
    occupancy: int, undisturbed: Callable[[int], Database]
) -> None:
    taken = "select round(100.0 * sum(occupied) / sum(capacity)) from hospital.bed_census"
    percent = number(undisturbed(occupancy), f"{taken} where census_date >= '{FROM}'")
    assert abs(percent - occupancy) <= 4


@pytest.mark.parametrize("occupancy", LEVELS)
@pytest.mark.parametrize("names", TOGETHER, ids=" and ".join)
def test_the_scenarios_do_what_their_comments_say(
    names: tuple[str, ...],
    occupancy: int,
    undisturbed: Callable[[int], Database],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    without = undisturbed(occupancy)
    with loaded_house(tmp_path_factory.mktemp("house"), occupancy, names) as with_them:
        assert with_them.rejected() == []
        for table in ("registrations", "admissions", "shifts"):
            before = (
                f"select md5(string_agg(t::text, ',' order by t::text)) from hospital.{table} t "
                f"where simulated_date < '{FROM}'"
            )
            assert with_them.ask(before) == without.ask(before)
        for name in names:
            CHECKS[name](with_them, without)


def test_boarders_of_a_closed_ward_get_the_free_beds_of_other_hospitals(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    root = tmp_path_factory.mktemp("fire")
    with loaded_house(root, 70, ("fire_in_johannesburg",)) as database:
        places = database.ask(
            """select moved.ward_id, count(*) from hospital.transfers evacuated
            join hospital.transfers moved using (encounter_id)
            where evacuated.reason = 'evacuated' and moved.reason = 'diverted' group by 1"""
        )
    assert places and {ward_id[-4:] for ward_id, _number in places} == {"-SUR"}
    assert "JHB-SUR" not in dict(places)
