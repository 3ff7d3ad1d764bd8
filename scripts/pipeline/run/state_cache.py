"""The hospital's state at the last opened hours: a cache, never the truth.

A file contains its own hash and the version of the model that computed the state. A file that is
damaged, or of another version than the clock's history says, is removed, and the scheduler computes
the hours since the newest good one (or since the seed) again.
"""

import gzip
import logging
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from pipeline import atomic_files
from pipeline.logs import Message
from pipeline.run.clock import HOUR, Clock

KEPT = 3
# Not at all: only three files are kept. Earlier versions compressed them, and gzip reads both.
COMPRESSION_LEVEL = 0
NAMES, NAME_FORMAT = "[0-9]*.json.gz", "%Y-%m-%dT%HZ.json.gz"

log = logging.getLogger(__name__)


class Snapshot(NamedTuple):
    """The hospital at a full hour, before that hour is computed; its state as plain JSON."""

    hour: datetime
    next_number: int  # of the next event
    model_version: int  # of the model that computed the hour before
    state: dict[str, Any]


def save(root: Path, snapshot: Snapshot) -> None:
    """Keep a snapshot, on disk when this returns, and drop all but the newest three."""
    atomic_files.make_directories(root)
    hour, *fields = snapshot
    body = msgspec.json.encode(fields)
    content = gzip.compress(
        atomic_files.sha256(body).encode() + b"\n" + body, COMPRESSION_LEVEL, mtime=0
    )
    atomic_files.replace(root / hour.strftime(NAME_FORMAT), content)
    for path in sorted(root.glob(NAMES))[:-KEPT]:
        path.unlink()


def newest(root: Path, now: Clock) -> Snapshot | None:
    """Return the newest good snapshot of the hours that are open; None if there is none.

    Remove every newer file: its hours never opened, or it is not good.
    """
    for path in sorted(root.glob(NAMES), reverse=True):
        hour = datetime.strptime(path.name, NAME_FORMAT).replace(tzinfo=UTC)
        if hour <= now.open_until:
            try:
                return _load(path, hour, now.in_force(hour - HOUR).model_version)
            except (OSError, EOFError, LookupError, ValueError, TypeError, zlib.error) as error:
                log.warning(
                    Message("cannot use a state: computing it again", file=path.name, reason=error)
                )
        path.unlink()
    return None


def _load(path: Path, hour: datetime, model_version: int) -> Snapshot:
    digest, body = gzip.decompress(path.read_bytes()).split(b"\n", 1)
    if atomic_files.sha256(body).encode() != digest:
        raise ValueError("its hash differs")
    snapshot = Snapshot(hour, *msgspec.json.decode(body))
    if snapshot.model_version != model_version:
        raise ValueError(f"model version {snapshot.model_version}, expected {model_version}")
    return snapshot
