"""How much of the answer key the findings name, fault by fault. Pure: no file, no server."""

from collections import Counter
from collections.abc import Iterable, Mapping, Set
from typing import NamedTuple

from scoring.answers import IDENTIFIED_BY, Identity, Planted


class Score(NamedTuple):
    """What became of one kind of fault.

    Attributes:
        found: how each planted one that was found came to light → their number.
        missed: those that could have been found.
        hidden: why those that nobody named cannot be found → their number.
        false_alarms: findings that name nothing planted, nor what follows from it.
        follow: how many findings only name what follows from planted faults.
    """

    fault: str
    found: Counter[str]
    missed: list[Identity]
    hidden: Counter[str]
    false_alarms: list[Identity]
    follow: int

    @property
    def planted(self) -> int:
        """How many of the kind were planted."""
        return self.found.total() + len(self.missed) + self.hidden.total()


def score(
    planted: Iterable[Planted],
    findings: Mapping[Identity, str],
    hidden: Mapping[Identity, str],
    consequences: Set[Identity],
) -> list[Score]:
    """Compare findings with the key.

    Args:
        findings: each with how it came to light.
        hidden: what no look at the pipeline can tell, each with the reason. A finding that names
            one all the same has found it.
        consequences: findings that are true and name no planted fault, but what follows from one.
    """
    scores = {fault: Score(fault, Counter(), [], Counter(), [], 0) for fault in IDENTIFIED_BY}
    named = set()
    for fault in planted:
        identity, of_kind = fault.identity, scores[fault.fault]
        named.add(identity)
        if identity in findings:
            of_kind.found[findings[identity]] += 1
        elif identity in hidden:
            of_kind.hidden[hidden[identity]] += 1
        else:
            of_kind.missed.append(identity)
    for identity in sorted(findings.keys() - named - consequences):
        scores[identity[0]].false_alarms.append(identity)
    following = Counter(identity[0] for identity in (findings.keys() - named) & consequences)
    return [of_kind._replace(follow=following[fault]) for fault, of_kind in scores.items()]


def is_perfect(scores: Iterable[Score]) -> bool:
    """Whether all that can be found was found, and nothing else was reported."""
    return not any(of_kind.missed or of_kind.false_alarms for of_kind in scores)


def messages_and_days_that_follow(planted: Iterable[Planted], due_before: str) -> set[Identity]:
    """What a finding may name truthfully because of planted messages, files and days.

    The second copy of a duplicated message comes late. Of a malformed message, and of a late one
    that is still to come, no valid copy is there. A cut file has a row that ends too early. A day
    whose directory was removed to mend it comes after later ones.

    Args:
        due_before: the instant up to which every message was published for certain.
    """
    follow: set[Identity] = set()
    for fault in planted:
        match fault.fault:
            case "duplicated_message":
                follow.add(("late_message", fault.event_id))
            case "malformed_message":
                follow.add(("missing_message", fault.event_id))
            case "late_message" if fault.published_at >= due_before:
                follow.add(("missing_message", fault.event_id))
            case "cut_file":
                follow.add(("late_day", fault.simulated_date))
    return follow
