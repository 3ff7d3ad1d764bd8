"""The score as text: a line for each fault, and below it how it was found, or why it cannot be."""

from collections.abc import Iterable, Iterator

from scoring.answers import IDENTIFIED_BY, Identity
from scoring.score import Score

SHOWN = 5  # of the faults missed, and of the false alarms, of each kind


def lines(scores: Iterable[Score]) -> Iterator[str]:
    """The table, without line ends."""
    yield f"{'fault':<20}{'planted':>9}{'found':>8}{'missed':>8}{'false alarms':>14}"
    for of_kind in scores:
        found, missed, alarms = of_kind.found.total(), of_kind.missed, of_kind.false_alarms
        yield f"{of_kind.fault:<20}{of_kind.planted:>9}{found:>8}{len(missed):>8}{len(alarms):>14}"
        for how, number in of_kind.found.most_common():
            if how:
                yield f"{number:>9} found: {how}"
        for why, number in of_kind.hidden.most_common():
            yield f"{number:>9} cannot be found: {why}"
        if of_kind.follow:
            yield f"{of_kind.follow:>9} more follow from planted faults, and are no false alarms"
        yield from _named("missed", missed)
        yield from _named("false alarm", alarms)


def _named(what: str, identities: list[Identity]) -> Iterator[str]:
    for fault, *values in identities[:SHOWN]:
        fields = zip(IDENTIFIED_BY[fault], values, strict=True)
        yield f"{'':>9} {what}: {', '.join(f'{name} {value}' for name, value in fields)}"
    if len(identities) > SHOWN:
        yield f"{'':>9} {what}: {len(identities) - SHOWN} more"
