"""While images are built, the scripts tell which, and for how long: a line anew, or new lines."""

import os
import pty
import re
import subprocess
from pathlib import Path

LIB = Path(__file__).parents[2] / "mirror" / "lib.sh"
# Until the reader of its output has seen two lines; the telling must end with the script.
SCRIPT = """
source "$1"
tell_every=0.05
what() { printf 'building mirror/kafka (3 of 5, %s s)' "$SECONDS"; }
tell_meanwhile what
read -r
[[ $REPLY != fail ]] || exit 3
tell_no_more
say built
"""
TOLD = re.compile(r"  building mirror/kafka \(3 of 5, \d+ s\)")


def start(output: int) -> subprocess.Popen[bytes]:
    """Run the script; it goes on with the next line of its input."""
    command = ["bash", "-euo", "pipefail", "-c", SCRIPT, "bash", str(LIB)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=output)


def test_a_log_gets_lines_until_it_is_built() -> None:
    with start(subprocess.PIPE) as script:
        assert script.stdin and script.stdout
        lines = [script.stdout.readline().decode().rstrip("\n") for _ in range(2)]
        script.stdin.write(b"\n")
        script.stdin.close()
        *more, last = script.stdout.read().decode().splitlines()  # it ends, so nobody writes on
    assert all(TOLD.fullmatch(line) for line in [*lines, *more])
    assert last == "  built"
    assert script.returncode == 0


def test_a_build_that_fails_ends_the_telling_too() -> None:
    with start(subprocess.PIPE) as script:
        assert script.stdin and script.stdout
        script.stdout.readline()
        script.stdin.write(b"fail\n")
        script.stdin.close()
        script.stdout.read()
    assert script.returncode == 3


def test_a_terminal_gets_one_line_that_is_written_again_and_gone_in_the_end() -> None:
    master, slave = pty.openpty()
    shown = ""
    with start(slave) as script:
        os.close(slave)
        assert script.stdin
        while len(TOLD.findall(shown)) < 2:
            shown += os.read(master, 1000).decode()
        script.stdin.write(b"\n")
        script.stdin.close()
        while "built" not in shown:
            shown += os.read(master, 1000).decode()
    os.close(master)
    *told, last = shown.split("\r\x1b[K")
    assert "\n" not in "".join(told)
    assert last.strip() == "built"
