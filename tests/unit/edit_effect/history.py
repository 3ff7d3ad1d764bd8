"""A run's clock and saved configurations, as the scheduler leaves them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.run import config_store
from pipeline.run.clock import DAY, HOUR, Clock, ConfigurationEntry

START = datetime(2021, 4, 7, tzinfo=UTC)


def content(emergency_per_day: int, **scenario: object) -> dict[str, Any]:
    """As much of a configuration as is read."""
    scenarios = {"flu_wave": scenario} if scenario else {}
    arrivals = {"emergency_per_day": emergency_per_day}
    return {"simulation": {"arrivals": arrivals, "scenarios": scenarios}, "staffing": {}}


def a_run(
    root: Path, passed: int, *entries: tuple[int, dict[str, Any], int], real_days: float = 9
) -> Clock:
    """A run of `passed` hours. Each entry: its hour, the content and the model's version."""
    return Clock(
        instant=START + passed * HOUR,
        open_until=START + (passed + 1) * HOUR,
        start=START,
        end=START + 1455 * DAY,
        real_days=real_days,
        pause_at=None,
        configurations=[
            ConfigurationEntry(
                from_hour=START + hour * HOUR,
                configuration=config_store.save(root / config_store.CONFIGURATIONS, saved),
                model_version=version,
            )
            for hour, saved, version in entries
        ],
    )
