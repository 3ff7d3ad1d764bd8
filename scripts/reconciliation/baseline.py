"""What all comparisons share: the baseline against which they are made, and their result."""

from collections.abc import Container
from datetime import date
from itertools import islice
from typing import NamedTuple

from kafka import TopicPartition

from pipeline.lakes.batch_lake import Manifest


class Baseline(NamedTuple):
    """What was there when the comparison began.

    Attributes:
        ends: per partition the offset after the last record that the broker acknowledged.
        manifests: by published day, in order of date; a published day never changes.
        hashes: of the manifests' bytes, by day.
    """

    ends: dict[TopicPartition, int]
    manifests: dict[date, Manifest]
    hashes: dict[date, str]

    @property
    def closed_days(self) -> dict[date, Manifest]:
        """The days that are over; the first day, day zero, has no events."""
        return dict(islice(self.manifests.items(), 1, None))

    def without(self, days: Container[date]) -> "Baseline":
        """The baseline with none of these days, whose rows are in no table."""
        left = {day: manifest for day, manifest in self.manifests.items() if day not in days}
        return self._replace(manifests=left)


class Comparison(NamedTuple):
    """One comparison; `difference` names the first difference exactly, and is empty if all is well.

    `counted` says how much was compared.
    """

    name: str
    counted: str
    difference: str
