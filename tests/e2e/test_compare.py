"""`compare` as a person runs it, over a configs/ of the test's own."""

from collections.abc import Iterator

import pytest

from .stack import Stack, small_simulation

BRIEFLY = ("--seeds", "2", "--days", "5")


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack("compare", small_simulation(real_days=0)) as own:
        own.write_configs()
        yield own


def test_a_flu_wave_is_told_from_chance(stack: Stack) -> None:
    answer = stack.run("compare", "flu_wave", *BRIEFLY)
    assert answer.returncode == 0, answer.stderr
    first, *lines = answer.stdout.splitlines()
    assert first.startswith("flu_wave, 2022-06-06 to 2022-06-10: emergency arrivals × 1.25")
    [arrivals] = [line for line in lines if line.startswith("arrivals")]
    assert " +" in arrivals and arrivals.endswith("of 5")
    assert "simulated 4 of 4 runs" in answer.stderr


def test_the_same_comparison_has_the_same_bytes(stack: Stack) -> None:
    pages = [stack.run("compare", "flu_wave", *BRIEFLY, "--html").stdout for _ in range(2)]
    assert pages[0] == pages[1]
    assert pages[0].startswith("<!doctype html>")
    assert pages[0].rstrip().endswith("</html>")


def test_an_unknown_scenario_is_refused_with_those_that_are_known(stack: Stack) -> None:
    answer = stack.run("compare", "flu")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "got the scenario 'flu', expected one of fire_in_johannesburg, flu_wave" in answer.stderr
