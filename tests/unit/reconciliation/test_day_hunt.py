"""What the days and the laws show of planted faults, without a server."""

import time
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from reconciliation import day_hunt, planted_laws
from reconciliation.planted import PlantedFaults
from scoring.answers import Planted

from .hunted_day import DAY


def published(root: Path, *days: int) -> list[date]:
    """Directories of these days after the first, in the order in which they appear."""
    for after in days:
        draft = root / ".draft"
        draft.mkdir()
        time.sleep(0.02)  # file systems tell apart what is further apart than a tick of the kernel
        draft.rename(root / (DAY + timedelta(days=after)).isoformat())
    return sorted(DAY + timedelta(days=after) for after in days)


@pytest.mark.parametrize(
    ("order", "late"),
    [
        ((0, 1, 2, 3), []),
        ((0, 2, 1, 3), [1]),
        ((1, 0), [0]),
        ((0, 2, 3, 4, 1), []),  # somebody mended it
    ],
)
def test_a_day_is_late_if_it_came_right_after_the_day_after_it(
    tmp_path: Path, order: tuple[int, ...], late: list[int]
) -> None:
    found = day_hunt.late_days(tmp_path, published(tmp_path, *order))
    expected = [("late_day", (DAY + timedelta(days=after)).isoformat()) for after in late]
    assert list(found) == expected


@pytest.mark.parametrize(
    ("key", "delivered", "why"),
    [
        ([("late_day", 1)], 4, None),
        ([("late_day", 1), ("late_day", 2)], 4, day_hunt.NEIGHBOUR_LATE),
        ([("late_day", 1)], 2, day_hunt.NEIGHBOUR_LATE),  # the 2nd came, and the 3rd did not yet
        ([("late_day", 1), ("cut_file", 2)], 4, day_hunt.WRITTEN_AGAIN),
        ([("cut_file", 2), ("late_day", 1)], 4, day_hunt.WRITTEN_AGAIN),
        ([("cut_file", 1)], 4, day_hunt.MENDED),
    ],
)
def test_a_day_may_hide_what_was_wrong_with_its_delivery(
    key: list[tuple[str, int]], delivered: int, why: str | None
) -> None:
    days = [DAY + timedelta(days=after) for after in range(delivered)]
    faults = [
        Planted(fault=fault, simulated_date=str(DAY + timedelta(days=after)), dataset="shifts")
        for fault, after in key
    ]
    mended = {date.fromisoformat(f.simulated_date) for f in faults if f.fault == "cut_file"}
    planted = cast("PlantedFaults", SimpleNamespace(faults=faults, mended=mended, cut={}))
    found = day_hunt.hidden(planted, days)
    identity = next(f.identity for f in faults if f.simulated_date == str(DAY + timedelta(days=1)))
    assert found.get(identity) == why


def test_a_broken_law_is_explained_by_what_its_row_names() -> None:
    stay = ("wrong_row", "admissions", "2021-04-09", "4")
    explained = planted_laws.Explained([(stay, {"encounter_id": "E1", "ward_id": "JHB-MED"})])
    assert explained.by_planted_rows(
        {"bed_id": "B", "encounter_id": "E2", "encounter_before": "E1"}
    )
    assert explained.by_planted_rows({"census_date": "2021-04-10", "ward_id": "JHB-MED"})
    assert not explained.by_planted_rows({"census_date": "2021-04-11", "ward_id": "JHB-MED"})
    assert not explained.by_planted_rows({"staff_id": "S1", "shift_id": "S1-D"})


def test_a_wrong_shift_explains_no_census_of_its_ward() -> None:
    place = ("wrong_row", "shifts", "2021-04-09", "4")
    explained = planted_laws.Explained([(place, {"shift_id": "S1-D", "ward_id": "JHB-MED"})])
    assert explained.by_planted_rows({"staff_id": "S1", "shift_id": "S1-D"})
    assert not explained.by_planted_rows({"census_date": "2021-04-09", "ward_id": "JHB-MED"})
