"""A stream_processor as far as the lake sees it, on a node; told what to do line by line.

take PARTITION COMMITTED    answers "owned", or the offset from which it goes on
write PARTITION DAY OFFSET  appends a record and syncs; answers "written", or why not
close PARTITION             answers "closed"
"""

import sys
from pathlib import Path

from pipeline.lakes.partition_files import PartitionFiles

TOPIC = "hospital.admissions"


def main(root: Path) -> None:
    """Do what the lines of standard input say."""
    owned: dict[int, PartitionFiles] = {}
    for line in sys.stdin:
        match line.split():
            case ["take", partition, committed]:
                answer = take(root, owned, int(partition), int(committed))
            case ["write", partition, day, offset]:
                answer = write(owned[int(partition)], day, int(offset))
            case ["close", partition]:
                owned.pop(int(partition)).close()
                answer = "closed"
            case _:
                answer = f"what is {line!r}?"
        print(answer, flush=True)


def take(root: Path, owned: dict[int, PartitionFiles], partition: int, committed: int) -> str:
    """Take a partition over."""
    files = PartitionFiles.try_lock(root, TOPIC, partition)
    if files is None:
        return "owned"
    try:
        last = files.recover(committed)
    except BlockingIOError:
        files.close()
        return "owned"
    owned[partition] = files
    return str(last.offset + 1 if last else 0)


def write(files: PartitionFiles, day: str, offset: int) -> str:
    """Append a record."""
    try:
        files.append(day, offset, b'{"n":%d}' % offset)
        files.sync()
    except OSError as refusal:
        return f"refused: {refusal}"
    return "written"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
