"""The laws of the roster: rest, absences, reserves and strikes, for any seed and odd staffing."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hospital import wards
from hospital.config.run import Configuration
from hospital.config.staffing import ALWAYS_THERE
from hospital.staffing.reserve_pool import call_reserves
from hospital.staffing.rosters import AttendanceRules, Roster, Rostering, on_shift, rules_of
from hospital.staffing.staff import Staff
from hospital.times import HOUR

from .small_run import FIRST_DAY, Files, SmallFiles, appointed

DAYS = 24
# Many come and go, many are ill, a large pool.
RESTLESS = {
    "simulation.run.days": 60,
    "staffing.turnover": {
        "retirement_age_years": 65, "vacancy_days_least": 0, "vacancy_days_most": 9,
    },
    "staffing.attendance.absence_share": 0.2,
    "staffing.roles.nurse.reserve_share": 0.4,
    "staffing.roles.doctor.reserve_share": 0.4,
}  # fmt: skip


def restless(tiny: SmallFiles, seed: int) -> Configuration:
    files = tiny({**RESTLESS, "simulation.run.seed": seed})
    for role in files["staffing"]["roles"].values():
        for grade in role["grades"].values():
            grade["leaving_share_per_year"] = 0.9
    return Configuration.model_validate(files)


def rostering_of(config: Configuration, staff: Staff) -> Rostering:
    network = wards.build(config.simulation)
    return Rostering(config.simulation.run.seed, staff, network, config.staffing)


def shifts(config: Configuration, staff: Staff, days: int = DAYS) -> Iterator[Roster]:
    rostering = rostering_of(config, staff)
    for day in range(FIRST_DAY, FIRST_DAY + days):
        for name in ("day", "night"):
            yield rostering.draw(name, day, rules_of(config, day))


@settings(max_examples=10)
@given(seed=st.integers(0, 2**63 - 1))
def test_the_laws_of_the_roster_hold_for_any_seed(seed: int, tiny: SmallFiles) -> None:
    config = restless(tiny, seed)
    staff = appointed(config)
    columns = staff.columns
    spans: dict[int, list[tuple[int, int]]] = defaultdict(list)
    reserves_at_work = 0
    for roster in shifts(config, staff):
        people = [person.number for person in (*roster.present, *roster.absent)]
        assert len(people) == len(set(people)), "somebody stands twice in a roster"
        filled = [person.post for person in roster.present]
        assert len(filled) == len(set(filled)), "two people fill one post"
        assert not {person.post for person in roster.absent} & {
            person.post for person in roster.present if columns.post[person.number] == person.post
        }
        for person in (*roster.present, *roster.absent):
            first, last = columns.hired_day[person.number], columns.end_day[person.number]
            assert first <= roster.day < last
        for person in roster.present:
            spans[person.number].append((person.started_at, person.ended_at))
            own, post = staff.post_of(person.number), staff.posts[person.post]
            assert post.ward_id is not None
            assert (own.role, own.hospital_id) == (post.role, post.hospital_id)
            assert own is post or own.ward_id is None
            reserves_at_work += own is not post
    assert reserves_at_work > 20
    for worked in spans.values():
        for (_, ended), (started, _) in pairwise(sorted(worked)):
            assert started - ended >= 11 * HOUR


@settings(max_examples=5)
@given(seed=st.integers(0, 2**63 - 1), share=st.sampled_from([0.0, 0.3, 1.0]))
def test_a_doctor_and_a_nurse_are_there_from_the_first_to_the_last_second(
    seed: int, share: float, tiny: SmallFiles
) -> None:
    config = restless(tiny, seed)
    staff = appointed(config)
    rostering = rostering_of(config, staff)
    size = len(config.staffing.roles) * len(config.simulation.hospitals)
    before: list[Roster] = []
    for day in range(FIRST_DAY, FIRST_DAY + DAYS):
        for name in ("day", "night"):
            roster = rostering.draw(name, day, AttendanceRules(3540, 3540, (share,) * size, ()))
            for hospital_id in config.simulation.hospitals:
                for role in ALWAYS_THERE:
                    for at in (roster.planned_start_at, roster.planned_end_at - 1):
                        for draw in (1e-9, 0.5, 1 - 1e-9):
                            place = (hospital_id, "nowhere")
                            number = on_shift(role, [roster, *before], *place, at, draw)
                            post = staff.post_of(number)
                            assert (post.role, post.hospital_id) == (role, hospital_id)
            before = [roster]


@settings(max_examples=20)
@given(data=st.data())
def test_a_gap_stays_open_only_when_the_pool_is_exhausted(
    data: st.DataObject, tiny: SmallFiles
) -> None:
    config = restless(tiny, 4)
    staff = appointed(config)
    on_wards = [n for n, post in enumerate(staff.posts) if post.ward_id is not None]
    pool = [n for n, post in enumerate(staff.posts) if post.ward_id is None]
    gaps = data.draw(st.lists(st.sampled_from(on_wards), unique=True))
    reserves = data.draw(st.lists(st.sampled_from(pool), unique=True))
    working = sorted(set(on_wards) - set(gaps))
    called = call_reserves(staff, working, gaps, reserves)
    assert set(called) <= set(reserves)
    assert len(set(called.values())) == len(called) and set(called.values()) <= set(gaps)

    def groups(numbers: Iterable[int]) -> Counter[tuple[str, str]]:
        return Counter((staff.posts[n].hospital_id, staff.posts[n].role) for n in numbers)

    # Of day zero, person and post have the same number.
    assert groups(called) == groups(called.values()) == groups(gaps) & groups(reserves)
    assert call_reserves(staff, working, gaps[::-1], reserves) == called


def test_the_ward_that_lacks_most_is_covered_first(shipped: Callable[[], Files]) -> None:
    files = shipped()
    files["staffing"]["attendance"]["absence_share"] = 0.3
    config = Configuration.model_validate(files)
    staff = appointed(config)
    for roster in shifts(config, staff, 4):
        there: dict[str | None, int] = defaultdict(int)
        reserves, gaps = set(), {person.post for person in roster.absent}
        for person in roster.present:
            post = staff.posts[person.post]
            if post.role == "nurse" and post.hospital_id == "JHB":
                there[post.ward_id] += 1
                if person.post in gaps:
                    reserves.add(post.ward_id)
        filled = {ward: count / staff.needs[ward, "nurse"] for ward, count in there.items()}
        # No ward has a reserve while another with an open gap lacks more than one person more.
        missing = {
            staff.posts[gap].ward_id
            for gap in gaps - {person.post for person in roster.present}
            if staff.posts[gap].role == "nurse" and staff.posts[gap].hospital_id == "JHB"
        }
        for better in reserves:
            for worse in missing:
                one = 1 / staff.needs[better, "nurse"]
                assert filled[better] - one <= filled[worse] + 1e-9


@pytest.mark.parametrize("share", [0.0, 0.05, 0.5])
def test_absences_follow_their_share(share: float, shipped: Callable[[], Files]) -> None:
    files = shipped()
    files["staffing"]["attendance"] |= {
        "absence_share": share, "absence_month_weights": [1] * 12,
    }  # fmt: skip
    config = Configuration.model_validate(files)
    staff = appointed(config)
    absent, planned = 0, 0
    for roster in shifts(config, staff, 8):
        own = sum(staff.columns.post[p.number] == p.post for p in roster.present)
        absent += len(roster.absent)
        planned += len(roster.absent) + own
    # About 9,000 shifts: a standard deviation of at most 0.0053. Six people are never absent.
    assert abs(absent / planned - share) < 0.0212


def test_absences_follow_the_months(shipped: Callable[[], Files]) -> None:
    config = Configuration.model_validate(shipped())
    attendance = config.staffing.attendance
    shares = [attendance.absence_share_in(month) for month in range(1, 13)]
    assert sum(shares) / 12 == pytest.approx(attendance.absence_share)
    assert max(shares) == shares[6]  # July
    july = FIRST_DAY + 90
    assert rules_of(config, july).absence_shares[0] == pytest.approx(shares[6])


def test_most_gaps_are_covered_as_shipped(shipped: Callable[[], Files]) -> None:
    config = Configuration.model_validate(shipped())
    staff = appointed(config)
    gaps, called, vacant = 0, 0, 0
    for roster in shifts(config, staff, 60):
        gaps += len(roster.absent) + roster.vacant
        vacant += roster.vacant
        called += sum(staff.columns.post[p.number] != p.post for p in roster.present)
    assert 0.80 < called / gaps < 0.97
    assert 0 < vacant < gaps / 2


def test_a_strike_keeps_those_away_whom_it_concerns(shipped: Callable[[], Files]) -> None:
    files = shipped()
    files["simulation"]["scenarios"] = {
        "strike": {
            "enabled": True, "from_date": "2021-04-10", "to_date": "2021-04-12",
            "hospitals": ["JHB"], "staff_absence_factor": 15.0, "staff_roles": ["nurse"],
        }
    }  # fmt: skip
    struck = Configuration.model_validate(files)
    usual = Configuration.model_validate(shipped())
    staff = appointed(usual)

    def away(config: Configuration) -> dict[int, set[int]]:
        days: dict[int, set[int]] = defaultdict(set)
        for roster in shifts(config, staff, 8):
            days[roster.day - FIRST_DAY] |= {person.number for person in roster.absent}
        return days

    before, after = away(usual), away(struck)
    for day in range(8):
        more = after[day] - before[day]
        assert not before[day] - after[day]
        if 3 <= day <= 5:
            posts = [staff.post_of(number) for number in more]
            assert len(more) > 40
            assert {(post.role, post.hospital_id) for post in posts} == {("nurse", "JHB")}
        else:
            assert not more


def test_rules_survive_json() -> None:
    rules = AttendanceRules(600, 1200, (0.05, 0.1), ("JHB-SUR",))
    assert AttendanceRules.from_json(json.loads(json.dumps(rules))) == rules
