"""What the comparisons of both paths share: what was noted at the start, and a verdict."""

from datetime import date
from itertools import islice
from typing import NamedTuple

from kafka import TopicPartition

from pipeline.lakes.batch_lake import Manifest


class Noted(NamedTuple):
    """What was there when the comparison began: end offsets, and published days in order.

    `manifests` and `hashes` (of the manifests' bytes) are by day; a published day never changes.
    """

    ends: dict[TopicPartition, int]
    manifests: dict[date, Manifest]
    hashes: dict[date, str]

    @property
    def closed_days(self) -> dict[date, Manifest]:
        """The days that are over; the first one, day zero, has no events."""
        return dict(islice(self.manifests.items(), 1, None))


class Check(NamedTuple):
    """One comparison; `difference` names the first one exactly, empty if all is well."""

    what: str
    counted: str
    difference: str
