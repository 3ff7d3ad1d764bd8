"""The exercises by number: what each is called, and the check that looks whether it is done."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from exercises import (
    added_dataset,
    closed_ward,
    dead_letter,
    doubled_arrivals,
    emptied_postgres,
    killed_broker,
    mended_day,
    own_consumer,
    own_view,
    readmitted_patient,
    rejected_row,
    three_processors,
)
from exercises.findings import Findings
from exercises.stack import Stack


class Exercise(NamedTuple):
    """One exercise; `check` gets the stack and the answer, if the exercise asks for one."""

    title: str
    check: Callable[[Stack, Sequence[str]], Findings]
    needs_answer: bool = False


EXERCISES = {
    1: Exercise("Double the arrivals", doubled_arrivals.check),
    2: Exercise("Follow a patient who came back", readmitted_patient.check, needs_answer=True),
    3: Exercise("Close a ward", closed_ward.check),
    4: Exercise("Break the contract", dead_letter.check),
    5: Exercise("Find a rejected row", rejected_row.check, needs_answer=True),
    6: Exercise("Kill the broker", killed_broker.check),
    7: Exercise("Scale out and back", three_processors.check),
    8: Exercise("Empty Postgres", emptied_postgres.check),
    9: Exercise("Damage a day and mend it", mended_day.check),
    10: Exercise("Add a view", own_view.check),
    11: Exercise("Add a dataset", added_dataset.check),
    12: Exercise("Write a consumer that survives kill -9", own_consumer.check),
}
