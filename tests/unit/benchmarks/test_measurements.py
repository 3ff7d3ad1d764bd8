"""The parts of the measurements that need no stack."""

from pathlib import Path

import pytest

from benchmarks import picture
from benchmarks.batch_ingestor import copy_script
from benchmarks.producer import RESUMES
from benchmarks.simulation import Setting, configuration
from benchmarks.stage import RUN_IS_OVER
from benchmarks.whole_run import first_and_last
from tests.e2e.stack import ROOT


def test_a_plot_of_some_measurements_leaves_the_other_panels_empty(tmp_path: Path) -> None:
    trials = {"producer": [{"done": 100, "seconds": 2.0}]}
    picture.draw({"producer": {"trials": trials}}, tmp_path / "plot.svg")
    assert "<svg" in (tmp_path / "plot.svg").read_text(encoding="utf-8")


def test_a_larger_network_is_as_full() -> None:
    shipped, larger = (configuration(Setting(size=size)).simulation for size in (1, 16))

    assert larger.arrivals.emergency_per_day == 16 * shipped.arrivals.emergency_per_day
    for name, hospital in shipped.hospitals.items():
        wards = larger.hospitals[name].wards.values()
        assert sum(w.beds for w in wards) == 16 * sum(w.beds for w in hospital.wards.values())
        assert larger.hospitals[name].emergency_places == 16 * hospital.emergency_places


def test_the_first_and_the_last_days_of_a_run() -> None:
    at = [0.0, 1.0, 2.0, 4.0, 6.0]
    assert first_and_last(at, most=1) == [(0.0, 1.0), (4.0, 6.0)]
    assert first_and_last(at) == [(0.0, 2.0), (2.0, 6.0)]  # fewer days: its two halves


def test_files_are_copied_day_by_day_in_the_order_of_their_references() -> None:
    csvs = [
        f"/lake/batch/2021-04-0{day}/{name}.csv" for day in (7, 6) for name in ("shifts", "people")
    ]
    lines = copy_script(csvs).splitlines()
    copied = [line.split(" from ")[1].split("'")[1] for line in lines if "\\copy" in line]
    assert copied == [csvs[3], csvs[2], csvs[1], csvs[0]]
    day = lines.index("set benchmark.day = '2021-04-07';")
    assert lines[day + 1] == "begin;" and lines[day + 4] == "commit;"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("producer.py", RESUMES),
        ("producer.py", RUN_IS_OVER),
        ("scheduling/publishing.py", RUN_IS_OVER),
        ("scheduling/publishing.py", "stream_events="),
    ],
)
def test_the_lines_that_are_waited_for_are_still_logged(file: str, text: str) -> None:
    assert text in (ROOT / "scripts" / file).read_text(encoding="utf-8")
