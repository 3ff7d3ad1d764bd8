"""What is asked for each chart, and what its figures mean."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from figures import drawings, stays
from figures.drawings import Choice, Figure, Seen
from figures.history import QUESTIONS, Question
from figures.marks import Course, Mark
from hospital.config.fields import Spread
from hospital.sampling import lognormal

FIRST, LAST = date(2021, 4, 7), date(2021, 4, 20)  # two weeks from a Wednesday on
MEDICINE = {"mean": 6.3, "sd": 8.0, "least": 0.1, "most": 120}
SIMULATION: dict[str, Any] = {
    "length_of_stay_days": {"medicine": MEDICINE},
    "admission": {"elective_stay_factor": 0.7},
    "readmission": {"share_of_discharges_home": 0.11},
    "diagnoses": {"J18.9": {"name": "Pneumonia", "specialty": "medicine"}},
}
EDIT = Mark(datetime(2021, 4, 9, 5, tzinfo=UTC), None, "rate", "rate")
CHOICE = Choice(("JHB",), ("JHB-MED", "JHB-SUR"), None, FIRST, LAST, "medicine")
COURSE = Course(FIRST, date(2025, 3, 31), [EDIT], [], SIMULATION)
SEEN = Seen(CHOICE, COURSE, datetime(2021, 4, 21, tzinfo=UTC))
DRAWINGS = [question.draw for question in QUESTIONS]

of_each_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.title)


def values(figure: Figure, series: int = 0) -> list[Any]:
    """The values of a series, without what they belong to."""
    return [point[1] for point in figure.options["series"][series]["data"]]


@of_each_question
def test_only_schema_insight_is_asked(question: Question) -> None:
    sources = re.findall(r"\b(?:from|join)\s+(\w+\.\w+)", question.query)
    assert sources
    assert {source.partition(".")[0] for source in sources} == {"insight"}


@of_each_question
def test_a_question_depends_on_what_it_names_and_can_be_kept(question: Question) -> None:
    parameters = question.parameters(CHOICE)
    assert set(parameters) == set(re.findall(r"%\((\w+)\)s", question.query))
    hash(tuple(sorted(parameters.items(), key=lambda item: item[0])))


@of_each_question
def test_no_rows_are_a_chart_that_says_so(question: Question) -> None:
    figure = question.draw([], SEEN)
    assert figure.options["series"]
    assert re.match(r"(No|0) ", figure.words)
    assert question.note(SEEN)


def test_occupancy_is_in_percent_of_the_open_beds_and_a_day_without_any_is_a_gap() -> None:
    rows = [
        {"census_date": FIRST, "open_beds": 10, "occupied": 8, "patients": 11},
        {"census_date": LAST, "open_beds": 0, "occupied": 0, "patients": 2},
    ]
    figure = drawings.occupancy(rows, SEEN)
    assert values(figure, 0) == [80.0, *[None] * 13]
    assert values(figure, 1) == [110.0, *[None] * 13]
    assert figure.words.endswith(
        "80.0 % of the open beds were occupied on average; demand was "
        "highest on 2021-04-07, 110.0 %."
    )


@pytest.mark.parametrize(
    "draw", [drawings.occupancy, drawings.readmissions, drawings.deaths], ids=lambda d: d.__name__
)
def test_each_curve_by_time_has_the_marks(draw: Callable[[list[Any], Seen], Figure]) -> None:
    assert draw([], SEEN).options["series"][0]["markLine"]["data"][0]["name"] == "rate"


def test_days_that_are_not_loaded_are_not_shown() -> None:
    early = SEEN._replace(as_of=datetime(2021, 4, 9, tzinfo=UTC))
    assert list(early.days()) == [FIRST, FIRST + timedelta(days=1)]
    assert early.marks() == []


def test_arrivals_are_a_mean_over_such_weekdays() -> None:
    rows = [{"weekday": 3, "hour": 10, "arrivals": 61}, {"weekday": 7, "hour": 3, "arrivals": 9}]
    figure = drawings.arrivals(rows, SEEN)
    [series] = figure.options["series"]
    assert [cell["value"][:3] for cell in series["data"]] == [(10, 2, 30.5), (3, 6, 4.5)]
    assert figure.words == (
        "Most patients come on a Wednesday from 10:00: 30.5 an hour. In all, 5.0 a day on average."
    )


def test_stays_of_both_sources_are_counted_together_and_the_curve_expects_as_many() -> None:
    rows = [
        {"days": 0, "source": "elective", "stays": 30},
        {"days": 0, "source": "emergency", "stays": 20},
        {"days": stays.LONGEST, "source": "emergency", "stays": 50},
    ]
    bars, curve = drawings.lengths(rows, SEEN).options["series"]
    assert bars["data"] == (50, *[0] * (stays.LONGEST - 1), 50)
    assert sum(curve["data"]) == pytest.approx(100, abs=2)


@pytest.mark.parametrize("draw", [0.001, 0.1, 0.5, 0.9, 0.99])
def test_the_curve_is_the_one_that_the_hospital_draws_from(draw: float) -> None:
    days = lognormal(Spread.model_validate(MEDICINE), draw)
    assert stays.shorter_than(MEDICINE, days + 1e-9) == pytest.approx(draw, abs=1e-4)


def test_nobody_stays_longer_than_the_most_or_shorter_than_the_least() -> None:
    assert stays.shorter_than(MEDICINE, 0.1) == 0
    assert stays.shorter_than(MEDICINE, 120.1) == 1
    exactly = {"mean": 2, "sd": 0, "least": 2, "most": 2}
    assert [stays.shorter_than(exactly, days) for days in (1, 2, 3)] == [0, 0, 1]


def test_planned_stays_are_expected_to_be_shorter() -> None:
    emergency, elective = (
        stays.expected(SIMULATION, "J18.9", {source: 100}) for source in ("emergency", "elective")
    )
    assert sum(emergency) == pytest.approx(sum(elective)) == pytest.approx(100)
    assert sum(elective[:3]) > sum(emergency[:3])


def test_readmissions_are_a_share_of_those_who_went_home() -> None:
    rows = [
        {"month": date(2021, 4, 1), "went_home": 200, "readmitted": 20},
        {"month": date(2021, 5, 1), "went_home": 0, "readmitted": 0},
    ]
    figure = drawings.readmissions(rows, SEEN)
    assert values(figure, 0) == [10.0, None]
    assert values(figure, 1) == [11.0, 11.0]
    assert "20 of 200 patients" in figure.words


def test_deaths_are_counted_where_they_happened() -> None:
    rows = [{"month": date(2021, 4, 1), "wards": 40, "emergency": 2}]
    figure = drawings.deaths(rows, SEEN)
    assert [values(figure, series) for series in (0, 1)] == [[40], [2]]
    assert figure.words == "42 deaths, 2 of them in an emergency department."


def test_a_diagnosis_without_a_season_is_once_its_mean_in_months_of_any_length() -> None:
    days = {3: 31, 4: 30, 5: 10}
    course = COURSE._replace(first_day=date(2022, 3, 1))
    choice = CHOICE._replace(first=date(2022, 3, 1), last=date(2022, 5, 10))
    seen = Seen(choice, course, datetime(2022, 6, 1, tzinfo=UTC))
    rows = [{"month": month, "code": "J18.9", "arrivals": 4 * n} for month, n in days.items()]
    [series] = drawings.seasons(rows, seen).options["series"]
    assert [cell["value"][:3] for cell in series["data"]] == [(2, 0, 1), (3, 0, 1), (4, 0, 1)]


def test_the_commonest_diagnoses_stand_on_top() -> None:
    rows = [
        {"month": 4, "code": f"X{number:02d}", "arrivals": number + 1}
        for number in range(drawings.COMMONEST + 3)
    ]
    names = drawings.seasons(rows, SEEN).options["yAxis"]["data"]
    assert len(names) == drawings.COMMONEST
    assert all(before > after for before, after in pairwise(names))
