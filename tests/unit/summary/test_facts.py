"""The report says which run it was, what it brought, and which laws do not hold."""

from datetime import UTC, date, datetime
from typing import cast

from figures.marks import Course, Mark
from figures.tables import Row
from monitoring.report import Report, Stream
from summary import facts
from summary.asking import Session

AS_OF = datetime(2021, 6, 10, tzinfo=UTC)


class Answers:
    """Answers a question by a word in it."""

    def __init__(self, **rows: list[Row]) -> None:
        self._rows = rows

    def ask(self, query: str, **_parameters: object) -> list[Row]:
        return next((rows for word, rows in self._rows.items() if word in query), [])


def session(**rows: list[Row]) -> Session:
    return cast(Session, Answers(**rows))


def test_the_run_is_named_by_what_makes_its_bytes(report: Report, course: Course) -> None:
    assert report.configuration and report.batch
    table = facts.of_the_run(report, course, AS_OF).table
    assert "2021-04-07 to 2025-03-31, 1,455 days" in table
    assert "20210407" in table
    assert report.configuration.sha256 in table
    assert report.batch.fingerprint in table
    assert "the days up to 2021-06-10 00:00" in table


def test_a_run_without_a_published_day_has_no_fingerprint(report: Report, course: Course) -> None:
    look = report.model_copy(update={"batch": None})
    assert "no day is published" in facts.of_the_run(look, course, AS_OF).table


def test_each_edit_is_told_with_its_hour(course: Course) -> None:
    assert "was not edited" in facts.of_edits(course).words
    edit = Mark(AS_OF, None, "arrivals", "arrivals.factor: 1 → <2>")
    told = facts.of_edits(course._replace(edits=[edit]))
    assert told.words.startswith("Edits of the configuration: 1.")
    assert "2021-06-10 00:00" in told.table
    assert "1 → &lt;2&gt;" in told.table


def test_events_and_dead_letters_are_counted_by_topic(report: Report) -> None:
    topic = report.stream.topics[0].model_copy(update={"events": 1000, "dead_letters": 0})
    stream = Stream(unpublished=0, topics=[topic], unwritten=0)
    told = facts.of_the_stream(stream)
    assert told.words == "Kafka has 1,000 events. No record broke its topic's contract."
    dead = topic.model_copy(update={"dead_letters": 2, "last_reason": "source is missing"})
    told = facts.of_the_stream(stream.model_copy(update={"topics": [dead]}))
    assert told.words == "Kafka has 1,000 events."
    assert "source is missing" in told.table


def test_without_kafka_events_are_not_counted_as_none() -> None:
    told = facts.of_the_stream(Stream(unpublished=None, topics=[], unwritten=None))
    assert told.words == "Kafka does not answer, so that events are not counted."


def test_rows_are_counted_by_dataset_with_the_reasons_of_rejects() -> None:
    rows: list[Row] = [{"dataset": "staff", "files": 3, "loaded": 2000, "rejected": 1}]
    day = date(2021, 4, 7)
    reject: Row = {"dataset": "staff", "reason": "a < b", "rows": 1, "first": day, "last": day}
    told = facts.of_the_tables(session(ingested_files=rows, rejects_by_reason=[reject]))
    assert told.words == "2,000 rows were loaded, 1 rejected."
    assert "a &lt; b" in told.table


def test_laws_that_hold_are_said_to_hold() -> None:
    told = facts.of_the_laws(session())
    assert told.words == "Every law of the hospital holds: no row breaks one."
    assert all(law in told.table for law in facts.LAWS)


def test_a_law_that_does_not_hold_is_counted_and_shown() -> None:
    broken: list[Row] = [{"bed_id": "JHB-MED-001", "broken": 7}]
    told = facts.of_the_laws(session(law_of_the_beds=broken))
    assert told.words == "7 rows break a law; the first of each law are shown."
    assert "JHB-MED-001" in told.table
    assert ">7</td>" in told.table
