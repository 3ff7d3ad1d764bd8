"""The charts and counts of the report are those of the tables, asked as the analyst."""

from datetime import UTC, date, datetime

import pytest

from figures.marks import Course
from pipeline.yaml_files import read_yaml
from summary import asking, charts_of_the_run, facts
from summary.document import Section

from .own_database import Database
from .small_lake import ROOT, Lake

AS_OF = datetime(2021, 4, 9, tzinfo=UTC)
COURSE = Course(
    first_day=date(2021, 4, 7),
    last_day=date(2021, 4, 8),
    edits=[],
    scenarios=[],
    simulation=read_yaml(ROOT / "configs" / "simulation.yaml"),
)


@pytest.fixture
def told(database: Database, three_days: Lake) -> dict[str, Section]:
    """The report's sections about the tables, by title."""
    database.ingest()
    with asking.opened(database.settings) as tables:
        sections = [
            facts.of_the_tables(tables),
            facts.of_the_laws(tables),
            *charts_of_the_run.sections(tables, COURSE, AS_OF),
        ]
    return {section.title: section for section in sections}


def test_every_loaded_row_is_counted(database: Database, told: dict[str, Section]) -> None:
    [(loaded,)] = database.ask("select sum(rows_loaded)::bigint from lake.ingested_files")
    assert told["Rows"].words == f"{loaded:,} rows were loaded, 0 rejected."
    assert told["Laws"].words == "Every law of the hospital holds: no row breaks one."


def test_each_day_with_arrivals_and_each_census_is_a_point(told: dict[str, Section]) -> None:
    for title, days in (("Arrivals by hospital", 1), ("Occupancy by hospital", 2)):
        chart = told[title].chart
        assert chart
        [series] = chart["series"]
        assert len(series["data"]) == days
    assert told["Arrivals by hospital"].words.startswith("On average: JHB ")


def test_every_chart_has_words(told: dict[str, Section]) -> None:
    for section in told.values():
        assert section.words.endswith(".")


def test_waits_are_told_by_hospital_and_triage(told: dict[str, Section]) -> None:
    assert "green" in told["Waits by triage"].table
