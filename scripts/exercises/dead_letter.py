"""Exercise 4: a record that breaks the contract becomes a dead letter and stops nothing."""

from collections.abc import Sequence

from kafka import TopicPartition

from exercises.findings import Findings, missing
from exercises.stack import Stack
from pipeline.broker import positions
from pipeline.broker.topics import dead_letter_topic
from pipeline.lakes import stream_lake


def check(stack: Stack, _answer: Sequence[str]) -> Findings:
    """Look for a dead letter, and for records after it in its partition."""
    origins = [positions.origin(r) for r in positions.dead_letters(stack.settings, stack.topics)]
    letters = [origin for origin in origins if origin]
    if not letters:
        topic = dead_letter_topic("hospital.admissions")
        return missing(f"a dead letter: {topic} is empty. Send a record that breaks the contract")
    newest = letters[-1]
    topic, partition = newest.partition
    there = [
        f"{dead_letter_topic(topic)} keeps offset {newest.offset} of partition {partition}: "
        f"{newest.reason.partition(':')[0]}"
    ]
    wrong = []
    if stack.event_at(newest.partition, newest.offset):
        wrong.append(f"the stream lake must not have offset {newest.offset}, but it has")
    if not _goes_on(stack, newest.partition, newest.offset):
        wrong.append(
            f"a record after it: partition {partition} has none in the lake; move clock.pause_at on"
        )
    else:
        there.append(f"the stream lake goes on after it in partition {partition}")
    return Findings(there, wrong)


def _goes_on(stack: Stack, partition: TopicPartition, offset: int) -> bool:
    end = stream_lake.end_offset(stack.settings.stream_lake_dir, *partition)
    return end > offset + 1
