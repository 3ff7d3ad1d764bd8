"""The plot of a run of `make bench`: readable on a light page and on a dark one."""

from pathlib import Path
from statistics import median
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

INK = "#7d8590"  # as far from white as from black; the background is transparent
OURS, OTHERS = "#3987c9", "#d98430"
SIZE_INCHES = (10.0, 7.6)
STYLE: dict[Any, Any] = {
    "font.size": 9,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def draw(figures: dict[str, Any], path: Path) -> None:
    """Draw what was measured; the panel of a measurement that was left out is empty."""
    mpl.rcParams.update(STYLE)
    figure, panels = plt.subplots(2, 2, figsize=SIZE_INCHES, layout="constrained")
    hops(panels[0, 0], figures)
    containers(panels[0, 1], figures)
    pace(panels[1, 0], figures)
    growth(panels[1, 1], figures)
    figure.savefig(path, transparent=True)
    plt.close(figure)


def hops(axes: Axes, figures: dict[str, Any]) -> None:
    """Rates of our services and of what they are compared with."""
    axes.set(title="Hops", xlabel="thousand events or rows a second")
    rates = {
        name: median(trial["done"] / trial["seconds"] for trial in trials) / 1000
        for hop in ("producer", "stream_processor", "batch_ingestor")
        for name, trials in figures.get(hop, {}).get("trials", {}).items()
    }
    bars(axes, rates)


def containers(axes: Axes, figures: dict[str, Any]) -> None:
    """CPU time of the whole run by container."""
    axes.set(title="Whole run", xlabel="CPU seconds by container")
    used = figures.get("whole", {}).get("containers", {})
    bars(axes, {name: of_name["cpu_seconds"] for name, of_name in used.items()})


def pace(axes: Axes, figures: dict[str, Any]) -> None:
    """Days a second over the whole run, and of the simulation alone."""
    axes.set(title="Cost over the run", xlabel="simulated day", ylabel="days a second")
    if "whole" not in figures:
        return
    whole = figures["whole"]
    line(axes, whole["window_days"], whole["days_a_second"], OURS, "all eight services")
    before, _after = whole["alone"]
    alone = [100 / seconds for seconds in before["hundreds"]]
    line(axes, 100, alone, OTHERS, "the simulation alone")
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, labelcolor=INK)


def line(axes: Axes, window: int, rates: list[float], colour: str, label: str) -> None:
    """A line through the middles of windows of `window` days."""
    middles = [window * (number + 0.5) for number in range(len(rates))]
    axes.plot(middles, rates, color=colour, label=label)


def growth(axes: Axes, figures: dict[str, Any]) -> None:
    """What an event costs in each setting of the simulation."""
    axes.set(title="The simulation alone", xlabel="CPU µs for an event")
    cost = {
        name: median(1e6 * run["cpu_seconds"] / run["events"] for run in runs)
        for name, runs in figures.get("simulation", {}).items()
    }
    bars(axes, cost)


def bars(axes: Axes, values: dict[str, float]) -> None:
    """A bar a value, the first on top; those of our own services and settings in blue."""
    others = ("bare ", "kafka-", "\\copy")
    colours = [OTHERS if name.startswith(others) else OURS for name in values]
    places = range(len(values))
    axes.barh(places, list(values.values()), color=colours)
    axes.set_yticks(places, list(values))
    axes.invert_yaxis()
