"""The stream lake: JSONL segments, one per partition and simulated day, appended and never edited.

`<topic>/<simulated date>/<partition>-<first offset>.jsonl`; a line contains a record's topic,
partition, offset and event. `partition_files.py` writes them. What is on disk decides from which
offset it continues; there is no other record of progress.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec


class Line(NamedTuple):
    """One line of the lake; `value` is the exact bytes of the record's value."""

    topic: str
    partition: int
    offset: int
    value: bytes


class Place(msgspec.Struct):
    """What a line says before its event."""

    topic: str
    partition: int
    offset: int


PLACE = msgspec.json.Decoder(Place)


def segments(root: Path, topic: str, partition: int) -> list[Path]:
    """The partition's segments in the order of their offsets."""
    return sorted((root / topic).glob(f"*/{partition}-*.jsonl"), key=lambda path: path.stem)


def newest_first(root: Path, topic: str, partition: int) -> Iterator[Path]:
    """The partition's segments from the newest on, each day listed only when it is reached."""
    for day in sorted((root / topic).glob("*"), reverse=True):
        yield from sorted(day.glob(f"{partition}-*.jsonl"), reverse=True)


def lines(segment: Path) -> Iterator[Line]:
    """The lines of a segment. A last line without a line end is still being written: left out.

    Raises:
        ValueError: if a line is broken.
    """
    with segment.open("rb") as content:
        for number, text in enumerate(content, start=1):
            if not text.endswith(b"\n"):
                return
            try:
                line = parse(text)
            except ValueError:
                raise ValueError(f"{name(segment)}, line {number} is broken") from None
            yield line


def parse(text: bytes) -> Line:
    """Split a line into its parts, without decoding the event.

    Raises:
        ValueError: if it is not a line of the lake.
    """
    head, found, tail = text.partition(b',"event":')
    if not found or not tail.endswith(b"}\n"):
        raise ValueError("no event")
    place = PLACE.decode(head + b"}")
    return Line(place.topic, place.partition, place.offset, tail[:-2])


def end_offset(root: Path, topic: str, partition: int) -> int:
    """The offset after the newest whole line of a partition; 0 without any.

    Raises:
        ValueError: if a line of the newest segments is broken.
    """
    for segment in newest_first(root, topic, partition):
        newest = max((line.offset for line in lines(segment)), default=-1)
        if newest >= 0:
            return newest + 1
    return 0


def how_to_rebuild(topic: str) -> str:
    """What a person can do if the lake and the broker contradict each other in a topic."""
    return (
        f"to rebuild the lake from the broker, stop this service, remove {topic} from "
        "the stream lake, and start the service again"
    )


def name(segment: Path) -> str:
    """A segment's name in messages: `<topic>/<simulated date>/<file>`."""
    return "/".join(segment.parts[-3:])
