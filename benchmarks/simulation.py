"""Measure the simulation alone, without I/O, and how it grows with people and beds.

Each simulation runs in a process of its own, so that its peak memory is its own.
"""

import copy
import json
import re
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from benchmarks.plan import Plan
from benchmarks.results import Section, Trial, Trials, interleaved, rate
from hospital.config.run import Configuration
from hospital.model import Model
from hospital.patients.opening_census import opening_state
from hospital.simulation import simulate_hours
from hospital.world import World
from pipeline.run import config_store
from tests.e2e.stack import ROOT

STATUS = Path("/proc/self/status")
PEOPLE = 1_000_000  # of the default setting


class Setting(NamedTuple):
    """A hospital network: the shipped one, or one made larger or smaller."""

    people: int = PEOPLE
    size: int = 1  # times the beds, places, posts and arrivals
    overlay: str = ""


class Simulated(NamedTuple):
    """What a simulation took."""

    days: int
    seconds: float
    cpu_seconds: float
    events: int
    hundreds: list[float]  # seconds of each hundred days
    bootstrap_seconds: float  # making the people
    peak_memory: int  # bytes
    occupied_share: float  # of the beds, at the end


SETTINGS = {
    "default: 10⁶ people, 1,125 beds": Setting(),
    "10⁵ people": Setting(people=100_000),
    "3·10⁶ people": Setting(people=3_000_000),
    "4 × the beds, posts and arrivals": Setting(size=4),
    "16 × the beds, posts and arrivals": Setting(size=16),
    "full.yaml: 3·10⁶ people, 1,180 beds": Setting(people=3_000_000, overlay="full.yaml"),
}


def measure(plan: Plan) -> Section:
    """How fast each setting is simulated."""
    found: dict[str, list[Simulated]] = {name: [] for name in SETTINGS}

    def trial(name: str) -> Trial:
        setting = SETTINGS[name]
        simulated = simulate_alone(setting, plan.growth_days // setting.size)
        found[name].append(simulated)
        return Trial(simulated.days, simulated.seconds, simulated.cpu_seconds)

    trials = interleaved(plan.rounds, {name: partial(trial, name) for name in SETTINGS})
    return section(trials, found)


def section(trials: Trials, found: dict[str, list[Simulated]]) -> Section:
    """A table with a row for each setting."""
    rows = []
    for name, of_name in trials.items():
        runs = found[name]
        events = median(run.events / run.days for run in runs)
        rows.append(
            (
                name,
                f"{rate(of_name):.2f}",
                f"{events:,.0f}",
                f"{median(1e6 * run.cpu_seconds / run.events for run in runs):.1f}",
                f"{median(run.bootstrap_seconds for run in runs):.2f} s",
                f"{max(run.peak_memory for run in runs) / 2**20:.0f} MiB",
                f"{100 * median(run.occupied_share for run in runs):.0f} %",
            )
        )
    columns = (
        "Setting",
        "days a second",
        "events a day",
        "CPU, µs for an event",
        "making the people",
        "peak memory",
        "beds occupied",
    )
    figures = {name: [run._asdict() for run in runs] for name, runs in found.items()}
    title = "The simulation alone: one process, no I/O"
    return Section("simulation", title, columns, rows, figures)


def simulate_alone(setting: Setting, days: int) -> Simulated:
    """Simulate in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.simulation", json.dumps(setting), str(days)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=ROOT)
    return Simulated(**json.loads(done.stdout))


def configuration(setting: Setting) -> Configuration:
    """The shipped configuration, with the people and the beds of a setting."""
    content = copy.deepcopy(config_store.read_files(ROOT / "configs", setting.overlay).content)
    simulation: dict[str, Any] = content["simulation"]
    simulation["population"]["size"] = setting.people
    # A ward has 999 beds at most, so a larger house has more wards of the same size.
    for hospital in simulation["hospitals"].values():
        hospital["emergency_places"] *= setting.size
        if setting.size > 1:
            hospital["wards"] = {
                f"{code}{number}": {**ward, "name": f"{ward['name']} {number}"}
                for code, ward in hospital["wards"].items()
                for number in range(1, setting.size + 1)
            }
            simulation["scenarios"] = {}  # which name wards
    for kind in ("emergency_per_day", "elective_per_day"):
        simulation["arrivals"][kind] *= setting.size
    simulation["admission"]["boarders_before_diversion"] *= setting.size
    return Configuration.model_validate(content)


def simulate(setting: Setting, days: int) -> Simulated:
    """Simulate `days` days in this process."""
    config = configuration(setting)
    began = time.perf_counter()
    model = Model(World(config), config)
    bootstrap_seconds = time.perf_counter() - began
    state = opening_state(model)
    start = config.simulation.run.start_date
    midnight = datetime(start.year, start.month, start.day, tzinfo=UTC)
    events = 0
    began, cpu_began = time.perf_counter(), time.process_time()
    ends = [began]
    for day in range(1, days + 1):
        happened, state = simulate_hours(model, state, midnight, 24)
        events += len(happened)
        midnight += timedelta(days=1)
        if day % 100 == 0:
            ends.append(time.perf_counter())
    ended, cpu_ended = time.perf_counter(), time.process_time()
    beds = sum(w.beds for h in config.simulation.hospitals.values() for w in h.wards.values())
    return Simulated(
        days=days,
        seconds=ended - began,
        cpu_seconds=cpu_ended - cpu_began,
        events=events,
        hundreds=[after - before for before, after in pairwise(ends)],
        bootstrap_seconds=bootstrap_seconds,
        peak_memory=peak_memory(),
        occupied_share=sum(stay.bed_id is not None for stay in state.stays.values()) / beds,
    )


def peak_memory() -> int:
    """The most memory that this process ever had, in bytes.

    Not `ru_maxrss`, which counts the process that started it, too.
    """
    [line] = re.findall(r"^VmHWM:\s+(\d+) kB$", STATUS.read_text(), re.MULTILINE)
    return int(line) * 1024


if __name__ == "__main__":
    print(json.dumps(simulate(Setting(*json.loads(sys.argv[1])), int(sys.argv[2]))._asdict()))
