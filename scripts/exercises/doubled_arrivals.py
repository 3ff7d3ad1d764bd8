"""Exercise 1: twice as many emergencies, in both paths.

The clock's history says when the rate was doubled. The week before and the week after, in the
stream lake and in the CSVs, say whether twice as many people came.
"""

from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import NamedTuple

from exercises.findings import Findings, missing
from exercises.stack import InForce, Simulation, Stack, stretches
from pipeline.run import clock
from pipeline.run.clock import DAY

TOPIC = "hospital.admissions"
WEEK = 7  # whole weeks, so that a weekend is on both sides
# The ratio of two weeks at the shipped rate differs from 2 by chance by less than 0.1; the months
# and the readmissions move it about as much again.
LEAST, MOST = 1.7, 2.3


class Period(NamedTuple):
    """A stretch of hours with one rate."""

    begin: datetime
    end: datetime
    rate: float


def periods(history: Sequence[InForce]) -> list[Period]:
    """The stretches of one rate; edits of anything else do not end one."""
    found = stretches(history, _rate)
    return [Period(begin, end, _rate(simulation)) for begin, end, simulation in found]


def _rate(simulation: Simulation) -> float:
    return float(simulation["arrivals"]["emergency_per_day"])


def whole_days(period: Period, closed: Sequence[date]) -> list[date]:
    """The published days that lie wholly in a period."""
    return [
        day
        for day in closed
        if period.begin <= clock.midnight(day) and clock.midnight(day) + DAY <= period.end
    ]


def check(stack: Stack, _answer: Sequence[str]) -> Findings:
    """Compare the last week before the doubling with the first week after it."""
    found = periods(stack.configurations())
    doubled = [(a, b) for a, b in pairwise(found) if LEAST <= b.rate / max(a.rate, 1e-9) <= MOST]
    if not doubled:
        rate = f"it is {found[-1].rate:g}"
        return missing(f"arrivals.emergency_per_day has never been doubled in this run; {rate}")
    before, after = doubled[-1]
    there = [
        f"emergency_per_day: {before.rate:g} → {after.rate:g} from {clock.text(after.begin)} on"
    ]
    closed = stack.closed_days()
    old, new = whole_days(before, closed)[-WEEK:], whole_days(after, closed)[:WEEK]
    for days, which in ((old, "before"), (new, "after")):
        if len(days) < WEEK:
            more = f"a whole week {which} it; {len(days)} of its 7 days are published"
            return Findings(there, [f"{more}: move clock.pause_at on"])
    wrong = []
    for path, count in (("stream", in_stream), ("batch", in_batch)):
        was, became = (sum(count(stack, day) for day in days) for days in (old, new))
        told = f"{path}: {was} emergencies in the week before, {became} in the week after"
        if was and LEAST <= became / was <= MOST:
            there.append(told)
        else:
            wrong.append(f"{told}: expected twice as many (look again in a moment)")
    return Findings(there, wrong)


def in_stream(stack: Stack, day: date) -> int:
    """The emergencies that the stream lake has of a day."""
    return sum(
        event["event_type"] == "registered" and event["source"] == "emergency"
        for event in stack.events(TOPIC, day)
    )


def in_batch(stack: Stack, day: date) -> int:
    """The emergencies that the day's CSV has."""
    return sum(row["source"] == "emergency" for row in stack.rows(day, "registrations"))
