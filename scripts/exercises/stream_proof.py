"""The proof that nothing is lost: each offset is in the lake or among the dead letters, once."""

from kafka import TopicPartition

from exercises.stack import Stack
from pipeline.broker import positions
from pipeline.lakes import stream_lake
from reconciliation.offsets import Offsets
from reconciliation.stream import dead_offsets


def gaps(stack: Stack) -> tuple[int, list[str]]:
    """How many records the broker has, and the first fault of each partition; none: it is proved.

    Raises:
        KafkaError: if the broker does not answer.
    """
    ends = positions.end_offsets(stack.settings, stack.topics)
    dead = dead_offsets(stack.settings, stack.topics)
    counted = {partition: _count(stack, partition, end) for partition, end in ends.items()}
    now = positions.end_offsets(stack.settings, stack.topics)
    faults = []
    for partition, offsets in counted.items():
        offsets.add_dead_letters(dead[partition])
        if fault := offsets.wrong(now[partition]):
            place = f"{partition.topic} partition {partition.partition}"
            faults.append(f"{place}: {fault} in the stream lake (look again in a moment)")
    return sum(ends.values()), faults


def _count(stack: Stack, partition: TopicPartition, end: int) -> Offsets:
    offsets = Offsets(partition, end)
    for segment in stream_lake.segments(stack.settings.stream_lake_dir, *partition):
        offsets.add_lines(stream_lake.lines(segment))
    return offsets


def unpublished(stack: Stack) -> list[str]:
    """The first closed day of which the lake lacks events; empty if there is none.

    Days with planted faults are left out: their messages may be lost on purpose.
    """
    planted = [
        (begin.date(), end.date())
        for begin, end, simulation in stack.configurations()
        if simulation.get("faults", {}).get("enabled")
    ]
    for day in stack.closed_days():
        if any(first <= day <= last for first, last in planted):
            continue
        manifest, _hash = stack.manifest(day)
        for topic, entry in manifest.events.items():
            found = stack.count_events(topic, day)
            if found < entry.count:
                told = f"{found} of the {entry.count} events that the hospital had"
                return [f"{topic} of {day}: {told} (look again in a moment)"]
    return []
