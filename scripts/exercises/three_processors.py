"""Exercise 7: three stream_processors share the partitions; later one has them all again."""

from collections.abc import Sequence

from exercises import stream_proof
from exercises.findings import Findings
from exercises.stack import Stack
from pipeline import status_files

REPLICAS = 3


def check(stack: Stack, _answer: Sequence[str]) -> Findings:
    """Look at each replica's status file, then prove that the stream is whole."""
    paths = sorted(stack.settings.status_dir.glob("stream_processor-*.json"))
    alive = {path for path in paths if status_files.is_owned(path)}
    read = {path: status_files.read(path) for path in paths}
    wrote = {path: status.counts.get("events", 0) for path, status in read.items() if status}
    there, wrong = [], []
    worked = {path for path, events in wrote.items() if events}
    for path in sorted(worked):
        state = "runs" if path in alive else "has ended"
        there.append(f"{path.stem} {state}; it has written {wrote[path]} events since its start")
    if len(worked) < REPLICAS:
        wrong.append(
            f"{REPLICAS} stream_processors that have written events: {len(worked)} have. "
            "Scale to 3, and move clock.pause_at on"
        )
    elif len(alive) != 1:
        wrong.append(f"one stream_processor again: {len(alive)} run")
    _records, gaps = stream_proof.gaps(stack)
    return Findings(there, wrong + gaps)
