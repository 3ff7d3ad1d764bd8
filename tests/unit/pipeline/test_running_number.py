"""A record is ours only if its header carries the running number of an event."""

import pytest

from pipeline.broker import resume


@pytest.mark.parametrize(
    ("headers", "number"),
    [
        ([], -1),
        ([("number", b"0")], 0),
        ([("number", b"41")], 41),
        ([("source", b"x"), ("number", b"41")], 41),
        ([("number", None)], -1),
        ([("number", b"")], -1),
        ([("number", b"-5")], -1),
        ([("number", b"4.5")], -1),
        ([("number", "٤".encode())], -1),
        ([("Number", b"41")], -1),
    ],
)
def test_only_digits_in_our_header_are_a_running_number(
    headers: list[tuple[str, bytes | None]], number: int
) -> None:
    assert resume.running_number(headers) == number
