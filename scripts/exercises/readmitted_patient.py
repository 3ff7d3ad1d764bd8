"""Exercise 2: a patient who came back, and the record that says so.

The answer is a patient_id and the partition and offset of the event with which the patient was
admitted again. The tables say whether the patient came back, the stream lake what the record is.
"""

from collections.abc import Sequence

from kafka import TopicPartition

from exercises.findings import Findings, missing
from exercises.stack import Stack
from pipeline.broker import partitions
from pipeline.run.clock import DAY

TOPIC = "hospital.admissions"
WITHIN = 30 * DAY
STAYS = """
select a.encounter_id, a.admitted_at, lag(d.discharged_at) over (order by a.admitted_at)
from hospital.admissions a left join hospital.discharges d using (encounter_id)
where a.patient_id = %s
"""
HOW = "say whom, and where: check 2 <patient_id> <partition> <offset>"


def check(stack: Stack, answer: Sequence[str]) -> Findings:
    """Check the patient against the tables, then the record against the lake."""
    if len(answer) != 3 or not all(number.isdecimal() for number in answer[1:]):
        return missing(HOW)
    patient, partition, offset = answer[0], int(answer[1]), int(answer[2])
    stays = stack.ask(STAYS, patient)
    if not stays:
        return missing(
            f"the tables have no admission of {patient}: choose a patient of a closed day"
        )
    back = [stay for stay, at, left in stays if left and at - left <= WITHIN]
    if not back:
        return missing(
            f"{patient} has {len(stays)} admissions, none within 30 days after a discharge"
        )
    there = [f"{patient} was admitted again within 30 days: {', '.join(back)}"]
    wrong = misplaced(stack, patient, TopicPartition(TOPIC, partition), offset, back)
    if not wrong:
        there.append(f"partition {partition} offset {offset} of {TOPIC} is that admission")
    return Findings(there, wrong)


def misplaced(
    stack: Stack, patient: str, place: TopicPartition, offset: int, encounters: list[str]
) -> list[str]:
    """What is wrong with the place that was named; nothing if it is the admission."""
    expected = partitions.partition_of(stack.topics, TOPIC, patient.encode())
    if place != expected:
        return [f"the record: {patient} is never in partition {place.partition} (the key decides)"]
    event = stack.event_at(place, offset)
    if event is None:
        return [
            f"the record: the stream lake has no offset {offset} in partition {place.partition}"
        ]
    if event["event_type"] == "admitted" and event["encounter_id"] in encounters:
        return []
    what = f"{event['event_type']} of {event['patient_id']}, {event['encounter_id']}"
    return [f"the record: offset {offset} is {what}: expected the event `admitted` of the return"]
