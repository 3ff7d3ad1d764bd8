"""Random kills spread over the services and the broker while sixty days pass."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ..stack import PYTHON_SERVICES, small_simulation, wait_until
from ..undisturbed import Undisturbed
from . import chance
from .broken import BrokenStack
from .watched import HEALED_SECONDS

KILLS = 50 if chance.DRILL_ROUNDS else 8
VICTIMS = (*PYTHON_SERVICES, "kafka")
SECONDS_A_KILL = 30  # more than it takes; what is left of the run then passes at full speed


@pytest.fixture(scope="module")
def stack() -> Iterator[BrokenStack]:
    own = BrokenStack("kills", small_simulation(KILLS * SECONDS_A_KILL / 86_400, days=60))
    try:
        own.start()
        yield own
    finally:
        own.down()


def wait_for_its_progress(stack: BrokenStack, victim: str) -> None:
    """Until the victim has got on since now: to the days loaded, or to the stream."""

    def reached() -> int:
        return stack.loaded_days() if victim == "batch_ingestor" else stack.progress()[1]

    before = reached()
    try:
        wait_until(lambda: reached() > before, HEALED_SECONDS, f"{victim} to get on")
    except AssertionError:
        stack.print_logs()
        raise


def test_the_end_is_that_of_an_undisturbed_run(stack: BrokenStack, tmp_path: Path) -> None:
    draw = chance.draw("kills")
    # Each of them; and whoever else is drawn.
    victims = [*VICTIMS, *draw.choices(VICTIMS, k=KILLS - len(VICTIMS))]
    draw.shuffle(victims)
    print(" ".join(victims))
    for victim in victims:
        wait_for_its_progress(stack, victim)
        time.sleep(draw.uniform(0, 2))  # the instant is what is random
        stack.crash(victim)
    stack.finish()
    printed = stack.wait_until_reconciled(seconds=120)
    undisturbed = Undisturbed(stack.simulation, tmp_path / "undisturbed")
    assert undisturbed.fingerprint in printed
    assert stack.hashes("lake_stream", "*.jsonl") == undisturbed.stream_lake()
