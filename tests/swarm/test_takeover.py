"""Nodes are lost, isolated, returned and updated while the stack works; its end is undisturbed.

One run passes all faults. Each prints how long it took until others went on. Of three nodes one at
a time may be away, so each fault ends when all is healthy again.
"""

import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.faults.undisturbed import Undisturbed
from tests.e2e.stack import ROOT, wait_until

from . import watch
from .deployed import Deployed
from .lab import Lab
from .nodes import Node

DAYS = 300
SECONDS = 1500  # more than the faults take; what is left of the run then passes at full speed
ISOLATED_SECONDS = 70  # the consumer's session lasts 30 s


def shipped_simulation() -> dict[str, Any]:
    """The shipped simulation.yaml, for `DAYS` in `SECONDS`."""
    simulation: dict[str, Any] = yaml.safe_load((ROOT / "configs" / "simulation.yaml").read_text())
    simulation["clock"]["real_days"] = SECONDS / 86_400
    simulation["run"]["days"] = DAYS
    return simulation


@pytest.fixture(scope="module")
def stack(lab: Lab) -> Deployed:
    lab.make_swarm()  # after the test of fencing, which cuts a node off
    deployed = Deployed(lab, shipped_simulation())
    deployed.deploy_first()
    return deployed


@pytest.fixture(autouse=True)
def at_work(stack: Deployed) -> None:
    """Before each fault every partition is being written."""
    goes_on = watch.every_partition_goes_on(stack.home)
    wait_until(goes_on, 120, "every partition to be written, before the run is over")


def other_nodes(stack: Deployed) -> list[Node]:
    """The nodes besides home; the one that leads most partitions last."""
    answers: list[watch.Brokers] = []

    def answer() -> bool:
        answers.extend(filter(None, [watch.brokers(stack, stack.home)]))
        return bool(answers)

    wait_until(answer, 60, "the brokers to answer")
    [seen] = answers
    print(f"leaders: {dict(seen.leaders)}, controller: {seen.controller}")
    return sorted(stack.lab.nodes[1:], key=lambda node: seen.leaders[node.name])


def heals(stack: Deployed, fault: str) -> None:
    """All is there again, on all three nodes."""
    watch.measure(
        stack,
        f"{fault}, and back",
        {
            "all tasks run": lambda: watch.is_all_running(stack),
            "all records are on three brokers": lambda: watch.is_in_sync(stack),
            "the lake is on three nodes": lambda: watch.lacks_no_copies(stack),
        },
        300,
    )


def goes_on_without(stack: Deployed, fault: str, lost: Node) -> None:
    """The two others take over all that the lost node did."""
    watch.measure(
        stack,
        fault,
        {
            "it is declared down": lambda: watch.is_down(stack.home, lost),
            "every partition has a leader": lambda: watch.leads_none(stack, lost),
            "every partition is written": watch.every_partition_goes_on(stack.home),
        },
        180,
    )


def test_a_node_that_is_cut_off_and_killed(stack: Deployed) -> None:
    victim = other_nodes(stack)[0]
    victim.cut_off()
    victim.kill()
    goes_on_without(stack, "a node cut off and killed", victim)
    victim.start()
    heals(stack, "a node cut off and killed")


def test_an_owner_that_comes_back_after_another_took_over(stack: Deployed) -> None:
    victim = other_nodes(stack)[0]
    victim.cut_off()
    began = time.monotonic()
    goes_on_without(stack, "a node isolated", victim)
    time.sleep(max(0, ISOLATED_SECONDS - (time.monotonic() - began)))
    victim.plug_in()
    heals(stack, "a node isolated")


def test_the_node_of_a_leading_broker_that_is_killed(stack: Deployed) -> None:
    victim = other_nodes(stack)[-1]
    victim.kill()
    goes_on_without(stack, "a leading broker's node killed", victim)
    victim.start()
    heals(stack, "a leading broker's node killed")


def test_an_update_of_our_images_one_by_one(stack: Deployed) -> None:
    before = stack.images()
    stack.build_again()
    began = time.monotonic()
    stack.deploy()
    assert not before.items() & stack.images().items()
    print(f"a rolling update: done after {time.monotonic() - began:.0f} s")
    heals(stack, "a rolling update")


def test_an_image_that_does_not_start_goes_back(stack: Deployed) -> None:
    before = stack.images()
    stack.break_image("stream_processor")
    assert "went back to what they ran before" in stack.deploy_in_vain()
    assert stack.images() == before
    stack.mend_image("stream_processor")
    stack.deploy()
    heals(stack, "an image that does not start")


def test_the_data_outlives_the_stack(stack: Deployed) -> None:
    assert stack.problems() == []
    began = time.monotonic()
    stack.undeploy()
    assert not stack.running(stack.home)
    print(f"removed after {time.monotonic() - began:.0f} s")
    stack.deploy()
    print(f"deployed again after {time.monotonic() - began:.0f} s")
    heals(stack, "deployed again")
    assert stack.problems() == []


def test_time_stands_still_while_the_home_node_is_away(stack: Deployed) -> None:
    other = stack.lab.nodes[1]
    stack.home.kill()
    watch.measure(
        stack,
        "the home node killed",
        {"it is declared down": lambda: watch.is_down(other, stack.home)},
        120,
    )

    def stands_still(seconds: float) -> bool:
        before = watch.partition_bytes(other)
        time.sleep(seconds)
        return watch.partition_bytes(other) == before

    # What had been published is written by the others, once the session of home's owner is over.
    wait_until(lambda: stands_still(45), 240, "what had been published to be written")
    assert stands_still(20)
    stack.home.start()
    watch.measure(
        stack,
        "the home node back",
        {"every partition is written": watch.every_partition_goes_on(other)},
        240,
    )
    heals(stack, "the home node killed")


def test_the_end_is_that_of_an_undisturbed_run(stack: Deployed, tmp_path: Path) -> None:
    stack.edit(stack.simulation | {"clock": {"real_days": 0}})
    wait_until(lambda: watch.is_over(stack), 300, "the run to be over")
    printed = stack.reconcile()
    print(printed)
    undisturbed = Undisturbed(stack.simulation, tmp_path / "undisturbed")
    assert undisturbed.fingerprint in printed
    assert watch.segment_hashes(stack.home) == undisturbed.stream_lake()
