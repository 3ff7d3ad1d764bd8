"""What a status file says is taken for the present only while its service works."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitoring import own_services
from monitoring.own_services import OwnService
from pipeline.status_files import ServiceStatus

HANGS_SECONDS = 60
USUAL: dict[str, Any] = {
    "service": "producer",
    "replica": 1,
    "host": "a",
    "state": "running",
    "started_at": datetime(2026, 11, 26, tzinfo=UTC),
    "written_at": datetime(2026, 11, 26, tzinfo=UTC),
    "starts": 3,
    "restarts": 2,
    "last_end": "no turn completed for 20 s",
    "turns": 9,
    "seconds_since_turn": 1.0,
    "doing": "computing the past again: 40%",
    "waits_for": "",
    "last_refusal": "",
    "counts": {},
    "rates": {"events": 12.0},
    "seconds_since_progress": 1.0,
    "facts": {},
}


def file(tmp_path: Path, alive: bool = True, age: float = 0, **values: object) -> OwnService:
    """A status file of a process that lives or not, and what it says."""
    path = tmp_path / "producer-1.json"
    path.touch()
    found = OwnService(path, ServiceStatus(**USUAL | values))
    found.alive, found.age_seconds = alive, age
    return found


def test_a_service_that_works_says_what_takes_long_and_why_it_ended(tmp_path: Path) -> None:
    [service] = own_services.describe({"producer": [file(tmp_path)]}, HANGS_SECONDS)
    assert (service.state, service.doing) == ("works", USUAL["doing"])
    assert service.last_end == "no turn completed for 20 s"
    assert service.rates_per_second == {"events": 12.0}


@pytest.mark.parametrize(
    ("state", "alive", "age", "values"),
    [
        ("ended", False, 0, {}),
        ("stopped", False, 0, {"state": "stopped"}),
        ("silent", True, 99, {}),
        ("waits", True, 0, {"waits_for": "Postgres"}),
        ("hangs", True, 0, {"seconds_since_turn": HANGS_SECONDS + 1}),
    ],
)
def test_a_service_that_does_not_work_is_not_shown_as_doing_something(
    tmp_path: Path, state: str, alive: bool, age: float, values: dict[str, Any]
) -> None:
    files = {"producer": [file(tmp_path, alive, age, **values)]}
    [service] = own_services.describe(files, HANGS_SECONDS)
    assert (service.state, service.doing, service.well) == (state, "", False)
    assert service.reason
