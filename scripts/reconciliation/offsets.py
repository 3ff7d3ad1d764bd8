"""How often each offset of a partition is in the stream lake and among the dead letters."""

from collections.abc import Iterable

from kafka import TopicPartition

from pipeline.lakes.stream_lake import Line


class Offsets:
    """The offsets of one partition, counted up to its end in the baseline.

    Attributes:
        end: the partition's end in the baseline.
        lines: how many lines of the lake are below the end.
        newest: the highest offset in the lake, beyond the end too; -1 without any.
    """

    def __init__(self, partition: TopicPartition, end: int) -> None:
        self.lines = 0
        self.newest = -1
        self._partition = partition
        self.end = end
        self._times = bytearray(end)  # how often each offset appears, at most 255
        self._foreign = ""

    def add_lines(self, lines: Iterable[Line]) -> None:
        """Count the lines of one of the partition's segments."""
        for topic, partition, offset, _value in lines:
            if (topic, partition) != self._partition:
                self._foreign = f"has a line of {topic} partition {partition}"
                continue
            if offset > self.newest:
                self.newest = offset
            if offset < self.end:
                self.lines += 1
                self._count(offset)

    def add_dead_letters(self, offsets: Iterable[int]) -> int:
        """Count the dead letters below the end, and return how many these are."""
        below = [offset for offset in offsets if offset < self.end]
        for offset in below:
            self._count(offset)
        return len(below)

    def wrong(self, end_now: int) -> str:
        """What is wrong with the partition; empty if each offset was counted once, none beyond.

        Args:
            end_now: the broker's end offset now, after the lines were read.
        """
        if self._foreign:
            return self._foreign
        wrong = next((offset for offset, times in enumerate(self._times) if times != 1), None)
        if wrong is not None:
            times = self._times[wrong]
            return f"offset {wrong} {f'appears {times} times' if times else 'is missing'}"
        if self.newest >= end_now:
            return f"offset {self.newest} is beyond the broker's end {end_now}"
        return ""

    def _count(self, offset: int) -> None:
        self._times[offset] = min(self._times[offset] + 1, 255)
