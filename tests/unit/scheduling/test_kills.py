"""A kill at any write of the scheduler changes nothing in what the run leaves in the end."""

import os
from collections.abc import Callable

import pytest

from .conftest import Killed, Place


class Killer:
    """Replaces os.fsync, which every durable write calls."""

    def __init__(self, at: int | None) -> None:
        self.calls = 0
        self._at = at
        self._fsync = os.fsync

    def __call__(self, descriptor: int) -> None:
        self.calls += 1
        if self.calls == self._at:
            raise Killed
        self._fsync(descriptor)


def test_a_kill_at_any_write(
    place: Callable[[str], Place], expected: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = Killer(at=None)
    monkeypatch.setattr(os, "fsync", counter)
    place("undisturbed").run()
    assert counter.calls > 40

    for write in range(1, counter.calls + 1):
        disturbed = place(f"killed-at-{write}")
        monkeypatch.setattr(os, "fsync", Killer(at=write))
        with pytest.raises(Killed):
            disturbed.run()
        monkeypatch.setattr(os, "fsync", Killer(at=None))
        disturbed.run()
        assert disturbed.contents() == expected, f"killed at write {write}"


def test_kills_one_after_the_other(
    place: Callable[[str], Place], expected: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    disturbed = place("disturbed")
    for write in (3, 9, 5, 14, 8, 30):
        monkeypatch.setattr(os, "fsync", Killer(at=write))
        with pytest.raises(Killed):
            disturbed.run()
    monkeypatch.undo()
    disturbed.run()
    assert disturbed.contents() == expected
