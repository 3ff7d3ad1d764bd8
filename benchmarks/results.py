"""What a measurement found: raw figures, and a table made of their medians and ratios."""

from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple


class Section(NamedTuple):
    """The results of one measurement."""

    name: str  # of its figures in the JSON
    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    figures: Mapping[str, Any]


class Trial(NamedTuple):
    """One timed piece of work."""

    done: int  # events, rows or days
    seconds: float
    cpu_seconds: float | None = None

    @property
    def rate(self) -> float:
        """Per second."""
        return self.done / self.seconds


type Trials = Mapping[str, Sequence[Trial]]  # what was measured → a trial per round


def interleaved(rounds: int, measured: Mapping[str, Callable[[], Trial]]) -> Trials:
    """Measure each in turn, `rounds` times, so that a slow minute of the machine hits all."""
    trials: dict[str, list[Trial]] = {name: [] for name in measured}
    for _ in range(rounds):
        for name, measure in measured.items():
            trials[name].append(measure())
    return trials


def rate(trials: Sequence[Trial]) -> float:
    """The median rate."""
    return median(trial.rate for trial in trials)


def ratio(trials: Sequence[Trial], reference: Sequence[Trial]) -> float:
    """How many times faster than the reference: the median of the rounds' own ratios."""
    pairs = zip(trials, reference, strict=True)
    return median(ours.rate / theirs.rate for ours, theirs in pairs)


def compared(name: str, title: str, unit: str, trials: Trials, reference: str) -> Section:
    """A table of rates, of CPU time per piece of work, and of ratios to the reference's rate."""
    rows = []
    for what, of_what in trials.items():
        rates = [trial.rate for trial in of_what]
        per_second = f"{rate(of_what):,.0f} ({min(rates):,.0f} to {max(rates):,.0f})"
        share = f"{100 * ratio(of_what, trials[reference]):.0f} %"
        rows.append((what, per_second, cpu_of_one(of_what), share))
    columns = ("What", f"{unit} a second (range)", "CPU, µs for one", f"speed, of {reference}")
    figures = {
        "unit": unit,
        "reference": reference,
        "trials": {what: [trial._asdict() for trial in found] for what, found in trials.items()},
        "ratios": {what: ratio(found, trials[reference]) for what, found in trials.items()},
    }
    return Section(name, title, columns, rows, figures)


def cpu_of_one(trials: Sequence[Trial]) -> str:
    """The median CPU time of one event or row, in µs; a dash where it was not measured."""
    found = [1e6 * t.cpu_seconds / t.done for t in trials if t.cpu_seconds is not None]
    return f"{median(found):.1f}" if found else "–"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown: the first column is text, the others are figures."""
    lines = [columns, [":--", *["--:"] * (len(columns) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def page(heading: str, facts: Mapping[str, str], sections: Sequence[Section]) -> str:
    """The page of one run of `make bench`."""
    parts = [f"# {heading}\n", "".join(f"- {name}: {value}\n" for name, value in facts.items())]
    for section in sections:
        parts += [f"## {section.title}\n", table(section.columns, section.rows)]
    return "\n".join(parts)
