"""The screen fits 80 columns, in a pipe and without colour, whatever it has to say."""

from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from monitoring import screen
from monitoring.report import Report, Service

NOON = datetime(2021, 6, 9, 12, tzinfo=UTC)
STANDS = "time stands, by clock.pause_at: 2021-06-09\u00a012:00"


def shown(report: Report, width: int = 80) -> list[str]:
    """The lines that a pipe gets."""
    pipe = StringIO()
    Console(file=pipe, width=width).print(screen.render(report))
    return [line.rstrip() for line in pipe.getvalue().splitlines()]


def changed(report: Report, section: str, **values: Any) -> Report:  # noqa: ANN401
    """The report with other values in one of its sections."""
    part = getattr(report, section)
    return report.model_copy(update={section: part.model_copy(update=values)})


def test_a_report_reads_from_where_the_hospital_is_to_the_disks(report: Report) -> None:
    lines = shown(report)
    assert lines[0].startswith("2021-06-09 03:26")
    assert lines[0].endswith("day 64 of 1,455 (4.3%)")
    assert lines[1] == "9 real days for the whole run; 8 d 14 h left"
    assert lines[2] == "all is well"
    text = "\n".join(lines)
    assert "251,300 events in the journal, 0 due and not in Kafka yet" in text
    assert "230,300 records in Kafka, 12 not in the lake yet" in text
    assert "hospital.admissions: 1, the last: no key" in text
    assert report.batch is not None
    assert report.batch.fingerprint in text
    assert "accepted, 2021-06-01 05:00:" in text
    assert "journal   10 MB      300 MB  64,000 MB" in text


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal(report: Report, width: int) -> None:
    long = "waits for the broker at kafka:9092: " + "it has acknowledged nothing " * 9
    worse = report.model_copy(update={"well": False, "problems": [f"producer: {long}"] * 3})
    lines = shown(worse, width)
    assert max(map(len, lines)) <= width
    assert sum(line.startswith("! producer:") for line in lines) == 3


def test_what_is_away_is_unknown_not_zero(report: Report) -> None:
    away = changed(report, "stream", unpublished=None, topics=[], unwritten=None)
    away = changed(away, "batch", warehouse=None)
    text = "\n".join(shown(away))
    assert "? records in Kafka, ? not in the lake yet" in text
    assert "? dead letters" in text
    assert "rows" not in text


def test_before_the_first_start_there_is_no_run(report: Report) -> None:
    empty = report.model_copy(update={"run": None, "configuration": None, "batch": None})
    assert shown(empty)[0] == "the run has not begun"


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ({"real_days": 0, "seconds_left": 61}, "at full speed; 1 min 1 s left"),
        ({"seconds_left": 18.2}, "9 real days for the whole run; 18 s left"),
        ({"stands": True, "pause_at": NOON}, f"9 real days for the whole run; {STANDS}"),
        ({"over": True}, "9 real days for the whole run; the run is over"),
        ({"seconds_left": None}, "9 real days for the whole run; the time left is unknown"),
    ],
)
def test_the_second_line_says_how_long_it_takes(
    report: Report, values: dict[str, Any], line: str
) -> None:
    assert shown(changed(report, "run", **values))[1] == line


@pytest.mark.parametrize("said", ["[high, low]", "[/b]"])
def test_brackets_are_shown_as_they_are(report: Report, said: str) -> None:
    assert report.configuration and report.batch and report.batch.warehouse and report.run
    edit = report.configuration.edits[0].model_copy(update={"text": said})
    tables = report.batch.warehouse.model_copy(update={"last_rejects": [said]})
    told = changed(report, "configuration", edits=[edit])
    told = changed(told, "batch", warehouse=tables)
    topics = [t.model_copy(update={"last_reason": said}) for t in report.stream.topics]
    told = changed(told, "stream", topics=topics)
    ended = Service(
        name="producer", replica=1, well=True, state="works", restarts=2, last_end=said, doing=said
    )
    told = told.model_copy(update={"problems": [f"producer: {said}"], "services": [ended]})
    lines = [line for line in shown(told) if said in line]
    assert [line.split()[0] for line in lines] == [
        "!",
        "producer",
        "producer",
        "hospital.admissions:",
        said.split()[0],
        "accepted,",
    ]


def test_why_a_service_was_started_again_stands_below_the_table(report: Report) -> None:
    stuck = "no turn completed for 20 s"
    services = [
        Service(name="producer", replica=1, well=True, state="works", restarts=3, last_end=stuck),
        Service(
            name="stream_processor",
            replica=2,
            well=True,
            state="works",
            restarts=1,
            last_end="killed",
        ),
        Service(name="scheduler", replica=1, well=True, state="works", last_end="killed"),
        Service(name="batch_ingestor", replica=1, well=True, state="works", restarts=1),
    ]
    lines = shown(report.model_copy(update={"services": services}))
    assert [line for line in lines if " ended " in line] == [
        f"producer ended 3 times, last: {stuck}",
        "stream_processor 2 ended once, last: killed",
    ]
