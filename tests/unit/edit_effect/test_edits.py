"""The edits are those of the clock's history, and a person names one by number or hour."""

from pathlib import Path

import pytest

from edit_effect import edits
from edit_effect.edits import Edit
from pipeline.run.clock import HOUR

from .history import START, a_run, content

A, B, C = content(480), content(960), content(500)


def found(tmp_path: Path) -> list[Edit]:
    """Three edits, the last to what was in force at first; between them, an upgrade."""
    entries = (0, A, 1), (19, B, 1), (30, B, 2), (40, C, 2), (43, A, 2)
    return edits.history(tmp_path, a_run(tmp_path, 50, *entries))


def test_an_edit_has_its_keys_and_the_hours_around_it(tmp_path: Path) -> None:
    first, second, third = found(tmp_path)
    assert first.words() == ["simulation.yaml: arrivals.emergency_per_day: 480 → 960"]
    hours = [START + hour * HOUR for hour in (0, 19, 30)]
    assert [first.since, first.from_hour, first.until] == hours
    assert (second.number, second.since, second.until) == (2, START + 30 * HOUR, START + 43 * HOUR)
    assert (third.from_hour, third.until) == (START + 43 * HOUR, None)


def test_a_run_that_nobody_edited_has_none(tmp_path: Path) -> None:
    assert edits.history(tmp_path, a_run(tmp_path, 5, (0, A, 1))) == []


@pytest.mark.parametrize(
    ("asked_for", "number"),
    [(None, 3), ("1", 1), ("2021-04-07T19", 1), ("2021-04-08T16:00:00Z", 2)],
)
def test_one_is_picked_by_number_or_hour(
    tmp_path: Path, asked_for: str | None, number: int
) -> None:
    assert edits.pick(found(tmp_path), asked_for).number == number


@pytest.mark.parametrize(
    ("asked_for", "reason"),
    [
        ("4", "is no edit"),
        ("2021-04-08", "is 2 edits"),
        ("2021", "is 3 edits"),
        ("x", "is no edit"),
    ],
)
def test_what_names_no_single_edit_is_refused(tmp_path: Path, asked_for: str, reason: str) -> None:
    with pytest.raises(ValueError, match=f"got '{asked_for}', which {reason}; .* that --list"):
        edits.pick(found(tmp_path), asked_for)


def test_of_many_keys_the_first_are_named(tmp_path: Path) -> None:
    many = content(480) | {"staffing": {f"key{number:02}": number for number in range(20)}}
    [edit] = edits.history(tmp_path, a_run(tmp_path, 50, (0, A, 1), (9, many, 1)))
    assert edit.words()[0] == "staffing.yaml: key00: nothing → 0"
    assert edit.words()[-1] == "and 12 more keys"


def test_turning_the_faults_on_is_one_change_as_in_the_log(tmp_path: Path) -> None:
    """A saved content is without the section while they are off."""
    on = {"simulation": A["simulation"] | {"faults": {"enabled": True, "latest_hours": 24}}}
    [edit] = edits.history(tmp_path, a_run(tmp_path, 50, (0, A, 1), (9, A | on, 1)))
    assert edit.words() == ["simulation.yaml: faults.enabled: false → true"]
