"""A dead letter that the source planted is nobody's solution."""

from kafka.consumer.fetcher import ConsumerRecord

from exercises.dead_letter import not_planted
from pipeline import atomic_files
from scoring.answers import Planted


def letter(value: bytes | None, offset: int, *, ours: bool = True) -> ConsumerRecord:
    """A record in the dead letter topic."""
    names = {"topic": "hospital.admissions", "partition": "2", "offset": str(offset)}
    headers = [(name, text.encode()) for name, text in (names | {"reason": "not JSON"}).items()]
    given = {"topic": "hospital.admissions.dlq", "value": value, "headers": headers if ours else []}
    return ConsumerRecord(**(dict.fromkeys(ConsumerRecord._fields) | given))


def test_the_letters_that_the_key_names_are_passed_over() -> None:
    key = [
        Planted(fault="malformed_message", value_sha256=atomic_files.sha256(b"planted")),
        Planted(fault="missing_message", event_id="1"),
    ]
    letters = [letter(b"mine", 3), letter(b"planted", 5), letter(None, 7)]
    assert [origin.offset for origin in not_planted(letters, key)] == [3, 7]


def test_what_is_no_dead_letter_of_ours_is_passed_over() -> None:
    assert not_planted([letter(b"mine", 3, ours=False)], []) == []
