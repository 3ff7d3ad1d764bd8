"""Measure `make up` with cached images, and what the stack costs when little happens.

Both on a clone of this checkout that is a Compose project of its own, at the default pace.
"""

import re
import time
from statistics import median

from benchmarks.counters import Counters
from benchmarks.plan import Plan
from benchmarks.results import Section
from tests.e2e.machine import Machine

ID_AND_SERVICE = '{{.ID}}={{.Label "com.docker.compose.service"}}'


def measure(plan: Plan) -> list[Section]:
    """Start it some times, then let it stand."""
    machine = Machine("start")
    try:
        folder = machine.clone("clone")
        machine.make(folder, "up")  # names the images
        seconds = []
        for _ in range(plan.starts):
            machine.make(folder, "clean")
            [found] = re.findall(r"^Up after (\d+) s", machine.make(folder, "up"), re.MULTILINE)
            seconds.append(int(found))
        time.sleep(plan.settle_seconds)
        shares, memory = standing(machine, plan.idle_seconds)
    finally:
        machine.remove()
    times = ", ".join(map(str, seconds))
    start_rows = [("all eight healthy after", f"{median(seconds):.0f} s (of {times})")]
    start = Section(
        "start",
        "`make up` with cached images",
        ("What", "Figure"),
        start_rows,
        {"seconds": seconds},
    )
    order = sorted(shares, key=lambda name: -shares[name])
    rows = [(n, f"{100 * shares[n]:.2f} %", f"{memory[n] / 2**20:,.0f} MiB") for n in order]
    together = f"{sum(memory.values()) / 2**20:,.0f} MiB"
    rows.append(("together", f"{100 * sum(shares.values()):.2f} %", together))
    title = f"Idle: {plan.idle_seconds} s at the default pace"
    idle = Section(
        "idle",
        title,
        ("Container", "of one core", "memory"),
        rows,
        {"shares": shares, "memory": memory},
    )
    return [start, idle]


def standing(machine: Machine, seconds: int) -> tuple[dict[str, float], dict[str, int]]:
    """By container: its share of one core over those seconds, and its most memory then."""
    found = [line.split("=") for line in machine.names("container", ID_AND_SERVICE)]
    with Counters({service: container for container, service in found}) as counters:
        begin = time.time()
        time.sleep(seconds)
        end = time.time()
    services = [service for _container, service in found]
    shares = {name: counters.cpu_seconds(name, begin, end) / seconds for name in services}
    return shares, {name: counters.peak_memory(name) for name in services}
