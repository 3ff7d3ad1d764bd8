"""Each check fails on an untouched stack, then before its solution, and passes after it.

The stack runs from a copy of the checkout, because some solutions edit it. It has the shipped
configuration but for the number of people.
"""

import re
from collections.abc import Iterator

import pytest
import yaml

from ..machine import Machine
from ..stack import PYTHON_SERVICES, ROOT
from .solutions import scripts

TITLES = re.compile(r"^\| (\d+) \| \[([^\]]+)\]", re.MULTILINE)
INDEX = (ROOT / "docs" / "exercises" / "README.md").read_text(encoding="utf-8")
NUMBERS = [int(number) for number, _title in TITLES.findall(INDEX)]
ASKING = [2, 5]
SERVICES = ("kafka", "postgres", *PYTHON_SERVICES)
SECONDS = 180  # for one solution
OVERLAY = {"simulation": {"population": {"size": 50_000}}}
KNOBS = {"CONFIG_OVERLAY": "small.yaml", "KAFKA_ZOOKEEPER_SESSION_TIMEOUT_MS": "6000"}


class Learner:
    """Somebody who has a clone of the repository, and types."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._folder = f"{machine.disk}/{machine.project}"
        copy = f"tar -C {ROOT} --exclude=.git -c . | tar -C {self._folder} -x"
        made = machine.run(f"mkdir {self._folder}; {copy}")
        assert made.returncode == 0, made.stdout

    def type(self, script: str, seconds: int = SECONDS) -> tuple[int, str]:
        """Run a script in the clone; the exit code and what it printed."""
        limited = f"cd {self._folder}\ncat > /tmp/script\ntimeout {seconds} bash -eu /tmp/script\n"
        done = self._machine.run(limited, stdin=script, **KNOBS)
        return done.returncode, done.stdout


@pytest.fixture(scope="module")
def learner() -> Iterator[Learner]:
    """The stack as docs/exercises/README.md asks for it: three weeks have passed, time stands."""
    [clock] = re.findall(r"```yaml\n(.*?)```", INDEX, re.DOTALL)
    pace = yaml.safe_load(clock)["clock"]
    machine = Machine("exercises")
    try:
        own = Learner(machine)
        code, printed = own.type(
            f"""
            cat > configs/small.yaml <<'END'
{yaml.safe_dump(OVERLAY)}END
            sed -i 's/^  real_days: .*/  real_days: {pace["real_days"]}/
                    s/^  # pause_at: .*/  pause_at: {pace["pause_at"]}/' configs/simulation.yaml
            docker compose up -d --build --wait {" ".join(SERVICES)}
            until docker compose logs batch_ingestor | grep -q 'day=2021-04-27'; do sleep 1; done
            """
        )
        assert code == 0, printed
        yield own
    finally:
        machine.remove()


def test_no_check_passes_on_an_untouched_stack(learner: Learner) -> None:
    code, printed = learner.type("docker compose run --rm -T check")
    assert code == 1, printed
    lines = printed.splitlines()[-len(NUMBERS) - 1 :]
    assert lines[-1] == f"0 of {len(NUMBERS) - len(ASKING)} done; {len(ASKING)} need an answer"
    for number, line in zip(NUMBERS, lines[:-1], strict=True):
        told = "needs an answer" if number in ASKING else "not yet"
        assert re.match(rf" *{number}  .* {told} +\S", line), line


def test_the_shipped_consumer_fails_its_check_after_a_kill(learner: Learner) -> None:
    # In the service's own container: `docker compose kill` ends those of `run` as well.
    inside = "docker compose exec -T own_consumer sh -c"
    _code, printed = learner.type(
        f"""
        docker compose up -d --build own_consumer
        until {inside} 'cat /lake/own/*.jsonl' | grep -q .; do sleep 1; done
        docker compose kill own_consumer
        docker compose up -d own_consumer
        until {inside} 'grep -c start /lake/own/life.txt' | grep -qx 2; do sleep 1; done
        docker compose stop own_consumer
        docker compose run --rm -T check 12 || echo "the check: $?"
        docker compose run --rm -T --entrypoint=sh own_consumer -c 'rm -f /lake/own/*'
        """
    )
    assert "the check: 1\n" in printed, printed
    assert re.search(r"missing  (partition \d|records.jsonl line)", printed), printed


@pytest.mark.parametrize("number", NUMBERS)
def test_a_check_fails_before_its_solution_and_passes_after_it(
    learner: Learner, number: int
) -> None:
    # Nobody sits at a terminal here.
    solution = scripts()[number].replace("docker compose run --rm ", "docker compose run --rm -T ")
    solution = solution.replace(" -T -T ", " -T ")
    before = f'docker compose run --rm -T check {number} || echo "before: $?"\n'
    code, printed = learner.type(f"{before}set -x\n{solution}")
    first, _, after = printed.partition("before: 1\n")
    assert "  missing  " in first, printed
    assert code == 0, printed
    assert re.search(rf"^{number}  .*: done$", after, re.MULTILINE), printed


def test_each_exercise_has_a_page_with_its_parts_and_a_solution() -> None:
    assert NUMBERS == list(scripts()) == list(range(1, 13))
    for number in NUMBERS:
        [page] = (ROOT / "docs" / "exercises").glob(f"{number:02}-*.md")
        text = page.read_text(encoding="utf-8")
        for part in ("**Goal.**", "**You will learn**", "**Hints**", f"check {number}"):
            assert part in text, f"{page.name}: {part}"
