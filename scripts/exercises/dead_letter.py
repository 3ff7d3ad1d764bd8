"""Exercise 4: a record that breaks the contract becomes a dead letter and stops nothing.

What the producer sent does not count, for the source may plant malformed messages. Those of a day
that is over are in the answer key; a record of the producer's has its running number as a header.
"""

from collections.abc import Iterable, Sequence

from kafka import TopicPartition
from kafka.consumer.fetcher import ConsumerRecord

from exercises.findings import Findings, missing
from exercises.stack import Stack
from pipeline import atomic_files
from pipeline.broker import positions
from pipeline.broker.positions import Origin
from pipeline.broker.resume import running_number
from pipeline.broker.topics import dead_letter_topic
from pipeline.lakes import stream_lake
from scoring import answers
from scoring.answers import Planted


def check(stack: Stack, _answer: Sequence[str]) -> Findings:
    """Look for a dead letter, and for records after it in its partition."""
    letters = positions.dead_letters(stack.settings, stack.topics)
    sent = not_planted(letters, answers.read(stack.settings.simulation_dir))
    places = [(origin.partition, origin.offset) for origin in reversed(sent)]
    records = zip(reversed(sent), positions.read_back(stack.settings, places), strict=True)
    newest = next((o for o, record in records if running_number(record.headers) < 0), None)
    if newest is None:
        topic = dead_letter_topic("hospital.admissions")
        return missing(
            f"a dead letter of yours: {topic} has none. Send a record that breaks the contract"
        )
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


def not_planted(letters: Iterable[ConsumerRecord], key: Iterable[Planted]) -> list[Origin]:
    """Where the dead letters come from that the answer key does not name."""
    planted = {each.value_sha256 for each in key if each.fault == "malformed_message"}
    return [
        origin
        for letter in letters
        if atomic_files.sha256(letter.value or b"") not in planted
        and (origin := positions.origin(letter))
    ]


def _goes_on(stack: Stack, partition: TopicPartition, offset: int) -> bool:
    end = stream_lake.end_offset(stack.settings.stream_lake_dir, *partition)
    return end > offset + 1
