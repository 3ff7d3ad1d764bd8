"""How the population turns over: births, moves and deaths of a day, known at its first second.

Deaths in a hospital come when they happen. Nobody who is in a hospital or on the way to one dies
elsewhere or moves.
"""

import numpy as np

from hospital.config.run import Configuration
from hospital.events import BATCH_ONLY, Draft, draft
from hospital.ids import patient_id
from hospital.population.newcomers import Joined
from hospital.population.people import FIRST_MOVED_IN, NEWCOMERS_A_DAY, People
from hospital.rates import OLDEST, Rates
from hospital.sampling import poisson, uniform, uniforms
from hospital.times import DAY, DAYS_A_YEAR, date_text

MOST_OF_A_KIND = FIRST_MOVED_IN - 1  # who can be born on a day, or move in


def turn_over(
    people: People,
    config: Configuration,
    rates: Rates,
    joined: Joined,
    gone: frozenset[int],
    inside: set[int],
    at: int,
) -> tuple[Joined, set[int], list[Draft]]:
    """The changes of the day that begins at `at`: the new totals, who is gone now, the events."""
    seed, day = people.seed, at // DAY
    changes = config.simulation.population_changes
    living = people.size + joined.total - len(gone)

    def count(kind: str, per_1000_a_year: float, among: int) -> int:
        expected = per_1000_a_year / 1000 / DAYS_A_YEAR * among
        return poisson(expected, uniform(seed, f"people.{kind}", day))

    drafts = []
    born = min(count("born", changes.births_per_1000_a_year, living), MOST_OF_A_KIND)
    moved_in = min(count("moved_in", changes.moves_in_per_1000_a_year, living), MOST_OF_A_KIND)
    for kind, first, number in (("born", 0, born), ("moved_in", FIRST_MOVED_IN, moved_in)):
        start = day * NEWCOMERS_A_DAY + first
        drafts += [changed(at, person, kind) for person in range(start, start + number)]
    leaving: dict[int, str] = {}
    for kind, hazards in (
        ("died", rates.deaths),
        ("moved_out", [changes.moves_out_per_1000_a_year] * (OLDEST + 1)),
    ):
        candidates = count(kind, max(hazards), people.size + joined.total)
        for number in _drawn(people, joined, kind, hazards, candidates, day):
            if number not in gone and number not in inside:
                leaving.setdefault(number, kind)
    drafts += [changed(at, number, kind) for number, kind in leaving.items()]
    joined = joined._replace(
        born=(*joined.born, (joined.born[-1] if joined.born else 0) + born),
        moved_in=(*joined.moved_in, (joined.moved_in[-1] if joined.moved_in else 0) + moved_in),
    )
    return joined, set(leaving), drafts


def _drawn(
    people: People, joined: Joined, kind: str, hazards: list[float], candidates: int, day: int
) -> list[int]:
    """Who it may be, by age: candidates in proportion to the highest hazard, thinned to theirs."""
    most = max(hazards)
    if not most or not candidates:
        return []
    keys = np.arange(candidates, dtype=np.uint64) + np.uint64(day << 32)
    among = people.size + joined.total
    index = (uniforms(people.seed, f"people.{kind}.who", keys) * among).astype(np.int64)
    numbers = np.array(
        [i if i < people.size else joined.number(i - people.size) for i in index.tolist()],
        dtype=np.uint64,
    )
    age = ((day - people.many(numbers).birth_day) / DAYS_A_YEAR).astype(np.int64)
    hazard = np.array(hazards)[np.clip(age, 0, OLDEST)]
    taken = uniforms(people.seed, f"people.{kind}.chance", keys) * most < hazard
    return numbers[taken].tolist()


def changed(at: int, number: int, kind: str, hospital_id: str | None = None) -> Draft:
    """`born`, `moved_in`, `moved_out` or `died`; `hospital_id` where somebody died in one."""
    patient = patient_id(number)
    change_id = f"{patient}:{kind}"
    return draft(
        at,
        BATCH_ONLY,
        "person_changed",
        change_id,
        hospital_id,
        {
            "change_id": change_id,
            "patient_id": patient,
            "change_type": kind,
            "change_date": date_text(at // DAY),
        },
    )
