"""A rejected row follows from a planted fault only if that is why its reference leads nowhere."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from pipeline.warehouse.datasets import read_datasets
from reconciliation import references
from reconciliation.planted import PlantedFaults
from reconciliation.references import Rows
from scoring.answers import Planted

DATASETS = read_datasets(Path(__file__).parents[3] / "configs" / "datasets.yaml")
CUT = date(2021, 4, 8)
ADMITTED = ("wrong_row", "admissions", "2021-04-09", "2")
MOVED = ("wrong_row", "transfers", "2021-04-10", "2")


@pytest.mark.parametrize(
    ("file", "events", "wrong", "is_cut", "follows"),
    [
        ("E1,P1\n", b"", [], True, True),
        ("E2,P1\n", b'{"encounter_id":"E1"}', [], True, True),  # its row is cut away
        ("E2,P1\n", b'{"encounter_id":"E12"}', [], True, False),
        ("E2,P1\n", b"", ["E1"], True, True),
        ("E2,P1\n", b"", [], True, False),  # nothing planted explains it: it was lost
        ("E1,P1\n", b"", [], False, False),  # the day has been mended, and was lost all the same
    ],
)
def test_a_row_follows_from_what_was_planted_and_from_nothing_else(
    tmp_path: Path, file: str, events: bytes, wrong: list[str], is_cut: bool, follows: bool
) -> None:
    (tmp_path / f"{CUT}").mkdir()
    (tmp_path / f"{CUT}" / "registrations.csv").write_text(f"encounter_id,patient_id\n{file}")
    cut = Planted(fault="cut_file", dataset="registrations", simulated_date=f"{CUT}")
    planted = SimpleNamespace(
        faults=[cut, *(Planted(fault="wrong_row", dataset="registrations", key=k) for k in wrong)],
        cut={CUT: "registrations"} if is_cut else {},
        batch_lake_dir=tmp_path,
        values=lambda _day: events,
    )
    found: Rows = {
        MOVED: {"event_id": "E1:A02-1", "encounter_id": "E1", "patient_id": "P1"},
        ADMITTED: {"encounter_id": "E1", "patient_id": "P1", "doctor_id": "S1"},
    }
    refused = {CUT} if is_cut else set[date]()
    missing = {"registrations": {"E1"}, "admissions": {"E1"}, "people": set[str]()}
    followed = references.that_follow(
        DATASETS, found, cast("PlantedFaults", planted), refused, missing
    )
    # The transfer refers to the admission, which was rejected because of its registration.
    assert followed == ({ADMITTED, MOVED} if follows else set())
