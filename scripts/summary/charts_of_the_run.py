"""The run in charts: all hospitals and all loaded days, with a sentence under each."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from figures import charts, history
from figures.charts import Cells, Series
from figures.drawings import Choice, Seen
from figures.marks import Course
from figures.tables import Row
from pages.markup import table
from summary.asking import Session
from summary.document import Section

WARDS = """
select hospital_id, ward_id from hospital.wards where specialty <> 'emergency' order by ward_id
"""
OCCUPANCY = """
select hospital_id as hospital, census_date as day,
       round(100.0 * sum(occupied) / nullif(sum(open_beds), 0), 1)::float as value
from insight.occupancy_by_ward_and_day join hospital.wards using (ward_id)
group by 1, 2 order by 1, 2
"""
ARRIVALS = """
select hospital_id as hospital, simulated_date as day, sum(registrations)::float as value
from insight.daily_arrivals group by 1, 2 order by 1, 2
"""
LENGTHS = """
select specialty, stays, mean_days, median_days, ninetieth_percentile_days, died_percent
from insight.length_of_stay_by_specialty order by stays desc, specialty
"""
WAITS = """
select hospital_id, triage, target_minutes, visits, seen, within_target_percent,
       mean_wait_minutes, left_before_seen_percent
from insight.triage_wait_against_target order by hospital_id, target_minutes, triage
"""


def sections(tables: Session, course: Course, as_of: datetime) -> Iterator[Section]:
    """Each chart, in the order of the report."""
    lengths = tables.ask(LENGTHS)
    seen = Seen(_everything(tables, course, lengths), course, as_of)
    yield _by_hospital("Occupancy by hospital", tables.ask(OCCUPANCY), "%", seen)
    yield _by_hospital("Arrivals by hospital", tables.ask(ARRIVALS), "a day", seen)
    yield _waits(tables.ask(WAITS))
    yield _lengths(lengths)
    for question in history.QUESTIONS:
        rows = tables.ask(question.query, **question.parameters(seen.choice))
        options, words = question.draw(rows, seen)
        yield Section(_title(question, seen), f"{words} {question.note(seen)}", chart=options)


def _everything(tables: Session, course: Course, lengths: list[Row]) -> Choice:
    """All hospitals and days; of the stays, those of the specialty that had most."""
    wards = tables.ask(WARDS)
    specialties = course.simulation["length_of_stay_days"]
    known = [row["specialty"] for row in lengths if row["specialty"] in specialties]
    return Choice(
        hospitals=tuple(sorted({row["hospital_id"] for row in wards})),
        wards=tuple(row["ward_id"] for row in wards),
        ward=None,
        first=course.first_day,
        last=course.last_day,
        subject=(known or sorted(specialties))[0],
    )


def _title(question: history.Question, seen: Seen) -> str:
    of_one = "%(subject)s" in question.query
    return f"{question.title}: {seen.choice.subject}" if of_one else question.title


def _by_hospital(title: str, rows: Iterable[Row], unit: str, seen: Seen) -> Section:
    """A line a hospital, by day."""
    by_hospital: dict[str, list[tuple[date, float | None]]] = {}
    for row in rows:
        by_hospital.setdefault(row["hospital"], []).append((row["day"], row["value"]))
    series = [Series(name, values) for name, values in by_hospital.items()]
    means = [f"{line.name} {_mean(line):,.1f} {unit}" for line in series]
    words = f"On average: {', '.join(means)}." if means else "No day is loaded."
    return Section(title, words, chart=charts.lines(series, unit, seen.marks()))


def _mean(series: Series) -> float:
    known = [value for _, value in series.values if value is not None]
    return sum(known) / len(known) if known else 0.0


def _waits(rows: list[Row]) -> Section:
    """Who was seen in time, by hospital and triage."""
    hospitals = list(dict.fromkeys(row["hospital_id"] for row in rows))
    colours = list(dict.fromkeys(row["triage"] for row in rows))
    values = [
        (colours.index(row["triage"]), hospitals.index(row["hospital_id"]), float(percent))
        for row in rows
        if (percent := row["within_target_percent"]) is not None
    ]
    cells = Cells(colours, hospitals, values, "% within the target")
    head = (
        *("Hospital", "Triage", "Target, minutes#", "Visits#", "Seen#", "Within the target, %#"),
        *("Mean wait, minutes#", "Left before seen, %#"),
    )
    seen = sum(row["seen"] for row in rows)
    in_time = sum(row["seen"] * float(row["within_target_percent"] or 0) for row in rows)
    words = "No emergency visit is over."
    if seen:
        words = (
            f"A doctor saw {seen:,} emergency patients, {in_time / seen:.1f} % of them within the "
            "target of the South African Triage Scale."
        )
    chart = charts.heat_map(cells, numbers=True)
    return Section("Waits by triage", words, table(head, map(_cells, rows)), chart)


def _lengths(rows: list[Row]) -> Section:
    head = (
        *("Specialty", "Stays#", "Mean, days#", "Median, days#", "Nine in ten within, days#"),
        "Died, %#",
    )
    total = sum(row["stays"] for row in rows)
    words = f"{total:,} stays began in the run and have ended."
    return Section("Length of stay by specialty", words, table(head, map(_cells, rows)))


def _cells(row: Row) -> tuple[str, ...]:
    return tuple(_text(value) for value in row.values())


def _text(value: object) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return "" if value is None else str(value)
