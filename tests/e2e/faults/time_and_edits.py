"""The wall clock is set, and a person saves a configuration with a typo."""

import copy
from random import Random

import yaml

from .cells import cells
from .fault_stack import FaultStack

REFUSED_SECONDS = 30


@cells("wall clock set", 12, -12)
def wall_clock_set(stack: FaultStack, draw: Random, hours: int) -> None:
    """Simulated time passes as before, and an edit is still noticed."""
    stack.edit("wall_clock", f"{hours:+d}h\n")
    stack.wait_for_progress()
    assert abs(stack.wall_clock_shift() - hours) < 0.1
    refuse_a_typo(stack, draw, restart=False)
    stack.wait_for_progress()
    stack.edit("wall_clock", "+0\n")


@cells("bad edit, then a restart", "simulation.yaml")
def bad_edit_then_a_restart(stack: FaultStack, draw: Random, _name: str) -> None:
    in_force = stack.clock()["configurations"]
    refuse_a_typo(stack, draw, restart=True)
    assert stack.clock()["configurations"] == in_force


def refuse_a_typo(stack: FaultStack, draw: Random, *, restart: bool) -> None:
    """Save a typo, which is refused, with `restart` a second time by the new start; correct it."""
    key = draw.choice(sorted(stack.simulation["arrivals"]))
    broken = copy.deepcopy(stack.simulation)
    broken["arrivals"][f"{key}_typo"] = broken["arrivals"].pop(key)
    with stack.saying("scheduler", f"arrivals.{key}_typo", REFUSED_SECONDS):
        stack.edit("simulation.yaml", yaml.safe_dump(broken))
    if restart:
        with stack.saying("scheduler", f"arrivals.{key}_typo", REFUSED_SECONDS):
            stack.compose("restart", "scheduler")
    with stack.saying("scheduler", "valid again", REFUSED_SECONDS):
        stack.edit("simulation.yaml", yaml.safe_dump(stack.simulation))
