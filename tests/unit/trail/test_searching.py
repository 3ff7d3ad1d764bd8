"""Lines are found by searching bytes, wherever the blocks that are read begin and end."""

import io

from hypothesis import given
from hypothesis import strategies as st

from trail.searching import lines_containing

WORDS = st.lists(st.sampled_from([b"", b"a", b"P1", b"xP1x", b"P", b"1P1 P1"]), max_size=12)


class Slowly(io.BytesIO):
    """A file that gives a few bytes at a time."""

    def __init__(self, content: bytes, size: int) -> None:
        super().__init__(content)
        self._size = size

    def read(self, _size: int | None = -1, /) -> bytes:
        return super().read(self._size)


@given(words=WORDS, size=st.integers(1, 9), unfinished=st.sampled_from([b"", b"P1", b"x"]))
def test_exactly_the_whole_lines_with_the_text_are_found(
    words: list[bytes], size: int, unfinished: bytes
) -> None:
    content = b"".join(word + b"\n" for word in words) + unfinished
    expected = [(i, word + b"\n") for i, word in enumerate(words, start=1) if b"P1" in word]
    assert list(lines_containing(Slowly(content, size), b"P1")) == expected
