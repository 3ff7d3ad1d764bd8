"""The hospital's state at the last opened hours: a cache, never the truth.

A file contains its own hash and the version of the model that computed the state. A file that is
damaged, or of another version than the clock's history says, is removed, and the scheduler computes
the hours since the newest good one (or since the seed) again.
"""

import gzip
import json
import logging
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from pipeline import atomic_files
from pipeline.run.clock import HOUR, Clock

KEPT = 3
NAME_FORMAT = "%Y-%m-%dT%HZ.json.gz"

log = logging.getLogger(__name__)


class Snapshot(NamedTuple):
    """The hospital at a full hour, before that hour is computed.

    Attributes:
        next_number: the running number of the next event.
        model_version: of the model that computed the hour before.
        state: plain JSON.
    """

    hour: datetime
    next_number: int
    model_version: int
    state: dict[str, Any]


def save(root: Path, snapshot: Snapshot) -> None:
    """Keep a snapshot, on disk when this returns, and drop all but the newest three."""
    atomic_files.make_directories(root)
    hour, *fields = snapshot
    body = json.dumps(fields, separators=(",", ":")).encode()
    content = gzip.compress(atomic_files.sha256(body).encode() + b"\n" + body, 1, mtime=0)
    atomic_files.replace(root / hour.strftime(NAME_FORMAT), content)
    for path in _files(root)[:-KEPT]:
        path.unlink()


def newest(root: Path, now: Clock) -> Snapshot | None:
    """Return the newest good snapshot of the hours that are open; None if there is none.

    Remove every newer file: its hours never opened, or it is not good.
    """
    for path in reversed(_files(root)):
        hour = datetime.strptime(path.name, NAME_FORMAT).replace(tzinfo=UTC)
        if hour <= now.open_until:
            snapshot = _load(path, hour)
            if snapshot is None:
                log.warning("the state %s is damaged; it is computed again", path.name)
            elif snapshot.model_version != (made_by := now.in_force(hour - HOUR).model_version):
                log.warning(
                    "the state %s is of model version %d, but version %d was in force; "
                    "it is computed again",
                    *(path.name, snapshot.model_version, made_by),
                )
            else:
                return snapshot
        path.unlink()
    return None


def _files(root: Path) -> list[Path]:
    return sorted(root.glob("[0-9]*.json.gz"))


def _load(path: Path, hour: datetime) -> Snapshot | None:
    try:
        digest, body = gzip.decompress(path.read_bytes()).split(b"\n", 1)
        if atomic_files.sha256(body).encode() != digest:
            return None
        return Snapshot(hour, *json.loads(body))
    except (OSError, EOFError, ValueError, TypeError, zlib.error):
        return None
