"""The whole run as charts: each made of the rows of one query, for what a person chose to see."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from figures import charts, stays
from figures.charts import Cells, Options, Series
from figures.marks import Course, Mark, within
from figures.tables import Row
from pipeline.run import clock
from pipeline.run.clock import DAY

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
COMMONEST = 16


class Choice(NamedTuple):
    """What a person chose to see.

    Attributes:
        wards: those with beds of the chosen hospitals, or the one that was chosen.
        ward: None for all.
        subject: a specialty or a diagnosis code.
    """

    hospitals: tuple[str, ...]
    wards: tuple[str, ...]
    ward: str | None
    first: date
    last: date
    subject: str


class Seen(NamedTuple):
    """What a chart is drawn from, beside the rows."""

    choice: Choice
    course: Course
    as_of: datetime

    def marks(self) -> list[Mark]:
        """The edits and scenarios of the days that are shown."""
        begin = clock.midnight(self.choice.first)
        end = min(clock.midnight(self.choice.last) + DAY, self.as_of)
        return within([*self.course.edits, *self.course.scenarios], begin, end)

    def days(self) -> Iterator[date]:
        """The days that are shown: chosen, of the run, and loaded."""
        day = max(self.choice.first, self.course.first_day)
        while day <= self.choice.last and clock.midnight(day) < self.as_of:
            yield day
            day += DAY


class Figure(NamedTuple):
    """A chart, and in a sentence what it says."""

    options: Options
    words: str


def occupancy(rows: list[Row], seen: Seen) -> Figure:
    """Occupied beds and demand by day, in percent of the open beds."""
    found = {row["census_date"]: row for row in rows}

    def percent(what: str) -> list[tuple[date, float | None]]:
        return [
            (day, _percent(found[day][what], found[day]["open_beds"]) if day in found else None)
            for day in seen.days()
        ]

    occupied, demand = percent("occupied"), percent("patients")
    options = charts.lines(
        [Series("Occupied beds", occupied), Series("Demand", demand)], "%", seen.marks()
    )
    mean = _percent(sum(r["occupied"] for r in rows), sum(r["open_beds"] for r in rows))
    known = [(value, day) for day, value in demand if value is not None]
    if mean is None or not known:
        return Figure(options, "No day with open beds.")
    most, day = max(known)
    words = f"{mean:.1f} % of the open beds were occupied on average; demand was highest on {day}"
    return Figure(options, f"{words}, {most:,.1f} %.")


def arrivals(rows: list[Row], seen: Seen) -> Figure:
    """Arrivals an hour, by weekday and hour of the day."""
    days = Counter(day.isoweekday() for day in seen.days())
    values = [
        (row["hour"], row["weekday"] - 1, round(row["arrivals"] / days[row["weekday"]], 2))
        for row in rows
        if days[row["weekday"]]
    ]
    hours = [f"{hour:02d}:00" for hour in range(24)]
    cells = Cells(hours, [name[:3] for name in WEEKDAYS], values, "an hour")
    options = charts.heat_map(cells, numbers=False)
    if not values:
        return Figure(options, "No arrivals.")
    hour, weekday, most = max(values, key=lambda cell: cell[2])
    words = f"Most patients come on a {WEEKDAYS[weekday]} from {hours[hour]}: {most:,.1f} an hour"
    mean = sum(row["arrivals"] for row in rows) / sum(days.values())
    return Figure(options, f"{words}. In all, {mean:,.1f} a day on average.")


def lengths(rows: list[Row], seen: Seen) -> Figure:
    """Finished stays by length, against the configured curve."""
    counts = [0] * (stays.LONGEST + 1)
    by_source = Counter[str]()
    for row in rows:
        counts[row["days"]] += row["stays"]
        by_source[row["source"]] += row["stays"]
    curve = stays.expected(seen.course.simulation, seen.choice.subject, by_source)
    names = [*map(str, range(stays.LONGEST)), f"{stays.LONGEST}+"]
    options = charts.histogram(names, counts, curve)
    total = by_source.total()
    if not total:
        return Figure(options, "No stays.")
    short, expected = (sum(part[:7]) / sum(part) * 100 for part in (counts, curve))
    words = f"{total:,} stays; {short:.1f} % were shorter than a week, configured {expected:.1f} %."
    return Figure(options, words)


def readmissions(rows: list[Row], seen: Seen) -> Figure:
    """Patients admitted again within 30 days, in percent of those who went home, by month."""
    share = seen.course.simulation["readmission"]["share_of_discharges_home"] * 100
    shares = [(row["month"], _percent(row["readmitted"], row["went_home"])) for row in rows]
    configured = [(month, float(share)) for month, _ in shares]
    options = charts.lines(
        [Series("Readmitted", shares), Series("Configured", configured)], "%", seen.marks()
    )
    home, again = (sum(row[what] for row in rows) for what in ("went_home", "readmitted"))
    if not home:
        return Figure(options, "No discharges home that are 30 days ago.")
    words = f"{again:,} of {home:,} patients who went home were readmitted within 30 days"
    return Figure(options, f"{words}, {again / home * 100:.1f} %; configured {share:g} %.")


def deaths(rows: list[Row], seen: Seen) -> Figure:
    """Deaths in hospital, by month."""
    parts = (("On a ward", "wards"), ("In an emergency department", "emergency"))
    series = [Series(name, [(row["month"], row[key]) for row in rows]) for name, key in parts]
    totals = [sum(row[key] for row in rows) for _, key in parts]
    words = f"{sum(totals):,} deaths, {totals[1]:,} of them in an emergency department."
    return Figure(charts.bars(series, "deaths", seen.marks()), words)


def seasons(rows: list[Row], seen: Seen) -> Figure:
    """The commonest diagnoses by month of the year, as multiples of their mean."""
    days = Counter(day.month for day in seen.days())
    diagnoses = seen.course.simulation["diagnoses"]
    totals, by_month = Counter[str](), Counter[tuple[str, int]]()
    for row in rows:
        totals[row["code"]] += row["arrivals"]
        by_month[row["code"], row["month"]] += row["arrivals"]
    codes = [code for code, _ in totals.most_common(COMMONEST)]
    values = [
        (month - 1, number, round(by_month[code, month] / days[month] / mean, 2))
        for number, code in enumerate(codes)
        for mean in [totals[code] / days.total()]
        for month in sorted(days)
    ]
    names = [diagnoses[code]["name"] if code in diagnoses else code for code in codes]
    options = charts.heat_map(
        Cells([name[:3] for name in MONTHS], names, values, "× the mean"), numbers=True
    )
    if not values:
        return Figure(options, "No arrivals.")
    month, number, most = max(values, key=lambda cell: cell[2])
    words = f"{names[number]} in {MONTHS[month]} stands out most: {most:.1f} times its mean."
    return Figure(options, words)


def _percent(part: float, whole: float) -> float | None:
    return round(part / whole * 100, 1) if whole else None
