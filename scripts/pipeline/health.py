"""The containers' healthcheck: `python -m pipeline.health HEARTBEAT_FILE LIMIT_SECONDS`.

Exits with 0 if the service renewed its heartbeat within the limit. It compares monotonic time, so
that setting the wall clock changes nothing, and imports only the standard library, because it runs
every few seconds.
"""

import sys
import time
from pathlib import Path


def healthy(heartbeat_file: Path, limit_seconds: float) -> bool:
    """Whether the last completed turn is at most `limit_seconds` ago."""
    if not heartbeat_file.exists():
        return False
    return time.monotonic() - float(heartbeat_file.read_text()) <= limit_seconds


if __name__ == "__main__":
    sys.exit(0 if healthy(Path(sys.argv[1]), float(sys.argv[2])) else 1)
