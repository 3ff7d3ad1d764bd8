"""Posts: how many, of which grade, where in their pattern, and that the targets are met."""

from collections import Counter, defaultdict
from collections.abc import Callable

import pytest

from hospital.config.run import Configuration
from hospital.config.staffing import ALWAYS_THERE, LETTERS
from hospital.staffing.posts import Post, departments, patients_per_nurse, plan, uncovered

from .small_run import Files, SmallFiles


@pytest.fixture(scope="module")
def config(shipped: Callable[[], Files]) -> Configuration:
    return Configuration.model_validate(shipped())


@pytest.fixture(scope="module")
def posts(config: Configuration) -> list[Post]:
    return plan(config.simulation, config.staffing)


def test_the_shipped_network_has_about_2500_posts(posts: list[Post]) -> None:
    assert 2350 < len(posts) < 2650
    assert len({post.post_id for post in posts}) == len(posts)
    departments = {post.department for post in posts}
    assert {"medicine", "intensive_care", "high_care", "emergency", "reserve"} <= departments


def test_posts_follow_beds_and_places(config: Configuration, posts: list[Post]) -> None:
    have = Counter((post.ward_id, post.role) for post in posts)
    for hospital_id, hospital in config.simulation.hospitals.items():
        for place in departments(hospital_id, hospital):
            for name, role in config.staffing.roles.items():
                rate = {
                    "intensive_care": role.staff_per_intensive_care_bed,
                    "high_care": role.staff_per_high_care_bed,
                    "emergency": role.staff_per_emergency_place,
                }.get(place.specialty, role.staff_per_bed)
                number = have[place.ward_id, name]
                assert number - 1 < rate * place.places <= number + 1e-6
    for name, role in config.staffing.roles.items():
        pool = sum(post.role == name and post.ward_id is None for post in posts)
        wards = sum(post.role == name and post.ward_id is not None for post in posts)
        assert abs(pool - role.reserve_share * wards) <= len(config.simulation.hospitals)


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
        pattern = config.staffing.standing_pattern(post.role)
        if post.ward_id is None and pattern is not None:
            assert post.pattern == pattern


def on_duty(config: Configuration, posts: list[Post]) -> dict[tuple, Counter]:
    """(day, letter) → how many of (ward_id, role) are planned, over a cycle of the patterns."""
    planned: dict[tuple, Counter] = defaultdict(Counter)
    for post in posts:
        pattern = config.staffing.patterns[post.pattern]
        for day in range(7 * 8):
            letter = pattern[(post.offset + day) % len(pattern)]
            if letter in LETTERS.values() and post.ward_id is not None:
                planned[day, letter][post.ward_id, post.role] += 1
    return planned


def test_there_are_nurses_enough_for_every_bed(config: Configuration, posts: list[Post]) -> None:
    planned = on_duty(config, posts)
    assert len(planned) == 7 * 8 * 2
    for counts in planned.values():
        for hospital_id, hospital in config.simulation.hospitals.items():
            for place in departments(hospital_id, hospital):
                nurses = counts[place.ward_id, "nurse"]
                assert place.places <= nurses * patients_per_nurse(config.staffing, place.specialty)


def test_every_ward_has_a_doctor_on_every_shift(config: Configuration, posts: list[Post]) -> None:
    for counts in on_duty(config, posts).values():
        for hospital_id, hospital in config.simulation.hospitals.items():
            for place in departments(hospital_id, hospital):
                assert counts[place.ward_id, "doctor"] >= 1


def test_shifts_of_a_ward_are_covered_evenly(config: Configuration, posts: list[Post]) -> None:
    planned = on_duty(config, [post for post in posts if post.pattern == "rotating"])
    for place in {(post.ward_id, post.role) for post in posts if post.ward_id is not None}:
        counts = [planned[shift][place] for shift in planned]
        assert max(counts) - min(counts) <= 1, place


def test_essential_posts_alone_cover_every_shift_of_a_hospital(tiny: SmallFiles) -> None:
    config = Configuration.model_validate(tiny())
    posts = [post for post in plan(config.simulation, config.staffing) if post.essential]
    assert {post.role for post in posts} == set(ALWAYS_THERE)
    for counts in on_duty(config, posts).values():
        for hospital_id in config.simulation.hospitals:
            for role in ALWAYS_THERE:
                here = (n for (ward, r), n in counts.items() if r == role and hospital_id in ward)
                assert sum(here) >= 1
    assert list(uncovered(config.simulation, config.staffing)) == []


def test_a_live_rate_moves_no_post(tiny: SmallFiles) -> None:
    plans = [
        plan(config.simulation, config.staffing)
        for config in (
            Configuration.model_validate(tiny(changes))
            for changes in (
                {},
                {
                    "simulation.arrivals.emergency_per_day": 5,
                    "staffing.attendance.absence_share": 1,
                },
            )
        )
    ]
    assert plans[0] == plans[1]
