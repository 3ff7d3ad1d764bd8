"""The events of a day against its manifest and its rows."""

import json
from pathlib import Path

import pytest

from reconciliation.events import EVENTS_OF_ROWS, EventsOfDays

from .hunted_day import DAY, TOPIC, event, manifest

ARRIVED = json.dumps(event("T1:arrived", 8, transport_id="T1")).encode()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A batch lake of the day, on which one journey ended."""
    (tmp_path / DAY.isoformat()).mkdir()
    (tmp_path / DAY.isoformat() / "transports.csv").write_text("transport_id\nT1\n")
    return tmp_path


def differences(root: Path, *values: bytes, datasets: tuple[str, ...] = ("transports",)) -> str:
    days = EventsOfDays(root, TOPIC)
    days.compare(manifest(*datasets, values=values), list(values))
    return "; ".join(filter(None, (result.difference for result in days.comparisons())))


def test_each_row_has_its_event(root: Path) -> None:
    assert not differences(root, ARRIVED)
    assert "T1: 0 events, 1 rows" in differences(root)


def test_a_dataset_is_compared_on_the_days_that_have_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(EVENTS_OF_ROWS, "cleanings", (TOPIC, ["arrived"], "transport_id"))
    assert not differences(root, ARRIVED)
    with pytest.raises(FileNotFoundError):
        differences(root, ARRIVED, datasets=("transports", "cleanings"))
