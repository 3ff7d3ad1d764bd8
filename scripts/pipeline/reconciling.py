"""What the comparisons of both paths share: what was noted at the start, and a verdict."""

from datetime import date
from typing import NamedTuple

from kafka import TopicPartition


class Noted(NamedTuple):
    """What was there when the comparison began: end offsets, and published days in order."""

    ends: dict[TopicPartition, int]
    days: list[date]

    @property
    def closed_days(self) -> list[date]:
        """The days that are over; the first one, day zero, has no events."""
        return self.days[1:]


class Check(NamedTuple):
    """One comparison; `difference` names the first one exactly, empty if all is well."""

    what: str
    counted: str
    difference: str
