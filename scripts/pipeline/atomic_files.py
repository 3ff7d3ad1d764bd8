"""Files that appear complete or not at all, and are on disk when a function returns."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path


def sync_directory(directory: Path) -> None:
    """Put a directory's entries (a created or renamed name) on disk."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_synced(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file and put its bytes on disk; the caller syncs its directory."""
    with path.open("wb") as file:
        file.writelines(parts)
        file.flush()
        os.fsync(file.fileno())


def cut(path: Path, size: int) -> None:
    """Cut a file to its first `size` bytes, on disk when this returns."""
    with path.open("r+b") as file:
        file.truncate(size)
        os.fsync(file.fileno())


def replace(path: Path, content: bytes) -> None:
    """Write `content` to `path` in one rename, on disk when this returns.

    The directory must exist. A reader sees the old file or the new one, never half of one.
    """
    draft = path.with_name(f".{path.name}.draft")
    write_synced(draft, [content])
    draft.rename(path)
    sync_directory(path.parent)


def make_directories(path: Path) -> None:
    """Create a directory and its parents, every new name on disk when this returns."""
    if path.is_dir():
        return
    make_directories(path.parent)
    path.mkdir(exist_ok=True)
    sync_directory(path.parent)


def sha256(content: bytes) -> str:
    """The SHA-256 of `content` as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
