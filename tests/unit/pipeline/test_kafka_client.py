"""The header that says which event of the run a record is."""

import pytest

from pipeline.broker import clients


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
def test_only_our_own_header_counts(headers: list[tuple[str, bytes]], number: int) -> None:
    assert clients.number_of(headers) == number
