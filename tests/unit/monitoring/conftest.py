"""A report of a run in which nothing is wrong, for the tests to change."""

from datetime import UTC, date, datetime

import pytest

from monitoring.report import (
    Batch,
    Configuration,
    Edit,
    Report,
    Run,
    Service,
    Stream,
    Topic,
    Volume,
    Warehouse,
)

NOW = datetime(2021, 6, 9, 3, 26, tzinfo=UTC)
OWN = ("scheduler", "producer", "stream_processor", "batch_ingestor")


@pytest.fixture
def report() -> Report:
    """Day 64 of 1,455, with an edit and a record that was refused."""
    own = [
        Service(
            name=name,
            replica=1,
            well=True,
            state="works",
            rates_per_second={"events": 1065.4},
            counts={"events": 67_609},
            starts=3,
            restarts=2,
            seconds_since_turn=0.4,
        )
        for name in OWN
    ]
    servers = [Service(name=name, replica=1, well=True, state="works") for name in ("kafka",)]
    return Report(
        at=datetime(2026, 11, 26, 6, 0, tzinfo=UTC),
        well=True,
        problems=[],
        run=Run(
            simulated_time=NOW,
            day=64,
            days=1455,
            first_day=date(2021, 4, 7),
            last_day=date(2025, 3, 31),
            open_until=datetime(2021, 6, 9, 4, tzinfo=UTC),
            real_days=9,
            pause_at=None,
            stands=False,
            over=False,
            seconds_left=743_580.0,
            events=251_300,
        ),
        configuration=Configuration(
            sha256="4bc68e7bdf23" + "0" * 52,
            model_version=2,
            overlay="",
            refused="",
            edits=[
                Edit(
                    accepted=True,
                    from_hour=datetime(2021, 6, 1, 5, tzinfo=UTC),
                    text="simulation.yaml: arrivals.emergency_per_day: 480 → 960",
                )
            ],
        ),
        services=own + servers,
        stream=Stream(
            unpublished=0,
            topics=[
                Topic(name=name, events=events, dead_letters=dead, last_reason="no key" * dead)
                for name, events, dead in (
                    ("hospital.admissions", 70_100, 1),
                    ("hospital.staff_shifts", 160_200, 0),
                )
            ],
            unwritten=12,
        ),
        batch=Batch(
            days_published=64,
            newest_day=date(2021, 6, 8),
            fingerprint="9a8aa308f7b4cabd4c29ee5fa7ca1d1dfdedc3f55acaa9df2d36fb7780b3aed0",
            damage="",
            warehouse=Warehouse(
                days_loaded=63,
                days_behind=1,
                files=800,
                rows=1_200_000,
                rows_rejected=0,
                last_rejects=[],
                days_refused={},
            ),
        ),
        volumes=[
            Volume(name="journal", bytes=10**7, predicted_bytes=3 * 10**8, free_bytes=64 * 10**9),
            Volume(name="Kafka", bytes=10**8, predicted_bytes=None, free_bytes=None),
        ],
    )
