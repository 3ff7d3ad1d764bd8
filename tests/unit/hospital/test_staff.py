"""Every post is filled over the years: people retire, leave and are hired, as configured."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hospital import tables
from hospital.config.run import Configuration
from hospital.staffing.staff import Staff, retirement_day
from hospital.times import EPOCH

from .small_run import FIRST_DAY, Files, SmallFiles, StartRun, appointed

YEARS = 1455 / 365.2425


def day_of(number: int) -> date:
    return EPOCH + timedelta(int(number))


def birthday(born: date, age: int) -> date:
    try:
        return born.replace(year=born.year + age)
    except ValueError:  # born on 29 February
        return date(born.year + age, 3, 1)


@pytest.fixture(scope="module")
def config(shipped: Callable[[], Files]) -> Configuration:
    return Configuration.model_validate(shipped())


@pytest.fixture(scope="module")
def staff(config: Configuration) -> Staff:
    return appointed(config)


@given(st.dates(date(1930, 1, 1), date(2005, 12, 31)))
def test_retirement_is_the_birthday(born: date) -> None:
    day = retirement_day(np.array([(born - EPOCH).days], dtype=np.int32), 65)[0]
    assert day_of(day) == birthday(born, 65)


def check_tenures(config: Configuration, staff: Staff) -> None:
    turnover, columns = config.staffing.turnover, staff.columns
    last = FIRST_DAY + config.simulation.run.days
    holders: dict[int, list[int]] = defaultdict(list)
    for number, post in enumerate(columns.post.tolist()):
        holders[post].append(number)
        born = day_of(columns.birth_day[number])
        retirement = birthday(born, turnover.retirement_age_years)
        ends = int(columns.end_day[number])
        assert columns.birth_day[number] < columns.hired_day[number] < ends
        assert day_of(min(ends, last)) <= retirement
        if columns.retires[number]:
            assert day_of(ends) == retirement
    assert sorted(holders) == list(range(len(staff.posts)))
    for post, numbers in holders.items():
        for before, after in pairwise(sorted(numbers, key=lambda n: columns.hired_day[n])):
            vacant = int(columns.hired_day[after]) - int(columns.end_day[before])
            if staff.posts[post].essential:
                assert vacant == 0
            else:
                assert turnover.vacancy_days_least <= vacant <= turnover.vacancy_days_most
        newest = max(numbers, key=lambda n: columns.hired_day[n])
        longest = 0 if staff.posts[post].essential else turnover.vacancy_days_most
        assert columns.end_day[newest] + longest >= last, "nobody was hired for a post"


def test_everybody_is_replaced_and_retires_at_65(config: Configuration, staff: Staff) -> None:
    check_tenures(config, staff)


@settings(max_examples=15)
@given(
    seed=st.integers(0, 2**63 - 1),
    leaving=st.sampled_from([0.0, 0.3, 0.95]),
    most=st.sampled_from([0, 1, 200]),
    days=st.sampled_from([1, 40, 3000]),
)
def test_tenures_of_any_seed(
    seed: int, leaving: float, most: int, days: int, tiny: SmallFiles
) -> None:
    files = tiny({"simulation.run.seed": seed, "simulation.run.days": days})
    files["staffing"]["turnover"] |= {"vacancy_days_least": 0, "vacancy_days_most": most}
    for role in files["staffing"]["roles"].values():
        for grade in role["grades"].values():
            grade["leaving_share_per_year"] = leaving
    config = Configuration.model_validate(files)
    staff = appointed(config)
    check_tenures(config, staff)
    types = {change.change_type for changes in staff.changes.values() for change in changes}
    assert leaving > 0 or "left" not in types


def test_same_seed_same_staff_and_a_longer_run_only_adds(shipped: Callable[[], Files]) -> None:
    def staff_of(**run: int) -> Staff:
        files = shipped()
        files["simulation"]["run"] |= run
        return appointed(Configuration.model_validate(files))

    once, again, longer, other = (
        staff_of(), staff_of(), staff_of(days=2000), staff_of(seed=1),
    )  # fmt: skip
    assert once.staff_id == again.staff_id and once.changes == again.changes
    assert np.array_equal(once.columns.birth_day, again.columns.birth_day)
    assert longer.staff_id[: len(once.staff_id)] == once.staff_id
    assert np.array_equal(longer.columns.end_day[: len(once.staff_id)], once.columns.end_day)
    assert not np.array_equal(other.columns.birth_day[:100], once.columns.birth_day[:100])


def test_changes_come_as_often_as_configured(config: Configuration, staff: Staff) -> None:
    counted = Counter(c.change_type for changes in staff.changes.values() for c in changes)
    expected = sum(
        -np.log1p(-config.staffing.roles[post.role].grades[post.grade].leaving_share_per_year)
        for post in staff.posts
    )
    # A vacant post loses nobody, and those who retire do not leave: a few per cent fewer.
    assert 0.9 < counted["left"] / (expected * YEARS) < 1.02
    assert 0 <= counted["left"] + counted["retired"] - counted["hired"] < 100
    assert 150 < counted["retired"] < 350


def test_ages_sexes_and_ids_are_as_configured(config: Configuration, staff: Staff) -> None:
    assert len(set(staff.staff_id)) == len(staff.staff_id)
    first = len(staff.posts)
    assert staff.staff_id[0] == "S00001" and staff.staff_id[first - 1] == f"S{first:05d}"
    columns = staff.columns
    for number in range(first, len(staff.staff_id)):
        post, hired = int(columns.post[number]), day_of(columns.hired_day[number])
        assert staff.staff_id[number] == f"S{post + 1:05d}-{hired:%Y%m%d}"
    posts = [staff.post_of(number) for number in range(len(staff.staff_id))]
    for name, role in config.staffing.roles.items():
        of_role = np.array([post.role == name for post in posts])
        spread = 4 * (role.female_share * (1 - role.female_share) / of_role.sum()) ** 0.5
        assert abs(columns.female[of_role].mean() - role.female_share) < spread
        for grade, rule in role.grades.items():
            for number in np.flatnonzero(of_role).tolist():
                if posts[number].grade != grade:
                    continue
                day = FIRST_DAY if number < first else int(columns.hired_day[number])
                age = (day - int(columns.birth_day[number])) / 365.2425
                oldest = rule.oldest_years if number < first else rule.hired_oldest_years
                assert rule.youngest_years - 0.01 <= age <= oldest + 0.01


BUSY = {"staffing.turnover": {
    "retirement_age_years": 65, "vacancy_days_least": 0, "vacancy_days_most": 3,
}}  # fmt: skip


def test_changes_of_staff_are_in_the_tables_and_in_no_topic(
    run: StartRun, tiny: SmallFiles
) -> None:
    changes: dict[str, object] = dict(BUSY)
    for name, role in tiny()["staffing"]["roles"].items():
        for grade in role["grades"]:
            changes[f"staffing.roles.{name}.grades.{grade}.leaving_share_per_year"] = 0.95
    one = run(24 * 8, changes)
    zero = dict(tables.day_zero(one.world))["staff"]
    assert list(zero["staff_id"]) == one.world.staff.staff_id[: len(one.world.staff.posts)]
    known, gone = set(zero["staff_id"]), dict[str, str]()
    seen = Counter[str]()
    for day in range(8):
        today = (date(2021, 4, 7) + timedelta(day)).isoformat()
        values = [
            e.value for h, events in one.hours if h.date().isoformat() == today for e in events
        ]
        frames = tables.day_tables(one.world, values)
        hired = frames["staff"]
        assert not hired[[c for c in hired.columns if c != "ward_id"]].isna().any().any()
        assert set(hired["hired_date"]) <= {today}
        assert not known & set(hired["staff_id"])
        known |= set(hired["staff_id"])
        for row in frames["staff_changes"].to_dict("records"):
            assert row["change_date"] == today and row["staff_id"] in known
            assert (row["change_type"] == "hired") == (row["staff_id"] in set(hired["staff_id"]))
            assert row["change_id"] == f"{row['staff_id']}:{row['change_type']}"
            seen[row["change_type"]] += 1
            if row["change_type"] != "hired":
                gone[row["staff_id"]] = today
        for row in frames["shifts"].to_dict("records"):
            begins = row["planned_start_at"][:10]
            assert row["staff_id"] in known
            assert begins < gone.get(row["staff_id"], "9999")
    assert seen["hired"] > 3 and seen["left"] > 3
    for value in one.values("staff_changed"):
        assert value["event_time"].endswith("T00:00:00Z")
    assert {e.topic for e in one.events if e.value["event_type"] == "staff_changed"} == {""}
