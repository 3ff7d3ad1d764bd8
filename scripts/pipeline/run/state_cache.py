"""The hospital's state at the last opened hours: a cache, never the truth.

A file carries the hash of its content. One that is missing or damaged is passed over, and the
scheduler computes the hours since the newest good one (or since the seed) again.
"""

import gzip
import json
import logging
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from pipeline import atomic_files

KEPT = 3
NAME_FORMAT = "%Y-%m-%dT%HZ"

log = logging.getLogger(__name__)


class Snapshot(NamedTuple):
    """The state at `hour`, before that hour is computed; `next_number` is the next event's."""

    hour: datetime
    next_number: int
    state: dict


def save(root: Path, snapshot: Snapshot) -> None:
    """Keep a snapshot, on disk when this returns, and drop those older than the newest few."""
    atomic_files.make_directories(root)
    body = json.dumps(
        {"next_number": snapshot.next_number, "state": snapshot.state}, separators=(",", ":")
    ).encode()
    content = gzip.compress(atomic_files.sha256(body).encode() + b"\n" + body, 1, mtime=0)
    atomic_files.replace(root / f"{snapshot.hour.strftime(NAME_FORMAT)}.json.gz", content)
    for path in sorted(root.glob("[0-9]*.json.gz"))[:-KEPT]:
        path.unlink()


def newest(root: Path, until: datetime) -> Snapshot | None:
    """The newest good snapshot at or before `until`; None if there is none.

    Snapshots after `until` belong to hours that never opened; they are removed.
    """
    for path in sorted(root.glob("[0-9]*.json.gz"), reverse=True):
        hour = datetime.strptime(path.name.removesuffix(".json.gz"), NAME_FORMAT).replace(
            tzinfo=UTC
        )
        if hour > until:
            path.unlink()
            continue
        try:
            digest, body = gzip.decompress(path.read_bytes()).split(b"\n", 1)
            content = json.loads(body) if atomic_files.sha256(body).encode() == digest else None
        except (OSError, EOFError, ValueError, zlib.error):
            content = None
        if content is not None:
            return Snapshot(hour, content["next_number"], content["state"])
        log.warning("the state at %s is damaged; it is computed again", path.name)
        path.unlink()
    return None
