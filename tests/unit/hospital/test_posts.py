"""The posts follow beds, shares and patterns, and staff every shift as the targets ask."""

from collections import Counter, defaultdict
from collections.abc import Callable

import pytest
from pydantic import ValidationError

from hospital import wards
from hospital.config.run import Configuration
from hospital.config.staffing import ALWAYS_THERE, SHIFT_LETTERS
from hospital.staffing import posts as planning
from hospital.staffing.posts import Post, patients_per_nurse
from hospital.wards import WardPlace

from .small_run import Files, SmallFiles

DAYS = 7 * 8  # the patterns repeat after this many days


def plan(config: Configuration) -> list[Post]:
    return planning.plan(wards.build(config.simulation), config.staffing)


@pytest.fixture(scope="module")
def config(shipped: Callable[[], Files]) -> Configuration:
    return Configuration.model_validate(shipped())


@pytest.fixture(scope="module")
def posts(config: Configuration) -> list[Post]:
    return plan(config)


@pytest.fixture(scope="module")
def places(config: Configuration) -> list[WardPlace]:
    network = wards.build(config.simulation)
    return [place for hospital_id in network.hospitals for place in network.places(hospital_id)]


def test_the_shipped_network_has_about_1000_beds_and_2500_posts(
    places: list[WardPlace], posts: list[Post]
) -> None:
    assert 950 < sum(len(place.beds) for place in places) < 1150
    assert 2350 < len(posts) < 2650
    assert len({post.post_id for post in posts}) == len(posts)
    departments = {post.department for post in posts}
    assert {"medicine", "intensive_care", "high_care", "emergency", "reserve"} <= departments


def test_posts_follow_beds_and_places(
    config: Configuration, places: list[WardPlace], posts: list[Post]
) -> None:
    have = Counter((post.ward_id, post.role) for post in posts)
    for place in places:
        hospital = config.simulation.hospitals[place.hospital_id]
        code = place.ward_id.removeprefix(f"{place.hospital_id}-")
        size = hospital.emergency_places if code == "ED" else hospital.wards[code].beds
        for name, role in config.staffing.roles.items():
            rate = {
                "intensive_care": role.staff_per_intensive_care_bed,
                "high_care": role.staff_per_high_care_bed,
                "emergency": role.staff_per_emergency_place,
            }.get(place.specialty, role.staff_per_bed)
            number = have[place.ward_id, name]
            assert number - 1 < rate * size <= number + 1e-6
    for name, role in config.staffing.roles.items():
        pool = sum(post.role == name and post.ward_id is None for post in posts)
        on_wards = sum(post.role == name and post.ward_id is not None for post in posts)
        assert abs(pool - role.reserve_share * on_wards) <= len(config.simulation.hospitals)


def test_grades_have_their_shares(config: Configuration, posts: list[Post]) -> None:
    counted = Counter((p.hospital_id, p.role, p.grade) for p in posts if p.ward_id is not None)
    for hospital_id in config.simulation.hospitals:
        for name, role in config.staffing.roles.items():
            total = sum(counted[hospital_id, name, grade] for grade in role.grades)
            for grade, rule in role.grades.items():
                assert abs(counted[hospital_id, name, grade] - rule.share * total) < 2


def test_the_pool_stands_by_on_patterns_that_can_cover_any_shift(
    config: Configuration, posts: list[Post]
) -> None:
    for post in posts:
        pattern = config.staffing.day_and_night_pattern(post.role)
        if post.ward_id is None and pattern is not None:
            assert post.pattern == pattern


type Shift = tuple[int, str]  # day, letter
type Place = tuple[str | None, str]  # ward_id, role


def on_duty(config: Configuration, posts: list[Post]) -> dict[Shift, Counter[Place]]:
    """How many posts of each ward and role are on duty in each shift of a cycle."""
    planned: dict[Shift, Counter[Place]] = defaultdict(Counter)
    for post in posts:
        pattern = config.staffing.patterns[post.pattern]
        for day in range(DAYS):
            letter = pattern[(post.offset + day) % len(pattern)]
            if letter in SHIFT_LETTERS.values() and post.ward_id is not None:
                planned[day, letter][post.ward_id, post.role] += 1
    return planned


def test_every_shift_has_nurses_enough_for_every_bed(
    config: Configuration, places: list[WardPlace], posts: list[Post]
) -> None:
    planned = on_duty(config, posts)
    assert len(planned) == DAYS * 2
    for counts in planned.values():
        for place in places:
            nurses = counts[place.ward_id, "nurse"]
            assert place.capacity <= nurses * patients_per_nurse(config.staffing, place.specialty)


def test_every_ward_has_a_doctor_on_every_shift(
    config: Configuration, places: list[WardPlace], posts: list[Post]
) -> None:
    planned = on_duty(config, posts)
    assert all(counts[p.ward_id, "doctor"] >= 1 for counts in planned.values() for p in places)


def test_shifts_of_a_ward_are_covered_evenly(config: Configuration, posts: list[Post]) -> None:
    planned = on_duty(config, [post for post in posts if post.pattern == "rotating"])
    for place in {(post.ward_id, post.role) for post in posts if post.ward_id is not None}:
        counts = [planned[shift][place] for shift in planned]
        assert max(counts) - min(counts) <= 1, place


def test_essential_posts_alone_cover_every_shift_of_a_hospital(tiny: SmallFiles) -> None:
    config = Configuration.model_validate(tiny())
    posts = [post for post in plan(config) if post.essential]
    assert {post.role for post in posts} == set(ALWAYS_THERE)
    planned = on_duty(config, posts)
    assert len(planned) == DAYS * 2
    for counts in planned.values():
        for hospital_id in config.simulation.hospitals:
            for role in ALWAYS_THERE:
                here = (
                    n for (ward, r), n in counts.items() if r == role and hospital_id in str(ward)
                )
                assert sum(here) >= 1


@pytest.mark.parametrize("role", ALWAYS_THERE)
def test_a_hospital_without_a_doctor_or_nurse_on_some_shift_is_refused(
    role: str, shipped: Callable[[], Files]
) -> None:
    files = shipped()
    files["staffing"]["roles"][role] |= {
        "staff_per_bed": 0, "staff_per_high_care_bed": 0, "staff_per_intensive_care_bed": 0.01,
        "staff_per_emergency_place": 0.01,
    }  # fmt: skip
    config = Configuration.model_validate(files)
    with pytest.raises(ValidationError) as refused:
        plan(config)
    (fault,) = refused.value.errors()
    assert ".".join(map(str, fault["loc"])) == f"staffing.roles.{role}.staff_per_bed"
    assert f"a {role} on every shift of each hospital (JHB has 2 posts in all)" in fault["msg"]


def test_rates_that_may_change_in_a_run_move_no_post(tiny: SmallFiles) -> None:
    edited = tiny(
        {"simulation.arrivals.emergency_per_day": 5, "staffing.attendance.absence_share": 1}
    )
    assert plan(Configuration.model_validate(tiny())) == plan(Configuration.model_validate(edited))
