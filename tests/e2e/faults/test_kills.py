"""Random kills of the services and the broker while sixty days pass leave no trace in the end."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..stack import PYTHON_SERVICES, small_simulation, wait_until
from . import chance
from .fault_stack import HEALED_SECONDS, FaultStack
from .undisturbed import assert_ends_undisturbed

KILLS = 50 if chance.DRILL_ROUNDS else 8
VICTIMS = (*PYTHON_SERVICES, "kafka")
SECONDS_A_KILL = 30  # more than a kill takes; what is left of the run then passes at full speed


@pytest.fixture(scope="module")
def stack() -> Iterator[FaultStack]:
    with FaultStack("kills", small_simulation(KILLS * SECONDS_A_KILL / 86_400, days=60)) as own:
        own.start()
        yield own


def wait_for_its_progress(stack: FaultStack, victim: str) -> None:
    """Wait until the victim has done more work: loaded a day, or let the stream lake grow."""

    def work_done() -> int:
        return stack.loaded_days() if victim == "batch_ingestor" else stack.progress()[1]

    before = work_done()
    try:
        wait_until(lambda: work_done() > before, HEALED_SECONDS, f"{victim} to do more work")
    except AssertionError:
        stack.print_logs()
        raise


def test_the_end_is_that_of_an_undisturbed_run(stack: FaultStack, tmp_path: Path) -> None:
    draw = chance.draw("kills")
    # Each victim once, the other kills at random.
    victims = [*VICTIMS, *draw.choices(VICTIMS, k=KILLS - len(VICTIMS))]
    draw.shuffle(victims)
    print(" ".join(victims))
    for victim in victims:
        wait_for_its_progress(stack, victim)
        time.sleep(draw.uniform(0, 2))  # the instant is what is random
        stack.crash(victim)
    assert_ends_undisturbed(stack, tmp_path / "undisturbed")
